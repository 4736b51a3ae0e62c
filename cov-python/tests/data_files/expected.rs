//! What `content.py` wrote of coverage.py's data, as our data.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cov_python::data_file::{DataFile, FileData, Kind};
use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct Content {
    kind: Option<String>,
    files: BTreeMap<String, File>,
}

#[derive(Deserialize)]
struct File {
    tracer: Option<String>,
    lines: Vec<u32>,
    arcs: Vec<(i32, i32)>,
    contexts: BTreeMap<String, Vec<u32>>,
}

impl From<Content> for DataFile {
    fn from(content: Content) -> Self {
        let kind = content.kind.map(|kind| if kind == "arcs" { Kind::Arcs } else { Kind::Lines });
        let files = content.files.into_iter().map(|(path, file)| {
            let File { tracer, mut lines, arcs, contexts } = file;
            if kind == Some(Kind::Arcs) {
                // Theirs are the ends of the arcs.
                let ours = FileData { arcs: arcs.clone(), ..FileData::default() };
                assert_eq!(lines, ours.executed_lines(), "{path}");
                lines.clear();
            }
            let contexts = contexts.into_iter().map(|(name, lines)| (Arc::from(name), lines)).collect();
            (path, FileData { tracer, lines, arcs, contexts })
        });
        Self { kind, files: files.collect(), written_by: BTreeSet::new() }
    }
}

/// `data` without what coverage.py has no method for.
pub(super) fn comparable(mut data: DataFile) -> DataFile {
    data.written_by.clear();
    data
}
