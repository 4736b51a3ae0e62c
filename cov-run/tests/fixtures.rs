//! Fixtures live as long as they do under pytest: a session fixture once for each worker, a module fixture once.

use crate::project::Project;

const LOGGED: &[(&str, &str)] = &[
    (
        "conftest.py",
        r#"
import os

import pytest


def log(text):
    with open(os.environ["LOG"] + os.environ["PYTEST_XDIST_WORKER"], "a") as stream:
        stream.write(text + "\n")


@pytest.fixture(scope="session")
def session():
    log("session up")
    yield
    log("session down")


@pytest.fixture(scope="module")
def module(request, session):
    log(f"{request.module.__name__} up")
    yield
    log(f"{request.module.__name__} down")


@pytest.fixture
def function(request, module):
    yield
    log(request.node.name)
"#,
    ),
    ("test_a.py", "def test_a1(function):\n    pass\n\n\ndef test_a2(function):\n    pass\n"),
    ("test_b.py", "def test_b1(function):\n    pass\n\n\ndef test_b2(function):\n    pass\n"),
    ("test_c.py", "def test_c1(function):\n    pass\n"),
    ("test_none.py", ""),
];

fn logs(project: &Project, workers: &str) -> Vec<String> {
    let mut command = project.command(&["-n", workers]);
    command.env("LOG", project.path("log-"));
    crate::project::finish(command.spawn().unwrap()).expect(0);
    let count: usize = workers.parse().unwrap();
    (0..count)
        .filter_map(|slot| std::fs::read_to_string(project.path(&format!("log-gw{slot}"))).ok())
        .collect()
}

#[test]
fn one_worker_keeps_the_session_fixture_across_files() {
    let log = logs(&Project::new(LOGGED), "1").concat();
    let expected = "session up\ntest_a up\ntest_a1\ntest_a2\ntest_a down\ntest_b up\ntest_b1\ntest_b2\ntest_b down\n\
                    test_c up\ntest_c1\ntest_c down\nsession down\n";
    assert_eq!(log, expected);
}

#[test]
fn each_worker_has_a_session_fixture_of_its_own() {
    let logs = logs(&Project::new(LOGGED), "2");
    for log in &logs {
        assert!(log.starts_with("session up\n") && log.ends_with("session down\n"), "{log}");
        assert_eq!(log.matches("session").count(), 2, "{log}");
    }
    let all = logs.concat();
    for module in ["test_a", "test_b", "test_c"] {
        assert_eq!(all.matches(&format!("{module} up")).count(), 1, "{all}");
        assert_eq!(all.matches(&format!("{module} down")).count(), 1, "{all}");
    }
}

#[test]
fn a_session_fixture_that_breaks_at_the_end_is_an_error_of_the_last_test() {
    let project = Project::new(&[
        (
            "conftest.py",
            "import pytest\n\n\n@pytest.fixture(scope='session')\ndef s():\n    yield\n    raise ValueError('late')\n",
        ),
        ("test_a.py", "def test_a(s):\n    pass\n"),
        ("test_z.py", ""), // the file that comes last has no test
    ]);
    let run = project.run(&["-n1"]).expect(1).says("ERROR at teardown of test_a").says("ValueError: late");
    assert_eq!(run.tally(), "1 passed, 1 error");
}

#[test]
fn workers_share_the_parent_of_their_temporary_directories() {
    let project = Project::new(&[
        (
            "test_a.py",
            "def test_a(tmp_path_factory, worker_id, testrun_uid):\n    base = tmp_path_factory.getbasetemp()\n    assert base.name == 'popen-' + worker_id\n    (base.parent / worker_id).write_text(testrun_uid)\n",
        ),
        ("test_b.py", "from test_a import test_a as test_b\n"),
    ]);
    project.run(&["-n2", "--", "--basetemp=base"]).expect(0);
    let ids: Vec<String> = ["gw0", "gw1"]
        .iter()
        .filter_map(|id| std::fs::read_to_string(project.path(&format!("base/{id}"))).ok())
        .collect();
    assert!(!ids.is_empty() && ids.iter().all(|id| *id == ids[0] && !id.is_empty()), "{ids:?}");
}

#[test]
fn temporary_directories_stay_when_tests_fail_and_go_with_the_next_run() {
    let project = Project::new(&[(
        "test_a.py",
        "def test_a(tmp_path):\n    (tmp_path / 'evidence').touch()\n    assert 0\n",
    )]);
    project.run(&["-n1"]).expect(1);
    let kept = project.path(".cov/tmp").canonicalize().unwrap();
    assert!(kept.join("popen-gw0/test_a0/evidence").exists());
    project.write("test_a.py", "def test_a(tmp_path):\n    pass\n");
    project.run(&["-n1"]).expect(0);
    assert!(!kept.exists());
}
