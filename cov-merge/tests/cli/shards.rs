//! When the shards of a run are complete, and when they are not.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::Path;

use cov_model::manifest::{FORMAT, Manifest, VERSION, list_digest};
use cov_model::{FileCoverage, Report, Shard, json};
use tempfile::TempDir;

use crate::command::{Ran, merge, merged};

const FILES: [&str; 3] = ["tests/test_a.py", "tests/test_b.py", "tests/test_c.py"];

fn manifest(index: u32, total: u32, assigned: &[&str]) -> Manifest {
    let files = FILES.map(str::to_owned).to_vec();
    Manifest {
        format: FORMAT.to_owned(),
        version: VERSION,
        shard: index,
        shards: total,
        run: list_digest(&files).to_string(),
        command: Vec::new(),
        arguments: Vec::new(),
        files,
        assigned: assigned.iter().map(|&file| file.to_owned()).collect(),
        status: 0,
        complete: true,
        coverage_complete: true,
        fragments: Vec::new(),
        versions: BTreeMap::new(),
        tests: Vec::new(),
    }
}

/// A report in which each shard hit a line of its own.
fn profile(shard: Option<Shard>, line: u32) -> Report {
    let file = FileCoverage { lines: [(line, 1)].into_iter().collect(), ..FileCoverage::default() };
    Report {
        shards: BTreeSet::from_iter(shard),
        files: [("a.py".to_owned(), file)].into(),
        ..Report::default()
    }
}

fn put_manifest(directory: &Path, manifest: &Manifest) {
    let mut bytes = Vec::new();
    manifest.write(&mut bytes).unwrap();
    fs::create_dir_all(directory).unwrap();
    let name = format!("run-{}of{}.json", manifest.shard, manifest.shards);
    fs::write(directory.join(name), bytes).unwrap();
}

fn put_profile(directory: &Path, manifest: &Manifest) {
    let shard = (manifest.shards > 1).then(|| manifest.shard());
    let name = format!("profile-{}of{}.json", manifest.shard, manifest.shards);
    fs::create_dir_all(directory).unwrap();
    fs::write(directory.join(name), bytes(&profile(shard, manifest.shard))).unwrap();
}

fn put(directory: &Path, manifest: &Manifest) {
    put_manifest(directory, manifest);
    put_profile(directory, manifest);
}

fn bytes(report: &Report) -> Vec<u8> {
    let mut bytes = Vec::new();
    json::write(report, &mut bytes).unwrap();
    bytes
}

/// Three complete shards, each in a directory of its own, as CI systems hand artefacts over.
fn three() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (index, file) in (1..).zip(FILES) {
        put(&directory.path().join(format!("shard-{index}/out")), &manifest(index, 3, &[file]));
    }
    directory
}

/// Merges all of `directory`, which is incomplete for the reason that the first message gives; with that allowed, the same
/// is a warning, and the report keeps its shards.
#[track_caller]
fn incomplete(directory: &TempDir, expected: &str) {
    let Ran { status, stdout, stderr } = merge(directory.path(), ["."]);
    assert_eq!((status, stdout.as_slice()), (2, b"".as_slice()), "{stderr}");
    let last = "cov-merge: incomplete, so nothing is written; --allow-incomplete merges what there is\n";
    assert!(stderr.ends_with(last), "{stderr}");
    assert!(stderr.starts_with(&format!("cov-merge: {expected}")), "{stderr}");
    let Ran { status, stdout, stderr } = merge(directory.path(), [".", "--allow-incomplete"]);
    assert_eq!(status, 0, "{stderr}");
    assert!(stderr.starts_with(&format!("cov-merge: warning: {expected}")), "{stderr}");
    assert!(!json::read(stdout.as_slice()).unwrap().files.is_empty());
}

#[test]
fn all_shards_are_one_run_that_was_never_split() {
    let directory = three();
    let mut whole = Report::default();
    (1..=3).for_each(|line| whole.merge(profile(None, line)).unwrap());
    assert_eq!(merged(directory.path(), ["."]), bytes(&whole));
}

