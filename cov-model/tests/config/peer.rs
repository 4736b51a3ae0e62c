//! The real coverage.py, in a virtual environment that is made once and kept in the target directory.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::{fs, thread};

use serde_json::Value;

const REQUIREMENT: &str = "coverage==7.17.3";

/// Runs a Python script of ours with `questions` on its standard input; its answers.
pub(crate) fn ask(script: &str, questions: &Value) -> Value {
    let mut python = Command::new(&*INTERPRETER)
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

/// The python of an environment with coverage.py in it.
static INTERPRETER: LazyLock<PathBuf> = LazyLock::new(|| {
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join("venv-coverage-7.17.3");
    let python = |environment: &Path| environment.join("bin/python");
    if !kept.exists() {
        let fresh = kept.with_extension(std::process::id().to_string());
        run(Command::new("python3").args(["-m", "venv"]).arg(&fresh));
        run(Command::new(python(&fresh)).args(["-m", "pip", "install", "--quiet", REQUIREMENT]));
        // Another test may have been faster; its environment is as good.
        if fs::rename(&fresh, &kept).is_err() {
            fs::remove_dir_all(&fresh).expect("our own environment can be removed");
        }
    }
    python(&kept)
});

fn run(command: &mut Command) {
    let status = command.status().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(status.success(), "{command:?} fails; these tests need python3 and the package index");
}
