//! Tests that take too long.

use std::time::Instant;

use cov_model::manifest::Outcome;

use crate::project::Project;

const SLOW: &str = "\
import threading
import time

import pytest

import mod

def test_before():
    assert mod.a() == 1

def test_sleeps():
    other = threading.Thread(target=time.sleep, args=(1.5,), name='other', daemon=True)
    other.start()
    time.sleep(30)

def test_swallows():
    try:
        time.sleep(30)
    except Exception:
        pass

@pytest.fixture
def slow():
    time.sleep(30)

def test_fixture(slow):
    pass

@pytest.mark.timeout(60)
def test_is_allowed():
    time.sleep(1.2)

def test_after():
    assert mod.b() == 2
";

const MODULE: &str = "def a():\n    return 1\n\n\ndef b():\n    return 2\n";

#[test]
fn a_test_that_takes_too_long_fails_and_the_rest_goes_on() {
    let project = Project::new(&[("mod.py", MODULE), ("test_slow.py", SLOW)]);
    let began = Instant::now();
    let run =
        project.run(&["-n", "1", "--source", ".", "--timeout", "0.8", "--", "--strict-markers"]).expect(1);
    assert!(began.elapsed().as_secs() < 25);
    assert_eq!(run.tally(), "2 failed, 3 passed, 1 error");
    let run = run.says("Failed: Timeout (>0.8s)").says("time.sleep(30)").says(" stacks ").says("hread 0x");
    drop(run);
    let outcomes = project.outcomes();
    assert_eq!(outcomes["test_slow.py::test_sleeps"], Outcome::Failed);
    assert_eq!(outcomes["test_slow.py::test_fixture"], Outcome::Error);
    assert!(project.profile().files["mod.py"].lines.iter().all(|(_, hits)| hits > 0));
}

#[test]
fn a_test_that_does_not_react_is_ended_with_its_worker() {
    let text = "import mod\n\n\ndef test_before():\n    assert mod.a() == 1\n\n\ndef test_hangs():\n    \
                sum(range(10 ** 12))\n\n\ndef test_after():\n    assert mod.b() == 2\n";
    let project = Project::new(&[("mod.py", MODULE), ("test_hangs.py", text)]);
    let began = Instant::now();
    let run = project.run(&["-n", "1", "--source", ".", "--timeout", "1"]).expect(1);
    assert!(began.elapsed().as_secs() < 30);
    assert_eq!(run.tally(), "1 failed, 2 passed");
    run.says("timeout (>1s), and the test did not react: killed").says("in test_hangs");
    assert_eq!(project.outcomes()["test_hangs.py::test_hangs"], Outcome::Crashed);
    assert!(project.profile().files["mod.py"].lines.iter().all(|(_, hits)| hits > 0));
}

#[test]
fn a_worker_that_waits_is_not_late() {
    // The last test of one worker waits in its teardown until the other has nothing left to share out.
    let slow = "import time\n\n\ndef test_slow():\n    time.sleep(1.6)\n";
    let project = Project::new(&[
        ("pytest.ini", "[pytest]\naddopts = --dist loadfile\n"),
        ("test_a.py", slow),
        ("test_b.py", "def test_quick():\n    pass\n"),
        ("test_c.py", "import pytest\n\n\n@pytest.mark.serial\ndef test_serial():\n    pass\n"),
    ]);
    project.run(&["-n", "2", "--no-cov", "--timeout", "3"]).expect(0);
    let durations: Vec<_> = project.manifest().tests.iter().map(|test| test.duration_us).collect();
    assert!(durations[1] < 1_000_000, "{durations:?}");
}

#[test]
fn pytest_timeout_keeps_its_own_time() {
    let venv = cov_testing::Venv::with(&["pytest>=9", "coverage>=7.10", "pytest-timeout"]);
    let text = "import time\n\nimport pytest\n\n\n@pytest.mark.timeout(0.5)\ndef test_sleeps():\n    time.sleep(30)\n\n\n\
                @pytest.mark.timeout(0.5)\ndef test_hangs():\n    sum(range(10 ** 12))\n\n\ndef test_after():\n    pass\n";
    let project = Project::in_venv(venv, &[("test_slow.py", text)]);
    let run = project.run(&["-n", "1", "--no-cov"]).expect(1);
    assert_eq!(run.tally(), "2 failed, 1 passed");
    run.says("from pytest-timeout").says("timeout (>0.5s), and the test did not react: killed");
}

#[test]
fn a_limit_must_be_a_time() {
    let project = Project::new(&[]);
    for limit in ["0", "-1", "nan", "inf", "soon"] {
        let limit = format!("--timeout={limit}");
        project.run(&[&limit]).expect(4).complains("give a number of seconds");
    }
}
