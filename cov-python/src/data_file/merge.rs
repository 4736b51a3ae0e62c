//! The union of data files: `CoverageData.update` of coverage.py's sqldata.py.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::mem;

use thiserror::Error;

use super::{DataFile, FileData, Kind};

/// Why two data files cannot be one. The messages do not name the data files.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum DataConflict {
    /// One measured branches, the other lines.
    #[error(
        "branch coverage cannot be combined with statement coverage: {} `branch = true`; measure all of them with the same setting",
        if *.theirs == Kind::Arcs { "this data file was measured with, those before it without" } else { "this data file was measured without, those before it with" }
    )]
    Kind {
        /// What the data file that cannot be added measured.
        theirs: Kind,
    },
    /// Two plug-ins claim one file.
    #[error(
        "{path}: measured by the plug-in {ours:?} in one data file and by {theirs:?} in another: measure all of them with the same plug-ins"
    )]
    Tracer {
        /// The file.
        path: String,
        /// Whose it was; empty for Python.
        ours: String,
        /// Whose it is in the data file that cannot be added; empty for Python.
        theirs: String,
    },
}

impl DataFile {
    /// Takes over what `other` measured. After an error `self` is unfinished and must not be used.
    ///
    /// Associative and commutative, and the empty data is the identity, but for what is a conflict: two files of one
    /// path must have the same tracer, or both none.
    pub fn merge(&mut self, other: Self) -> Result<(), DataConflict> {
        if let (Some(ours), Some(theirs)) = (self.kind, other.kind)
            && ours != theirs
        {
            return Err(DataConflict::Kind { theirs });
        }
        self.kind = self.kind.or(other.kind);
        self.written_by.extend(other.written_by);
        for (path, theirs) in other.files {
            match self.files.entry(path) {
                Entry::Vacant(place) => {
                    place.insert(theirs);
                }
                Entry::Occupied(mut ours) if ours.get().tracer == theirs.tracer => {
                    ours.get_mut().merge(theirs);
                }
                Entry::Occupied(ours) => {
                    return Err(DataConflict::Tracer {
                        path: ours.key().clone(),
                        ours: ours.get().tracer.clone().unwrap_or_default(),
                        theirs: theirs.tracer.unwrap_or_default(),
                    });
                }
            }
        }
        Ok(())
    }

    /// The data with every path as `map` has it. Files that get the same path are merged.
    ///
    /// Coverage.py takes the tracer of whichever of them comes first; one that only some of them have is kept here.
    #[must_use]
    pub fn with_paths(self, mut map: impl FnMut(&str) -> String) -> Self {
        let mut mapped = Self { files: BTreeMap::new(), ..self };
        for (path, mut file) in self.files {
            match mapped.files.entry(map(&path)) {
                Entry::Vacant(place) => {
                    place.insert(file);
                }
                Entry::Occupied(mut place) => {
                    let ours = place.get_mut();
                    ours.tracer = ours.tracer.take().or(file.tracer.take());
                    ours.merge(file);
                }
            }
        }
        mapped
    }
}

impl FileData {
    /// Takes over what was measured of the same file.
    fn merge(&mut self, other: Self) {
        let Self { tracer: _, lines, arcs, contexts } = other;
        union(&mut self.lines, lines);
        union(&mut self.arcs, arcs);
        for (context, lines) in contexts {
            union(self.contexts.entry(context).or_default(), lines);
        }
    }
}

/// Adds `theirs` to `ours`, both ascending without doubles.
///
/// The fragments of a run mostly repeat each other: what brings nothing new takes no memory.
pub(super) fn union<T: Ord + Copy>(ours: &mut Vec<T>, theirs: Vec<T>) {
    if ours.is_empty() {
        *ours = theirs;
        return;
    }
    let mut rest = ours.iter().copied().peekable();
    let is_new = |item: &T| {
        while rest.next_if(|ours| ours < item).is_some() {}
        rest.next_if_eq(item).is_none()
    };
    let new: Vec<T> = theirs.into_iter().filter(is_new).collect();
    if new.is_empty() {
        return;
    }
    let old = mem::take(ours);
    ours.reserve_exact(old.len() + new.len());
    let mut new = new.into_iter().peekable();
    for item in old {
        while let Some(earlier) = new.next_if(|new| *new < item) {
            ours.push(earlier);
        }
        ours.push(item);
    }
    ours.extend(new);
}
