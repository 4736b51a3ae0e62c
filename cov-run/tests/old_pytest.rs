//! The oldest pytest and coverage.py that are supported work as the newest do.

use cov_testing::Venv;

use crate::junit::normalised;
use crate::outcomes::KINDS;
use crate::project::Project;

fn check(venv: Venv) {
    // The fixture `subtests` came with pytest 9.
    let old: Vec<(&str, &str)> = KINDS
        .iter()
        .map(|(name, text)| (*name, text.split("\ndef test_subtests(subtests)").next().unwrap_or_default()))
        .collect();
    let project = Project::in_venv(venv, &old);
    let status = project.pytest(&["--junitxml=theirs.xml", "--continue-on-collection-errors"]).status;
    project.run(&["-n2", "--branch", "--source", "pkg"]).expect(status);
    let totals = |xml: &str| {
        normalised(xml)
            .lines()
            .filter(|line| line.starts_with("testcase"))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(totals(&project.read(".cov/junit-1of1.xml")), totals(&project.read("theirs.xml")));
    assert_eq!(project.covered()["pkg/__init__.py"], [2, 0, 0, 0, 0]);
}

#[test]
fn pytest_7() {
    check(Venv::with(&["pytest==7.4.4", "coverage==7.6.1"]));
}

#[test]
fn pytest_8() {
    check(Venv::with(&["pytest==8.3.5", "coverage==7.9.2"]));
}

#[test]
fn ids_on_the_command_line() {
    let project = Project::in_venv(
        Venv::with(&["pytest==7.4.4", "coverage==7.6.1"]),
        &[(
            "sub/test_a.py",
            "import pytest\n\n\n@pytest.mark.parametrize('x', [1, 2])\ndef test_a(x):\n    pass\n\n\ndef test_b():\n    pass\n",
        )],
    );
    project.run(&["-n1", "sub/test_a.py::test_a[2]"]).expect(0);
    assert_eq!(project.outcomes().into_keys().collect::<Vec<_>>(), ["sub/test_a.py::test_a[2]"]);
}

#[test]
fn plugins_hear_of_a_file_once() {
    // pytest-asyncio 0.23 wraps the collection of each file that it hears of.
    let venv = Venv::with(&["pytest==7.4.4", "coverage==7.6.1", "pytest-asyncio==0.23.8"]);
    let test = "import pytest\n\n\n@pytest.mark.asyncio\nasync def test_async():\n    pass\n";
    let project = Project::in_venv(venv, &[("test_a.py", test), ("test_b.py", test)]);
    assert_eq!(project.run(&["-n2", "--source", "."]).expect(0).tally(), "2 passed");
}
