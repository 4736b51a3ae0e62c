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
    /// They may not have different tracers; a tracer that only some of them have is kept, as within one data file of
    /// coverage.py's.
    pub fn with_paths(self, mut map: impl FnMut(&str) -> String) -> Result<Self, DataConflict> {
        let mut mapped = Self { files: BTreeMap::new(), ..self };
        for (path, mut file) in self.files {
            match mapped.files.entry(map(&path)) {
                Entry::Vacant(place) => {
                    place.insert(file);
                }
                Entry::Occupied(mut place) => {
                    let path = place.key().clone();
                    let ours = place.get_mut();
                    ours.tracer = match (ours.tracer.take(), file.tracer.take()) {
                        (Some(ours), Some(theirs)) if ours != theirs => {
                            return Err(DataConflict::Tracer { path, ours, theirs });
                        }
                        (ours, theirs) => ours.or(theirs),
                    };
                    ours.merge(file);
                }
            }
        }
        Ok(mapped)
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn numbers() -> impl Strategy<Value = Vec<u32>> {
        prop::collection::btree_set(1_u32..30, 0..10).prop_map(|set| set.into_iter().collect())
    }

    fn data() -> impl Strategy<Value = DataFile> {
        let arcs = prop::collection::btree_set((-5..30_i32, -5..30_i32), 0..10);
        let contexts = prop::collection::btree_map("[abc]".prop_map(Into::into), numbers(), 0..3);
        let file = (numbers(), arcs, contexts).prop_map(|(lines, arcs, contexts)| FileData {
            tracer: None,
            lines,
            arcs: arcs.into_iter().collect(),
            contexts,
        });
        prop::collection::btree_map("[a-d]", file, 0..4).prop_map(|files| DataFile {
            kind: None,
            files,
            written_by: BTreeSet::new(),
        })
    }

    fn merged(ours: &DataFile, theirs: &DataFile) -> DataFile {
        let mut merged = ours.clone();
        merged.merge(theirs.clone()).unwrap();
        merged
    }

    proptest! {
        #[test]
        fn order_grouping_and_repetition_do_not_matter(a in data(), b in data(), c in data()) {
            prop_assert_eq!(merged(&a, &b), merged(&b, &a));
            prop_assert_eq!(merged(&merged(&a, &b), &c), merged(&a, &merged(&b, &c)));
            prop_assert_eq!(merged(&a, &a), a.clone());
            prop_assert_eq!(merged(&a, &DataFile::default()), a);
        }

        #[test]
        fn files_of_one_name_are_merged(a in data(), b in data()) {
            let below = |directory: &str, data: &DataFile| {
                data.clone().with_paths(|path| format!("{directory}/{path}")).unwrap()
            };
            let apart = merged(&below("/here", &a), &below("/there", &b));
            let together = apart.with_paths(|path| path.rsplit('/').next().unwrap_or(path).to_owned());
            prop_assert_eq!(together.unwrap(), merged(&a, &b));
        }
    }

    #[test]
    fn two_plug_ins_for_one_file_are_a_conflict() {
        let file = |tracer: &str| FileData { tracer: Some(tracer.to_owned()), ..FileData::default() };
        let files = [("/a/x".to_owned(), file("one")), ("/b/x".to_owned(), file("two"))];
        let data = DataFile { files: files.into(), ..DataFile::default() };
        let error = data.with_paths(|_| "x".to_owned()).unwrap_err().to_string();
        assert!(
            error.starts_with("x: measured by the plug-in \"one\" in one data file and by \"two\""),
            "{error}"
        );
    }
}
