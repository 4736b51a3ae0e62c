//! Runs of commands: their manifests lead to the fragments that they measured.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use cov_model::manifest::{FORMAT, Manifest, Outcome, TestRecord, VERSION, run_digest};
use cov_model::{Report, json};
use tempfile::TempDir;

use crate::command::{Ran, merge, merged};

fn manifest(index: u32, files: &[&str], assigned: &[&str]) -> Manifest {
    let command = ["./test", "{shard}/{total}"].map(str::to_owned).to_vec();
    let files: Vec<String> = files.iter().map(|&file| file.to_owned()).collect();
    Manifest {
        format: FORMAT.to_owned(),
        version: VERSION,
        shard: index,
        shards: 2,
        run: run_digest(&command, &files).to_string(),
        command,
        arguments: Vec::new(),
        files,
        assigned: assigned.iter().map(|&file| file.to_owned()).collect(),
        status: 0,
        complete: true,
        coverage_complete: true,
        fragments: vec![format!("fragments-{index}of2/deep/c.xml")],
        versions: BTreeMap::new(),
        tests: Vec::new(),
    }
}

fn put(directory: &Path, manifest: &Manifest) {
    let index = manifest.shard;
    let mut bytes = Vec::new();
    manifest.write(&mut bytes).unwrap();
    let fragments = directory.join(format!("fragments-{index}of2/deep"));
    fs::create_dir_all(&fragments).unwrap();
    fs::write(directory.join(format!("run-{index}of2.json")), bytes).unwrap();
    let line = format!("<line number='{index}' hits='1'/>");
    let xml = format!(
        "<coverage><packages><package><classes><class filename='a.c'><lines>{line}</lines></class></classes></package></packages></coverage>"
    );
    fs::write(fragments.join("c.xml"), xml).unwrap();
    // What stands beside fragments has no say: another tool may have left it, a run within the run for one.
    fs::write(fragments.join("profile-1of1.json"), "not looked at").unwrap();
}

fn both() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    put(&directory.path().join("a"), &manifest(1, &[], &[]));
    put(&directory.path().join("b"), &manifest(2, &[], &[]));
    directory
}

fn read(bytes: &[u8]) -> Report {
    json::read(bytes).unwrap()
}

#[track_caller]
fn refused(directory: &TempDir, inputs: &[&str], expected: &str) -> String {
    let Ran { status, stdout, stderr } = merge(directory.path(), inputs);
    assert_eq!((status, stdout.as_slice()), (2, b"".as_slice()), "{stderr}");
    assert!(stderr.contains(expected), "{stderr}");
    stderr
}

#[test]
fn manifests_stand_for_their_fragments() {
    let directory = both();
    let whole = merged(directory.path(), ["."]);
    let report = read(&whole);
    assert!(report.shards.is_empty());
    assert_eq!(report.files["a.c"].lines.iter().collect::<Vec<_>>(), [(1, 1), (2, 1)]);
    assert_eq!(merged(directory.path(), ["b/run-2of2.json", "a"]), whole);
}

#[test]
fn a_missing_shard_is_named() {
    let directory = both();
    refused(&directory, &["a"], "shard 2 of 2 is missing: run it (cov-run --cmd --shard 2/2)");
    let Ran { status, stdout, .. } = merge(directory.path(), ["a", "--allow-incomplete"]);
    assert_eq!(status, 0);
    assert_eq!(read(&stdout).shards.len(), 1);
}

#[test]
fn a_fragment_counts_once() {
    let directory = both();
    refused(&directory, &["a", "b", "./a/fragments-1of2/deep/c.xml"], "is given twice");
    refused(&directory, &["a/run-1of2.json", "a/../a/fragments-1of2/deep/c.xml", "b"], "is given twice");
    refused(&directory, &["a", "b", "a"], "is given twice");
    fs::create_dir(directory.path().join("c")).unwrap();
    put(&directory.path().join("c"), &manifest(1, &[], &[]));
    refused(&directory, &["."], "a profile of shard 1 of 2 of the same run came before");
}

#[test]
fn a_fragment_that_is_gone_is_named() {
    let directory = both();
    fs::remove_file(directory.path().join("b/fragments-2of2/deep/c.xml")).unwrap();
    refused(
        &directory,
        &["."],
        "./b/fragments-2of2/deep/c.xml: it is not there, though ./b/run-2of2.json names it",
    );
}

#[test]
fn a_command_that_failed_is_named() {
    let directory = both();
    put(&directory.path().join("b"), &Manifest { complete: false, status: 1, ..manifest(2, &[], &[]) });
    refused(&directory, &["."], "./b/run-2of2.json: its command did not pass (the run ended with status 1)");
}

#[test]
fn who_measured_nothing_had_nothing_to_run_or_is_named() {
    let directory = both();
    let silent = |assigned: &[&str]| {
        put(&directory.path().join("a"), &manifest(1, &["x", "y"], &["x", "y"][..2 - assigned.len()]));
        let silent = Manifest { fragments: Vec::new(), ..manifest(2, &["x", "y"], assigned) };
        put(&directory.path().join("b"), &silent);
    };
    silent(&[]);
    merged(directory.path(), ["."]);
    silent(&["y"]);
    refused(&directory, &["."], "./b/run-2of2.json: its command left no measurement");
}

#[test]
fn a_test_that_two_shards_ran_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let test = TestRecord {
        id: "a::t".to_owned(),
        outcome: Outcome::Passed,
        duration_us: 1,
        attempts: 1,
        worker: "shard1".to_owned(),
        process: 0,
        order: 0,
    };
    for index in 1..=2 {
        put(directory.path(), &Manifest { tests: vec![test.clone()], ..manifest(index, &[], &[]) });
    }
    let Ran { status, stderr, .. } = merge(directory.path(), ["."]);
    let expected =
        "cov-merge: warning: a::t ran in ./run-1of2.json and in ./run-2of2.json: the shards overlap\n";
    assert_eq!((status, stderr.as_str()), (0, expected));
}

#[test]
fn runs_of_different_commands_are_not_one() {
    let directory = both();
    let mut other = manifest(2, &[], &[]);
    other.command.push("--slow".to_owned());
    other.run = run_digest(&other.command, &other.files).to_string();
    put(&directory.path().join("b"), &other);
    refused(&directory, &["."], "split from different commands or lists of tests");
}
