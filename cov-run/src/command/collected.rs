//! What a shard left in its directory, told by content.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

use cov_model::content::{Content, Format, Holding};

use crate::cases::{self, Case};
use crate::terminal::say;

/// What the files of a shard are.
#[derive(Debug, Default)]
pub(super) struct Collected {
    /// The measurements that cov-merge reads, ascending.
    pub(super) fragments: Vec<PathBuf>,
    /// Of which kinds these are.
    pub(super) kinds: BTreeSet<&'static str>,
    /// The measurements that it does not read: how many of each format.
    pub(super) foreign: BTreeMap<Format, usize>,
    /// The tests of JUnit files.
    pub(super) cases: Vec<Case>,
}

/// Looks through all files of a directory. Links are not followed.
pub(super) fn collect(directory: &Path) -> Collected {
    let mut collected = Collected::default();
    look_through(directory, &mut collected);
    collected.fragments.sort();
    collected
}

fn look_through(directory: &Path, collected: &mut Collected) {
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries.flatten(),
        // A tool may have removed its directory.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return,
        Err(error) => {
            say(format_args!("cov-run: warning: {}: {error}", directory.display()));
            return;
        }
    };
    for entry in entries {
        let path = entry.path();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => look_through(&path, collected),
            Ok(kind) if kind.is_file() => look_at(path, collected),
            _ => {}
        }
    }
}

fn look_at(path: PathBuf, collected: &mut Collected) {
    match Holding::of(&path) {
        Ok(Holding::Known(Content::Manifest)) => {}
        Ok(Holding::Known(content)) => {
            collected.kinds.insert(name_of(content));
            collected.fragments.push(path);
        }
        Ok(Holding::Foreign(format)) => *collected.foreign.entry(format).or_default() += 1,
        Ok(Holding::Other) => {
            // Of a JUnit file that breaks off, what is in front counts; another file has no tests.
            if let Ok(file) = File::open(&path) {
                let _ = cases::read(BufReader::new(file), |case| collected.cases.push(case));
            }
        }
        Err(error) => say(format_args!("cov-run: warning: {}: {error}", path.display())),
    }
}

fn name_of(content: Content) -> &'static str {
    match content {
        Content::Report | Content::Manifest => "reports of the cov tools",
        Content::CoveragePyJson => "JSON of coverage.py",
        Content::CoveragePyData => "data files of coverage.py",
        Content::Cobertura => "Cobertura",
    }
}
