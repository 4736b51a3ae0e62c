//! Ctrl-C and requests to terminate: stop cleanly, keep what was measured.

use std::time::{Duration, Instant};

use cov_model::manifest::Outcome;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::project::{Project, Run, finish};

const FILES: &[(&str, &str)] = &[
    ("pytest.ini", "[pytest]\npythonpath = .\n"),
    ("mod.py", "def f():\n    return 1\n\n\ndef g():\n    return 2\n"),
    (
        "test_a.py",
        r#"
import os
import time

import mod
import pytest


@pytest.fixture(scope="session")
def resource():
    yield
    open("torn_down", "w").close()


def test_first(resource):
    assert mod.f() == 1


def test_hangs(resource):
    open("hanging", "w").close()
    for _ in range(600):
        try:
            time.sleep(0.1)
        except KeyboardInterrupt:
            if os.environ.get("STUBBORN") is None:
                raise


def test_last():
    assert mod.g() == 2
"#,
    ),
];

fn interrupted(signals: &[Signal], stubborn: bool) -> (Project, Run, Duration) {
    let project = Project::new(FILES);
    let mut command = project.command(&["-n1", "--source", "."]);
    if stubborn {
        command.env("STUBBORN", "1");
    }
    let child = command.spawn().unwrap();
    let pid = Pid::from_raw(i32::try_from(child.id()).unwrap());
    let started = Instant::now();
    while !project.path("hanging").exists() {
        assert!(started.elapsed() < Duration::from_secs(30), "the test never ran");
        std::thread::sleep(Duration::from_millis(20));
    }
    let interrupted = Instant::now();
    for signal in signals {
        kill(pid, *signal).unwrap();
        std::thread::sleep(Duration::from_millis(400));
    }
    (project, finish(child), interrupted.elapsed())
}

#[test]
fn one_signal_stops_cleanly_and_keeps_what_was_measured() {
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        let (project, run, _) = interrupted(&[signal], false);
        let run = run.expect(2).says("interrupted");
        assert_eq!(run.tally(), "1 passed");
        assert!(project.path("torn_down").exists());
        let outcomes = project.outcomes();
        assert_eq!(outcomes["test_a.py::test_first"], Outcome::Passed);
        assert_eq!(outcomes["test_a.py::test_last"], Outcome::NotRun);
        let manifest = project.manifest();
        assert_eq!((manifest.status, manifest.complete), (2, false));
        assert_eq!(project.covered()["mod.py"], [4, 1, 0, 0, 0]);
        assert!(project.read(".cov/junit-1of1.xml").contains("test_first"));
    }
}

#[test]
fn two_signals_kill_and_the_journal_keeps_what_was_measured() {
    let (project, run, took) = interrupted(&[Signal::SIGINT, Signal::SIGINT], true);
    run.expect(2);
    assert!(took < Duration::from_secs(10), "{took:?}");
    assert_eq!(project.covered()["mod.py"], [4, 1, 0, 0, 0]);
}

#[test]
fn no_worker_outlives_a_killed_run() {
    let project = Project::new(FILES);
    project.write("conftest.py", "import os\n\nopen('pid', 'w').write(str(os.getpid()))\n");
    let mut child = project.command(&["-n1"]).spawn().unwrap();
    let started = Instant::now();
    while !project.path("hanging").exists() {
        assert!(started.elapsed() < Duration::from_secs(30), "the test never ran");
        std::thread::sleep(Duration::from_millis(20));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let worker = Pid::from_raw(project.read("pid").parse().unwrap());
    let killed = Instant::now();
    while kill(worker, None).is_ok() {
        assert!(killed.elapsed() < Duration::from_secs(5), "the worker still runs");
        std::thread::sleep(Duration::from_millis(20));
    }
}
