//! What is known before a run, and where goes what it learns.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::{Source, Timings, merge};
use crate::out::OutDirectory;
use crate::shard::Shard;

/// What is known before a run.
#[derive(Debug, Default)]
pub struct Known {
    /// What all shards know, and split the suite by: what the named file says, or nothing.
    pub shared: Timings,
    /// What this machine knows.
    pub own: Timings,
    /// Where what is learnt is written.
    pub target: PathBuf,
    /// What the user should know of all this.
    pub notes: Vec<String>,
}

impl Known {
    /// Reads the file that the user named, if one is, and what is kept in the output directory.
    ///
    /// A named file that is no timings of ours stays as it is. So does any that shards split by: another of them may not
    /// have read it yet. What is learnt goes into the output directory then.
    pub fn read(named: Option<&Path>, out: &OutDirectory, shard: Shard) -> anyhow::Result<Self> {
        let mut own = Timings::read(&out.timings())?;
        let target = if shard.is_all() { out.timings() } else { out.timings_of_shard() };
        if !shard.is_all() {
            own.merge(&Timings::read(&target)?);
        }
        let Some(named) = named else {
            return Ok(Self { own, target, ..Self::default() });
        };
        let (common, mut notes, is_ours) = Self::shared(named)?;
        if is_ours && shard.is_all() {
            return Ok(Self { own: common.clone(), shared: common, target: named.to_owned(), notes });
        }
        if !is_ours && shard.is_all() {
            notes.push(format!(
                "{} is no file of cov-run and stays as it is: what is learnt goes to {}",
                named.display(),
                target.display()
            ));
        }
        own.merge(&common);
        Ok(Self { shared: common, own, target, notes })
    }

    /// What the named file says, what the user should know of it, and whether it is ours. One that is not there says
    /// nothing, and will be ours.
    pub fn shared(named: &Path) -> anyhow::Result<(Timings, Vec<String>, bool)> {
        let text = match fs::read(named) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            text => Some(text.with_context(|| named.display().to_string())?),
        };
        let source = text.map(|text| Source::parse(&text)).transpose();
        let source = source.with_context(|| named.display().to_string())?;
        let is_ours = source.as_ref().is_none_or(Source::is_ours);
        let (shared, unmatched) = merge(source.as_slice(), &env::current_dir()?);
        let notes = unmatched.iter().flatten().map(|unmatched| format!("{}: {unmatched}", named.display()));
        Ok((shared, notes.collect(), is_ours))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is known in this directory, where `named` is named, by the K-th of N.
    fn known(directory: &Path, named: Option<&str>, shard: &str) -> Known {
        let shard = shard.parse().unwrap();
        let named = named.map(|name| directory.join(name));
        Known::read(named.as_deref(), &OutDirectory::of(directory, shard), shard).unwrap()
    }

    fn learnt(file: &str, us: u64) -> Timings {
        let mut timings = Timings::default();
        timings.note_file(file, us);
        timings
    }

    #[test]
    fn a_foreign_file_is_read_and_never_written() {
        let directory = tempfile::tempdir().unwrap();
        let directory = directory.path();
        fs::write(directory.join("durations"), r#"{"a.py::x": 1, "b.py::x": 2}"#).unwrap();
        let old = r#"{"version": 1, "files": {"a.py": {"collect": 1, "tests": {"a.py::x": 5}}}}"#;
        fs::write(directory.join("timings.json"), old).unwrap();
        let whole = known(directory, Some("durations"), "1/1");
        assert_eq!(whole.target, directory.join("timings.json"));
        assert_eq!(whole.shared.test("a.py", "a.py::x"), Some(1_000_000));
        assert_eq!(whole.own.test("a.py", "a.py::x"), Some(5));
        assert_eq!(whole.own.test("b.py", "b.py::x"), Some(2_000_000));
        assert!(whole.notes[0].ends_with("timings.json"), "{:?}", whole.notes);
    }

    #[test]
    fn the_named_file_is_learnt_into() {
        let directory = tempfile::tempdir().unwrap();
        let directory = directory.path();
        let new = known(directory, Some("named"), "1/1");
        assert_eq!((new.target, new.shared), (directory.join("named"), Timings::default()));
        let timings = learnt("a", 5);
        timings.write(&directory.join("named")).unwrap();
        let again = known(directory, Some("named"), "1/1");
        assert_eq!((again.target, &again.own), (directory.join("named"), &timings));
        assert_eq!((again.shared, again.notes), (timings, Vec::new()));
    }

    #[test]
    fn a_shard_does_not_write_what_all_shards_split_by() {
        let directory = tempfile::tempdir().unwrap();
        let directory = directory.path();
        learnt("a", 5).write(&directory.join("named")).unwrap();
        learnt("b", 6).write(&directory.join("timings-2of3.json")).unwrap();
        let shard = known(directory, Some("named"), "2/3");
        assert_eq!(shard.target, directory.join("timings-2of3.json"));
        assert_eq!(shard.shared, learnt("a", 5));
        assert_eq!((shard.own.import("a"), shard.own.import("b")), (Some(5), Some(6)));
    }

    #[test]
    fn without_a_named_file_shards_know_nothing_in_common() {
        let directory = tempfile::tempdir().unwrap();
        learnt("a", 5).write(&directory.path().join("timings.json")).unwrap();
        let shard = known(directory.path(), None, "1/2");
        assert_eq!((shard.own, shard.shared), (learnt("a", 5), Timings::default()));
    }
}
