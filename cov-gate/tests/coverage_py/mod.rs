//! `--coverage-py-rounding` against the exit status of the real `coverage report`, over generated counts.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use cov_testing::Venv;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

/// So many lines of so many, a threshold as it is written, and coverage.py's precision.
#[derive(Clone, Debug)]
struct Case {
    covered: u64,
    total: u64,
    threshold: String,
    precision: u8,
}

impl Case {
    fn configuration(&self) -> String {
        format!("[report]\nfail_under = {}\nprecision = {}\n", self.threshold, self.precision)
    }

    fn report(&self) -> String {
        let mut lines = String::new();
        for line in 1..=self.total {
            let comma = if line == 1 { "" } else { "," };
            write!(lines, "{comma}[{line},{}]", u8::from(line <= self.covered)).unwrap();
        }
        let file = format!(r#"{{"path":"module.py","hits":"yes-no","lines":[{lines}]}}"#);
        format!("{{\"format\":\"cov-report\",\"version\":1,\"files\":[\n{file}\n]}}\n")
    }

    /// The status of cov-gate in a directory with the case's report and configuration.
    fn status(&self, flags: &[&str]) -> i32 {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join(".coveragerc"), self.configuration()).unwrap();
        fs::write(directory.path().join("report.json"), self.report()).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_cov-gate"));
        command.arg("report.json").args(flags).current_dir(directory.path()).stdout(Stdio::null());
        command.status().unwrap().code().unwrap()
    }
}

/// Counts at a threshold, just below it, and anywhere, with as many digits as leave rounding something to decide.
fn case() -> impl Strategy<Value = Case> {
    let total = prop_oneof![1u64..50, 50u64..700];
    let away = prop_oneof![2 => Just(0u64), 4 => Just(1), 1 => 0u64..700];
    (total, 0u64..=1_000, any::<bool>(), away, 0u8..3).prop_map(
        |(total, tenths, has_decimal, away, precision)| {
            let (threshold, tenths) = if has_decimal {
                (format!("{}.{}", tenths / 10, tenths % 10), tenths)
            } else {
                (format!("{}", tenths / 10), tenths / 10 * 10)
            };
            let covered = (total * tenths).div_ceil(1_000).saturating_sub(away);
            Case { covered, total, threshold, precision }
        },
    )
}

/// Counts that are half way between two percentages with few digits, and those next to 100.
fn edges() -> Vec<Case> {
    let mut cases = Vec::new();
    for (total, precision, thresholds) in [
        (200, 0, ["94", "95", "94.5", "100"]),
        (1_000, 0, ["94", "95", "95.0", "99.9"]),
        (400, 1, ["94.7", "94.8", "94.75", "99.8"]),
        (1_600, 2, ["94.68", "94.69", "94.6875", "99.94"]),
    ] {
        for threshold in thresholds {
            for covered in [total * 189 / 200, total * 379 / 400, total * 1515 / 1600, total - 1, total] {
                cases.push(Case { covered, total, threshold: threshold.to_owned(), precision });
            }
        }
    }
    cases
}

fn coverage_py(cases: &[Case]) -> Vec<i32> {
    let questions: Vec<_> = cases
        .iter()
        .map(|case| {
            json!({ "covered": case.covered, "total": case.total, "configuration": case.configuration() })
        })
        .collect();
    let mut python = Command::new(Venv::with(&["coverage==7.17.3"]).python())
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/coverage_py/report_status.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    python.stdin.take().unwrap().write_all(Value::from(questions).to_string().as_bytes()).unwrap();
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success(), "see coverage.py's message above");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn rounding_gives_the_answer_of_coverage_py() {
    let mut runner = TestRunner::deterministic();
    let mut cases = edges();
    cases.extend((0..300).map(|_| case().new_tree(&mut runner).unwrap().current()));
    let mut rounded_up = 0;
    for (case, theirs) in cases.iter().zip(coverage_py(&cases)) {
        assert_eq!(case.status(&["--coverage-py-rounding"]), theirs, "{case:?}");
        let exact = case.status(&[]);
        assert!(exact >= theirs, "coverage.py is stricter than exactness: {case:?}");
        rounded_up += u32::from(exact != theirs);
    }
    assert!(rounded_up > 20, "only {rounded_up} cases are decided by rounding: they say too little");
}
