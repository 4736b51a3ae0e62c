//! What is selected is what pytest selects: paths, node ids, expressions, and an early end.

use std::collections::BTreeSet;

use crate::junit::normalised;
use crate::project::Project;

const FILES: &[(&str, &str)] = &[
    (
        "tests/test_a.py",
        r#"
import pytest


def test_one():
    pass


@pytest.mark.parametrize("x", ["a", "b::c", "[d]"])
def test_many(x):
    pass


class TestC:
    def test_one(self):
        pass

    @pytest.mark.slow
    def test_two(self):
        pass
"#,
    ),
    ("tests/test_b.py", "def test_one():\n    pass\n\n\ndef test_two():\n    pass\n"),
    ("pytest.ini", "[pytest]\nmarkers = slow\ntestpaths = tests\n"),
];

fn ran(args: &[&str]) -> Vec<String> {
    let project = Project::new(FILES);
    project.run(args).expect(0);
    project.outcomes().into_keys().collect()
}

#[track_caller]
fn check(args: &[&str], expected: &[&str]) {
    assert_eq!(ran(args), expected, "{args:?}");
}

#[test]
fn paths_and_ids() {
    check(&["tests/test_b.py"], &["tests/test_b.py::test_one", "tests/test_b.py::test_two"]);
    check(&["tests/test_b.py::test_two"], &["tests/test_b.py::test_two"]);
    check(
        &["--", "tests/test_a.py::TestC"],
        &["tests/test_a.py::TestC::test_one", "tests/test_a.py::TestC::test_two"],
    );
    check(
        &["tests/test_a.py::TestC::test_two", "tests/test_b.py::test_one"],
        &["tests/test_a.py::TestC::test_two", "tests/test_b.py::test_one"],
    );
    check(
        &["tests/test_a.py::test_many"],
        &[
            "tests/test_a.py::test_many[[d]]",
            "tests/test_a.py::test_many[a]",
            "tests/test_a.py::test_many[b::c]",
        ],
    );
    check(&["tests/test_a.py::test_many[b::c]"], &["tests/test_a.py::test_many[b::c]"]);
    check(
        &["tests/test_b.py::test_two", "tests/test_b.py"],
        &["tests/test_b.py::test_one", "tests/test_b.py::test_two"],
    );
}

#[test]
fn expressions() {
    check(&["--", "-k", "two"], &["tests/test_a.py::TestC::test_two", "tests/test_b.py::test_two"]);
    check(&["--", "-m", "slow"], &["tests/test_a.py::TestC::test_two"]);
    check(&["tests/test_b.py", "--", "-k", "not two"], &["tests/test_b.py::test_one"]);
    check(
        &["tests/test_b.py", "--", "--deselect", "tests/test_b.py::test_one"],
        &["tests/test_b.py::test_two"],
    );
    let run = Project::new(FILES).run(&["--", "-k", "two"]);
    assert_eq!(run.tally(), "2 passed, 6 deselected");
}

#[test]
fn ids_run_in_the_order_of_the_command_line() {
    let project = Project::new(FILES);
    let run = project.run(&["-n1", "-v", "tests/test_b.py::test_two", "tests/test_b.py::test_one"]).expect(0);
    assert!(
        run.stdout.find("::test_two").unwrap() < run.stdout.find("::test_one").unwrap(),
        "{}",
        run.stdout
    );
}

#[test]
fn an_id_that_nothing_has_is_a_usage_error() {
    let project = Project::new(FILES);
    project.run(&["tests/test_b.py::test_three"]).expect(4).complains("ERROR: not found: ");
    project.run(&["tests/test_a.py::test_many[z]"]).expect(4).complains("ERROR: not found: ");
}

#[test]
fn a_path_that_is_not_there_is_a_usage_error_said_once() {
    let run = Project::new(FILES).run(&["-n2", "tests/test_z.py"]).expect(4);
    assert_eq!(
        run.stderr.matches("file or directory not found: tests/test_z.py").count(),
        1,
        "{}",
        run.stderr
    );
}

#[test]
fn no_test_is_a_status_of_its_own() {
    let project = Project::new(FILES);
    project.run(&["--", "-k", "nothing_is_called_so"]).expect(5);
    Project::new(&[("readme.txt", "")]).run(&[]).expect(5).says("no tests ran");
}

#[test]
fn packages_can_be_named() {
    let project = Project::new(&[
        ("pkg/__init__.py", ""),
        ("pkg/test_in.py", "def test_a():\n    pass\n\n\ndef test_b():\n    pass\n"),
        ("pytest.ini", "[pytest]\npythonpath = .\n"),
    ]);
    project.run(&["--", "--pyargs", "pkg.test_in::test_b"]).expect(0);
    assert_eq!(project.outcomes().into_keys().collect::<Vec<_>>(), ["pkg/test_in.py::test_b"]);
}

