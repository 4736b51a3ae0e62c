//! `cov-run list` and `cov-run split`, in a pipe and beside pytest's own list.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::process::Stdio;

use crate::project::{Project, Run, finish, full};

fn project() -> Project {
    Project::in_venv(
        full(),
        &[
            ("pytest.ini", "[pytest]\naddopts = -n 2 --cov --cov-branch\npythonpath = .\n"),
            ("conftest.py", "print('said while conftest is imported')\n"),
            (
                "tests/test_a.py",
                "import pytest\n\nprint('said while the file is imported')\n\n\n\
                 @pytest.mark.parametrize('x', ['a b', 'é', '::', '[]'])\ndef test_x(x):\n    pass\n\n\n\
                 class TestY:\n    def test_z(self):\n        pass\n",
            ),
            ("tests/sub/test_b.py", "def test_1():\n    pass\n\n\ndef test_2():\n    assert 0\n"),
            (
                "test_c.py",
                "import unittest\n\n\nclass T(unittest.TestCase):\n    def test_u(self):\n        pass\n",
            ),
        ],
    )
}

/// cov-run with something on its standard input.
fn filter(project: &Project, args: &[&str], input: &str) -> Run {
    let mut command = project.verb(args);
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    finish(child)
}

fn list(project: &Project, args: &[&str]) -> Run {
    filter(project, &[&["list"], args].concat(), "")
}

#[test]
fn the_list_is_pytests() {
    let project = project();
    for args in [&[][..], &["-k", "test_x or test_2"], &["tests/sub", "test_c.py::T"]] {
        let pytest = project.pytest(&[&["-n0", "--no-cov", "--collect-only", "-q"], args].concat()).stdout;
        let expected: Vec<&str> = pytest.lines().filter(|line| line.contains("::")).collect();
        let run = list(&project, &[&["--"], args].concat()).expect(0);
        assert_eq!(run.stdout.lines().collect::<Vec<_>>(), expected);
        assert_eq!(run.stderr, "");
    }
    let files = list(&project, &["--files"]).expect(0).stdout;
    assert_eq!(files, "test_c.py\ntests/sub/test_b.py\ntests/test_a.py\n");
    let ids = list(&project, &["-0", "test_c.py"]).expect(0).stdout;
    assert_eq!(ids, "test_c.py::T::test_u\0");
}

#[test]
fn a_list_is_whole_or_not_there() {
    let project = project();
    let run = list(&project, &["--", "-k", "no_such_test"]).expect(5).complains("no tests were collected");
    assert_eq!(run.stdout, "");
    project.write("tests/test_broken.py", "import nowhere_to_be_found\n");
    let run = list(&project, &[]).expect(2).complains("nowhere_to_be_found");
    assert_eq!(run.stdout, "");
    let run = list(&project, &["--", "--continue-on-collection-errors"]);
    assert_eq!((run.status, run.stdout.lines().count()), (1, 8));
    list(&project, &["gone.py"]).expect(4).complains("gone.py");
    list(&project, &["--", "--markers"]).expect(4).complains("list is for arguments that run tests");
}

#[test]
fn shards_of_a_list_are_the_list() {
    let project = project();
    let ids = list(&project, &["-0"]).expect(0).stdout;
    let mut seen = BTreeSet::new();
    for number in 1..=3 {
        let shard = format!("{number}/3");
        let part = filter(&project, &["split", &shard, "-0"], &ids).expect(0).stdout;
        let names: Vec<&str> = part.split_terminator('\0').collect();
        let pytest = project.pytest(&[&["-n0", "--no-cov", "-q"], names.as_slice()].concat());
        assert!(pytest.tally().contains(&format!("{}", names.len() - usize::from(part.contains("test_2")))));
        for name in names {
            assert!(seen.insert(name.to_owned()), "{name} is in two shards");
        }
    }
    assert_eq!(seen, ids.split_terminator('\0').map(str::to_owned).collect());
}

#[test]
fn what_a_run_has_learnt_splits_a_list() {
    let project = project();
    project.write("tests/sub/test_b.py", "import time\n\n\ndef test_1():\n    time.sleep(0.5)\n");
    project.run(&[]).expect(0);
    let files = list(&project, &["--files"]).expect(0).stdout;
    let part = filter(&project, &["split", "1/2", "--timings", ".cov/timings.json"], &files).expect(0);
    assert_eq!(part.stdout, "tests/sub/test_b.py\n");
    let run = filter(&project, &["split", "1/2"], "\n").expect(4).complains("<stdin>: no tests to split");
    assert_eq!(run.stdout, "");
}

/// The ids of what passed, by pytest's own file and by cov-run's.
#[test]
fn junit_files_tell_what_tests_took() {
    let project = project();
    let passed: BTreeSet<String> = list(&project, &["--", "--deselect", "tests/sub/test_b.py::test_2"])
        .expect(0)
        .stdout
        .lines()
        .map(str::to_owned)
        .collect();
    let ids = |file: &str| -> BTreeSet<String> {
        let run = filter(&project, &["timings", file], "").expect(0);
        assert_eq!(run.stderr, "");
        let timings: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        let files = timings["files"].as_object().unwrap().values();
        files.flat_map(|file| file["tests"].as_object().unwrap().keys().cloned()).collect()
    };
    for family in ["xunit1", "xunit2"] {
        let family = format!("junit_family={family}");
        project.pytest(&["-n0", "--no-cov", "--junitxml=theirs.xml", "-o", &family]).expect(1);
        assert_eq!(ids("theirs.xml"), passed, "{family}");
        project.run(&["--no-cov", "--junit", "ours.xml", "--", "-o", &family]).expect(1);
        assert_eq!(ids("ours.xml"), passed, "{family}");
    }
}
