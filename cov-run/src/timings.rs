//! How long files and tests took, kept from run to run.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;

use anyhow::Context;
use cov_model::stream::Output;
use serde::{Deserialize, Serialize};

use crate::protocol::TestFile;

const VERSION: u32 = 1;

/// Durations in microseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timings {
    version: u32,
    files: BTreeMap<String, FileTimings>,
}

/// A file's durations in microseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileTimings {
    /// How long its import took.
    collect: u64,
    /// Its tests by node id.
    tests: BTreeMap<String, u64>,
}

impl FileTimings {
    fn total(&self) -> u64 {
        self.tests.values().fold(self.collect, |sum, each| sum.saturating_add(*each))
    }
}

impl Timings {
    /// Reads a file of timings; a file that is not there holds none.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let text = match fs::read(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Self { version: VERSION, ..Self::default() });
            }
            Err(error) => return Err(error).with_context(|| path.display().to_string()),
        };
        let timings: Self = serde_json::from_slice(&text).with_context(|| {
            format!("{}: no timings of cov-run (remove it to start anew)", path.display())
        })?;
        anyhow::ensure!(
            timings.version == VERSION,
            "{}: unsupported version {} of timings, expected {VERSION} (remove it to start anew)",
            path.display(),
            timings.version
        );
        Ok(timings)
    }

    /// Writes the timings, a line for each test.
    pub fn write(&self, path: &Path) -> anyhow::Result<()> {
        Output::File(path.to_owned())
            .write(|sink| {
                serde_json::to_writer_pretty(&mut *sink, self)?;
                sink.write_all(b"\n")
            })
            .with_context(|| path.display().to_string())
    }

    /// Notes how long a file's import took.
    pub fn note_file(&mut self, file: &str, us: u64) {
        self.files.entry(file.to_owned()).or_default().collect = us;
    }

    /// Notes how long a test took.
    pub fn note_test(&mut self, file: &str, id: &str, us: u64) {
        self.files.entry(file.to_owned()).or_default().tests.insert(id.to_owned(), us);
    }

    /// Forgets the tests of `file` that are not among `ids`.
    pub fn keep_tests(&mut self, file: &str, ids: &BTreeSet<&str>) {
        if let Some(timings) = self.files.get_mut(file) {
            timings.tests.retain(|id, _| ids.contains(id.as_str()));
        }
    }

    /// Each file with what it is likely to cost, in microseconds where timings are known, else by its size.
    ///
    /// A file without timings costs what its size would at the rate of those that have some.
    pub fn costs<'a>(&self, files: &'a [TestFile]) -> Vec<(&'a str, u64)> {
        let known = |file: &TestFile| self.files.get(&file.id).map(FileTimings::total);
        let (time, size) = files.iter().fold((0u128, 0u128), |(time, size), file| match known(file) {
            Some(total) => (time + u128::from(total), size + u128::from(file.size)),
            None => (time, size),
        });
        files
            .iter()
            .map(|file| {
                let guess = if time == 0 || size == 0 {
                    file.size
                } else {
                    u64::try_from(u128::from(file.size) * time / size).unwrap_or(u64::MAX)
                };
                (file.id.as_str(), known(file).unwrap_or(guess))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files() -> Vec<TestFile> {
        [("a", 100), ("b", 200), ("c", 50)].map(|(id, size)| TestFile { id: id.to_owned(), size }).into()
    }

    #[test]
    fn sizes_stand_in_for_timings() {
        assert_eq!(Timings::default().costs(&files()), [("a", 100), ("b", 200), ("c", 50)]);
    }

    #[test]
    fn an_unknown_file_costs_what_known_ones_of_its_size_do() {
        let mut timings = Timings::default();
        timings.note_file("a", 1000);
        timings.note_test("a", "a::x", 9000);
        assert_eq!(timings.costs(&files()), [("a", 10_000), ("b", 20_000), ("c", 5000)]);
    }

    #[test]
    fn tests_that_are_gone_are_forgotten() {
        let mut timings = Timings::default();
        timings.note_test("a", "a::x", 1);
        timings.note_test("a", "a::y", 2);
        timings.keep_tests("a", &BTreeSet::from(["a::y"]));
        assert_eq!(timings.files["a"].total(), 2);
    }
}
