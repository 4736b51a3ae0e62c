//! How long files and tests take, learnt from run to run.

mod estimate;
mod file;
pub mod filter;
mod junit;
mod known;
mod medians;
mod source;

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;
use std::sync::OnceLock;

use anyhow::Context as _;
use cov_model::stream::Output;
use serde::{Deserialize, Serialize};

pub use self::estimate::{Estimate, LONGEST};
pub use self::junit::Unmatched;
pub use self::known::Known;
use self::medians::Medians;
pub use self::source::{Junit, Source, merge};
use crate::protocol::TestFile;

/// What is known of files and tests. All numbers are whole microseconds, so that machines agree.
#[derive(Clone, Debug, Default)]
pub struct Timings {
    files: BTreeMap<String, FileTimings>,
    /// Worked out when first asked for, and again after a change.
    medians: OnceLock<Medians>,
}

/// What is known of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileTimings {
    /// Its import and collection.
    import: Estimate,
    /// Its tests by node id.
    tests: BTreeMap<String, Estimate>,
}

impl FileTimings {
    fn estimates(&self) -> impl Iterator<Item = Estimate> {
        self.tests.values().copied().chain([self.import])
    }

    fn total(&self) -> u64 {
        self.estimates().filter_map(Estimate::mean).fold(0, u64::saturating_add)
    }

    /// The standard deviation of the total, if its parts vary independently.
    fn deviation(&self) -> u64 {
        self.estimates().map(Estimate::variance).fold(0, u64::saturating_add).isqrt()
    }

    fn merge(&mut self, other: &Self) {
        match self.import.runs().cmp(&other.import.runs()) {
            Ordering::Less => *self = other.clone(),
            Ordering::Greater => {}
            Ordering::Equal => {
                self.import = self.import.join(other.import);
                for (id, theirs) in &other.tests {
                    let ours = self.tests.entry(id.clone()).or_default();
                    *ours = ours.join(*theirs);
                }
            }
        }
    }
}

/// Seconds of a foreign file; None where they are no duration that is believed.
pub fn microseconds(seconds: f64) -> Option<u64> {
    let us = (seconds * 1e6).round();
    #[expect(clippy::cast_precision_loss, reason = "a day in microseconds is exact")]
    let is_believed = (0.0..=LONGEST as f64).contains(&us);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it was just compared")]
    is_believed.then_some(us as u64)
}

impl PartialEq for Timings {
    fn eq(&self, other: &Self) -> bool {
        self.files == other.files
    }
}

impl Eq for Timings {}

impl Timings {
    fn from_files(mut files: BTreeMap<String, FileTimings>) -> Self {
        for file in files.values_mut() {
            file.import = file.import.believable();
            file.tests.values_mut().for_each(|test| *test = test.believable());
        }
        Self { files, medians: OnceLock::new() }
    }

