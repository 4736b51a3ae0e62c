//! What is known before a run, and where goes what it learns.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::{Source, Timings, merge};

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
    /// Reads the file that the user named, if one is, and knows that timings are kept in `usual` otherwise.
    ///
    /// A named file that is there and is no timings of ours stays as it is: what is learnt goes to `usual`.
    pub fn read(named: Option<&Path>, usual: PathBuf) -> anyhow::Result<Self> {
        let Some(named) = named else {
            let own = Timings::read(&usual)?;
            return Ok(Self { shared: Timings::default(), own, target: usual, notes: Vec::new() });
        };
        let (shared, mut notes, is_ours) = Self::shared(named)?;
        if is_ours {
            return Ok(Self { own: shared.clone(), shared, target: named.to_owned(), notes });
        }
        notes.push(format!(
            "{} is no file of cov-run and stays as it is: what is learnt goes to {}",
            named.display(),
            usual.display()
        ));
        let mut own = Timings::read(&usual)?;
        own.merge(&shared);
        Ok(Self { shared, own, target: usual, notes })
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

    fn written(directory: &Path, name: &str, text: &str) -> PathBuf {
        fs::write(directory.join(name), text).unwrap();
        directory.join(name)
    }

    #[test]
    fn a_foreign_file_is_read_and_never_written() {
        let directory = tempfile::tempdir().unwrap();
        let named = written(directory.path(), "durations", r#"{"a.py::x": 1, "b.py::x": 2}"#);
        let old = r#"{"version": 1, "files": {"a.py": {"collect": 1, "tests": {"a.py::x": 5}}}}"#;
        let usual = written(directory.path(), "usual", old);
        let known = Known::read(Some(&named), usual.clone()).unwrap();
        assert_eq!(known.target, usual);
        assert_eq!(known.shared.test("a.py", "a.py::x"), Some(1_000_000));
        assert_eq!(known.own.test("a.py", "a.py::x"), Some(5));
        assert_eq!(known.own.test("b.py", "b.py::x"), Some(2_000_000));
        assert!(known.notes[0].ends_with("usual"), "{:?}", known.notes);
    }

    #[test]
    fn the_named_file_is_learnt_into() {
        let directory = tempfile::tempdir().unwrap();
        let (named, usual) = (directory.path().join("named"), directory.path().join("usual"));
        let known = Known::read(Some(&named), usual.clone()).unwrap();
        assert_eq!(
            (known.target, known.shared, known.notes),
            (named.clone(), Timings::default(), Vec::new())
        );
        let mut timings = Timings::default();
        timings.note_file("a", 5);
        timings.write(&named).unwrap();
        let known = Known::read(Some(&named), usual).unwrap();
        assert_eq!((known.target, &known.own, &known.shared), (named, &timings, &timings));
    }

    #[test]
    fn without_a_named_file_shards_know_nothing_in_common() {
        let directory = tempfile::tempdir().unwrap();
        let usual = directory.path().join("usual");
        let mut timings = Timings::default();
        timings.note_file("a", 5);
        timings.write(&usual).unwrap();
        let known = Known::read(None, usual.clone()).unwrap();
        assert_eq!((known.target, known.own, known.shared), (usual, timings, Timings::default()));
    }
}
