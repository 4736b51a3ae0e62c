//! What is said when something is wrong, and with which status.

use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;

use cov_testing::Venv;

use crate::project::{Project, finish, full};

const TEST: (&str, &str) = ("test_a.py", "def test_a():\n    pass\n");

#[test]
fn pytests_usage_errors_are_said_once() {
    let project = Project::new(&[TEST]);
    let run = project.run(&["-n2", "--", "--no-such-option"]).expect(4);
    assert_eq!(run.stderr.matches("unrecognized arguments: --no-such-option").count(), 1, "{}", run.stderr);
    project.run(&["-n2", "--", "-k", "a b ("]).expect(4);
}

#[test]
fn a_conftest_that_cannot_be_imported_is_a_usage_error() {
    let project = Project::new(&[TEST, ("conftest.py", "import there_is_no_such_module\n")]);
    let run = project.run(&["-n2"]).expect(4).complains("No module named 'there_is_no_such_module'");
    assert_eq!(run.stderr.matches("ImportError while loading conftest").count(), 1, "{}", run.stderr);
}

#[test]
fn a_conftest_below_that_cannot_be_imported_is_an_error_said_once() {
    let project =
        Project::new(&[TEST, ("sub/conftest.py", "1 / 0\n"), ("sub/test_b.py", "def test_b():\n    pass\n")]);
    let run = project.run(&["-n2"]).expect(1).says("ZeroDivisionError");
    assert_eq!(run.tally(), "1 passed, 1 error");
}

#[test]
fn an_exit_from_within_ends_the_run_with_its_status() {
    let project = Project::new(&[(
        "test_a.py",
        "import pytest\n\n\ndef test_a():\n    pytest.exit('enough', returncode=7)\n\n\ndef test_b():\n    pass\n",
    )]);
    project.run(&["-n1"]).expect(7).says("Exit: enough");
    project.write("test_a.py", "import pytest\n\n\ndef test_a():\n    pytest.exit('enough')\n");
    project.run(&["-n2"]).expect(2).says("Exit: enough");
}

#[test]
fn an_exit_from_within_stops_other_workers() {
    let wait = "import pathlib\nimport time\n\n\ndef wait_for(name):\n    while not pathlib.Path(name).exists():\n        time.sleep(0.01)\n\n\n";
    let slow = "def test_0():\n    pathlib.Path('running').touch()\n    wait_for('leaving')\n    time.sleep(0.5)\n\n\ndef test_1():\n    pass\n";
    let exit = "def test_0():\n    wait_for('running')\n    pathlib.Path('leaving').touch()\n    __import__('pytest').exit('enough')\n";
    let project = Project::new(&[
        ("test_slow.py", &format!("{wait}{slow}")),
        ("test_exit.py", &format!("{wait}{exit}")),
    ]);
    let run = project.run(&["-n2"]).expect(2);
    assert_eq!(run.tally(), "1 passed");
}

#[test]
fn a_keyboard_interrupt_from_within_is_an_interruption() {
    let project = Project::new(&[(
        "test_a.py",
        "def test_a():\n    raise KeyboardInterrupt\n\n\ndef test_b():\n    pass\n",
    )]);
    project.run(&["-n1"]).expect(2).says("KeyboardInterrupt");
}

#[test]
fn plugins_may_stop_the_session() {
    let stopping = |name: &str| {
        Project::new(&[(
            "test_a.py",
            &format!(
                "def test_a(request):\n    request.session.{name} = 'because'\n\n\ndef test_b():\n    pass\n"
            ),
        )])
    };
    assert_eq!(stopping("shouldfail").run(&["-n1"]).expect(1).says("because").tally(), "1 passed");
    assert_eq!(stopping("shouldstop").run(&["-n1"]).expect(2).says("because").tally(), "1 passed");
}

#[test]
fn an_internal_error_is_shown_as_pytests() {
    let project = Project::new(&[
        TEST,
        ("conftest.py", "def pytest_runtest_logstart():\n    raise ValueError('a plugin breaks')\n"),
    ]);
    project.run(&["-n1"]).expect(3).says("INTERNALERROR> ").says("a plugin breaks");
}

#[test]
fn a_plugin_may_choose_the_status() {
    let project = Project::new(&[
        TEST,
        ("conftest.py", "def pytest_sessionfinish(session):\n    session.exitstatus = 1\n"),
    ]);
    project.run(&["-n1"]).expect(1);
}

#[test]
fn too_many_warnings() {
    let project = Project::new(&[(
        "test_a.py",
        "import warnings\n\n\ndef test_a():\n    warnings.warn('one')\n    warnings.warn('two')\n",
    )]);
    project.run(&["--", "--max-warnings=1"]).expect(6);
    project.run(&["--", "--max-warnings=2"]).expect(0);
}

#[test]
fn a_python_that_is_not_there() {
    let project = Project::new(&[TEST]);
    project
        .run(&["--python", "/no/such/python"])
        .expect(4)
        .complains("cov-run: cannot start /no/such/python");
}

#[test]
fn an_environment_without_pytest() {
    let project = Project::in_venv(Venv::with(&["coverage>=7.10"]), &[TEST]);
    let run = project.run(&["-n2"]).expect(4).complains("No module named 'pytest' (install pytest there");
    assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
}

#[test]
fn an_environment_without_coverage() {
    let project = Project::in_venv(Venv::with(&["pytest>=9"]), &[TEST]);
    project.run(&["-n2"]).expect(4).complains("install coverage there, or run with --no-cov");
    project.run(&["-n2", "--no-cov"]).expect(0);
    assert!(!project.path(".cov/profile-1of1.json").exists());
    assert!(project.manifest().complete);
}

