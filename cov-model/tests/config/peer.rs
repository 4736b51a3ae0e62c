//! The real coverage.py, asked by scripts of ours.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use cov_testing::Venv;
use serde_json::Value;

const COVERAGE_PY: &str = "coverage==7.17.3";

/// Runs a Python script of ours with `questions` on its standard input; its answers.
pub(crate) fn ask(script: &str, questions: &Value) -> Value {
    let mut python = Command::new(Venv::with(&[COVERAGE_PY]).python())
        .args(["-W", "ignore"])
        .arg(script_path(script))
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the environment's python starts");
    let mut stdin = python.stdin.take().expect("it is piped");
    let questions = questions.to_string();
    let writer = thread::spawn(move || stdin.write_all(questions.as_bytes()));
    let output = python.wait_with_output().expect("python runs");
    writer.join().expect("no panic").expect("python reads its questions");
    assert!(output.status.success(), "{script} fails: see its message above");
    serde_json::from_slice(&output.stdout).expect("the answers are JSON")
}

fn script_path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/config").join(name)
}
