//! Other plugins work as they do under pytest-xdist, and what cannot work says so.

use cov_testing::Venv;

use crate::project::Project;

const TESTS: &str = r#"
import asyncio
import time

import pytest


@pytest.mark.asyncio
async def test_async():
    await asyncio.sleep(0)


@pytest.mark.flaky(reruns=3)
def test_flaky(tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "count"
    count = int(path.read_text()) if path.exists() else 0
    path.write_text(str(count + 1))
    assert count == 2


@pytest.mark.timeout(0.2)
def test_timeout():
    time.sleep(5)


def test_mocked(mocker):
    for name in ["os.write", "os.getpid", "json.dumps", "time.perf_counter", "builtins.open", "os.read"]:
        mocker.patch(name)
"#;

fn check(packages: &[&str], tally: &str, attempts: u32) {
    let plugins =
        ["pytest-asyncio", "pytest-rerunfailures", "pytest-timeout", "pytest-mock", "pytest-randomly"];
    let project = Project::in_venv(Venv::with(&[packages, &plugins].concat()), &[("test_a.py", TESTS)]);
    let run = project.run(&["-n1"]).expect(1).says("Using --randomly-seed=");
    assert_eq!(run.tally(), tally);
    let flaky = project.manifest().tests.into_iter().find(|test| test.id == "test_a.py::test_flaky").unwrap();
    assert_eq!(flaky.attempts, attempts);
}

#[test]
fn plugins_work() {
    // In a worker pytest-rerunfailures keeps its first attempts to itself, unless it finds pytest-xdist.
    check(&["pytest>=9", "coverage>=7.10"], "1 failed, 3 passed", 1);
}

#[test]
fn plugins_work_that_know_of_pytest_xdist() {
    check(&["pytest>=9", "coverage>=7.10", "pytest-xdist>=3.8"], "1 failed, 3 passed, 2 rerun", 3);
}

#[test]
fn a_plugin_that_changes_how_everything_looks_has_the_terminal_or_is_silent() {
    let venv = Venv::with(&["pytest>=9", "coverage>=7.10", "pytest-sugar", "pytest-md"]);
    let test = "def test_a():\n    pass\n\n\ndef test_b():\n    assert False\n";
    let project = Project::in_venv(venv, &[("test_a.py", test), ("test_b.py", test)]);
    for (arguments, is_sugared) in [(&[][..], false), (&["--reporter=pytest"], true)] {
        let run =
            project.run(&[&["-n2", "--no-cov"], arguments, &["--", "--force-sugar"]].concat()).expect(1);
        assert_eq!(run.stdout.contains("Results ("), is_sugared, "{}", run.stdout);
        assert!(!run.stdout.contains("[gw0] rootdir"), "{}", run.stdout);
    }
}

#[test]
fn a_plugin_that_reports_from_what_it_registers_later_has_all_tests() {
    let venv = Venv::with(&["pytest>=9", "coverage>=7.10", "pytest-sugar", "pytest-md"]);
    let test = "def test_a():\n    pass\n";
    let project = Project::in_venv(venv, &[("test_a.py", test), ("test_b.py", test)]);
    project.run(&["-n2", "--no-cov", "--", "--md=report.md"]).expect(0);
    let report = project.read("report.md");
    assert!(report.contains("2 tests ran"), "{report}");
}

#[test]
fn what_needs_a_controller_says_so() {
    let project = Project::new(&[
        ("conftest.py", "def pytest_configure(config):\n    config.workerinput['from_controller']\n"),
        ("test_a.py", "def test_a():\n    pass\n"),
    ]);
    project
        .run(&["-n1"])
        .expect(3)
        .complains("from_controller: no plug-in gives it to workers")
        .complains("AttributeError: 'Config' object has no attribute 'workerinput'");
    project
        .run(&["-n1", "--reporter=cov-run"])
        .expect(3)
        .complains("from_controller: no plug-in gives it to workers")
        .complains("which is not there (--reporter=cov-run)");
}

#[test]
fn pytests_own_plugins_may_be_switched_off() {
    let project = Project::new(&[(
        "test_a.py",
        "import pytest\n\n\n@pytest.mark.filterwarnings('error')\ndef test_a(worker_id, testrun_uid, no_cover, cov):\n    pass\n\n\n\
         def test_b():\n    pytest.skip('why')\n",
    )]);
    for plugin in ["terminal", "junitxml", "cacheprovider", "capture", "warnings", "logging", "faulthandler"]
    {
        let run = project.run(&["-n2", "--", "-p", &format!("no:{plugin}")]).expect(0);
        assert_eq!(run.tally(), "1 passed, 1 skipped", "{plugin}");
    }
}
