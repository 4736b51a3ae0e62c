//! Everything that was measured: the data files of the workers and of their children, and the journals of those that left one.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

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
        let (journals, saved): (Vec<_>, Vec<_>) =
            paths(directory)?.into_iter().partition(|path| is_journal(path));
        let mut all = Self { has_journal: !journals.is_empty(), ..Self::default() };
        let mut children: HashMap<String, BTreeMap<usize, Arc<str>>> = HashMap::new();
        let read = |path: PathBuf| (journal::read(&path, true), path);
        for (journal, path) in journals.into_par_iter().map(read).collect::<Vec<_>>() {
            match journal {
                Ok(journal) => {
                    all.add(journal.data, &path)?;
                    children.entry(worker_of(&path)).or_default().extend(journal.children);
                }
                Err(error) => all.unusable.push(format!("{error:#}")),
            }
        }
        let contexts = all.data.has_named_contexts()
            || children.values().any(|of_worker| !of_worker.is_empty())
            || saved.par_iter().any(|path| DataFile::has_contexts(path).unwrap_or(false));
        let read = |path: PathBuf| (read_saved(&path, contexts), path);
        for (data, path) in saved.into_par_iter().map(read).collect::<Vec<_>>() {
            match data {
                Ok(mut data) => {
                    let of_worker = children.get(&worker_of(&path));
                    if let Some(context) = number_of(&path).and_then(|number| of_worker?.get(&number)) {
                        data.name_context(context);
                    }
                    all.add(data, &path)?;
                }
                Err(error) => all.unusable.push(format!("{error:#}")),
            }
        }
        Ok(all)
    }

    /// What cannot be merged leaves the rest unfinished, and is a fault of ours: all workers measure alike.
    fn add(&mut self, data: DataFile, path: &Path) -> anyhow::Result<()> {
        self.data.merge(data).with_context(|| path.display().to_string())
    }

    /// What was measured up to now, without contexts, as far as it can be read.
    pub fn read_so_far(directory: &Path) -> anyhow::Result<DataFile> {
        let paths = paths(directory)?;
        let read = |path: PathBuf| {
            // A journal may vanish meanwhile, since its worker ends. Then its data file is read later.
            if is_journal(&path) { Ok(journal::read(&path, false)?.data) } else { read_saved(&path, false) }
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

/// The name of the worker that wrote a fragment, or whose child did.
fn worker_of(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.split('.').next().unwrap_or_default().to_owned()
}

/// The number of the context in which the process was started that wrote a data file.
fn number_of(path: &Path) -> Option<usize> {
    let name = path.file_name()?.to_str()?;
    name.split('.').find_map(|part| part.strip_prefix("context-"))?.parse().ok()
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
