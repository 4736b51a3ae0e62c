//! The same tests end the same way as under plain pytest, whatever kind of test they are.

use crate::junit::{assert_same_lines, normalised};
use crate::project::{Project, full, plain};

/// Every kind of test and of outcome that pytest itself knows.
pub(crate) const KINDS: &[(&str, &str)] = &[
    (
        "pytest.ini",
        "[pytest]\naddopts = --doctest-modules\nmarkers =\n    slow: it takes its time\npythonpath = .\n",
    ),
    (
        "pkg/__init__.py",
        "def double(x):\n    '''\n    >>> double(2)\n    4\n    >>> double(3)\n    7\n    '''\n    return x * 2\n",
    ),
    (
        "tests/conftest.py",
        "import pytest\n\n\n@pytest.fixture(scope='session')\ndef shared():\n    yield 1\n",
    ),
    (
        "tests/test_plain.py",
        r#"
import sys
import warnings

import pytest


def test_passes(shared):
    pass


def test_fails():
    print("on stdout")
    print("on stderr", file=sys.stderr)
    assert [1, 2] == [1, 3], "they differ\nby one"


@pytest.mark.parametrize("x", ["a b", "b::c", "[d]", "e/f.py", "\n", "é", "\udc80", "", "\x1b[31m"])
def test_odd_ids(x):
    assert x != "e/f.py"


@pytest.mark.skip(reason="not today")
def test_skipped_by_mark():
    pass


def test_skipped_inside():
    pytest.skip("no & yes")


@pytest.mark.xfail(reason="known")
def test_fails_as_expected():
    assert 0


@pytest.mark.xfail
def test_passes_unexpectedly():
    pass


@pytest.mark.xfail(strict=True, reason="strictly")
def test_passes_against_strict_expectation():
    pass


def test_warns():
    warnings.warn("mind the gap")


def test_records(record_property):
    record_property("key", "value <1>")


def test_exits():
    sys.exit(3)


def test_escapes():
    assert "\x1b[31m\x00" == "\x7f"
"#,
    ),
    (
        "tests/test_fixtures.py",
        r#"
import pytest


@pytest.fixture
def breaks_before():
    raise ValueError("before")


@pytest.fixture
def breaks_after():
    yield
    print("going down")
    raise ValueError("after")


def test_setup_breaks(breaks_before):
    pass


def test_teardown_breaks(breaks_after):
    pass


def test_both_break(breaks_after):
    assert 0


@pytest.fixture(scope="module", params=[1, 2])
def number(request):
    return request.param


def test_first(number):
    assert number


def test_second(number):
    assert number == 1
"#,
    ),
    (
        "tests/test_classes.py",
        r#"
import unittest

import pytest


class TestPlain:
    @classmethod
    def setup_class(cls):
        cls.calls = []

    def setup_method(self):
        self.calls.append(1)

    def test_one(self):
        assert len(self.calls) == 1

    def test_two(self):
        assert len(self.calls) == 2

    class TestInner:
        def test_three(self):
            pass


class Old(unittest.TestCase):
    def setUp(self):
        self.value = 1

    def test_passes(self):
        self.assertEqual(self.value, 1)

    def test_fails(self):
        self.assertEqual(self.value, 2)

    @unittest.skip("old skip")
    def test_skipped(self):
        pass

    @unittest.expectedFailure
    def test_expected(self):
        self.fail()

    def test_subtests(self):
        for i in range(3):
            with self.subTest(i=i):
                self.assertNotEqual(i, 1)


def test_subtests(subtests):
    for i in range(3):
        with subtests.test(i=i):
            assert i != 1
"#,
    ),
    ("tests/test_broken.py", "import there_is_no_such_module\n"),
    ("tests/test_syntax.py", "def test_x(:\n"),
    ("tests/test_module_skipped.py", "import pytest\n\npytest.skip('whole', allow_module_level=True)\n"),
    ("tests/test_import_or_skip.py", "import pytest\n\npytest.importorskip('there_is_no_such_module')\n"),
    ("tests/test_empty.py", ""),
    ("tests/deep/__init__.py", ""),
    (
        "tests/deep/conftest.py",
        "import pytest\n\n\n@pytest.fixture(scope='package')\ndef near():\n    yield 'near'\n",
    ),
    ("tests/deep/test_deep.py", "def test_deep(near, shared):\n    assert near == 'near'\n"),
    ("tests/deep/deeper/test_deeper.py", "def test_deeper(near):\n    assert near != 'near'\n"),
    ("tests/notes.txt", ">>> 1 + 1\n2\n"),
    ("tests/test_notes.txt", ">>> 1 + 1\n3\n"),
];

fn compare(args: &[&str], workers: &str) {
    let project = Project::in_venv(full(), KINDS);
    let status = project
        .pytest(&[args, &["--junitxml=theirs.xml", "--continue-on-collection-errors"]].concat())
        .status;
    project.run(&[&["-n", workers, "--"], args].concat()).expect(status);
    same_junit(&project);
}

#[test]
fn one_worker_does_what_pytest_does() {
    compare(&["-p", "no:xdist"], "1");
}

#[test]
fn many_workers_do_what_pytest_does() {
    compare(&["-n0"], "3");
}

#[test]
fn output_goes_to_the_junit_file_as_pytest_puts_it() {
    for logging in ["all", "out-err", "log", "system-err"] {
        compare(&["-o", &format!("junit_logging={logging}"), "tests/test_plain.py"], "2");
    }
    compare(&["-o", "junit_logging=all", "-o", "junit_log_passing_tests=false", "tests"], "2");
}

#[test]
fn the_old_junit_family_and_its_settings_are_kept() {
    compare(
        &[
            "-o",
            "junit_family=xunit1",
            "-o",
            "junit_suite_name=mine",
            "--junitprefix=pre",
            "tests/deep",
            "tests/test_plain.py",
        ],
        "2",
    );
}

#[test]
fn the_summary_is_pytests() {
    // What stands between the progress lines and the last line, tracebacks included, is the same text.
    let project = Project::in_venv(full(), KINDS);
    for args in [
        &["-rA", "tests/test_plain.py", "tests/test_fixtures.py"][..],
        &["--tb=short", "-ra"],
        &["--tb=line"],
        &["--tb=native", "-rN", "tests/test_plain.py"],
        &["--show-capture=stderr"],
    ] {
        let theirs = project.pytest(&[args, &["-n0", "--continue-on-collection-errors"]].concat());
        let ours = project.run(&[&["-n2", "--"], args].concat()).expect(theirs.status);
        assert_same_lines(&end_of(&ours.stdout), &end_of(&theirs.stdout));
    }
}

/// The summary from its first section on, without rules and times.
fn end_of(text: &str) -> String {
    let start = text.find("= ERRORS =").or_else(|| text.find("= FAILURES ="));
    let end = &text[start.unwrap()..];
    let line = |line: &str| match line.split_once(" in ") {
        Some((counts, _)) if counts.contains(" passed, ") => counts.trim_matches('=').to_owned(),
        _ => line.to_owned(),
    };
    end.lines().map(line).collect::<Vec<_>>().join("\n")
}

fn same_junit(project: &Project) {
    let ours = normalised(&project.read(".cov/junit-1of1.xml"));
    assert_same_lines(&ours, &normalised(&project.read("theirs.xml")));
}

#[test]
fn a_project_without_the_plugins_is_no_different() {
    let project = Project::in_venv(plain(), KINDS);
    let status = project.pytest(&["--junitxml=theirs.xml", "--continue-on-collection-errors"]).status;
    project.run(&["-n2"]).expect(status);
    same_junit(&project);
}
