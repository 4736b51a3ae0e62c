//! The table, in text and Markdown, against the one that coverage.py prints for the same measurement.

mod formats;

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use cov_testing::Venv;

const COVERAGE: &str = "coverage==7.17.3";
const PROJECT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/coveragepy/project.py");
const REPORTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/coveragepy/reports.py");

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

    /// Compares what both print with each of `asked`: options, and a format or that of the configuration.
    fn compare(&self, asked: &[(&[&str], Option<&str>)]) {
        let arguments = |(options, format): &(&[&str], Option<&str>)| {
            let format = format.map(|format| format!("--format={format}"));
            let options = options.iter().map(|&option| option.to_owned());
            ["report".to_owned()].into_iter().chain(format).chain(options).collect::<Vec<_>>()
        };
        let asked_of_them: Vec<Vec<String>> = asked.iter().map(arguments).collect();
        for ((options, format), (theirs, status)) in asked.iter().zip(self.reports(&asked_of_them)) {
            let mut command = Command::new(env!("CARGO_BIN_EXE_cov-report"));
            command.arg("coverage.json").args(*options).current_dir(self.directory);
            if let Some(format) = format {
                command.args(["--to", format]);
            }
            let ours = command.output().unwrap();
            let asked = format!("{options:?} {format:?} {}", String::from_utf8_lossy(&ours.stderr));
            assert_eq!(String::from_utf8_lossy(&ours.stdout), theirs, "{asked}");
            assert_eq!(ours.status.code(), Some(status), "{asked}");
        }
    }

    /// What coverage.py prints for each list of arguments, and its status: in one process, to save time.
    fn reports(&self, arguments: &[Vec<String>]) -> Vec<(String, i32)> {
        let mut child = Command::new(self.venv.python())
            .arg(REPORTS)
            .current_dir(self.directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        serde_json::to_writer(child.stdin.take().unwrap(), arguments).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success());
        serde_json::from_slice(&output.stdout).unwrap()
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
            let formats = ["text", "markdown", "total"];
            let asked =
                OPTIONS.iter().chain(more).flat_map(|&options| formats.map(|format| (options, Some(format))));
            project.compare(&asked.collect::<Vec<_>>());
        }
    });
}

#[test]
fn every_setting_gives_the_table_of_coverage_py() {
    with_project(|project| {
        for configuration in CONFIGURATIONS {
            fs::write(project.directory.join(".coveragerc"), configuration).unwrap();
            project.measure(configuration.contains("branch"));
            project.compare(&[
                (&[], None),
                (&["--precision=1"], Some("text")),
                (&["--omit=*/large.py", "--sort=name"], None),
            ]);
        }
    });
}
