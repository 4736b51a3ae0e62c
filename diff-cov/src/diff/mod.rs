//! What changed: the lines that a change adds to each file.

mod file;
mod hunk;
mod name;
mod parse;
mod refine;
mod runs;
#[cfg(test)]
mod tests;
mod text;

pub(crate) use name::shown;
pub(crate) use parse::{DiffError, parse};
pub(crate) use refine::changed_lines;
pub(crate) use runs::Runs;
pub(crate) use text::AddedText;

/// A change to files, wherever it comes from: git, a diff file, two trees.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Diff {
    /// The files that the change touches, in the order of the diff.
    pub(crate) changes: Vec<Change>,
    /// What a recursive `diff` without `-N` says of files that it does not show: `Only in DIRECTORY: NAME`.
    pub(crate) not_shown: Vec<String>,
}

/// What happened to one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    /// The file's name after the change (before it, if the change deletes the file), relative to the diff's root. Names
    /// are bytes, as on disk.
    pub(crate) path: Vec<u8>,
    /// What stands there after the change.
    pub(crate) kind: Kind,
    /// The lines that are new or different, in the numbers after the change.
    pub(crate) lines: Runs,
    /// What the diff says stands in the lines that it adds.
    pub(crate) text: Vec<AddedText>,
}

/// What stands at a path after a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Text, or nothing that the diff knows better of.
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
