//! Tests that are tried again: flaky ones, those that depend on what ran before, and those that fail for good.

use cov_model::manifest::Outcome;

use crate::project::Project;

const FLAKY: &str = "\
import pathlib

import pytest

TRIES = pathlib.Path(__file__).parent / 'tries'
polluted = []

@pytest.fixture(scope='module')
def wide():
    return []

def test_pollutes():
    polluted.append(1)

def test_depends():
    assert not polluted

def test_flaky(wide):
    wide.append(1)
    tries = int(TRIES.read_text()) if TRIES.exists() else 0
    TRIES.write_text(str(tries + 1))
    assert tries >= 1 and wide == [1]

def test_fails():
    assert False

def test_passes():
    pass
";

#[test]
fn what_passes_later_does_not_fail_the_run() {
    for workers in ["1", "2"] {
        let project = Project::new(&[("test_flaky.py", FLAKY)]);
        let run = project.run(&["-n", workers, "--no-cov", "--retries", "2"]).expect(1);
        assert_eq!(run.tally(), "1 failed, 4 passed, 5 rerun");
        let run = run
            .says("test_flaky.py::test_flaky passed at attempt 2 of 3")
            .says("test_flaky.py::test_depends passed only alone in a fresh worker")
            .says("FAILED test_flaky.py::test_fails - assert False");
        assert_eq!(run.stdout.matches("test_fails _").count(), 1, "{}", run.stdout);
        let attempts: Vec<_> = project.manifest().tests.into_iter().map(|test| test.attempts).collect();
        assert_eq!(attempts, [3, 3, 2, 1, 1]); // by id: depends, fails, flaky, passes, pollutes
    }
}

#[test]
fn a_crash_is_tried_again_in_a_fresh_worker() {
    let text = "import os\nimport pathlib\n\nTRIED = pathlib.Path(__file__).parent / 'tried'\n\n\ndef test_before():\n    pass\n\n\n\
                def test_dies():\n    if not TRIED.exists():\n        TRIED.write_text('')\n        os._exit(3)\n\n\ndef test_after():\n    pass\n";
    let project = Project::new(&[("test_dies.py", text)]);
    let run = project.run(&["-n", "1", "--no-cov", "--retries", "1"]).expect(0);
    assert_eq!(run.tally(), "3 passed, 1 rerun");
    assert_eq!(project.outcomes()["test_dies.py::test_dies"], Outcome::Passed);
}

#[test]
fn only_the_last_attempt_counts_for_maxfail() {
    let project = Project::new(&[("test_flaky.py", FLAKY)]);
    let run = project.run(&["-n", "1", "--no-cov", "--retries", "2", "--", "-x"]).expect(1);
    run.says("stopping after 1 failures").says("test_fails");
    let project = Project::new(&[("test_flaky.py", FLAKY)]);
    let run = project.run(&["-n", "1", "--no-cov", "--", "-x"]).expect(1);
    run.says("test_depends");
}

#[test]
fn fixtures_and_teardowns_that_fail_are_tried_again() {
    let text = "import pathlib\n\nimport pytest\n\nTRIES = pathlib.Path(__file__).parent / 'tries'\n\n\n\
                @pytest.fixture(scope='session')\ndef wide():\n    tries = int(TRIES.read_text()) if TRIES.exists() else 0\n    \
                TRIES.write_text(str(tries + 1))\n    assert tries\n    yield\n    assert tries > 1\n\n\ndef test_a(wide):\n    pass\n";
    let project = Project::new(&[("test_a.py", text)]);
    let run = project.run(&["-n", "1", "--no-cov", "--retries", "2"]).expect(0);
    assert_eq!(run.tally(), "1 passed, 2 rerun");
}

#[test]
fn a_junit_file_has_the_failures_of_all_attempts() {
    let project = Project::new(&[("test_flaky.py", FLAKY)]);
    project.run(&["-n1", "--no-cov", "--retries", "1"]).expect(1);
    let xml = project.read(".cov/junit-1of1.xml");
    let case = |name: &str| {
        let start = xml.find(&format!(" name=\"{name}\"")).unwrap();
        xml[start..].split("<testcase").next().unwrap().to_owned()
    };
    let flaky = case("test_flaky");
    assert!(flaky.contains("<flakyFailure message=\"assert (0 "), "{flaky}");
    assert!(flaky.contains("<property name=\"attempts\" value=\"2\" />"), "{flaky}");
    assert!(!flaky.contains("<failure"), "{flaky}");
    let fails = case("test_fails");
    assert_eq!(
        fails.matches("<rerunFailure message=\"assert False\" type=\"call\"><stackTrace>").count(),
        1,
        "{fails}"
    );
    assert_eq!(fails.matches("<failure ").count(), 1, "{fails}");
    assert!(!case("test_passes").contains("propert"), "{xml}");
    assert!(xml.contains(" errors=\"0\" failures=\"1\" skipped=\"0\" tests=\"5\" "), "{xml}");
}
