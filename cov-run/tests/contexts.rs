//! Contexts have the lines that pytest-cov gives each test; what tests share has contexts of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

use cov_testing::{Venv, pythons};

use crate::project::{Project, full};

const FILES: &[(&str, &str)] = &[
    ("pytest.ini", "[pytest]\npythonpath = .\n"),
    (".coveragerc", "[run]\nsource = .\n[json]\nshow_contexts = true\n"),
    (
        "mod.py",
        r#"
import asyncio
import functools
import threading

short = lambda x: x if x else None


def branches(x):
    if x:
        return [short(n) for n in range(x)]
    return 2


def steps():
    a = 1
    yield a
    b = 2
    yield b
    c = 3
    yield c


def in_thread(x):
    results = []
    thread = threading.Thread(target=lambda: results.append(branches(x)))
    thread.start()
    thread.join()
    return results


async def later(x):
    await asyncio.sleep(0)
    return branches(x)


@functools.lru_cache
def remembered(x):
    return x


def raises():
    try:
        1 / 0
    except ZeroDivisionError:
        return [x for x in (1, 2) if x > 1]


def empty(
    x,
):
    """Nothing."""


class Database:
    def open(self):
        return self

    def close(self):
        return None

    def ask(self):
        return 5
"#,
    ),
    (
        "conftest.py",
        r#"
import pytest

import mod


@pytest.fixture(scope="session")
def database():
    database = mod.Database().open()
    yield database
    database.close()


@pytest.fixture
def row(database):
    yield database.ask()
    mod.empty(1)


@pytest.fixture(scope="module", params=[1, 2])
def number(request):
    request.addfinalizer(lambda: mod.raises())
    return mod.remembered(request.param)
"#,
    ),
    (
        "test_a.py",
        r"
import asyncio
import threading

import mod

STEPS = mod.steps()


def setup_module():
    mod.branches(0)


def teardown_module():
    mod.short(0)


def test_first_step():
    next(STEPS)


def test_second_step(row):
    next(STEPS)


def test_third_step():
    next(STEPS)


def test_thread():
    mod.in_thread(2)
    mod.in_thread(0)


def test_loop():
    asyncio.run(mod.later(1))


def test_number(number):
    mod.branches(number)


class TestClass:
    @classmethod
    def setup_class(cls):
        mod.remembered(3)

    def setup_method(self):
        mod.empty(1)

    def test_method(self, row):
        mod.remembered(3)

    def test_again(self, row):
        mod.raises()
",
    ),
    (
        "test_b.py",
        r#"
import unittest

import mod


class Old(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        mod.short(1)

    def setUp(self):
        mod.short(0)

    def test_old(self):
        mod.branches(1)


def test_late_fixture(request):
    request.getfixturevalue("database").ask()
    mod.raises()


def test_empty():
    mod.empty(1)
"#,
    ),
];

/// The fixtures that tests of [`FILES`] share.
const SHARED: [&str; 6] = [
    "fixture:conftest.py:database",
    "fixture:conftest.py:number",
    "fixture:test_a.py:TestClass.setup_class",
    "fixture:test_a.py:setup_module",
    "fixture:test_b.py:Old.setUpClass",
    "",
];

/// Tests that set up, or tear down, nothing which others share.
const ALONE: [&str; 3] = ["test_a.py::test_third_step", "test_a.py::test_thread", "test_a.py::test_loop"];

/// Lines by context.
type Lines = BTreeMap<String, BTreeSet<(String, u32)>>;

impl Project {
    fn contexts(&self) -> Lines {
        let mut lines = Lines::new();
        for (path, file) in self.profile().files {
            for (context, numbers) in file.contexts {
                lines
                    .entry(context)
                    .or_default()
                    .extend(numbers.into_iter().map(|line| (path.clone(), line)));
            }
        }
        lines
    }

    /// The lines of each test as pytest-cov has them, all phases as one.
    fn contexts_of_pytest_cov(&self, arguments: &[&str]) -> Lines {
        let common = ["-n0", "--cov", "--cov-context=test", "--cov-report=json:theirs.json"];
        self.pytest(&[&common, arguments].concat()).expect(0);
        let document: serde_json::Value = serde_json::from_str(&self.read("theirs.json")).unwrap();
        fs::remove_file(self.path("theirs.json")).unwrap();
        let mut lines = Lines::new();
        for (path, file) in document["files"].as_object().unwrap() {
            for (line, contexts) in file["contexts"].as_object().unwrap() {
                for context in contexts.as_array().unwrap() {
                    let test = context.as_str().unwrap().split('|').next().unwrap().to_owned();
                    lines.entry(test).or_default().insert((path.clone(), line.parse().unwrap()));
                }
            }
        }
        lines
    }
}

#[test]
fn each_test_has_the_lines_that_pytest_cov_gives_it() {
    for python in pythons() {
        let venv =
            Venv::of_python(&python, &["pytest>=9", "coverage>=7.10", "pytest-cov>=7", "pytest-xdist>=3.8"]);
        let project = Project::in_venv(venv, FILES);
        let of_lines = project.contexts_of_pytest_cov(&[]);
        let of_branches = project.contexts_of_pytest_cov(&["--cov-branch"]);
        let has_monitoring = Command::new(&python).args(["-c", "import sys; sys.monitoring"]).output();
        let has_tracer = !has_monitoring.unwrap().status.success();
        for arguments in [&[][..], &["--branch"], &["--core=sysmon"]] {
            project.run(&[&["-n1", "--contexts"], arguments].concat()).expect(0);
            // Where a generator goes on, the tracer tells of an arc that begins where it went to sleep.
            let theirs = if has_tracer && arguments == ["--branch"] { &of_branches } else { &of_lines };
            compare(project.contexts(), theirs, &format!("{}: {arguments:?}", python.display()));
        }
    }
}

fn compare(ours: Lines, theirs: &Lines, how: &str) {
    let (shared, tests): (Lines, Lines) = ours.into_iter().partition(|(name, _)| !name.contains("::"));
    let names: BTreeSet<&str> = shared.keys().map(String::as_str).collect();
    assert_eq!(names, SHARED.into(), "{how}");
    let of_shared: BTreeSet<_> = shared.into_values().flatten().collect();
    for (test, lines) in &tests {
        // What pytest-cov counts to the first test that needs a fixture, or to the last one, is the fixture's.
        let is_fixtures =
            |line: &&(String, u32)| !ALONE.contains(&test.as_str()) && of_shared.contains(*line);
        let missing: Vec<_> = theirs[test].difference(lines).filter(|line| !is_fixtures(line)).collect();
        let extra: Vec<_> = lines.difference(&theirs[test]).collect();
        assert!(missing.is_empty() && extra.is_empty(), "{how}: {test}: {missing:?} {extra:?}");
    }
    assert_eq!(tests.len(), 12, "{how}");
}

/// A test that dies after others have finished.
const DYING: &[(&str, &str)] = &[
    ("pytest.ini", "[pytest]\npythonpath = .\n"),
    (".coveragerc", "[run]\nsource = .\nomit = test_*\n"),
    ("mod.py", "def f(x):\n    if x:\n        return 1\n    return 2\n"),
    (
        "test_a.py",
        "import os\nimport signal\n\nimport mod\n\n\ndef test_one():\n    mod.f(1)\n\n\ndef test_two():\n    mod.f(0)\n\n\n\
         def test_dies():\n    os.kill(os.getpid(), signal.SIGKILL)\n\n\ndef test_three():\n    mod.f(1)\n",
    ),
];

#[test]
fn what_finished_tests_ran_outlives_their_worker() {
    for python in pythons() {
        let project = Project::in_venv(Venv::of_python(&python, &["pytest>=9", "coverage>=7.10"]), DYING);
        project.run(&["-n1", "--contexts", "--branch"]).expect(1);
        let contexts = &project.profile().files["mod.py"].contexts;
        let lines = |context: &str| contexts[context].iter().copied().collect::<Vec<_>>();
        assert_eq!(lines("test_a.py::test_one"), [2, 3]);
        assert_eq!(lines("test_a.py::test_two"), [2, 4]);
        assert_eq!(lines("test_a.py::test_three"), [2, 3]);
        assert_eq!(project.covered()["mod.py"], [4, 0, 2, 0, 0]);
    }
}

#[test]
fn contexts_of_the_configuration_are_taken_over() {
    let project = Project::in_venv(full(), &DYING[..3]);
    project.write("test_a.py", "import mod\n\n\ndef test_one(tmp_path):\n    mod.f(1)\n");
    let names = || project.profile().files["mod.py"].contexts.keys().cloned().collect::<Vec<_>>();
    project.run(&["-n1", "--", "--cov-context=test"]).expect(0);
    assert_eq!(names(), ["", "test_a.py::test_one|run"]);
    // What is asked of cov-run wins.
    project.run(&["-n1", "--contexts", "--", "--cov-context=test"]).expect(0);
    assert_eq!(names(), ["", "test_a.py::test_one"]);
    project.write(".coveragerc", "[run]\nsource = .\ndynamic_context = test_function\ncontext = linux\n");
    project.run(&["-n1"]).expect(0);
    assert_eq!(names(), ["linux", "linux|test_a.py::test_one"]);
    project.write(".coveragerc", "[run]\nsource = .\n");
    project.run(&["-n1"]).expect(0);
    assert_eq!(names(), [""; 0]);
}

#[test]
fn what_processes_run_that_a_test_starts_is_the_tests() {
    let files = [
        &DYING[..3],
        &[
            (".coveragerc", "[run]\nsource = .\nomit = test_*\nparallel = true\nbranch = true\npatch = subprocess\nconcurrency = multiprocessing\n"),
            ("child.py", "import sys\n\nimport mod\n\nmod.f(int(sys.argv[1]))\n"),
            (
                "test_a.py",
                "import multiprocessing\nimport subprocess\nimport sys\n\nimport mod\n\n\ndef start(argument):\n    subprocess.run([sys.executable, 'child.py', argument], check=True)\n\n\n\
                 def test_one():\n    start('1')\n\n\ndef test_two():\n    start('0')\n\n\n\
                 def test_three():\n    process = multiprocessing.get_context('fork').Process(target=mod.f, args=(1,))\n    process.start()\n    process.join()\n",
            ),
        ],
    ]
    .concat();
    let project = Project::in_venv(full(), &files);
    project.run(&["-n2", "--contexts", "--branch"]).expect(0);
    let contexts = &project.profile().files["mod.py"].contexts;
    let body = |context: &str| contexts[context].range(2..).copied().collect::<Vec<_>>();
    assert_eq!(body("test_a.py::test_one"), [2, 3]);
    assert_eq!(body("test_a.py::test_two"), [2, 4]);
    assert_eq!(body("test_a.py::test_three"), [2, 3]);
    assert_eq!(body(""), [0; 0]);
}
