//! The manifest of a run: what proves that the shards of a run are complete.
//!
//! cov-run writes one for each shard (`run-KofN.json`), cov-merge reads them.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::{Component, Path};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::digest::Digest;
use crate::report::Shard;

/// What `format` says in a manifest.
pub const FORMAT: &str = "cov-run";

/// The version of the manifest that is written, and the only one that is read.
pub const VERSION: u64 = 1;

/// What one shard of a run was to do, and did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Always [`FORMAT`].
    pub format: String,
    /// Always [`VERSION`].
    pub version: u64,
    /// The shard's number, from 1.
    pub shard: u32,
    /// How many shards the run has.
    pub shards: u32,
    /// What the shards of a run have in common: the digest of `command` and `files`; see [`run_digest`].
    pub run: String,
    /// The command that ran instead of pytest, a word each, its placeholders unfilled; empty for a run of pytest.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub command: Vec<String>,
    /// What pytest was given: options and paths, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub arguments: Vec<String>,
    /// All test files of the run, of all shards, ascending; for a command whatever it was given, which may be nothing.
    pub files: Vec<String>,
    /// The files that are this shard's to run, ascending.
    pub assigned: Vec<String>,
    /// The exit status of the run.
    pub status: u8,
    /// Whether every assigned file was collected and every test of it ran, or was skipped or deselected by its own rules;
    /// whether the command passed, which is all that is known of it.
    pub complete: bool,
    /// Whether the measurement of every test that ran is in the profile, or in the fragments of a command.
    pub coverage_complete: bool,
    /// The names of the measured fragments, ascending. What a command measured is in these files alone, of any format that
    /// cov-merge reads; they are relative to the manifest's directory, with `/`. A run of pytest has a profile besides.
    pub fragments: Vec<String>,
    /// Versions of the programs that took part (`python`, `pytest`, `coverage`).
    pub versions: BTreeMap<String, String>,
    /// The tests of the assigned files, by node id ascending.
    pub tests: Vec<TestRecord>,
}

/// One test of a shard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TestRecord {
    /// pytest's node id.
    pub id: String,
    /// How it ended.
    pub outcome: Outcome,
    /// Setup, call and teardown together, in microseconds.
    pub duration_us: u64,
    /// How often it was tried.
    pub attempts: u32,
    /// The worker that ran it last (`gw0`).
    pub worker: String,
    /// Which process of that worker it was, 0 for the first: one that dies is replaced.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub process: u32,
    /// The how-manieth of the run's tests it was to start, from 1; 0 if it did not, or nobody knows.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub order: u64,
}

fn is_zero<T: Default + PartialEq>(number: &T) -> bool {
    *number == T::default()
}

/// How a test ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It passed.
    Passed,
    /// It failed in its own code.
    Failed,
    /// Its setup or teardown failed.
    Error,
    /// It was skipped.
    Skipped,
    /// It failed as expected.
    Xfailed,
    /// It passed though it was expected to fail.
    Xpassed,
    /// Its worker died while it ran.
    Crashed,
    /// It was collected and never ran: the run stopped before.
    NotRun,
}

/// Why something is no manifest, or a run is not whole.
#[derive(Debug, Error)]
pub enum ManifestError {
    /// It is not JSON of this shape.
    #[error("{line}: {message}")]
    Shape {
        /// The 1-based line of the input.
        line: usize,
        /// What is wrong there.
        message: String,
    },
    /// It contradicts itself.
    #[error("{0}")]
    Contradiction(String),
}

/// The digest of a run's list of files, which must be in ascending order: what the shards of a run of pytest must agree on.
pub fn list_digest(files: &[String]) -> Digest {
    Digest::of(files.join("\0").as_bytes())
}

/// What the shards of a run must agree on: its list of files, and its command, which is empty for pytest.
pub fn run_digest(command: &[String], files: &[String]) -> Digest {
    if command.is_empty() {
        return list_digest(files);
    }
    Digest::of(format!("{}\0\0{}", command.join("\0"), files.join("\0")).as_bytes())
}

