//! What changed: the lines that a change adds to each file.

mod block;
mod compare;
mod file;
mod follow;
mod hunk;
mod line_map;
mod moved;
mod name;
mod parse;
mod refine;
mod runs;
#[cfg(test)]
mod tests;
mod text;
mod trace;

pub(crate) use compare::compare;
pub(crate) use follow::follow;
pub(crate) use line_map::LineMap;
pub(crate) use moved::tell_moved;
pub(crate) use name::shown;
pub(crate) use parse::{DiffError, parse, parse_trusted};
pub(crate) use refine::TookTooLong;
pub(crate) use runs::Runs;
pub(crate) use text::AddedText;
pub(crate) use trace::{Line, Trace};

/// A change to files, wherever it comes from: git, a diff file, two trees.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Diff {
    /// The files that the change touches, in the order of the diff.
    pub(crate) changes: Vec<Change>,
    /// What a recursive `diff` without `-N` says of files that it does not show: `Only in DIRECTORY: NAME`.
    pub(crate) not_shown: Vec<String>,
}

/// What happened to one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Change {
    /// The file's name after the change (before it, if the change deletes the file), relative to the diff's root. Names
    /// are bytes, as on disk.
    pub(crate) path: Vec<u8>,
    /// Its name before the change; none if the change makes it.
    pub(crate) before: Option<Vec<u8>>,
    /// What stands there after the change.
    pub(crate) kind: Kind,
    /// The lines that are new or different, in the numbers after the change.
    pub(crate) lines: Runs,
    /// The lines that are gone or different, in the numbers before the change; nothing where that is not one version.
    pub(crate) removed: Option<Runs>,
    /// Those of `lines` that replace a line of the same text but for white space.
    pub(crate) respaced: Runs,
    /// Those of `lines` that stood elsewhere before, in a block.
    pub(crate) moved: Runs,
    /// What the diff says stands in the lines that it adds.
    pub(crate) text: Vec<AddedText>,
}

/// What stands at a path after a change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Text, or nothing that the diff knows better of.
    #[default]
    Text,
    /// Nothing: the file is deleted.
    Deleted,
    /// A binary file.
    Binary,
    /// A symbolic link.
    Link,
    /// Another repository.
    Submodule,
}