#[test]
fn a_configuration_that_coverage_py_refuses() {
    let project = Project::new(&[TEST, (".coveragerc", "[run]\nbranch = perhaps\n")]);
    project.run(&["-n2"]).expect(4).complains("coverage.py: ");
}

#[test]
fn a_verb_that_stands_where_a_path_would() {
    let project = Project::new(&[TEST]);
    let run = project.run(&["-n", "4", "list"]).expect(4);
    assert_eq!(
        run.stderr,
        "cov-run: list: no such file or directory (the verb comes first: cov-run list ...)\n"
    );
    project.write("list/test_a.py", TEST.1);
    project.run(&["-n", "1", "list"]).expect(0);
}

#[test]
fn an_output_directory_that_cannot_be_made() {
    let project = Project::new(&[TEST, ("occupied", "")]);
    project.run(&["--out", "occupied"]).expect(4).complains("cov-run: occupied: ");
}

#[test]
fn output_that_nobody_captures_is_passed_on() {
    let project = Project::new(&[(
        "test_a.py",
        "import os\n\n\ndef test_a():\n    os.write(1, b'straight out\\n')\n    print('by the way')\n",
    )]);
    project.run(&["-n1", "--", "-s"]).expect(0).says("straight out\n").says("by the way\n");
    let run = project.run(&["-n2", "--", "-s"]).expect(0).says("] straight out\n").says("] by the way\n");
    assert!(run.stdout.contains("[gw"));
}

#[test]
fn what_all_workers_print_while_they_start_is_said_once() {
    let project = Project::new(&[
        TEST,
        ("conftest.py", "import sys\n\nsys.__stderr__.write('hello from the conftest\\n')\n"),
    ]);
    let run = project.run(&["-n3", "--", "-s"]).expect(0);
    assert_eq!(run.stdout.matches("hello from the conftest").count(), 1, "{}", run.stdout);
}

#[test]
fn warnings_of_the_configuration_are_said_once() {
    let project = Project::new(&[TEST, ("pytest.ini", "[pytest]\nno_such_key = 1\n")]);
    let run = project.run(&["-n3"]).expect(0).says("Unknown config option: no_such_key");
    assert_eq!(run.tally(), "1 passed, 1 warning");
}

#[test]
fn verbose_lines_name_the_worker_and_the_test() {
    let project = Project::new(&[TEST]);
    project.run(&["-n1", "-v"]).expect(0).says("[gw0] PASSED test_a.py::test_a\n");
    project.run(&["-n1", "--", "-v"]).expect(0).says("[gw0] PASSED test_a.py::test_a\n");
    let run = project.run(&["-q"]).expect(0);
    assert!(!run.stdout.contains("session starts") && run.stdout.contains("1 passed in "), "{}", run.stdout);
}

#[test]
fn colours_come_when_they_are_asked_for() {
    let project = Project::new(&[("test_a.py", "def test_a():\n    assert 0\n")]);
    assert!(!project.run(&[]).stdout.contains('\x1b'));
    assert!(project.run(&["--color", "always"]).stdout.contains("\x1b[31m\x1b[1m1 failed\x1b[0m"));
    assert!(project.run(&["--", "--color=yes"]).stdout.contains('\x1b'));
    assert!(!project.run(&["--color", "never", "--", "--color=yes"]).stdout.contains('\x1b'));
}

#[test]
fn a_closed_pipe_does_not_change_the_verdict() {
    let project = Project::new(&[("test_a.py", "def test_a():\n    assert 0\n")]);
    let mut child = project.command(&[]).stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    finish(child).expect(1);
    assert!(project.path(".cov/profile-1of1.json").exists());
}

#[test]
fn the_slowest_are_listed() {
    let project = Project::new(&[("test_a.py", "import time\n\n\ndef test_a():\n    time.sleep(0.05)\n")]);
    project
        .run(&["--", "--durations=3"])
        .expect(0)
        .says("slowest 3 durations")
        .says("s call     test_a.py::test_a");
}

#[test]
fn another_directory_can_be_the_project() {
    let project = Project::in_venv(full(), &[("inner/test_a.py", "def test_a():\n    pass\n")]);
    project.run(&["--project", "inner", "--out", "o"]).expect(0);
    assert!(project.path("inner/o/run-1of1.json").exists());
    project.run(&["--project", "nowhere"]).expect(4).complains("cov-run: nowhere: ");
}

#[test]
fn the_output_directory_keeps_itself_out_of_git() {
    let project = Project::new(&[TEST]);
    project.run(&[]).expect(0);
    assert!(project.read(".cov/.gitignore").lines().any(|line| line == "*"));
}

#[test]
fn an_interpreter_is_found() {
    // `python3` of the search path here has no pytest, the project's own environment has.
    let project = Project::in_venv(full(), &[TEST]);
    let mut command = project.command(&[]);
    let script = project.path(".venv/bin/python");
    std::fs::create_dir_all(script.parent().unwrap()).unwrap();
    let python = full().python();
    std::fs::write(&script, format!("#!/bin/sh\nexec {} \"$@\"\n", python.display())).unwrap();
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut bare = std::process::Command::new(command.get_program());
    bare.current_dir(project.root()).env_remove("VIRTUAL_ENV");
    command.stdin(Stdio::null());
    let output = bare.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_file_that_cannot_be_written_keeps_nothing_else_from_being_written() {
    let project = Project::new(&[TEST]);
    let run = project.run(&["--junit", "/dev/full"]).expect(3).complains("cov-run: /dev/full: ");
    assert_eq!(run.tally(), "1 passed");
    assert!(project.manifest().complete);
    assert!(project.path(".cov/profile-1of1.json").exists());
}

#[test]
fn an_interpreter_that_is_none() {
    let project = Project::new(&[TEST]);
    project.run(&["--python", "/bin/false"]).expect(3).complains("workers die before they have listed");
}
