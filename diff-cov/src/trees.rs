//! What changed between an older copy of the project and the project, where there is no git to ask.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;
use walkdir::{DirEntry, WalkDir};

use crate::diff::{Change, Diff, Kind, Runs, changed_lines};
use crate::place::bytes_of;

/// Why two trees could not be compared.
#[derive(Debug, Error)]
pub(crate) enum TreeError {
    /// One of them is no directory.
    #[error("{0} is no directory")]
    NoDirectory(String),
    /// They are the same directory.
    #[error("{0} is the project itself: name an older copy of it")]
    Same(String),
    /// They have nothing to do with each other.
    #[error("{before} and {project} have no file in common: is one of them not the project's root?")]
    Unrelated { before: String, project: String },
    /// A directory could not be listed.
    #[error(transparent)]
    Walk(#[from] walkdir::Error),
    /// A file could not be read.
    #[error("{0}")]
    Read(String, #[source] io::Error),
}

/// What changed from the tree `before` to the tree `project`. A file that moved and is otherwise the same did not change.
pub(crate) fn compare(before: &Path, project: &Path) -> Result<Diff, TreeError> {
    let real = |path: &Path| {
        let real = fs::canonicalize(path).ok().filter(|real| real.is_dir());
        real.ok_or_else(|| TreeError::NoDirectory(path.display().to_string()))
    };
    let (real_before, real_project) = (real(before)?, real(project)?);
    if real_before == real_project {
        return Err(TreeError::Same(before.display().to_string()));
    }
    let old = files(&real_before, &real_project)?;
    let new = files(&real_project, &real_before)?;
    if !old.is_empty() && !new.is_empty() && !old.keys().any(|name| new.contains_key(name)) {
        let (before, project) = (before.display().to_string(), project.display().to_string());
        return Err(TreeError::Unrelated { before, project });
    }
    let mut gone = HashSet::new();
    let mut changes = Vec::new();
    for (name, path) in old.iter().filter(|(name, _)| !new.contains_key(*name)) {
        gone.insert(read(path)?);
        changes.push(change(name, Kind::Deleted, Runs::default()));
    }
    for (name, path) in &new {
        let source = read(path)?;
        let earlier = match old.get(name) {
            Some(path) => read(path)?,
            None if gone.contains(&source) => continue,
            None => Vec::new(),
        };
        if source == earlier && old.contains_key(name) {
            continue;
        }
        changes.push(change(name, Kind::Text, changed(&earlier, &source)));
    }
    changes.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(Diff { changes, not_shown: Vec::new() })
}

fn change(name: &[u8], kind: Kind, lines: Runs) -> Change {
    Change { path: name.to_vec(), kind, lines, text: Vec::new() }
}

fn read(path: &Path) -> Result<Vec<u8>, TreeError> {
    fs::read(path).map_err(|error| TreeError::Read(path.display().to_string(), error))
}

/// The lines of `new` that are not in `old`, in order. A line's end is part of it.
fn changed(old: &[u8], new: &[u8]) -> Runs {
    let lines = |text| <[u8]>::split_inclusive(text, |&byte| byte == b'\n').collect::<Vec<_>>();
    let (old, new) = (lines(old), lines(new));
    // What both begin and end with is most of them, as a rule.
    let head = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let (old, new) = (&old[head..], &new[head..]);
    let tail = old.iter().rev().zip(new.iter().rev()).take_while(|(old, new)| old == new).count();
    let (old, new) = (&old[..old.len() - tail], &new[..new.len() - tail]);
    let line = |index: usize| u32::try_from(head + index + 1).unwrap_or(u32::MAX);
    changed_lines(old, new).into_iter().map(line).collect()
}

/// The regular files below `root` by their names from there, with `/`.
///
/// Not those below `other`, should that be inside; nor what is never a project's source: the stores of version control,
/// virtual environments, caches that say that they are one.
fn files(root: &Path, other: &Path) -> Result<BTreeMap<Vec<u8>, PathBuf>, TreeError> {
    let mut files = BTreeMap::new();
    let walk = WalkDir::new(root).into_iter();
    for entry in
        walk.filter_entry(|entry| entry.depth() == 0 || (!is_foreign(entry) && entry.path() != other))
    {
        let entry = entry?;
        if entry.file_type().is_file() {
            let below = entry.path().strip_prefix(root).unwrap_or(entry.path());
            let parts: Vec<_> = below.iter().map(|part| bytes_of(Path::new(part))).collect();
            files.insert(parts.join(&b'/'), entry.into_path());
        }
    }
    Ok(files)
}

fn is_foreign(entry: &DirEntry) -> bool {
    const STORES: [&str; 6] = [".git", ".hg", ".svn", ".jj", "__pycache__", "node_modules"];
    const MARKS: [&str; 2] = ["pyvenv.cfg", "CACHEDIR.TAG"];
    if !entry.file_type().is_dir() {
        return entry.file_name() == ".git";
    }
    STORES.iter().any(|&store| entry.file_name() == store)
        || MARKS.iter().any(|mark| entry.path().join(mark).is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed_in(old: &str, new: &str) -> Vec<u32> {
        let runs = changed(old.as_bytes(), new.as_bytes());
        (1..=20).filter(|&line| runs.contains(line)).collect()
    }

    #[test]
    fn changed_lines_are_told_by_myers() {
        assert_eq!(changed_in("a\nb\nc\n", "a\nx\nc\n"), [2]);
        assert_eq!(changed_in("", "a\nb"), [1, 2]);
        assert_eq!(changed_in("a\nb\n", ""), [0; 0]);
        assert_eq!(changed_in("a", "a\n"), [1], "the line end is part of the line");
        assert_eq!(changed_in("a\na\n", "a\na\na\n"), [3]);
        assert_eq!(changed_in("a\nb\nc\nd\n", "x\nb\nc\ny\nd\n"), [1, 4]);
    }

    fn trees(old: &[(&str, &str)], new: &[(&str, &str)]) -> Vec<(String, Kind, usize)> {
        let root = tempfile::tempdir().unwrap();
        for (tree, files) in [("before", old), ("now", new)] {
            for (name, text) in files {
                let path = root.path().join(tree).join(name);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, text).unwrap();
            }
        }
        let diff = compare(&root.path().join("before"), &root.path().join("now")).unwrap();
        let shown = |change: Change| {
            let lines = (1..=9).filter(|&line| change.lines.contains(line)).count();
            (String::from_utf8(change.path).unwrap(), change.kind, lines)
        };
        diff.changes.into_iter().map(shown).collect()
    }

    #[test]
    fn two_trees_are_compared_file_by_file() {
        let old =
            [("same.py", "a\n"), ("edited.py", "a\nb\n"), ("gone.py", "x\n"), ("from.py", "long\ntext\n")];
        let new = [
            ("same.py", "a\n"),
            ("edited.py", "a\nc\n"),
            ("deep/new.py", "1\n2\n"),
            ("to.py", "long\ntext\n"),
            (".git/config", "no source\n"),
            ("env/pyvenv.cfg", ""),
            ("env/lib/x.py", "no source\n"),
        ];
        let expected = [
            ("deep/new.py", Kind::Text, 2),
            ("edited.py", Kind::Text, 1),
            ("from.py", Kind::Deleted, 0),
            ("gone.py", Kind::Deleted, 0),
        ];
        assert_eq!(trees(&old, &new), expected.map(|(name, kind, lines)| (name.to_owned(), kind, lines)));
    }
}