    /// Reads a file of timings; a file that is not there holds none.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let parsed = match fs::read(path) {
            Ok(text) => Self::parse(&text).context("remove it to start anew"),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => Err(error.into()),
        };
        parsed.with_context(|| path.display().to_string())
    }

    /// Writes the timings.
    pub fn write(&self, path: &Path) -> anyhow::Result<()> {
        let output = Output::File(path.to_owned());
        output.write(|sink| self.print(sink)).with_context(|| path.display().to_string())
    }

    /// The file's entry, to change it.
    fn file(&mut self, file: &str) -> &mut FileTimings {
        self.medians = OnceLock::new();
        if !self.files.contains_key(file) {
            self.files.insert(file.to_owned(), FileTimings::default());
        }
        self.files.get_mut(file).expect("it was put there")
    }

    /// Learns how long a file's import took this time, in microseconds.
    pub fn note_file(&mut self, file: &str, us: u64) {
        self.file(file).import.note(us);
    }

    /// Learns how long a test took this time, in microseconds.
    pub fn note_test(&mut self, file: &str, id: &str, us: u64) {
        self.file(file).tests.entry(id.to_owned()).or_default().note(us);
    }

    /// Learns what `other` knows.
    ///
    /// Of a file that both know, the one wins that saw its import more often, as a whole: tests that it has forgotten
    /// stay forgotten. Where both saw it as often, [`Estimate::join`] decides for each test and for the import. So
    /// merging is commutative, associative and idempotent, all three exactly, and nothing known is its identity.
    pub fn merge(&mut self, other: &Self) {
        self.medians = OnceLock::new();
        for (name, theirs) in &other.files {
            match self.files.get_mut(name) {
                Some(ours) => ours.merge(theirs),
                None => _ = self.files.insert(name.clone(), theirs.clone()),
            }
        }
    }

    /// Forgets the tests of `file` that are not among `ids`.
    pub fn keep_tests(&mut self, file: &str, ids: &BTreeSet<&str>) {
        if self.files.contains_key(file) {
            self.file(file).tests.retain(|id, _| ids.contains(id.as_str()));
        }
    }

    /// What a test is likely to take, in microseconds: its mean, else the median of its file's tests, else of those of
    /// the nearest directory around it with any, which in the end is all. None if no test is known.
    pub fn test(&self, file: &str, id: &str) -> Option<u64> {
        let known = self.files.get(file).and_then(|file| file.tests.get(id)).and_then(|test| test.mean());
        known.or_else(|| self.medians().test(file))
    }

    /// What the tests of a name are likely to take, in microseconds: a file's, a class's, a test's, or a test's with all of
    /// its parameters. None if no test is known.
    pub fn named(&self, file: &str, name: &str) -> Option<u64> {
        let tests = self.files.get(file).map(|file| &file.tests);
        if let Some(test) = tests.and_then(|tests| tests.get(name)) {
            return test.mean();
        }
        let within = |id: &str| {
            id.strip_prefix(name).is_some_and(|rest| rest.starts_with("::") || rest.starts_with('['))
        };
        let known = tests.into_iter().flatten().filter(|(id, _)| name == file || within(id));
        let sum = known.filter_map(|(_, test)| test.mean()).reduce(u64::saturating_add);
        sum.or_else(|| self.test(file, name))
    }

    /// What a file's import is likely to take, in microseconds: its mean, else the median of those of the nearest
    /// directory around it with any. None if no import is known.
    pub fn import(&self, file: &str) -> Option<u64> {
        let known = self.files.get(file).and_then(|file| file.import.mean());
        known.or_else(|| self.medians().import(file))
    }

    fn medians(&self) -> &Medians {
        self.medians.get_or_init(|| Medians::of(&self.files))
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

    /// The same for machines that cannot help each other: what is big among what each of them gets, and unsteady, costs
    /// half a standard deviation more than it is likely to.
    pub fn cautious_costs<'a>(&self, files: &'a [TestFile], shares: u32) -> Vec<(&'a str, u64)> {
        let mut costs = self.costs(files);
        let sum: u128 = costs.iter().map(|&(_, cost)| u128::from(cost)).sum();
        for (name, cost) in &mut costs {
            if u128::from(*cost) * u128::from(shares) * 2 > sum {
                let deviation = self.files.get(*name).map_or(0, FileTimings::deviation);
                *cost = cost.saturating_add(deviation / 2);
            }
        }
        costs
    }

    /// Whether anything is known of a file.
    pub fn knows(&self, file: &str) -> bool {
        self.files.contains_key(file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files() -> Vec<TestFile> {
        [("a", 100), ("b", 200), ("c", 50)]
            .map(|(id, size)| TestFile { id: id.to_owned(), size, ..TestFile::default() })
            .into()
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
    fn what_is_big_and_unsteady_costs_more_than_its_mean() {
        let mut timings = Timings::default();
        for us in [80_000, 120_000] {
            timings.note_test("a", "a::x", us); // the mean is 100000, the deviation 20000
            timings.note_test("b", "b::x", 90_000 + us / 10);
            timings.note_test("c", "c::x", us / 100);
        }
        assert_eq!(timings.costs(&files()), [("a", 100_000), ("b", 100_000), ("c", 1000)]);
        assert_eq!(timings.cautious_costs(&files(), 2), [("a", 110_000), ("b", 101_000), ("c", 1000)]);
        assert_eq!(timings.cautious_costs(&files(), 1), [("a", 100_000), ("b", 100_000), ("c", 1000)]);
    }

    #[test]
    fn tests_that_are_gone_are_forgotten() {
        let mut timings = Timings::default();
        timings.note_test("a", "a::x", 1);
        timings.note_test("a", "a::y", 2);
        timings.keep_tests("a", &BTreeSet::from(["a::y"]));
        timings.keep_tests("b", &BTreeSet::new());
        assert_eq!(timings.files["a"].total(), 2);
        assert_eq!(timings.files.len(), 1);
    }

    #[test]
    fn an_unknown_test_takes_what_those_around_it_do() {
        let mut timings = Timings::default();
        assert_eq!((timings.test("a", "a::x"), timings.import("a")), (None, None));
        for (file, id, us) in [
            ("t/a/one.py", "1", 10),
            ("t/a/one.py", "2", 30),
            ("t/a/one.py", "3", 9000),
            ("t/a/two.py", "4", 20),
            ("u/three.py", "5", 5),
        ] {
            timings.note_file(file, us);
            timings.note_test(file, id, us);
        }
        assert_eq!(timings.test("t/a/one.py", "1"), Some(10)); // its own
        assert_eq!(timings.test("t/a/one.py", "new"), Some(30)); // its file's
        assert_eq!(timings.test("t/a/new.py", "new"), Some(30)); // its directory's: 10 20 30 9000
        assert_eq!(timings.test("t/b/new.py", "new"), Some(30)); // the directory around that
        assert_eq!(timings.test("u/new.py", "new"), Some(5));
        assert_eq!(timings.test("new.py", "new"), Some(20)); // all: 5 10 20 30 9000
        assert_eq!(timings.import("u/new.py"), Some(5));
        timings.note_test("u/three.py", "6", 70);
        assert_eq!(timings.test("u/new.py", "new"), Some(70)); // worked out anew
    }
}
