//! What a workflow of GitHub Actions gets to see.

use crate::project::{Project, Run, finish};

const SUITE: &str = "\
import warnings
import pytest

def helper():
    assert 1 == 2

@pytest.fixture
def broken():
    raise ValueError('100%, really')

def test_good():
    warnings.warn('beware')

def test_bad():
    helper()

def test_error(broken):
    pass
";

fn run(project: &Project, args: &[&str]) -> Run {
    let mut command = project.command(args);
    let workspace = project.root().canonicalize().unwrap();
    command.env("GITHUB_ACTIONS", "true").env("CI", "true").env("GITHUB_WORKSPACE", &workspace);
    command.env("GITHUB_STEP_SUMMARY", workspace.join("summary.md"));
    finish(command.spawn().unwrap())
}

fn commands(run: &Run) -> Vec<&str> {
    run.stdout.lines().filter(|line| line.starts_with("::")).collect()
}

#[test]
fn failures_are_annotated_where_they_happened() {
    let project = Project::new(&[
        ("sub/test_a.py", SUITE),
        ("sub/test_b.py", "import there_is_no_such_module\n"),
        ("sub/pytest.ini", "[pytest]\n"),
    ]);
    let run = run(&project, &["-n1", "sub", "--", "--durations=2"]).expect(1);
    assert_eq!(
        commands(&run)[..6],
        [
            "::group::about this session",
            "::endgroup::",
            "::group::warnings",
            "::endgroup::",
            "::group::slowest durations",
            "::endgroup::",
        ]
    );
    let annotations = &commands(&run)[6..];
    assert_eq!(annotations.len(), 3, "{annotations:#?}");
    // pytest's rootdir is `sub`, the repository's root is above.
    assert_eq!(
        annotations[0],
        "::error file=sub/test_a.py,line=5,title=test_a.py%3A%3Atest_bad::assert 1 == 2"
    );
    assert_eq!(
        annotations[1],
        "::error file=sub/test_a.py,line=9,title=test_a.py%3A%3Atest_error (setup)::\
         ValueError: 100%25, really"
    );
    assert!(
        annotations[2].starts_with("::error file=sub/test_b.py,title=test_b.py::ImportError while importing"),
        "{annotations:#?}"
    );
    assert!(run.tally().starts_with("1 failed, 1 passed"), "the last line is pytest's: {}", run.stdout);
}

#[test]
fn the_job_gets_a_summary_for_each_run() {
    let project = Project::new(&[("test_a.py", SUITE)]);
    run(&project, &["-n1"]).expect(1);
    run(&project, &["-n1", "--shard", "1/1", "--", "-k", "good"]).expect(0);
    let summary = project.read("summary.md");
    assert_eq!(summary.matches("### Tests: ").count(), 2, "{summary}");
    assert!(summary.contains("### Tests: 1 failed, 1 passed, 1 warning, 1 error in "), "{summary}");
    assert!(summary.contains("| <code>test&#95;a.py::test&#95;bad</code> | assert 1 == 2 |"), "{summary}");
    assert!(summary.contains("| slowest | seconds |"), "{summary}");
}

#[test]
fn elsewhere_nothing_of_it_is_said() {
    let project = Project::new(&[("test_a.py", SUITE)]);
    let run = project.run(&["-n1"]).expect(1);
    assert!(commands(&run).is_empty(), "{}", run.stdout);
}
