//! Who runs which tests, and when: files that are split, groups, tests that need more than one worker.

use std::collections::BTreeSet;

use cov_model::manifest::Outcome;

use crate::project::Project;

/// Nine tests that take time, in three classes with a fixture each, and a short file.
const LONG: &str = "\
import time

import pytest

def pytest_generate_tests(metafunc):
    metafunc.parametrize('number', range(5))

@pytest.fixture(scope='class')
def shared():
    yield []

class TestA:
    def test_a(self, number, shared):
        shared.append(number)
        time.sleep(0.2)

class TestB:
    def test_b(self, number, shared):
        shared.append(number)
        time.sleep(0.2)

class TestC:
    def test_c(self, number, shared):
        shared.append(number)
        time.sleep(0.2)
";

fn workers_of(project: &Project, file: &str) -> BTreeSet<String> {
    let tests = project.manifest().tests;
    tests.into_iter().filter(|test| test.id.starts_with(file)).map(|test| test.worker).collect()
}

#[test]
fn a_long_file_is_shared_out_at_the_end() {
    let project = Project::new(&[("test_long.py", LONG), ("test_short.py", "def test_short():\n    pass\n")]);
    let run = project.run(&["-n", "2", "--no-cov"]).expect(0);
    assert_eq!(run.tally(), "16 passed");
    assert_eq!(workers_of(&project, "test_long.py").len(), 2);
    // A worker that is started for it when it is the only file.
    let run = project.run(&["-n", "2", "--no-cov", "test_long.py"]).expect(0);
    assert_eq!(run.tally(), "15 passed");
    assert!(project.manifest().tests.iter().all(|test| test.attempts == 1));
}

#[test]
fn a_project_that_wants_its_files_whole_keeps_them_so() {
    let project = Project::new(&[
        ("pytest.ini", "[pytest]\naddopts = -n 2 --dist loadfile\n"),
        ("test_long.py", LONG),
        ("test_short.py", "def test_short():\n    pass\n"),
    ]);
    project.run(&["--no-cov"]).expect(0);
    assert_eq!(workers_of(&project, "test_long.py").len(), 1);
}

#[test]
fn a_group_runs_in_one_worker() {
    let text = "import pytest\nimport time\n\n\n@pytest.mark.xdist_group('db')\n@pytest.mark.parametrize('number', range(3))\n\
                def test_db(number):\n    time.sleep(0.05)\n\n\ndef test_free():\n    time.sleep(0.05)\n";
    let names: Vec<String> = (0..6).map(|number| format!("test_{number}.py")).collect();
    let files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), text)).collect();
    let project = Project::new(&files);
    let run = project.run(&["-n", "3", "--no-cov"]).expect(0);
    assert_eq!(run.tally(), "24 passed");
    let manifest = project.manifest();
    let workers = |name: &str| -> BTreeSet<&str> {
        let found = manifest.tests.iter().filter(|test| test.id.contains(name));
        found.map(|test| test.worker.as_str()).collect()
    };
    assert_eq!(workers("test_db").len(), 1);
    assert!(workers("test_free").len() > 1);
}

/// Tests that write down when they begin and end.
fn timed(marks: &str) -> String {
    format!(
        "import pathlib\nimport time\n\nimport pytest\n\nLOG = pathlib.Path(__file__).parent / 'log'\n\n\ndef note(what, name):\n    \
         with LOG.open('a') as log:\n        log.write('%s %s\\n' % (what, name))\n\n\n@pytest.mark.parametrize('number', range(2))\n\
         def test_free(number):\n    note('begin', 'free')\n    time.sleep(0.1)\n    note('end', 'free')\n\n\n{marks}\n\
         @pytest.mark.parametrize('number', range(2))\ndef test_marked(number):\n    note('begin', 'marked')\n    time.sleep(0.1)\n    \
         note('end', 'marked')\n"
    )
}

/// The most tests of a kind that ran at once, and whether any other ran beside one of these.
fn overlap(log: &str) -> (i32, bool) {
    let (mut marked, mut free, mut most, mut beside) = (0, 0, 0, false);
    for line in log.lines() {
        let (what, name) = line.split_once(' ').unwrap();
        *(if name == "marked" { &mut marked } else { &mut free }) += if what == "begin" { 1 } else { -1 };
        most = most.max(marked);
        beside |= marked > 0 && free > 0;
    }
    (most, beside)
}

fn marked(marks: &str) -> (i32, bool) {
    marked_in(marks, "")
}

/// The same in a project of which `pyproject.toml` says this.
fn marked_in(marks: &str, configuration: &str) -> (i32, bool) {
    let text = timed(marks);
    let project = Project::new(&[
        ("test_a.py", text.as_str()),
        ("test_b.py", text.as_str()),
        ("test_c.py", text.as_str()),
        ("pyproject.toml", configuration),
    ]);
    let run = project.run(&["-n", "3", "--no-cov", "--", "--strict-markers"]).expect(0);
    assert_eq!(run.tally(), "12 passed");
    overlap(&project.read("log"))
}

#[test]
fn serial_tests_run_while_nothing_else_does() {
    assert_eq!(marked("@pytest.mark.serial"), (1, false));
}

#[test]
fn a_heavy_test_takes_the_place_of_several() {
    assert_eq!(marked("@pytest.mark.cov_run(weight=3)").0, 1);
    assert_eq!(marked("@pytest.mark.cov_run(weight=2)").0, 1);
}

#[test]
fn tests_of_a_limited_group_run_one_at_a_time() {
    assert_eq!(marked("@pytest.mark.cov_run(group='port')").0, 1);
}

#[test]
fn the_project_says_how_many_of_a_group_run_at_a_time() {
    let groups = "[tool.cov.run.groups]\ndb = 2\nport = 3\n";
    assert_eq!(marked_in("@pytest.mark.cov_run(group='db')", groups).0, 2);
    assert_eq!(marked_in("@pytest.mark.cov_run(group='disk')", groups).0, 1);
}

#[test]
fn a_group_of_none_is_refused_before_anything_is_overwritten() {
    let project = Project::new(&[
        ("cov.toml", "[run.groups]\ndb = 0\n"),
        ("test_a.py", "def test_a():\n    pass\n"),
        (".cov/run-1of1.json", "earlier"),
    ]);
    let run = project.run(&["-n", "2"]).expect(4);
    assert_eq!(
        run.stderr,
        "cov-run: cov.toml:2: invalid value: integer `0`, expected how many of the group's tests may run at a time, from 1\n"
    );
    assert_eq!(project.read(".cov/run-1of1.json"), "earlier");
}

#[test]
fn one_worker_needs_no_arrangements() {
    let project = Project::new(&[("test_a.py", timed("@pytest.mark.serial").as_str())]);
    project.run(&["-n", "1", "--no-cov"]).expect(0);
    assert!(project.outcomes().values().all(|&outcome| outcome == Outcome::Passed));
}
