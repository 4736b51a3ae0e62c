//! Disks that are full, files that cannot be written, pipes that nobody reads: told by name, and the verdict stands.

use std::fs::File;
use std::process::Stdio;

use cov_model::manifest::Outcome;

use crate::project::{Project, finish};

const MODULE: &str = "def a():\n    return 1\n\n\ndef b():\n    return 2\n\n\ndef c():\n    return 3\n";

/// A project with a test within which the worker's files may no longer grow beyond so many bytes.
fn limited(bytes: u32) -> Project {
    let test = format!(
        "import resource\n\nimport mod\n\n\ndef test_before():\n    assert mod.a() == 1\n\n\ndef test_limits():\n    \
         _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)\n    \
         resource.setrlimit(resource.RLIMIT_FSIZE, ({bytes}, hard))\n    assert mod.b() == 2\n\n\n\
         def test_after():\n    assert mod.c() == 3\n"
    );
    Project::new(&[("mod.py", MODULE), ("test_limited.py", &test)])
}

#[test]
fn coverage_that_cannot_be_saved_is_told_and_that_of_the_journal_kept() {
    let project = limited(16 * 1024);
    let run = project.run(&["-n1", "--source", "."]).expect(3);
    assert_eq!(run.tally(), "3 passed");
    run.complains("not saved: ").complains("/.cov/fragments-1of1/gw0-0.coverage");
    assert_eq!(project.covered()["mod.py"], [6, 0, 0, 0, 0]);
    let manifest = project.manifest();
    assert!(manifest.complete && !manifest.coverage_complete);
}

#[test]
fn a_worker_that_cannot_say_anything_says_so() {
    let project = limited(0);
    let run = project.run(&["-n1", "--source", "."]).expect(3);
    let run = run.says("INTERNALERROR> ").says("0-0.events: File too large");
    assert!(run.tally().ends_with("1 passed"), "{}", run.tally());
    assert_eq!(project.outcomes()["test_limited.py::test_before"], Outcome::Passed);
    let missing = project.covered()["mod.py"][1];
    assert!(missing <= 2, "{missing}");
}

#[test]
fn what_cannot_be_written_is_told_by_name_and_the_rest_is_written() {
    let project = Project::new(&[("test_a.py", "def test_a():\n    pass\n")]);
    let run = project.run(&["-n1", "--junit", "/dev/full", "--events", "/dev/full"]).expect(3);
    assert_eq!(run.tally(), "1 passed");
    assert_eq!(
        run.stderr.matches("cov-run: /dev/full: No space left on device").count(),
        2,
        "{}",
        run.stderr
    );
    assert!(project.manifest().complete);
    let full = File::options().write(true).open("/dev/full").unwrap();
    let child = project.command(&["-n1"]).stdout(Stdio::from(full)).spawn().unwrap();
    finish(child).expect(3).complains("cov-run: <stdout>: No space left on device");
    assert!(project.manifest().complete);
}

#[test]
fn a_reader_that_has_seen_enough_changes_nothing() {
    let project = Project::new(&[("test_a.py", "def test_a():\n    assert 0\n")]);
    let mut child = project.command(&["-n1"]).spawn().unwrap();
    drop(child.stdout.take());
    let run = finish(child).expect(1);
    assert_eq!(run.stderr, "");
    assert_eq!(project.manifest().status, 1);
}

#[test]
fn a_memory_of_failures_that_cannot_be_written_is_no_failure() {
    let project =
        Project::new(&[("test_a.py", "def test_a():\n    assert 0\n"), (".pytest_cache", "a file")]);
    project.run(&["-n1"]).expect(1).complains(".pytest_cache/v/cache/lastfailed: ");
}

#[test]
fn a_temporary_directory_that_is_not_there_is_named() {
    let project = Project::new(&[("test_a.py", "def test_a():\n    pass\n")]);
    let child = project.command(&["-n1"]).env("TMPDIR", "/nowhere").spawn().unwrap();
    finish(child).expect(3).complains("cov-run: /nowhere: temporary directory: ");
}
