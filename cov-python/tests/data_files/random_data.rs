//! Random data written by coverage.py, read by us and by itself.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use cov_python::data_file::{DataFile, ReadOptions};
use cov_python::path_aliases::PathAliases;
use serde::Deserialize;

use super::expected::{Content, comparable};
use super::{programs, run, snapshot, venv};

#[derive(Deserialize)]
struct Case {
    paths: Vec<(String, Vec<String>)>,
    relative: bool,
    files: BTreeMap<String, Content>,
    combined: Content,
}

#[test]
fn random_data_is_read_and_combined_as_coverage_py_does() {
    const CASES: usize = 60;
    let directory = tempfile::tempdir().unwrap();
    let program = programs().join("random_data.py");
    run(Command::new(venv().python())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .arg(program)
        .arg(directory.path())
        .arg(CASES.to_string()));
    let (mut files, mut contexts, mut tracers) = (0, 0, 0);
    for number in 0..CASES {
        let root = directory.path().canonicalize().unwrap().join(number.to_string());
        let before = snapshot(&root);
        let case: Case = serde_json::from_slice(&fs::read(root.join("expected.json")).unwrap()).unwrap();
        let mut all = DataFile::default();
        for (name, expected) in case.files {
            let options = ReadOptions { contexts: true };
            let read = DataFile::read(&root.join(&name), options).unwrap();
            let from_bytes = DataFile::from_bytes(&fs::read(root.join(&name)).unwrap(), options).unwrap();
            assert_eq!(read, from_bytes, "{number} {name}");
            assert_eq!(read.written_by.iter().collect::<Vec<_>>(), ["7.17.3"]);
            let mut plain = DataFile::read(&root.join(&name), ReadOptions::default()).unwrap();
            for (path, file) in &mut plain.files {
                assert!(file.contexts.is_empty());
                file.contexts = read.files[path].contexts.clone();
            }
            assert_eq!(plain, read, "{number} {name}");
            let read = comparable(read);
            assert_eq!(read, DataFile::from(expected), "{number} {name}");
            files += read.files.len();
            contexts += read.files.values().map(|file| file.contexts.len()).sum::<usize>();
            tracers += read.files.values().filter(|file| file.tracer.is_some()).count();
            all.merge(read).unwrap();
        }
        let mut aliases = PathAliases::configured(&case.paths, &root, case.relative).unwrap();
        let combined = aliases.apply_to(all, &|path| PathAliases::source_exists(&root, path)).unwrap();
        let mut expected = DataFile::from(case.combined);
        if expected.kind.is_none() {
            // Coverage.py forgets what was measured, if none of it ran.
            assert!(expected.files.values().all(|file| file.lines.is_empty() && file.arcs.is_empty()));
            expected.kind = combined.kind;
        }
        assert_eq!(comparable(combined), expected, "{number}");
        assert_eq!(snapshot(&root), before, "nothing is written");
    }
    assert!(files > 300 && contexts > 300 && tracers > 10, "{files} {contexts} {tracers}");
}
