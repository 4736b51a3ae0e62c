//! Everything that was measured: the data files of the workers and of their children, and the journals of the dead.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use cov_python::data_file::{DataFile, ReadOptions};
use rayon::prelude::*;

use crate::journal;

/// What the fragments hold.
#[derive(Debug, Default)]
pub struct Fragments {
    /// What was measured.
    pub data: DataFile,
    /// Whether some worker died before it could save.
    pub has_journal: bool,
    /// Those that could not be used, with the reason.
    pub unusable: Vec<String>,
}

impl Fragments {
    /// Reads all fragments in `directory`. Nothing of what is read is changed or removed.
    pub fn read(directory: &Path) -> anyhow::Result<Self> {
        let mut paths = Vec::new();
        for entry in fs::read_dir(directory).with_context(|| directory.display().to_string())? {
            paths.push(entry?.path());
        }
        paths.sort();
        paths.retain(|path| is_fragment(path));
        let read: Vec<_> = paths.par_iter().map(|path| (path, read_one(path))).collect();
        let mut all = Self::default();
        for (path, data) in read {
            all.has_journal |= is_journal(path);
            // One that cannot be merged leaves the rest unfinished, and is a fault of ours: all workers measure alike.
            match data {
                Ok(data) => all.data.merge(data).with_context(|| path.display().to_string())?,
                Err(error) => all.unusable.push(format!("{error:#}")),
            }
        }
        Ok(all)
    }
}

fn read_one(path: &Path) -> anyhow::Result<DataFile> {
    if is_journal(path) {
        return journal::read(path);
    }
    DataFile::read(path, ReadOptions::default()).with_context(|| path.display().to_string())
}

/// Whether this is a data file or a journal of ours; `SQLite`'s own journals are neither.
fn is_fragment(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.contains(".coverage") && !name.ends_with("-journal")
}

fn is_journal(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "journal")
}
