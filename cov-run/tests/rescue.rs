//! `cov-run rescue`: what is left of a run that was killed.

use std::time::{Duration, Instant};

use cov_model::manifest::Outcome;

use crate::project::{Project, finish};

const TESTS: &str = "import time\n\nimport mod\n\n\ndef test_passes():\n    assert mod.a() == 1\n\n\ndef test_fails():\n    \
                     assert mod.b() == 3\n\n\ndef test_hangs():\n    open('hanging', 'w').close()\n    time.sleep(60)\n";

fn killed(args: &[&str]) -> Project {
    let project = Project::new(&[
        ("mod.py", "def a():\n    return 1\n\n\ndef b():\n    return 2\n\n\ndef c():\n    return 3\n"),
        ("test_a.py", TESTS),
        ("test_b.py", "import mod\n\n\ndef test_c():\n    assert mod.c() == 3\n"),
    ]);
    let mut child = project.command(&[&["--source", "mod", "--branch"], args].concat()).spawn().unwrap();
    let started = Instant::now();
    while !project.path("hanging").exists() {
        assert!(started.elapsed() < Duration::from_secs(30), "the test never ran");
        std::thread::sleep(Duration::from_millis(20));
    }
    std::thread::sleep(Duration::from_millis(500));
    child.kill().unwrap();
    finish(child);
    assert!(!project.path(".cov/run-1of1.json").exists());
    project
}

#[test]
fn what_tests_did_and_covered_before_the_kill_is_there() {
    for args in [["-n1", "--fork=auto"], ["-n2", "--fork=auto"], ["-n2", "--fork=never"]] {
        let project = killed(&args);
        let run = finish(project.verb(&["rescue"]).spawn().unwrap()).expect(2);
        let run = run.says("assert 2 == 3").complains("the results of the run that was killed are there");
        let outcomes = project.outcomes();
        assert_eq!(outcomes["test_a.py::test_passes"], Outcome::Passed);
        assert_eq!(outcomes["test_a.py::test_fails"], Outcome::Failed);
        assert_eq!(outcomes["test_a.py::test_hangs"], Outcome::NotRun);
        let has_second_worker = args[0] == "-n2";
        assert_eq!(run.tally(), if has_second_worker { "1 failed, 2 passed" } else { "1 failed, 1 passed" });
        assert_eq!(project.covered()["mod.py"], [6, u64::from(!has_second_worker), 0, 0, 0]);
        let manifest = project.manifest();
        assert_eq!((manifest.status, manifest.complete, manifest.coverage_complete), (2, false, false));
        assert!(project.read(".cov/junit-1of1.xml").contains("assert 2 == 3"));
        let again = finish(project.verb(&["rescue"]).spawn().unwrap()).expect(4);
        again.complains("no run of shard 1/1 was killed there");
    }
}

#[test]
fn a_run_that_ended_by_itself_needs_no_rescue() {
    let project = Project::new(&[("test_a.py", "def test_a():\n    assert 0\n")]);
    project.run(&["-n1"]).expect(1);
    finish(project.verb(&["rescue"]).spawn().unwrap()).expect(4).complains("no run of shard 1/1 was killed");
    assert_eq!(project.manifest().status, 1);
}
