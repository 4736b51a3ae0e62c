//! Our numbers from coverage.py's JSON against the numbers that coverage.py itself gives, file by file.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::fs;
use std::path::Path;
use std::process::Command;

use cov_model::Totals;
use cov_testing::Venv;
use serde_json::Value;

/// Every kind of branch that its numbers tell apart: taken, partial, never run, excluded arms, declared partial.
const SOURCE: &str = r#"
import sys

def both(x):
    if x:
        return 1
    return 2

def one_way(x):
    if x:
        print("x")

def never(x):
    for y in x:
        print(y)
    while x:
        x -= 1

def declared(x):
    for y in x:  # pragma: no branch
        print(y)

def declared_and_never(x):
    for y in x:  # pragma: no branch
        print(y)
    if x:  # pragma: no branch
        print(x)

def excluded_arm(x):
    if x:  # pragma: no cover
        print(x)
    if not x:
        raise NotImplementedError  # pragma: no cover

def cases(x):
    match x:
        case 1:
            return "one"
        case 2:  # pragma: no cover
            return "two"
        case 3:
            return "three"
    def inner(y): return y

class Shape:
    def area(self):
        return [n for n in range(3) if n]

    def __repr__(self):
        return "Shape"

def again(): return 1
def again(): return 2

both(0); both(1); one_way(1); declared([1]); excluded_arm(1); cases(1); cases(3); Shape().area()
"#;

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}\n{}", String::from_utf8_lossy(&output.stderr));
}

/// The JSON report of a run of `a.py` beside an empty file.
fn measured(venv: &Venv, directory: &Path, options: &[&str]) -> Vec<u8> {
    fs::write(directory.join("a.py"), SOURCE).unwrap();
    fs::write(directory.join("empty.py"), "").unwrap();
    let coverage = || {
        let mut command = Command::new(venv.program("coverage"));
        command.current_dir(directory);
        command
    };
    run(coverage().args(["run", "--source=."]).args(options).arg("a.py"));
    run(coverage().args(["json", "-q", "-o", "report.json"]));
    fs::read(directory.join("report.json")).unwrap()
}

#[test]
fn numbers_are_those_of_coverage_py() {
    let venv = Venv::with(&["coverage==7.17.3"]);
    for options in [&["--branch"][..], &[]] {
        let directory =
            std::env::temp_dir().join(format!("cov-python-{}-{}", std::process::id(), options.len()));
        fs::create_dir_all(&directory).unwrap();
        let bytes = measured(&venv, &directory, options);
        let theirs: Value = serde_json::from_slice(&bytes).unwrap();
        let ours = cov_python::coveragepy_json::read(&bytes).unwrap();
        assert_eq!(ours.files.len(), 2);
        for (path, file) in &ours.files {
            let summary = &theirs["files"][path]["summary"];
            let number = |key: &str| summary.get(key).map_or(0, |value| value.as_u64().unwrap());
            let totals = Totals::of_file(file);
            assert_eq!(totals.lines.total, number("num_statements"), "{path}");
            assert_eq!(totals.lines.covered, number("covered_lines"), "{path}");
            assert_eq!(totals.excluded, number("excluded_lines"), "{path}");
            assert_eq!(totals.branches.total, number("num_branches"), "{path}");
            assert_eq!(totals.branches.covered, number("covered_branches"), "{path}");
            assert_eq!(totals.partial_branches, number("num_partial_branches"), "{path}");
            let shown = totals.combined().rounded(0);
            assert_eq!(shown, summary["percent_covered_display"].as_str().unwrap(), "{path}");
        }
        if !options.is_empty() {
            let file = &ours.files["a.py"];
            assert!(Totals::of_file(file).partial_branches > 0);
            assert!(!file.branches.tallied.is_empty(), "the fixture has a declared branch that never ran");
        }
        fs::remove_dir_all(&directory).unwrap();
    }
}
