//! Coverage.py's data files (`.coverage`): what ran, as it was measured.
//!
//! A data file is an `SQLite` database of schema 7, which every coverage.py since 5.0 writes. It is only ever read: no byte
//! of it or beside it is written, locked or deleted.

mod arc_index;
mod database;
mod error;
pub mod fragments;
mod merge;
mod read;
mod uri;
mod writer;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use error::DataFileError;
pub use merge::DataConflict;
pub use read::ReadOptions;

/// The data of one file, or of several merged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DataFile {
    /// What was measured; none where nothing was measured yet.
    pub kind: Option<Kind>,
    /// The files by path, as it was recorded: mostly absolute, and of whatever system measured.
    pub files: BTreeMap<String, FileData>,
    /// The versions of coverage.py that wrote the data.
    pub written_by: BTreeSet<String>,
}

impl DataFile {
    /// Whether any context has a name.
    pub fn has_named_contexts(&self) -> bool {
        self.files.values().flat_map(|file| file.contexts.keys()).any(|name| !name.is_empty())
    }

    /// Gives `name` to the context without a name, and to one that `name` continues as coverage.py continues a static
    /// context, behind a `|`.
    pub fn name_context(&mut self, name: &Arc<str>) {
        for file in self.files.values_mut() {
            let is_meant = |context: &str| {
                context.is_empty() || name.strip_prefix(context).is_some_and(|rest| rest.starts_with('|'))
            };
            let meant: Vec<_> = file.contexts.keys().filter(|context| is_meant(context)).cloned().collect();
            for context in meant {
                let lines = file.contexts.remove(&context).unwrap_or_default();
                merge::union(file.contexts.entry(Arc::clone(name)).or_default(), lines);
            }
        }
    }

    /// Drops all contexts.
    pub fn forget_contexts(&mut self) {
        self.files.values_mut().for_each(|file| file.contexts.clear());
    }
}

/// What coverage.py measured: one or the other in a whole run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The lines that ran.
    Lines,
    /// Which line came after which (`branch = true`).
    Arcs,
}

/// The way from one line to the next.
///
/// Numbers are lines from 1, as they were in the code, not yet the first lines of statements. A negative start is the
/// first line of the code that was entered, a negative end that of the code that was left; a whole module's is -1.
pub type LineArc = (i32, i32);

/// What was measured of one file. A file without lines and arcs was looked for, and did not run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileData {
    /// The name of coverage.py's plug-in that owns the file, if one does: its lines are no Python.
    pub tracer: Option<String>,
    /// The lines that ran, ascending, each once. Empty where arcs were measured: see [`FileData::executed_lines`].
    pub lines: Vec<u32>,
    /// The arcs that were taken, ascending, each once.
    pub arcs: Vec<LineArc>,
    /// Which context (test) ran which lines, ascending, each once; `""` is outside of every context. Empty unless
    /// [`ReadOptions::contexts`] asks for them.
    pub contexts: BTreeMap<Arc<str>, Vec<u32>>,
}

impl FileData {
    /// The lines that ran, ascending, each once; of arcs those at both ends. From `CoverageData.lines` of coverage.py's
    /// sqldata.py.
    pub fn executed_lines(&self) -> Vec<u32> {
        if self.arcs.is_empty() { self.lines.clone() } else { lines_of_arcs(&self.arcs) }
    }
}

/// The lines at the ends of arcs, ascending, each once.
fn lines_of_arcs(arcs: &[LineArc]) -> Vec<u32> {
    let ends = arcs.iter().flat_map(|&(from, to)| [from, to]);
    let mut lines: Vec<u32> =
        ends.filter_map(|end| u32::try_from(end).ok()).filter(|&line| line > 0).collect();
    lines.sort_unstable();
    lines.dedup();
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contexts_that_nobody_named_get_a_name() {
        let lines =
            |names: &[(&str, u32)]| names.iter().map(|&(name, line)| (name.into(), vec![line])).collect();
        let contexts = lines(&[("", 1), ("linux", 2), ("lin", 3), ("linux|a::other", 4)]);
        let file = FileData { contexts, ..FileData::default() };
        let mut data = DataFile { files: [("a.py".to_owned(), file)].into(), ..DataFile::default() };
        data.name_context(&"linux|a::test".into());
        let mut expected: BTreeMap<_, _> = lines(&[("lin", 3), ("linux|a::other", 4)]);
        expected.insert("linux|a::test".into(), vec![1, 2]);
        assert_eq!(data.files["a.py"].contexts, expected);
    }
}
