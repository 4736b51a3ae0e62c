//! The table, in text and Markdown, against the one that coverage.py prints for the same measurement.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use cov_testing::Venv;

const COVERAGE: &str = "coverage==7.17.3";
const PROJECT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/coveragepy/project.py");

/// Options that both programs are given, in coverage.py's words.
const OPTIONS: [&[&str]; 23] = [
    &[],
    &["--show-missing"],
    &["--skip-covered"],
    &["--skip-empty"],
    &["--show-missing", "--skip-covered", "--skip-empty"],
    &["--precision=2"],
    &["--precision=7", "--show-missing"],
    &["--sort=stmts"],
    &["--sort=-stmts"],
    &["--sort=miss"],
    &["--sort=-miss", "--show-missing"],
    &["--sort=cover"],
    &["--sort=-cover", "--precision=1"],
    &["--sort=-name"],
    &["--sort=+Name"],
    &["--include=package/sub_package/*"],
    &["--omit=*/branches.py,main.py"],
    &["--include=package/*", "--omit=package/sub_package/*", "--show-missing"],
    &["--include=package/covered.py", "--skip-covered"],
    &["--include=*/__init__.py", "--skip-empty"],
    &["--include=*/__init__.py"],
    &["--include=package/small.py"],
    &["--include=package/large.py", "--precision=1"],
];

const BRANCH_OPTIONS: [&[&str]; 4] =
    [&["--sort=branch"], &["--sort=-branch"], &["--sort=brpart"], &["--sort=-brpart", "--show-missing"]];

/// Configurations, each with what it is to change.
const CONFIGURATIONS: [&str; 5] = [
    "[run]\nbranch = true\n[report]\nshow_missing = true\nskip_covered = true\nprecision = 3\nsort = -cover\n",
    "[run]\nbranch = true\n[report]\nskip_empty = true\nomit =\n    */sub_package/*\n    main.py\n",
    "[run]\nbranch = true\n[report]\nformat = markdown\ninclude = package/*\nsort = Miss\n",
    "[report]\nformat = total\nprecision = 4\n",
    "[report]\nsort = \nshow_missing = yes\n",
];

struct Project<'a> {
    venv: &'a Venv,
    directory: &'a Path,
}

impl Project<'_> {
    fn coverage(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(self.venv.program("coverage"));
        command.args(arguments).current_dir(self.directory).env("PYTHONIOENCODING", "utf-8").output().unwrap()
    }

    /// Measures the project, and writes what was measured as a report of ours.
    fn measure(&self, branch: bool) {
        let flags: &[&str] = if branch { &["--branch"] } else { &[] };
        let run = self.coverage(&[&["run"], flags, &["--source=.", "main.py"]].concat());
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        // Without the project's own filters: those are cov-report's job.
        let json = self.coverage(&["json", "--rcfile=/dev/null", "-q", "-o", "coveragepy.json"]);
        assert!(json.status.success(), "{}", String::from_utf8_lossy(&json.stdout));
        let json = fs::read(self.directory.join("coveragepy.json")).unwrap();
        let report = cov_python::coveragepy_json::read(&json).unwrap();
        let mut bytes = Vec::new();
        cov_model::json::write(&report, &mut bytes).unwrap();
        fs::write(self.directory.join("coverage.json"), bytes).unwrap();
    }

    /// Compares what both print with `options`, in `format` or in that of the configuration.
    fn compare(&self, options: &[&str], format: Option<&str>) {
        let theirs = match format {
            Some(format) => self.coverage(&[&["report", "--format", format], options].concat()),
            None => self.coverage(&[&["report"], options].concat()),
        };
        let mut command = Command::new(env!("CARGO_BIN_EXE_cov-report"));
        command.arg("coverage.json").args(options).current_dir(self.directory);
        if let Some(format) = format {
            command.args(["--to", format]);
        }
        let ours = command.output().unwrap();
        let asked = format!("{options:?} {format:?}");
        assert_eq!(
            String::from_utf8_lossy(&ours.stdout),
            String::from_utf8_lossy(&theirs.stdout),
            "{asked}\n{}",
            String::from_utf8_lossy(&ours.stderr)
        );
        assert_eq!(ours.status.code(), theirs.status.code(), "{asked}");
    }
}

fn with_project(test: impl Fn(&Project<'_>)) {
    let venv = Venv::with(&[COVERAGE]);
    let directory = tempfile::tempdir().unwrap();
    let made = Command::new(venv.python()).arg(PROJECT).arg(directory.path()).status().unwrap();
    assert!(made.success());
    test(&Project { venv: &venv, directory: directory.path() });
}

#[test]
fn every_option_gives_the_table_of_coverage_py() {
    with_project(|project| {
        for branch in [false, true] {
            // Coverage.py itself must not need this to know of branches; a report that has none cannot tell.
            fs::write(project.directory.join(".coveragerc"), format!("[run]\nbranch = {branch}\n")).unwrap();
            project.measure(branch);
            let more: &[&[&str]] = if branch { &BRANCH_OPTIONS } else { &[] };
            for options in OPTIONS.iter().chain(more) {
                for format in ["text", "markdown", "total"] {
                    project.compare(options, Some(format));
                }
            }
        }
    });
}

#[test]
fn every_setting_gives_the_table_of_coverage_py() {
    with_project(|project| {
        for configuration in CONFIGURATIONS {
            fs::write(project.directory.join(".coveragerc"), configuration).unwrap();
            project.measure(configuration.contains("branch"));
            project.compare(&[], None);
            project.compare(&["--precision=1"], Some("text"));
            project.compare(&["--omit=*/large.py", "--sort=name"], None);
        }
    });
}
