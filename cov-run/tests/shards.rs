//! Shards: together everything, each test once, and the same split on every machine.

use std::collections::BTreeMap;

use cov_model::{Report, json};

use crate::project::{Project, finish};

fn project() -> Project {
    let project = Project::new(&[
        ("pytest.ini", "[pytest]\npythonpath = .\n"),
        ("mod.py", "def f(x):\n    return x\n"),
    ]);
    for each in 0..7 {
        let tests = (0..=each)
            .map(|number| format!("def test_{number}():\n    assert mod.f({number}) == {number}\n\n\n"));
        let tests = tests.collect::<Vec<_>>().concat();
        project.write(&format!("tests/test_{each}.py"), &format!("import mod\n\n\n{tests}"));
    }
    project
}

#[test]
fn three_shards_are_everything_once() {
    let project = project();
    project.run(&["-n2", "--source", "."]).expect(0);
    let whole = project.manifest();
    let mut tests = BTreeMap::new();
    let mut assigned = Vec::new();
    let mut merged = Report::default();
    for number in 1..=3 {
        project
            .run(&["-n2", "--source", ".", "--shard", &format!("{number}/3")])
            .expect(0)
            .says(&format!("shard {number}/3"));
        let manifest = project.manifest_of(&format!("{number}of3"));
        assert_eq!(manifest.run, whole.run);
        assert_eq!(manifest.files, whole.files);
        assert!(manifest.complete);
        assigned.extend(manifest.assigned);
        for test in manifest.tests {
            assert!(tests.insert(test.id, test.outcome).is_none());
        }
        let mut profile = project.profile_of(&format!("{number}of3"));
        assert_eq!(profile.shards.len(), 1);
        profile.shards.clear();
        merged.merge(profile).unwrap();
    }
    assigned.sort();
    assert_eq!(assigned, whole.files);
    assert_eq!(tests, whole.tests.into_iter().map(|test| (test.id, test.outcome)).collect());
    let bytes = |report: &Report| {
        let mut bytes = Vec::new();
        json::write(report, &mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    };
    assert_eq!(bytes(&merged), bytes(&project.profile()));
}

#[test]
fn timings_that_are_given_decide_the_split() {
    let project = project();
    let timings: Vec<String> = (0..7)
        .map(|each| {
            let us = if each == 0 { 1_000_000 } else { 1 };
            format!(r#""tests/test_{each}.py": {{"collect": {us}, "tests": {{}}}}"#)
        })
        .collect();
    project.write("known.json", &format!(r#"{{"version": 1, "files": {{{}}}}}"#, timings.join(",")));
    project.run(&["--shard", "1/2", "--timings", "known.json"]).expect(0);
    assert_eq!(project.manifest_of("1of2").assigned, ["tests/test_0.py"]);
    project.write("known.json", "[]");
    project
        .run(&["--shard", "1/2", "--timings", "known.json"])
        .expect(4)
        .complains("known.json: neither timings of cov-run, nor");
}

#[test]
fn the_ci_system_tells_the_shard() {
    let project = project();
    let status = project.path("status");
    let mut command = project.command(&["--shard", "auto"]);
    command.env("TEST_SHARD_INDEX", "1").env("TEST_TOTAL_SHARDS", "3").env("TEST_SHARD_STATUS_FILE", &status);
    finish(command.spawn().unwrap()).expect(0).complains("cov-run: shard 2/3, as Bazel says");
    assert_eq!(project.manifest_of("2of3").shard, 2);
    assert!(status.exists()); // which tells Bazel that the tests are sharded
}

#[test]
fn what_limits_shards_is_said() {
    let project = project();
    let durations = r#"{"tests/test_0.py::x": 60, "tests/test_1.py::x": 20, "tests/test_2.py::x": 20}"#;
    project.write("durations", durations);
    project
        .run(&["--shard", "1/4", "--timings", "durations", "tests/test_0.py", "tests/test_1.py", "tests/test_2.py"])
        .expect(0)
        .complains("one file is the bound on a run in 4 shards: tests/test_0.py takes 60 s of 100 s; more than 2 do not help");
    assert_eq!(project.read("durations"), durations);
    assert!(project.read(".cov/timings-1of4.json").contains("\"version\": 2"));
}

#[test]
fn a_shard_without_files_is_fine() {
    let project = Project::new(&[("test_a.py", "def test_a():\n    pass\n")]);
    project.run(&["--shard", "2/2"]).expect(0).complains("shard 2/2 has no tests");
    assert!(project.manifest_of("2of2").complete);
    assert!(project.path(".cov/profile-2of2.json").exists());
}

#[test]
fn timings_are_learnt_and_put_the_longest_first() {
    let project = Project::new(&[
        ("test_a.py", "def test_a():\n    pass\n"),
        ("test_z.py", "import time\n\n\ndef test_z():\n    time.sleep(0.3)\n"),
        (
            "test_long.py",
            "# a long file of short tests, which comes first as long as nothing is known\ndef test_long():\n    pass\n",
        ),
    ]);
    let first = |run: &str| run.lines().find(|line| line.starts_with("[gw")).unwrap_or_default().to_owned();
    let run = project.run(&["-n2", "-v"]).expect(0);
    assert!(run.stdout.contains("test_long"), "{}", run.stdout);
    let timings: serde_json::Value = serde_json::from_str(&project.read(".cov/timings.json")).unwrap();
    assert!(timings["files"]["test_z.py"]["tests"]["test_z.py::test_z"]["mean"].as_u64().unwrap() >= 300_000);
    project.write("test_a.py", "import time\n\n\ndef test_a():\n    time.sleep(0.1)\n    assert 0\n");
    let run = project.run(&["-n2", "-v"]).expect(1);
    assert!(!first(&run.stdout).is_empty());
    let again: serde_json::Value = serde_json::from_str(&project.read(".cov/timings.json")).unwrap();
    // A failed test teaches nothing.
    assert_eq!(again["files"]["test_a.py"]["tests"], timings["files"]["test_a.py"]["tests"]);
}

#[test]
fn tests_that_a_run_leaves_out_are_not_forgotten() {
    let project = project();
    let known = || {
        let timings: serde_json::Value = serde_json::from_str(&project.read(".cov/timings.json")).unwrap();
        timings["files"]["tests/test_5.py"]["tests"].as_object().unwrap().len()
    };
    project.run(&[]).expect(0);
    assert_eq!(known(), 6);
    project.run(&["--", "-k", "test_1"]).expect(0);
    assert_eq!(known(), 6);
    project.run(&["tests/test_5.py::test_2"]).expect(0);
    assert_eq!(known(), 6);
    project.write("tests/test_5.py", "def test_1():\n    pass\n");
    project.run(&["tests/test_5.py"]).expect(0);
    assert_eq!(known(), 1);
}
