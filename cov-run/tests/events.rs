//! The file of events.

use serde_json::Value;

use crate::project::Project;

/// The events of a run, without their times.
fn events(project: &Project, name: &str) -> Vec<Value> {
    let lines =
        project.read(name).lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<_>>();
    lines
        .into_iter()
        .map(|mut event: Value| {
            event.as_object_mut().unwrap().remove("at");
            event
        })
        .collect()
}

/// What `event` is about, in short.
fn gist(event: &Value) -> String {
    let text = |key: &str| event.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let subject = if event.get("file").is_some() { text("file") } else { text("id") };
    let words = [text("event"), subject, text("outcome"), text("cause")];
    words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

const SUITE: &str = "\
import os
import pytest

def test_good():
    pass

def test_bad():
    assert 1 == 2

@pytest.mark.skip(reason='not now')
def test_skipped():
    pass

def test_dies():
    os.abort()
";

#[test]
fn events_tell_what_happened_in_its_order() {
    let project = Project::new(&[("test_a.py", SUITE), ("test_b.py", "import there_is_no_such_module\n")]);
    project.run(&["-n1", "--events", "log/events.ndjson"]).expect(1);
    let events = events(&project, "log/events.ndjson");
    assert_eq!(events[0]["format"], "cov-run-events");
    assert_eq!(events[0]["version"], 1);
    assert_eq!(events[1]["event"], "session");
    assert_eq!(events[1]["files"], 2);
    let gists: Vec<String> = events[2..].iter().map(gist).collect();
    let of_a = [
        "collected test_a.py",
        "started test_a.py::test_good",
        "finished test_a.py::test_good passed",
        "started test_a.py::test_bad",
        "finished test_a.py::test_bad failed",
        "started test_a.py::test_skipped",
        "finished test_a.py::test_skipped skipped",
        "started test_a.py::test_dies",
        "crash test_a.py::test_dies killed by SIGABRT",
        "finished test_a.py::test_dies crashed",
    ];
    let start = gists.iter().position(|gist| gist == of_a[0]).unwrap();
    assert_eq!(gists[start..start + of_a.len()], of_a);
    assert!(gists.contains(&"collection test_b.py failed".to_owned()), "{gists:?}");
    let failed = events.iter().find(|event| gist(event) == of_a[4]).unwrap();
    assert_eq!(failed["message"], "assert 1 == 2");
    let phases: Vec<&String> = failed["duration_us"].as_object().unwrap().keys().collect();
    assert_eq!(phases, ["call", "setup", "teardown"]);
    let last = events.last().unwrap();
    assert_eq!(last["event"], "ended");
    assert_eq!(last["status"], 1);
    assert_eq!(last["counts"]["failed"], 2);
}

#[test]
fn events_on_stdout_leave_stderr_to_people() {
    let project = Project::new(&[("test_a.py", "def test_a():\n    pass\n")]);
    let run = project.run(&["-n1", "--events", "-"]).expect(0).complains("1 passed");
    assert!(run.stdout.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()), "{}", run.stdout);
}

#[test]
fn events_that_cannot_be_written_are_told_once_and_no_test_is_lost() {
    let project = Project::new(&[("test_a.py", "def test_a():\n    pass\n")]);
    let run = project.run(&["-n1", "--events", "/dev/full"]).expect(3).says("1 passed");
    assert_eq!(run.stderr.matches("/dev/full: No space left on device").count(), 1, "{}", run.stderr);
    project.run(&["-n1", "--events", "/"]).expect(4).complains("/: cannot write events there: ");
}
