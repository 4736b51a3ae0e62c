//! What is seen while tests run, and debuggers, which have the terminal for themselves.

use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::project::{Project, Run, finish};

const LOUD: &str = "\
import logging
import subprocess
import sys

import pytest

@pytest.fixture(scope='module')
def resource():
    logging.warning('in setup')
    yield

def test_loud(resource):
    print('first')
    print('second', file=sys.stderr)
    subprocess.run(['echo', 'third'])
    logging.warning('fourth')
    print('last')
";

/// The lines of stdout that hold any of these.
fn lines<'a>(run: &'a Run, texts: &[&str]) -> Vec<&'a str> {
    run.stdout.lines().filter(|line| texts.iter().any(|text| line.contains(text))).collect()
}

#[test]
fn output_that_is_not_captured_comes_in_order_with_its_worker() {
    let project = Project::new(&[("test_a.py", LOUD), ("test_b.py", LOUD)]);
    let texts = ["first", "second", "third", "last"];
    let run = project.run(&["-n1", "--no-cov", "test_a.py", "--", "-s"]).expect(0);
    assert_eq!(lines(&run, &texts), texts);
    for fork in ["--fork=auto", "--fork=never"] {
        let run = project.run(&["-n2", "--no-cov", fork, "--", "-s"]).expect(0);
        let shown = lines(&run, &texts);
        assert_eq!(shown.len(), 8, "{}", run.stdout);
        for worker in ["[gw0] ", "[gw1] "] {
            // One of them may have been fast enough to run both files.
            let own: Vec<&str> = shown.iter().filter_map(|line| line.strip_prefix(worker)).collect();
            assert!(own.chunks(texts.len()).all(|lines| lines == texts), "{}", run.stdout);
        }
    }
}

#[test]
fn logs_are_seen_while_the_test_runs() {
    let project = Project::new(&[("test_a.py", LOUD)]);
    let run = project.run(&["-n1", "--no-cov", "--", "-o", "log_cli=true"]).expect(0);
    let shown = lines(&run, &["live log", "WARNING"]);
    assert_eq!(shown.len(), 4, "{}", run.stdout);
    assert_eq!(shown[0], "--- live log setup of test_a.py::test_loud ---");
    assert!(shown[1].contains("in setup") && shown[3].contains("fourth"));
    assert!(!run.stdout.contains("first"));
    assert_eq!(run.tally(), "1 passed");
}

#[test]
fn fixtures_are_shown_where_that_is_asked_for() {
    let project = Project::new(&[("test_a.py", LOUD)]);
    let run = project.run(&["-n1", "--no-cov", "--", "--setup-show"]).expect(0);
    let shown = lines(&run, &["resource"]);
    assert_eq!(
        shown.iter().map(|line| line.trim()).collect::<Vec<_>>(),
        ["SETUP    M resource", "test_a.py::test_loud (fixtures used: resource)", "TEARDOWN M resource"]
    );
}

#[test]
fn who_prints_without_end_is_held_up_and_not_kept() {
    let test = "import os\n\n\ndef test_prints():\n    line = b'x' * 99 + b'\\n'\n    os.write(1, b'y' * 300_000 + b'\\n')\n    \
                for _ in range(3000):\n        os.write(1, line * 100)\n";
    let project = Project::new(&[("test_a.py", test)]);
    let run = project.run(&["-n1", "--no-cov", "--", "-s"]).expect(0);
    assert_eq!(run.stdout.lines().filter(|line| line.len() == 99 && line.starts_with('x')).count(), 300_000);
    assert_eq!(run.stdout.matches('y').count() / 1000, 300);
}

#[test]
fn a_breakpoint_fails_its_test_and_says_what_to_do() {
    let test = "import pdb\n\nimport pytest\n\n\ndef test_a():\n    breakpoint()\n\n\ndef test_b():\n    pdb.set_trace()\n\n\n\
                def test_c():\n    pytest.set_trace()\n\n\ndef test_d():\n    pass\n";
    let project = Project::new(&[("test_stops.py", test)]);
    let run = project.run(&["-n1", "--no-cov"]).expect(1);
    assert_eq!(run.tally(), "3 failed, 1 passed");
    run.says("run `cov-run 'test_stops.py::test_a' -- --pdb`");
}

/// Runs cov-run on a terminal, on which this is typed.
fn on_a_terminal(project: &Project, args: &[&str], typed: &str) -> Run {
    let mut command = Command::new("python3");
    let script = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))";
    command.args(["-c", script]);
    let mut child = project.started_by(command, args).stdin(Stdio::piped()).spawn().unwrap();
    // The terminal is left open: its end would be a hangup.
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(typed.as_bytes()).unwrap();
    let run = finish(child);
    drop(stdin);
    run
}

#[test]
fn a_debugger_has_the_terminal_for_itself() {
    let project =
        Project::new(&[("test_a.py", "def test_a():\n    answer = 6 * 7\n    assert not answer\n")]);
    let run = on_a_terminal(&project, &["-n2", "--", "--pdb"], "p 'it is', answer\nq\n");
    let run = run.says("a debugger needs the terminal: one process runs the tests, and nothing is measured");
    let run = run.says("('it is', 42)").says("Quitting debugger");
    assert_eq!(run.status, 2, "{}", run.stdout); // as pytest ends
    let run = on_a_terminal(&project, &["--", "--trace"], "n\np 'it is', answer\nc\n");
    assert_eq!(run.status, 1, "{}", run.stdout);
    run.says("('it is', 42)").says("1 failed");
}

#[test]
fn a_debugger_is_for_tests_that_are_named() {
    let project = Project::new(&[("test_a.py", "def test_a():\n    pass\n")]);
    project.run(&["--shard", "1/2", "--", "--pdb"]).expect(4).complains("name the tests");
}
