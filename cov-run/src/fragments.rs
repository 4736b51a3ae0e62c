//! Everything that was measured: the data files of the workers and of their children, and the journals of those that left one.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use cov_python::data_file::{DataFile, ReadOptions};
use rayon::prelude::*;

use crate::journal;

/// What the fragments hold.
#[derive(Debug, Default)]
pub struct Fragments {
    /// What was measured.
    pub data: DataFile,
    /// Whether some worker left its journal: it died before it could save, or recorded contexts.
    pub has_journal: bool,
    /// Those that could not be used, with the reason.
    pub unusable: Vec<String>,
}

impl Fragments {
    /// Reads all fragments in `directory`, with contexts where any has a name. Nothing of what is read is changed or
    /// removed.
    pub fn read(directory: &Path) -> anyhow::Result<Self> {
        let paths = paths(directory)?;
        let (journals, saved): (Vec<_>, Vec<_>) = paths.into_iter().partition(|path| is_journal(path));
        let journals: Vec<_> =
            journals.into_par_iter().map(|path| (journal::read(&path, true), path)).collect();
        let has_contexts = journals.iter().flat_map(|(data, _)| data).any(DataFile::has_named_contexts)
            || saved.par_iter().any(|path| DataFile::has_contexts(path).unwrap_or(false));
        let saved: Vec<_> =
            saved.into_par_iter().map(|path| (read_saved(&path, has_contexts), path)).collect();
        let mut all = Self { has_journal: !journals.is_empty(), ..Self::default() };
        for (data, path) in journals.into_iter().chain(saved) {
            // One that cannot be merged leaves the rest unfinished, and is a fault of ours: all workers measure alike.
            match data {
                Ok(data) => all.data.merge(data).with_context(|| path.display().to_string())?,
                Err(error) => all.unusable.push(format!("{error:#}")),
            }
        }
        Ok(all)
    }

    /// What was measured up to now, without contexts, as far as it can be read.
    pub fn read_so_far(directory: &Path) -> anyhow::Result<DataFile> {
        let paths = paths(directory)?;
        let read = |path: PathBuf| {
            // A journal may vanish meanwhile, since its worker ends. Then its data file is read later.
            if is_journal(&path) { journal::read(&path, false) } else { read_saved(&path, false) }
        };
        let mut all = DataFile::default();
        for data in paths.into_par_iter().map(read).collect::<Vec<_>>().into_iter().flatten() {
            all.merge(data)?;
        }
        Ok(all)
    }
}

/// The fragments in `directory`, by name.
fn paths(directory: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(directory).with_context(|| directory.display().to_string())? {
        paths.push(entry?.path());
    }
    paths.retain(|path| is_fragment(path));
    paths.sort();
    Ok(paths)
}

fn read_saved(path: &Path, contexts: bool) -> anyhow::Result<DataFile> {
    DataFile::read(path, ReadOptions { contexts }).with_context(|| path.display().to_string())
}

/// Whether this is a data file or a journal of ours; `SQLite`'s own journals are neither.
fn is_fragment(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.contains(".coverage") && !name.ends_with("-journal")
}

fn is_journal(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "journal")
}
