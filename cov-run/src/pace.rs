//! How much of a run is done, and how long the rest will take.

use std::collections::HashMap;
use std::time::Duration;

use crate::protocol::{Collected, TestFile};
use crate::timings::Timings;

/// A guess from what the run itself did is made when it has lasted this long, and
const EARLIEST: Duration = Duration::from_secs(2);

/// when so many parts of a hundred are done.
const LEAST: u128 = 4;

/// A file that was opened and is not done.
#[derive(Debug)]
struct Open {
    cost: u128,
    /// What each test that has not finished is likely to cost, in relation to the others.
    weights: HashMap<String, u64>,
    weight: u128,
}

/// See the module. Costs are microseconds where anything is known of how long tests take, else sizes of files.
#[derive(Debug, Default)]
pub struct Pace {
    costs: HashMap<String, u64>,
    open: HashMap<String, Open>,
    total: u128,
    done: u128,
    is_time: bool,
    workers: u32,
    finished: usize,
}

impl Pace {
    /// A run of these files by so many workers.
    pub fn new(files: &[TestFile], timings: &Timings, workers: u32) -> Self {
        let costs: HashMap<String, u64> =
            timings.costs(files).into_iter().map(|(file, cost)| (file.to_owned(), cost.max(1))).collect();
        Self {
            total: costs.values().copied().map(u128::from).sum(),
            is_time: files.first().is_some_and(|file| timings.import(&file.id).is_some()),
            costs,
            workers: workers.max(1),
            ..Self::default()
        }
    }

    /// A worker opened a file: its tests are known.
    pub fn open(&mut self, collected: &Collected, timings: &Timings) {
        let Some(cost) = self.costs.remove(&collected.file) else { return };
        let weigh = |id: &String| (id.clone(), timings.test(&collected.file, id).unwrap_or(1).max(1));
        let weights: HashMap<String, u64> = collected.chosen_ids().map(weigh).collect();
        let weight = weights.values().copied().map(u128::from).sum();
        if weights.is_empty() {
            self.done += u128::from(cost);
            self.finished += 1;
        } else {
            self.open.insert(collected.file.clone(), Open { cost: cost.into(), weights, weight });
        }
    }

    /// A test is over. Whether it was the last of its file is the answer.
    pub fn finish(&mut self, id: &str) -> bool {
        let file = id.split("::").next().unwrap_or_default();
        let Some(open) = self.open.get_mut(file) else { return true };
        let Some(weight) = open.weights.remove(id) else { return false };
        self.done += open.cost * u128::from(weight) / open.weight.max(1);
        if open.weights.is_empty() {
            self.open.remove(file);
            self.finished += 1;
            return true;
        }
        false
    }

    /// A file could not be opened.
    pub fn give_up(&mut self, file: &str) {
        if let Some(cost) = self.costs.remove(file) {
            self.done += u128::from(cost);
            self.finished += 1;
        }
    }

    /// How many files are done.
    pub fn files(&self) -> usize {
        self.finished
    }

    /// How many tests have not finished, once all files are open.
    pub fn tests_left(&self) -> Option<usize> {
        let is_known = self.costs.is_empty() && self.total > 0;
        is_known.then(|| self.open.values().map(|open| open.weights.len()).sum())
    }

    /// What a test is likely to take, if anything is known.
    pub fn expected(&self, id: &str) -> Option<Duration> {
        let file = id.split("::").next().unwrap_or_default();
        let weight = self.open.get(file)?.weights.get(id)?;
        self.is_time.then(|| Duration::from_micros(*weight))
    }

    /// How much is done, in thousandths.
    pub fn permille(&self) -> u16 {
        u16::try_from(self.done * 1000 / self.total.max(1)).unwrap_or(1000).min(1000)
    }

    /// How long the rest is likely to take, while these tests run since then; none if it cannot be guessed.
    pub fn rest<'a>(
        &self,
        elapsed: Duration,
        running: impl Iterator<Item = (&'a str, Duration)>,
    ) -> Option<Duration> {
        let left = self.total.saturating_sub(self.done);
        let is_early = elapsed < EARLIEST || self.done * 100 < self.total * LEAST;
        let by_pace = || elapsed.as_micros() * left / self.done.max(1);
        let rest = match (is_early, self.is_time) {
            (true, false) => return None,
            (true, true) => left / u128::from(self.workers),
            (false, _) => by_pace(),
        };
        let longest = running.filter_map(|(id, age)| Some(self.expected(id)?.saturating_sub(age))).max();
        let rest = Duration::from_micros(u64::try_from(rest).unwrap_or(u64::MAX));
        Some(rest.max(longest.unwrap_or_default())).filter(|rest| !rest.is_zero())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files() -> Vec<TestFile> {
        [("a", 100), ("b", 300)]
            .map(|(id, size)| TestFile { id: id.to_owned(), size, ..TestFile::default() })
            .into()
    }

    fn collected(file: &str, names: &[&str]) -> Collected {
        Collected {
            file: file.to_owned(),
            ids: names.iter().map(|name| format!("{file}::{name}")).collect(),
            ..Collected::default()
        }
    }

    #[test]
    fn without_timings_sizes_count() {
        let timings = Timings::default();
        let mut pace = Pace::new(&files(), &timings, 2);
        assert_eq!(pace.rest(Duration::from_secs(10), std::iter::empty()), None);
        pace.open(&collected("a", &["x", "y"]), &timings);
        pace.finish("a::x");
        assert_eq!((pace.permille(), pace.files(), pace.tests_left()), (125, 0, None));
        pace.finish("a::y");
        assert_eq!((pace.permille(), pace.files()), (250, 1));
        assert_eq!(pace.rest(Duration::from_secs(10), std::iter::empty()), Some(Duration::from_secs(30)));
        pace.open(&collected("b", &["x", "y", "z"]), &timings);
        pace.finish("b::x");
        assert_eq!(pace.tests_left(), Some(2));
    }

    #[test]
    fn with_timings_the_rest_is_known_from_the_start() {
        let mut timings = Timings::default();
        for (id, us) in [("a::x", 8_000_000), ("a::y", 1_000_000)] {
            timings.note_test("a", id, us);
        }
        timings.note_file("a", 1_000_000);
        let mut pace = Pace::new(&files()[..1], &timings, 2);
        assert_eq!(pace.rest(Duration::ZERO, std::iter::empty()), Some(Duration::from_secs(5)));
        pace.open(&collected("a", &["x", "y"]), &timings);
        // One test alone is longer than its share.
        let running = [("a::x", Duration::from_secs(1))];
        assert_eq!(pace.rest(Duration::from_secs(1), running.into_iter()), Some(Duration::from_secs(7)));
        pace.finish("a::x");
        assert_eq!(pace.permille(), 888);
    }

    #[test]
    fn a_file_without_tests_and_one_that_cannot_be_opened_are_done() {
        let timings = Timings::default();
        let mut pace = Pace::new(&files(), &timings, 1);
        pace.open(&collected("a", &[]), &timings);
        pace.give_up("b");
        pace.give_up("b");
        assert_eq!((pace.permille(), pace.files(), pace.tests_left()), (1000, 2, Some(0)));
    }
}
