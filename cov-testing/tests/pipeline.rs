//! The whole pipeline as a newcomer runs it: `make` over a copy of the example, with the tools as they are built.
//!
//! One test, because each step starts from what the one before left.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::SystemTime;

use cov_testing::Venv;

/// A copy of the example that is a git repository of its own, and the make that runs the pipeline over it.
struct Project {
    root: tempfile::TempDir,
    venv: Venv,
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// What git knows of the example, copied, so that artefacts of other runs stay behind.
fn example() -> Project {
    let root = tempfile::tempdir().unwrap();
    let listed =
        Command::new("git").current_dir(workspace().join("example")).arg("ls-files").output().unwrap();
    assert!(listed.status.success(), "these tests need git and a checkout");
    for file in String::from_utf8(listed.stdout).unwrap().lines() {
        let target = root.path().join(file);
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(workspace().join("example").join(file), target).unwrap();
    }
    let requirements = fs::read_to_string(workspace().join("example/requirements.txt")).unwrap();
    let packages = requirements.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let project = Project { root, venv: Venv::with(&packages.collect::<Vec<_>>()) };
    project.git(&["init", "--quiet", "--initial-branch=main"]);
    project.git(&["add", "."]);
    project.git(&["-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "--quiet", "-m", "start"]);
    project
}

impl Project {
    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn git(&self, arguments: &[&str]) -> String {
        let output = Command::new("git").current_dir(self.root.path()).args(arguments).output().unwrap();
        assert!(output.status.success(), "git {arguments:?}: {}", text(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    fn make(&self, variables: &[&str]) -> Output {
        Command::new("make")
            .current_dir(workspace())
            .args(["--no-print-directory", "coverage"])
            .arg(format!("PROJECT={}", self.root.path().display()))
            .arg(format!("PYTHON={}", self.venv.python().display()))
            .args(variables)
            // The flags of the make that runs the tests are not for this one.
            .env_remove("MAKEFLAGS")
            .env_remove("MAKELEVEL")
            .output()
            .expect("these tests need make")
    }

    fn modified(&self, name: &str) -> SystemTime {
        fs::metadata(self.path(name)).unwrap().modified().unwrap()
    }
}

/// One of the tools, as `make tools` builds them.
fn tool(name: &str) -> Command {
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace().join("target"), PathBuf::from);
    let program = target.join("release").join(name);
    assert!(program.exists(), "{} is missing: run `make tools`, or `make test`", program.display());
    Command::new(program)
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn make_runs_judges_and_fails_as_it_should() {
    let project = example();
    let diff = format!("DIFF={}", project.path("changes.diff").display());

    // From nothing: everything runs, the verdicts are printed.
    let first = project.make(&["N=2", &diff, "DIFF_FAIL_UNDER=90"]);
    assert!(first.status.success(), "{}", text(&first));
    let printed = String::from_utf8(first.stdout.clone()).unwrap();
    for expected in ["TOTAL", "cov-gate: ", "diff-cov: ", " passed"] {
        assert!(text(&first).contains(expected), "{expected} is not in:\n{printed}");
    }
    for file in [
        "profile-1of1.json",
        "run-1of1.json",
        "junit-1of1.xml",
        "coverage.json",
        "coverage.xml",
        "report.md",
        "diff.md",
    ] {
        assert!(project.path(".cov").join(file).exists(), "{file}");
    }
    assert!(project.path("htmlcov/index.html").exists(), "the configured directory of the HTML report");
    assert_eq!(project.git(&["status", "--porcelain", "--ignored=no"]), "", "the artefacts stay out of git");

    // Again, unchanged: nothing runs, the verdicts are still printed.
    let profile = project.modified(".cov/profile-1of1.json");
    fs::File::open(project.path("analysis/query.py")).unwrap().set_modified(SystemTime::now()).unwrap();
    let second = project.make(&["-j4", "N=2", &diff, "DIFF_FAIL_UNDER=90"]);
    assert!(second.status.success(), "{}", text(&second));
    assert!(!text(&second).contains(" passed") && text(&second).contains("cov-gate: "), "{}", text(&second));
    assert_eq!(project.modified(".cov/profile-1of1.json"), profile);

    // Another threshold judges again without running again, and fails the make.
    let stricter = project.make(&["N=2", &diff, "FAIL_UNDER=99.5"]);
    assert_eq!(stricter.status.code(), Some(2), "{}", text(&stricter));
    assert!(text(&stricter).contains("below 99.5"), "{}", text(&stricter));
    assert_eq!(project.modified(".cov/profile-1of1.json"), profile);

    // The only test of a module is removed: the build falls below 95 % of the configuration, with cov-gate's status 2.
    fs::remove_file(project.path("tests/pipeline/test_digest.py")).unwrap();
    let poorer = project.make(&["N=2", &diff]);
    assert_eq!(poorer.status.code(), Some(2), "{}", text(&poorer));
    assert!(text(&poorer).contains("below 95") && text(&poorer).contains("Error 2"), "{}", text(&poorer));
    assert!(!project.path(".cov/gate.txt").exists(), "a verdict that is no must not be kept as a made file");

    // A failing test fails the make too, and leaves what it measured.
    fs::write(project.path("tests/test_wrong.py"), "def test_wrong():\n    assert 1 == 2\n").unwrap();
    let failing = project.make(&["N=2", &diff]);
    assert!(!failing.status.success());
    assert!(
        text(&failing).contains("test_wrong") && text(&failing).contains("Error 1"),
        "{}",
        text(&failing)
    );
    assert!(fs::read_to_string(project.path(".cov/junit-1of1.xml")).unwrap().contains("test_wrong"));
}

#[test]
fn a_project_without_a_threshold_has_its_reports_and_is_told() {
    let project = example();
    let configuration = fs::read_to_string(project.path("pyproject.toml")).unwrap();
    let without = configuration.replace("fail_under = 95.0\n", "");
    assert_ne!(without, configuration);
    fs::write(project.path("pyproject.toml"), without).unwrap();
    let made = project.make(&["N=2"]);
    assert!(made.status.success(), "{}", text(&made));
    assert!(text(&made).contains("nothing is judged, for there is no threshold"), "{}", text(&made));
    assert!(project.path(".cov/coverage.xml").exists());
}

#[test]
fn two_shards_merge_to_the_bytes_of_the_whole_run() {
    let project = example();
    let run = |shard: &str, out: &str| {
        let mut command = tool("cov-run");
        command.arg("--project").arg(project.root.path()).arg("--python").arg(project.venv.python());
        let ran = command.args(["-n2", "--shard", shard, "--out", out]).output().unwrap();
        assert!(ran.status.success(), "{}", text(&ran));
    };
    let merge = |inputs: &[&str], format: &str| {
        let mut command = tool("cov-merge");
        command.current_dir(project.root.path()).args(inputs).args(["--format", format]).output().unwrap()
    };
    run("1/1", "whole");
    run("1/2", "halves");
    let alone = merge(&["halves"], "json");
    assert_eq!(alone.status.code(), Some(2), "a shard is missing: {}", text(&alone));
    run("2/2", "halves");
    for format in ["json", "cobertura"] {
        let (whole, halves) = (merge(&["whole"], format), merge(&["halves"], format));
        assert!(whole.status.success() && halves.status.success(), "{}{}", text(&whole), text(&halves));
        assert!(whole.stdout.len() > 10_000);
        assert!(whole.stdout == halves.stdout, "the {format} of two shards differs from that of one run");
    }
}

#[test]
fn the_diff_of_the_example_leads_to_the_example() {
    let project = example();
    project.git(&["apply", "--check", "--reverse", "changes.diff"]);
}

#[test]
fn changed_lines_are_compared_with_a_revision() {
    let project = example();
    let source = project.path("analysis/timestamps.py");
    let mut code = fs::read_to_string(&source).unwrap();
    code.push_str("\n\ndef never_called(moment):\n    return moment.year\n");
    fs::write(&source, code).unwrap();
    let judged = project.make(&["N=2", "BASE=main", "DIFF_FAIL_UNDER=60"]);
    assert_eq!(judged.status.code(), Some(2), "{}", text(&judged));
    assert!(
        text(&judged).contains("analysis/timestamps.py") && text(&judged).contains("50"),
        "{}",
        text(&judged)
    );
}
