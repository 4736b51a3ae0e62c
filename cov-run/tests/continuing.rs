//! Runs of some tests: those that a change affects, and those that an earlier run left to be done.

use std::fs;
use std::io::Write as _;
use std::process::Stdio;

use cov_model::manifest::Outcome;

use crate::project::{Project, Run, finish};

const MODULE: &str = "def a():\n    return 1\n\n\ndef b():\n    return 2\n";
const A: &str = "import pathlib\nimport pytest\nimport mod\n\nFLAG = pathlib.Path(__file__).parent / 'flag'\n\n\ndef test_passes():\n    assert mod.a()\n\n\n\
                 @pytest.mark.parametrize('text', ['x', 'y::z'])\ndef test_fails(text):\n    assert FLAG.exists()\n";
const B: &str = "import mod\n\n\ndef test_b():\n    assert mod.b()\n";

fn project() -> Project {
    Project::new(&[
        ("pytest.ini", "[pytest]\npythonpath = .\n"),
        ("mod.py", MODULE),
        ("test_a.py", A),
        ("test_b.py", B),
        ("test_c.py", "def test_c():\n    pass\n"),
    ])
}

fn with_stdin(project: &Project, args: &[&str], text: &str) -> Run {
    let mut child = project.command(args).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    finish(child)
}

fn missing(project: &Project) -> Vec<u32> {
    let lines = &project.profile().files["mod.py"].lines;
    lines.iter().filter(|(_, hits)| *hits == 0).map(|(line, _)| line).collect()
}

#[test]
fn only_the_tests_of_a_stream_run() {
    let project = project();
    let stream = "{\"v\":1,\"kind\":\"tests\",\"mode\":\"select\",\"base\":\"x\",\"total\":5}\n\
                  {\"id\":\"test_a.py::test_fails[y::z]\",\"why\":[]}\n{\"id\":\"test_b.py\",\"why\":[]}\n\
                  {\"id\":\"test_gone.py::test\",\"why\":[]}\n{\"end\":true,\"count\":3}\n";
    project.write("flag", "");
    let run = with_stdin(&project, &["-n", "2", "--source", ".", "--tests-from", "-"], stream).expect(0);
    assert_eq!(run.tally(), "2 passed");
    run.complains("test_gone.py was to be run and is not there");
    let manifest = project.manifest();
    let ids: Vec<_> = manifest.tests.iter().map(|test| test.id.as_str()).collect();
    assert_eq!(ids, ["test_a.py::test_fails[y::z]", "test_b.py::test_b"]);
    assert!(manifest.complete);
    assert_eq!(missing(&project), [2]);
    // A test that is not there any more stands for its file.
    let renamed = stream.replace("test_fails[y::z]", "test_renamed");
    let run = with_stdin(&project, &["--source", ".", "--tests-from", "-"], &renamed).expect(0);
    assert_eq!(run.tally(), "4 passed");
}

#[test]
fn a_stream_that_is_cut_off_runs_nothing() {
    let project = project();
    for stream in ["", "test_a.py\n", "{\"v\":1,\"kind\":\"tests\",\"mode\":\"select\"}\n"] {
        with_stdin(&project, &["--tests-from", "-"], stream).expect(4).complains("cov-run: <stdin>:");
    }
    assert!(!project.path(".cov").exists());
}

#[test]
fn nothing_affected_is_no_failure() {
    let project = project();
    project.write("none", "{\"v\":1,\"kind\":\"tests\",\"mode\":\"select\"}\n{\"end\":true,\"count\":0}\n");
    project.run(&["--source", ".", "--tests-from", "none"]).expect(0).complains("no test is affected");
    assert!(project.profile().files.contains_key("mod.py"));
    project.write(
        "all",
        "{\"v\":1,\"kind\":\"tests\",\"mode\":\"all\",\"reason\":\"too old\"}\n{\"end\":true,\"count\":0}\n",
    );
    let run = project
        .run(&["--source", ".", "--tests-from", "all"])
        .expect(1)
        .complains("all tests are run: too old");
    assert_eq!(run.tally(), "2 failed, 3 passed");
}

#[test]
fn a_rerun_runs_what_failed_until_all_is_done() {
    let project = project();
    project.run(&["--rerun"]).expect(4).complains("there is no earlier run");
    let run = project.run(&["-n", "2", "--source", "."]).expect(1);
    assert_eq!(run.tally(), "2 failed, 3 passed");
    let run = project.run(&["-n", "2", "--source", ".", "--rerun"]).expect(1);
    assert_eq!(run.tally(), "2 failed");
    project.write("flag", "");
    let run = project.run(&["-n", "2", "--source", ".", "--rerun"]).expect(0);
    assert_eq!(run.tally(), "2 passed");
    let manifest = project.manifest();
    assert!(manifest.complete && manifest.coverage_complete);
    assert_eq!(manifest.tests.len(), 5);
    assert!(manifest.tests.iter().all(|test| test.outcome == Outcome::Passed));
    assert!(missing(&project).is_empty()); // what the first run covered counts
    project.run(&["--source", ".", "--rerun"]).expect(0).complains("nothing is left to be done");
    assert_eq!(project.manifest().tests.len(), 5);
}

#[test]
fn a_run_of_a_command_is_not_continued() {
    let project = project();
    finish(project.verb(&["--cmd", "-n", "1", "--", "true"]).spawn().unwrap()).expect(0);
    project.run(&["--rerun"]).expect(4).complains("that was a run of a command, not of pytest");
}

#[test]
fn a_rerun_runs_what_is_new_and_what_never_ran() {
    let project = project();
    project.run(&["-n", "1", "--source", ".", "--", "-x"]).expect(1);
    assert_eq!(project.outcomes()["test_a.py::test_fails[y::z]"], Outcome::NotRun);
    project.write("flag", "");
    project.write("test_b.py", &format!("{B}\n\ndef test_new():\n    pass\n"));
    project.write("test_d.py", "def test_d():\n    pass\n");
    fs::remove_file(project.path("test_c.py")).unwrap();
    let run = project.run(&["--source", ".", "--rerun", "--", "-v"]).expect(0);
    assert_eq!(run.tally(), "5 passed");
    let ids: Vec<_> = project.outcomes().into_keys().collect();
    assert_eq!(
        ids,
        [
            "test_a.py::test_fails[x]",
            "test_a.py::test_fails[y::z]",
            "test_a.py::test_passes",
            "test_b.py::test_b",
            "test_b.py::test_new",
            "test_d.py::test_d",
        ]
    );
}

#[test]
fn what_was_covered_of_a_source_that_has_changed_does_not_count() {
    let project = project();
    project.run(&["--source", "."]).expect(1);
    project.write("flag", "");
    project.write("mod.py", &MODULE.replace("return 1", "return 3"));
    let run = project.run(&["--source", ".", "--rerun"]).expect(0);
    run.complains("mod.py has changed: what the earlier run covered of it does not count");
    assert!(!project.manifest().coverage_complete);
}