#[test]
fn the_rest_can_be_merged_later() {
    let directory = three();
    let whole = merged(directory.path(), ["."]);
    let some = ["shard-1", "shard-3", "--allow-incomplete", "-o", "some.json"];
    let Ran { status, stderr, .. } = merge(directory.path(), some);
    assert_eq!(status, 0);
    assert!(stderr.starts_with("cov-merge: warning: shard 2 of 3 is missing"), "{stderr}");
    let manifests = ["shard-1/out/run-1of3.json", "shard-3/out/run-3of3.json"];
    assert_eq!(merged(directory.path(), manifests.into_iter().chain(["some.json", "shard-2"])), whole);
    let Ran { status, stderr, .. } = merge(directory.path(), ["some.json", "shard-3"]);
    assert_eq!(status, 2);
    assert!(
        stderr.contains("a profile of shard 3 of 3 of the same run came before, in some.json"),
        "{stderr}"
    );
}

#[test]
fn missing_shards_are_named() {
    let directory = tempfile::tempdir().unwrap();
    put(directory.path(), &manifest(2, 7, &[FILES[0]]));
    put(directory.path(), &manifest(4, 7, &[FILES[1]]));
    incomplete(&directory, "shard 1, 3, 5-7 of 7 is missing: run it (cov-run --shard K/7)");
}

#[test]
fn a_shard_that_stopped_early_is_named() {
    let directory = three();
    let stopped = Manifest { complete: false, status: 2, ..manifest(2, 3, &[FILES[1]]) };
    put_manifest(&directory.path().join("shard-2/out"), &stopped);
    incomplete(
        &directory,
        "./shard-2/out/run-2of3.json: not all of its tests ran (the run ended with status 2): run it again",
    );
}

#[test]
fn a_shard_that_lost_measurements_is_named() {
    let directory = three();
    let lost = Manifest { coverage_complete: false, ..manifest(3, 3, &[FILES[2]]) };
    put_manifest(&directory.path().join("shard-3/out"), &lost);
    incomplete(&directory, "./shard-3/out/run-3of3.json: what some of its tests measured is lost");
}

#[test]
fn a_whole_run_is_judged_too() {
    let directory = tempfile::tempdir().unwrap();
    put(directory.path(), &Manifest { complete: false, status: 2, ..manifest(1, 1, &FILES) });
    incomplete(&directory, "./run-1of1.json: not all of its tests ran");
    put_manifest(directory.path(), &manifest(1, 1, &FILES));
    assert_eq!(merged(directory.path(), ["."]), bytes(&profile(None, 1)));
}

#[test]
fn failed_tests_are_no_gap() {
    let directory = three();
    put_manifest(
        &directory.path().join("shard-1/out"),
        &Manifest { status: 1, ..manifest(1, 3, &[FILES[0]]) },
    );
    assert!(!merged(directory.path(), ["."]).is_empty());
}

#[test]
fn every_test_file_is_assigned_once() {
    let directory = three();
    put_manifest(&directory.path().join("shard-3/out"), &manifest(3, 3, &[FILES[0]]));
    incomplete(
        &directory,
        "tests/test_a.py is assigned twice, in ./shard-1/out/run-1of3.json and in ./shard-3/out/run-3of3.json",
    );
    put_manifest(&directory.path().join("shard-3/out"), &manifest(3, 3, &[]));
    incomplete(&directory, "tests/test_c.py is assigned to no shard");
}