#[test]
fn the_first_failure_ends_the_run() {
    let tests = "def test_1():\n    pass\n\n\ndef test_2():\n    assert 0\n\n\ndef test_3():\n    assert 0\n\n\ndef test_4():\n    assert 0\n";
    let project = Project::new(&[("test_a.py", tests)]);
    let run = project.run(&["-n1", "--", "-x"]).expect(1).says("stopping after 1 failures");
    assert_eq!(run.tally(), "1 failed, 1 passed");
    let run = project.run(&["-n1", "--", "--maxfail=2"]).expect(1).says("stopping after 2 failures");
    assert_eq!(run.tally(), "2 failed, 1 passed");
    assert!(!project.manifest().complete);
}

#[test]
fn a_failure_ends_the_files_of_other_workers_too() {
    let wait = "import pathlib\nimport time\n\n\ndef wait_for(name):\n    while not pathlib.Path(name).exists():\n        time.sleep(0.01)\n\n\n";
    let slow = "def test_0():\n    pathlib.Path('running').touch()\n    wait_for('failing')\n    time.sleep(0.5)\n\n\ndef test_1():\n    pass\n";
    let fails = "def test_0():\n    wait_for('running')\n    pathlib.Path('failing').touch()\n    assert 0\n";
    let project = Project::new(&[
        ("test_slow.py", &format!("{wait}{slow}")),
        ("test_fails.py", &format!("{wait}{fails}")),
    ]);
    let run = project.run(&["-n2", "--", "-x"]).expect(1);
    assert_eq!(run.tally(), "1 failed, 1 passed");
}

#[test]
fn nobody_keeps_what_is_deselected() {
    let conftest = "\
import weakref

LEFT_OUT = []


def pytest_deselected(items):
    LEFT_OUT.extend(map(weakref.ref, items))
";
    let tests = "\
import gc

from conftest import LEFT_OUT


def test_one():
    gc.collect()
    assert [ref() for ref in LEFT_OUT] == [None]


def test_two():
    pass
";
    let project = Project::new(&[("conftest.py", conftest), ("test_a.py", tests)]);
    let run = project.run(&["--", "-k", "one"]).expect(0);
    assert_eq!(run.tally(), "1 passed, 1 deselected");
}

#[test]
fn what_failed_last_is_remembered_as_pytest_does() {
    let files = [
        ("test_a.py", "def test_1():\n    assert 0\n\n\ndef test_2():\n    pass\n"),
        ("test_b.py", "def test_1():\n    pass\n\n\ndef test_2():\n    assert 0\n"),
        ("test_c.py", "def test_1():\n    pass\n"),
        ("test_d.py", "import there_is_no_such_module\n"),
    ];
    let (ours, theirs) = (Project::new(&files), Project::new(&files));
    let check = |args: &[&str]| {
        let status = theirs.pytest(
            &[&["-p", "cacheprovider", "--continue-on-collection-errors", "--junitxml=theirs.xml"], args]
                .concat(),
        );
        ours.run(&[&["-n2", "--"], args].concat()).expect(status.status);
        let cases = |xml: &str| -> BTreeSet<String> {
            normalised(xml).lines().filter(|line| line.starts_with("testcase")).map(str::to_owned).collect()
        };
        assert_eq!(cases(&ours.read(".cov/junit-1of1.xml")), cases(&theirs.read("theirs.xml")), "{args:?}");
        let memory = |project: &Project| -> serde_json::Value {
            serde_json::from_str(&project.read(".pytest_cache/v/cache/lastfailed")).unwrap()
        };
        assert_eq!(memory(&ours), memory(&theirs), "{args:?}");
    };
    check(&[]);
    assert!(ours.read(".pytest_cache/.gitignore").contains('*'));
    check(&["--lf"]);
    ours.write("test_a.py", "def test_1():\n    pass\n");
    theirs.write("test_a.py", "def test_1():\n    pass\n");
    check(&["--lf"]);
    check(&["--ff"]);
    check(&[]);
}

/// Plain pytest imports all test files before the first test, so that `package.part` is there for `test_leaning`.
const LEANING: &[(&str, &str)] = &[
    ("package/__init__.py", ""),
    ("package/part.py", "VALUE = 1\n"),
    (
        "tests/test_a_leaning.py",
        "import package\n\n\ndef test_leaning():\n    assert package.part.VALUE == 1\n",
    ),
    ("tests/test_b_other.py", "import package.part\n\n\ndef test_other():\n    assert package.part\n"),
    ("pytest.ini", "[pytest]\npythonpath = .\ntestpaths = tests\n"),
];

#[test]
fn a_test_that_leans_on_what_another_file_imports_passes_as_under_pytest() {
    let project = Project::new(LEANING);
    let run = project.run(&["-n1"]).expect(0);
    run.complains("test_leaning passes only after other test files are imported");
    // Alone it fails under pytest, and here.
    project.run(&["tests/test_a_leaning.py"]).expect(1);
}

#[test]
fn a_test_that_fails_for_the_want_of_a_name_fails_once() {
    let wanting = "calls = []\n\n\ndef test_wanting():\n    calls.append(1)\n    assert len(calls) == 1\n    nowhere()\n";
    let project =
        Project::new(&[("tests/test_a.py", wanting), LEANING[0], LEANING[1], LEANING[3], LEANING[4]]);
    project.run(&["-n1"]).expect(1).says("NameError").says("1 failed, 1 passed");
}
