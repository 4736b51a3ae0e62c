//! Ctrl-C and requests to terminate: stop cleanly, keep what was measured.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use cov_model::manifest::Outcome;
use nix::sys::signal::{Signal, kill};
use nix::sys::stat::Mode;
use nix::unistd::{Pid, mkfifo};

use crate::project::{Project, Run, finish, runs};

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
    with open("hanging.new", "w") as pid:
        pid.write(str(os.getpid()))
    os.rename("hanging.new", "hanging")
    for _ in range(int(os.environ.get("ROUNDS", 600))):
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

fn id_of(child: &Child) -> Pid {
    Pid::from_raw(child.id().cast_signed())
}

/// Waits until a file is there.
#[track_caller]
fn wait_for(project: &Project, name: &str) {
    let started = Instant::now();
    while !project.path(name).exists() {
        assert!(started.elapsed() < Duration::from_secs(30), "{name} is never there");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn interrupted(signals: &[Signal], stubborn: bool) -> (Project, Run, Duration) {
    let project = Project::new(FILES);
    let mut command = project.command(&["-n1", "--source", "."]);
    if stubborn {
        command.env("STUBBORN", "1");
    }
    let child = command.spawn().unwrap();
    wait_for(&project, "hanging");
    let interrupted = Instant::now();
    for signal in signals {
        kill(id_of(&child), *signal).unwrap();
        std::thread::sleep(Duration::from_millis(400));
    }
    (project, finish(child), interrupted.elapsed())
}

/// What the first test measured is there, and what it reported.
#[track_caller]
fn all_is_kept(project: &Project) {
    let outcomes = project.outcomes();
    assert_eq!(outcomes["test_a.py::test_first"], Outcome::Passed);
    assert_eq!(outcomes["test_a.py::test_last"], Outcome::NotRun);
    let manifest = project.manifest();
    assert_eq!((manifest.status, manifest.complete), (2, false));
    assert_eq!(project.covered()["mod.py"], [4, 1, 0, 0, 0]);
    assert!(project.read(".cov/junit-1of1.xml").contains("test_first"));
}

#[test]
fn one_signal_stops_cleanly_and_keeps_what_was_measured() {
    for (signal, name, grace) in
        [(Signal::SIGINT, "SIGINT", 10), (Signal::SIGTERM, "SIGTERM", 5), (Signal::SIGHUP, "SIGHUP", 5)]
    {
        let (project, run, took) = interrupted(&[signal], false);
        let run = run
            .expect(2)
            .says("interrupted")
            .complains(&format!("interrupted by {name}: tests have {grace} s to end"));
        assert_eq!(run.tally(), "1 passed");
        assert!(project.path("torn_down").exists());
        assert!(took < Duration::from_secs(grace), "{took:?}");
        all_is_kept(&project);
    }
}

#[test]
fn two_signals_kill_and_the_journal_keeps_what_was_measured() {
    let (project, run, took) = interrupted(&[Signal::SIGINT, Signal::SIGINT], true);
    run.expect(2).complains("killed: gw0 (test_a.py::test_hangs)");
    assert!(took < Duration::from_secs(10), "{took:?}");
    all_is_kept(&project);
}

#[test]
fn a_test_that_does_not_end_in_time_is_killed() {
    let (project, run, took) = interrupted(&[Signal::SIGTERM], true);
    run.expect(2).complains("killed: gw0 (test_a.py::test_hangs)");
    assert!(took > Duration::from_secs(5) && took < Duration::from_secs(15), "{took:?}");
    all_is_kept(&project);
}

#[test]
fn a_run_in_the_background_can_be_ended_too() {
    // Scripts start programs in the background with SIGINT ignored, nohup with SIGHUP.
    let project = Project::new(FILES);
    let mut command = Command::new("sh");
    command.args(["-c", "trap '' INT HUP; exec \"$0\" \"$@\""]);
    let child = project.started_by(command, &["-n1", "--source", "."]).spawn().unwrap();
    wait_for(&project, "hanging");
    for signal in [Signal::SIGINT, Signal::SIGHUP] {
        kill(id_of(&child), signal).unwrap();
    }
    std::thread::sleep(Duration::from_millis(500));
    assert!(runs(&child.id().to_string()) && !project.path("torn_down").exists());
    kill(id_of(&child), Signal::SIGTERM).unwrap();
    finish(child).expect(2).complains("interrupted by SIGTERM");
    assert!(project.path("torn_down").exists());
    all_is_kept(&project);
}

#[test]
fn a_run_that_has_not_begun_can_be_ended() {
    for args in [["-n2", "--fork=auto"], ["-n2", "--fork=never"]] {
        let project = Project::new(&[
            ("conftest.py", "import time\n\nopen('importing', 'w').close()\ntime.sleep(60)\n"),
            ("test_a.py", "def test_a():\n    pass\n"),
        ]);
        let child = project.command(&args).spawn().unwrap();
        wait_for(&project, "importing");
        let began = Instant::now();
        kill(id_of(&child), Signal::SIGTERM).unwrap();
        finish(child).expect(2);
        assert!(began.elapsed() < Duration::from_secs(10));
    }
}

#[test]
fn a_pause_stops_the_tests_and_their_clocks() {
    let project = Project::new(FILES);
    let mut child =
        project.command(&["-n1", "--no-cov", "--timeout", "3"]).env("ROUNDS", "15").spawn().unwrap();
    wait_for(&project, "hanging");
    let worker = project.read("hanging");
    let state = |pid: &str| {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
        stat.rsplit_once(") ").unwrap().1.chars().next().unwrap()
    };
    kill(id_of(&child), Signal::SIGTSTP).unwrap();
    std::thread::sleep(Duration::from_secs(4));
    assert_eq!((state(&worker), state(&child.id().to_string())), ('T', 'T'));
    assert!(child.try_wait().unwrap().is_none());
    kill(id_of(&child), Signal::SIGCONT).unwrap();
    assert_eq!(finish(child).expect(0).tally(), "3 passed");
}

/// A run whose tests have ended, and that writes its results to a pipe which nobody reads yet.
fn writing() -> (Project, Child) {
    let project = Project::new(&[("test_a.py", "def test_a():\n    pass\n")]);
    let pipe = project.path("junit.xml");
    mkfifo(&pipe, Mode::S_IRUSR | Mode::S_IWUSR).unwrap();
    let mut child = project.command(&["-n1", "--no-cov", "--junit", "junit.xml"]).spawn().unwrap();
    let stdout = child.stdout.as_mut().unwrap();
    assert!(BufReader::new(stdout).lines().any(|line| line.unwrap().contains("1 passed")));
    (project, child)
}

#[test]
fn results_are_written_although_a_machine_has_no_time() {
    let (project, child) = writing();
    for signal in [Signal::SIGTERM, Signal::SIGTERM, Signal::SIGHUP] {
        kill(id_of(&child), signal).unwrap();
        std::thread::sleep(Duration::from_millis(200));
    }
    assert!(project.read("junit.xml").contains("test_a"));
    finish(child).expect(0).complains("the results are being written");
    assert_eq!(project.manifest().status, 0);
}

#[test]
fn who_asks_twice_leaves_results_unwritten() {
    let (_project, child) = writing();
    for _ in 0..2 {
        kill(id_of(&child), Signal::SIGINT).unwrap();
        std::thread::sleep(Duration::from_millis(200));
    }
    finish(child).expect(2);
}

#[test]
fn no_worker_outlives_a_killed_run() {
    let project = Project::new(FILES);
    let mut child = project.command(&["-n1"]).spawn().unwrap();
    wait_for(&project, "hanging");
    child.kill().unwrap();
    child.wait().unwrap();
    let worker = project.read("hanging");
    let killed = Instant::now();
    while runs(&worker) {
        assert!(killed.elapsed() < Duration::from_secs(5), "the worker still runs");
        std::thread::sleep(Duration::from_millis(20));
    }
}
