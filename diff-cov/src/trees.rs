//! What changed between an older copy of the project and the project, where there is no git to ask.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;
use walkdir::{DirEntry, WalkDir};

use crate::diff::{Change, Diff, Kind, Line, Runs, TookTooLong, Trace, compare as compare_texts, tell_moved};
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
    /// Two versions of a file could not be compared.
    #[error("{0}")]
    Compare(String, #[source] TookTooLong),
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
    let mut gone: HashMap<Vec<u8>, Vec<u8>> = HashMap::new();
    let mut changes = Vec::new();
    for (name, path) in old.iter().filter(|(name, _)| !new.contains_key(*name)) {
        let source = read(path)?;
        let trace = edit(&source, &[], path)?;
        changes.push((change(name, Some(name), Kind::Deleted, &trace), trace));
        gone.entry(source).or_insert_with(|| name.clone());
    }
    for (name, path) in &new {
        let source = read(path)?;
        let (before, earlier) = match old.get(name) {
            Some(path) => (Some(name), read(path)?),
            // Moved, and otherwise the same.
            None => match gone.get(&source) {
                Some(before) => (Some(before), source.clone()),
                None => (None, Vec::new()),
            },
        };
        if before == Some(name) && source == earlier {
            continue;
        }
        let trace = edit(&earlier, &source, path)?;
        changes.push((change(name, before, Kind::Text, &trace), trace));
    }
    changes.sort_by(|(a, _), (b, _)| a.path.cmp(&b.path));
    let (mut changes, traces): (Vec<Change>, Vec<Trace>) = changes.into_iter().unzip();
    tell_moved(&mut changes, &traces);
    Ok(Diff { changes, not_shown: Vec::new() })
}

fn change(name: &[u8], before: Option<&Vec<u8>>, kind: Kind, trace: &Trace) -> Change {
    let lines = |lines: &[Line]| lines.iter().map(|line| line.number).collect::<Runs>();
    Change {
        path: name.to_vec(),
        before: before.cloned(),
        kind,
        lines: lines(&trace.added),
        removed: Some(lines(&trace.removed)),
        respaced: trace.respaced.iter().copied().collect(),
        ..Change::default()
    }
}

fn read(path: &Path) -> Result<Vec<u8>, TreeError> {
    fs::read(path).map_err(|error| TreeError::Read(path.display().to_string(), error))
}

fn edit(old: &[u8], new: &[u8], path: &Path) -> Result<Trace, TreeError> {
    compare_texts(old, new).map_err(|error| TreeError::Compare(path.display().to_string(), error))
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
            ("to.py", Kind::Text, 0),
        ];
        assert_eq!(trees(&old, &new), expected.map(|(name, kind, lines)| (name.to_owned(), kind, lines)));
    }
}
