//! `cov-run replay` and `cov-run bisect`.

use crate::project::{Project, Run, finish};

const STATE: &str = "values = []\n";
const SPOIL: &str = "import pytest\nimport state\n\n\n@pytest.mark.parametrize('number', range(12))\ndef test_many(number):\n    \
                     if number == 7:\n        state.values.append(number)\n";
const VICTIM: &str =
    "import state\n\n\ndef test_first():\n    pass\n\n\ndef test_victim():\n    assert not state.values\n";

fn verb(project: &Project, args: &[&str]) -> Run {
    finish(project.verb(args).spawn().unwrap())
}

fn project() -> Project {
    let project = Project::new(&[
        ("pytest.ini", "[pytest]\npythonpath = .\n"),
        ("state.py", STATE),
        ("test_a.py", SPOIL),
        ("test_b.py", VICTIM),
    ]);
    project.run(&["-n", "1", "--no-cov"]).expect(1);
    project
}

#[test]
fn a_worker_is_replayed_in_its_order() {
    let project = project();
    let before = project.read(".cov/run-1of1.json");
    let run = verb(&project, &["replay", "gw0"]).expect(1);
    assert_eq!(run.tally(), "1 failed, 13 passed");
    let run = verb(&project, &["replay", "test_a.py::test_many[3]"]).expect(0);
    assert_eq!(run.tally(), "4 passed");
    assert_eq!(project.read(".cov/run-1of1.json"), before);
    verb(&project, &["replay", "gw5"]).expect(4).complains("gw5: neither a test nor a worker of that run");
}

#[test]
fn the_test_that_spoils_another_is_found() {
    let project = project();
    let run = verb(&project, &["bisect", "test_b.py::test_victim"]).expect(0);
    assert_eq!(run.stdout, "test_a.py::test_many[7]\n");
    run.complains("test_b.py::test_victim fails only after:").complains("trial 1: passes after 0 tests");
    let run = verb(&project, &["bisect", "test_b.py::test_first"]).expect(1);
    run.complains("it depends on none of them");
}