#[test]
fn shards_of_different_runs_are_not_mixed() {
    let directory = three();
    let mut other = manifest(3, 3, &[FILES[2]]);
    other.files.push("tests/test_new.py".to_owned());
    other.run = list_digest(&other.files).to_string();
    put(&directory.path().join("shard-3/out"), &other);
    let names = "./shard-1/out/profile-1of3.json and ./shard-3/out/profile-3of3.json are of different runs, split from different lists of test files: run all shards on one commit";
    let Ran { status, stderr, .. } = merge(directory.path(), ["."]);
    assert_eq!(status, 2);
    // Which run comes first is a matter of digests.
    let turned = "./shard-3/out/profile-3of3.json and ./shard-1/out/profile-1of3.json are of different runs";
    assert!(stderr.contains(names) || stderr.contains(turned), "{stderr}");
}

#[test]
fn splits_into_different_numbers_are_not_mixed() {
    let directory = three();
    put(&directory.path().join("more"), &manifest(2, 2, &FILES[1..]));
    incomplete(
        &directory,
        "./more/profile-2of2.json and ./shard-1/out/profile-1of3.json are of different runs, split into different numbers of shards",
    );
}

#[test]
fn a_split_run_and_a_whole_one_are_not_mixed() {
    let directory = three();
    put(&directory.path().join("more"), &manifest(1, 1, &FILES));
    incomplete(&directory, "./shard-1/out/profile-1of3.json and ./more/run-1of1.json are of different runs");
}

#[test]
fn whole_runs_may_be_many() {
    let directory = tempfile::tempdir().unwrap();
    put(&directory.path().join("unit"), &manifest(1, 1, &FILES));
    put(&directory.path().join("integration"), &manifest(1, 1, &FILES[..1]));
    let mut whole = profile(None, 1);
    whole.merge(profile(None, 1)).unwrap();
    assert_eq!(merged(directory.path(), ["unit", "integration"]), bytes(&whole));
    fs::remove_file(directory.path().join("unit/profile-1of1.json")).unwrap();
    incomplete(&directory, "./unit/run-1of1.json: there is no profile of this run (profile-1of1.json)");
}

#[test]
fn a_manifest_twice_is_noticed() {
    let directory = three();
    put_manifest(&directory.path().join("copy"), &manifest(1, 3, &[FILES[0]]));
    for allowed in [&[][..], &["--allow-incomplete"]] {
        let Ran { status, stderr, .. } = merge(directory.path(), ["."].iter().chain(allowed));
        assert_eq!(status, 2);
        assert_eq!(
            stderr,
            "cov-merge: ./shard-1/out/run-1of3.json: a manifest of shard 1 of 3 of the same run came before, in ./copy/run-1of3.json\n"
        );
    }
}

#[test]
fn packed_artefacts_are_found_and_hidden_directories_are_not_searched() {
    let directory = three();
    let whole = merged(directory.path(), ["."]);
    for entry in ["profile-2of3.json", "run-2of3.json"] {
        let path = directory.path().join("shard-2/out").join(entry);
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packed.write_all(&fs::read(&path).unwrap()).unwrap();
        fs::write(path.with_extension("json.gz"), packed.finish().unwrap()).unwrap();
        fs::remove_file(path).unwrap();
    }
    put(&directory.path().join(".old"), &manifest(1, 1, &FILES));
    assert_eq!(merged(directory.path(), ["."]), whole);
    // But a hidden directory that is named is what is meant.
    assert_eq!(merged(directory.path(), [".old"]), bytes(&profile(None, 1)));
}

#[test]
fn other_text_of_one_file_is_a_conflict_and_never_allowed() {
    let directory = tempfile::tempdir().unwrap();
    for (name, source) in [("old.json", "old"), ("new.json", "new")] {
        let mut report = profile(None, 1);
        report.files.get_mut("a.py").unwrap().digest = Some(cov_model::Digest::of(source.as_bytes()));
        fs::write(directory.path().join(name), bytes(&report)).unwrap();
    }
    let Ran { status, stdout, stderr } =
        merge(directory.path(), ["old.json", "new.json", "--allow-incomplete"]);
    assert_eq!((status, stdout.as_slice()), (2, b"".as_slice()));
    assert!(stderr.starts_with("cov-merge: new.json: a.py: measured twice with different text"), "{stderr}");
}