impl Manifest {
    /// Reads a manifest and checks it against itself.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, ManifestError> {
        let manifest: Self = serde_json::from_slice(bytes)
            .map_err(|error| ManifestError::Shape { line: error.line(), message: error.to_string() })?;
        manifest.check().map_err(ManifestError::Contradiction)?;
        Ok(manifest)
    }

    /// Writes the manifest: one JSON document, a line for each test, so that `grep` and `diff` serve.
    pub fn write(&self, mut sink: impl Write) -> io::Result<()> {
        let head = serde_json::to_string(&Self { tests: Vec::new(), ..self.clone() })?;
        // `tests` is the last field.
        sink.write_all(head.strip_suffix("]}").expect("the head ends with an empty list").as_bytes())?;
        for (index, test) in self.tests.iter().enumerate() {
            write!(sink, "{}\n{}", if index == 0 { "" } else { "," }, serde_json::to_string(test)?)?;
        }
        sink.write_all(b"\n]}\n")
    }

    /// Which shard of which run this is.
    pub fn shard(&self) -> Shard {
        Shard { run: run_digest(&self.command, &self.files), index: self.shard, total: self.shards }
    }

    /// Whether it is of a command, so that its measurements are in its fragments and not in a profile.
    pub fn is_of_command(&self) -> bool {
        !self.command.is_empty()
    }

    fn check(&self) -> Result<(), String> {
        if self.format != FORMAT {
            return Err(format!("\"format\" is {:?}, not {FORMAT:?}", self.format));
        }
        if self.version != VERSION {
            return Err(format!(
                "unsupported manifest version {}, this tool reads version {VERSION}",
                self.version
            ));
        }
        if self.shard == 0 || self.shard > self.shards {
            return Err(format!(
                "shard {} of {} cannot be: shards are numbered from 1",
                self.shard, self.shards
            ));
        }
        let is_sorted = self.files.is_sorted_by(|a, b| a < b);
        if !is_sorted || run_digest(&self.command, &self.files).to_string() != self.run {
            return Err("the list of files does not match its digest".to_owned());
        }
        let is_outside = |name: &&String| {
            Path::new(name).components().any(|component| !matches!(component, Component::Normal(_)))
        };
        if let Some(stray) = self.fragments.iter().find(is_outside).filter(|_| self.is_of_command()) {
            return Err(format!("the fragment {stray:?} is not beside the manifest"));
        }
        let files: BTreeSet<&String> = self.files.iter().collect();
        if let Some(stray) = self.assigned.iter().find(|file| !files.contains(file)) {
            return Err(format!("{stray} is assigned but not in the list of files"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        let files = vec!["tests/test_a.py".to_owned(), "tests/test_b.py".to_owned()];
        Manifest {
            format: FORMAT.to_owned(),
            version: VERSION,
            shard: 1,
            shards: 2,
            run: list_digest(&files).to_string(),
            command: Vec::new(),
            assigned: files[..1].to_vec(),
            files,
            arguments: vec!["-k".to_owned(), "x".to_owned()],
            tests: vec![TestRecord {
                id: "tests/test_a.py::test_\"x\"[\"tests\":[]]".to_owned(),
                outcome: Outcome::NotRun,
                duration_us: 12,
                attempts: 1,
                worker: "gw0".to_owned(),
                process: 0,
                order: 1,
            }],
            status: 0,
            complete: true,
            coverage_complete: true,
            fragments: vec!["gw0".to_owned()],
            versions: BTreeMap::from([("python".to_owned(), "3.11.7".to_owned())]),
        }
    }

    #[test]
    fn a_manifest_reads_back_what_it_writes() {
        let mut bytes = Vec::new();
        manifest().write(&mut bytes).unwrap();
        assert_eq!(Manifest::from_slice(&bytes).unwrap(), manifest());
        assert_eq!(bytes.iter().filter(|&&byte| byte == b'\n').count(), 3);
    }

    #[test]
    fn a_manifest_that_contradicts_itself_is_refused() {
        let refused = |change: fn(&mut Manifest)| {
            let mut manifest = manifest();
            change(&mut manifest);
            let mut bytes = Vec::new();
            manifest.write(&mut bytes).unwrap();
            Manifest::from_slice(&bytes).unwrap_err().to_string()
        };
        assert!(refused(|manifest| manifest.shard = 3).contains("shard 3 of 2"));
        assert!(refused(|manifest| manifest.version = 2).contains("version 2"));
        assert!(refused(|manifest| manifest.files.truncate(1)).contains("digest"));
        assert!(refused(|manifest| manifest.assigned[0].push('x')).contains("not in the list"));
        assert!(refused(|manifest| manifest.command.push("x".to_owned())).contains("digest"));
    }

    #[test]
    fn fragments_of_a_command_are_beside_its_manifest() {
        let mut manifest = manifest();
        manifest.command = vec!["make".to_owned(), "test".to_owned()];
        manifest.run = run_digest(&manifest.command, &manifest.files).to_string();
        assert_ne!(manifest.shard().run, list_digest(&manifest.files));
        for (fragment, is_good) in
            [("fragments-1of2/c/.coverage", true), ("../x", false), ("/x", false), ("a/../../x", false)]
        {
            manifest.fragments = vec![fragment.to_owned()];
            let mut bytes = Vec::new();
            manifest.write(&mut bytes).unwrap();
            assert_eq!(Manifest::from_slice(&bytes).is_ok(), is_good, "{fragment}");
        }
    }
}
