//! What happened in a run, put in an order that does not depend on which worker was faster.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Write as _;

use cov_model::manifest::Outcome;

use crate::dispatcher::{During, Loss, WorkerId};
use crate::hello::{Hello, Measured};
use crate::outcome;
use crate::protocol::{Collected, Report, Unmatched, Warning};
use crate::unit::Pick;

/// A test that was collected.
#[derive(Clone, Debug)]
pub struct Test {
    /// pytest's node id.
    pub id: String,
    /// How it ended, so far.
    pub outcome: Outcome,
    /// Setup, call and teardown together, in microseconds.
    pub us: u64,
    /// How often it was tried.
    pub attempts: u32,
    /// The slot of the worker that ran it last.
    pub slot: u32,
    /// What pytest reported of its last attempt, in order.
    pub reports: Vec<Report>,
    /// What pytest reported of the attempts before that, each of which failed.
    pub earlier: Vec<Vec<Report>>,
    /// The how-manieth of all tests it was to start, from 1; 0 if it never did.
    pub order: u64,
    /// Which process of its worker's slot ran it, 0 for the first.
    pub generation: u32,
    /// Whether it is part of the run; else it is only known to be there.
    pub is_selected: bool,
}

/// A file that was opened.
#[derive(Clone, Debug, Default)]
struct File {
    tests: Vec<Test>,
    /// Collection errors and skipped modules.
    reports: Vec<Report>,
    us: u64,
    deselected: u64,
    /// Whether its tests are known.
    collected: bool,
}

/// An early end that a worker announced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interruption {
    /// The exception's name.
    pub kind: String,
    /// Its message.
    pub message: String,
    /// `path:line`.
    pub place: Option<String>,
}

/// What happened in a run.
#[derive(Debug, Default)]
pub struct Record {
    /// The first worker's introduction.
    pub hello: Option<Box<Hello>>,
    /// What pytest prints below its versions.
    pub header: Vec<String>,
    /// All files of all shards, in pytest's order.
    pub all: Vec<String>,
    /// This shard's files.
    pub assigned: Vec<String>,
    /// Those of them that an earlier run has done, or of which no test is to run.
    pub left_out: HashSet<String>,
    /// What pytest warned of.
    pub warnings: Vec<Warning>,
    /// What coverage.py warned of.
    pub notes: Vec<String>,
    /// How many tests were left out before any file was opened by itself.
    pub deselected: u64,
    /// Ids of the command line that match nothing.
    pub unmatched: Vec<Unmatched>,
    /// Why workers ended their session early.
    pub interruptions: Vec<Interruption>,
    /// What was measured and could not be saved, and why.
    pub unsaved: Vec<String>,
    /// The tracebacks of internal errors.
    pub internal_errors: Vec<String>,
    /// Reports that belong to no file of this run.
    stray: Vec<Report>,
    files: HashMap<String, File>,
    running: HashMap<u32, (String, usize)>,
    /// How many tests have started.
    started: u64,
    /// Workers that died: their coverage is from the journal.
    pub losses: Vec<Loss>,
}

impl Record {
    /// What is measured, if anything is.
    pub fn measured(&self) -> Option<&Measured> {
        self.hello.as_ref()?.measured.as_ref().filter(|measured| measured.active)
    }

    /// A file was imported. After a crash it is imported again, with the same tests.
    pub fn collected(&mut self, worker: WorkerId, collected: &Collected) {
        let file = self.files.entry(collected.file.clone()).or_default();
        self.unmatched.extend(collected.unmatched.iter().filter(|_| !file.collected).cloned());
        if !file.collected {
            let chosen: Option<HashSet<usize>> =
                collected.chosen.as_ref().map(|chosen| chosen.iter().copied().collect());
            file.collected = true;
            file.us = collected.us;
            file.deselected = collected.deselected;
            file.tests = collected
                .ids
                .iter()
                .enumerate()
                .map(|(index, id)| Test {
                    id: id.clone(),
                    outcome: Outcome::NotRun,
                    us: 0,
                    attempts: 0,
                    slot: worker.slot,
                    reports: Vec::new(),
                    earlier: Vec::new(),
                    order: 0,
                    generation: worker.generation,
                    is_selected: chosen.as_ref().is_none_or(|chosen| chosen.contains(&index)),
                })
                .collect();
        }
        // Where the order of all tests goes to and fro between files, each stay in a file is a part of its own.
        for &index in collected.chosen.iter().flatten() {
            if let Some(test) = file.tests.get_mut(index) {
                test.is_selected = true;
            }
        }
        self.running.insert(worker.slot, (collected.file.clone(), usize::MAX));
    }

    /// A test starts.
    pub fn started(&mut self, worker: WorkerId, index: usize) {
        let Some((name, running)) = self.running.get_mut(&worker.slot) else {
            return;
        };
        *running = index;
        let file = self.files.entry(name.clone()).or_default();
        if let Some(test) = file.tests.get_mut(index) {
            self.started += 1;
            if test.attempts > 0 {
                test.earlier.push(std::mem::take(&mut test.reports));
                (test.outcome, test.us) = (Outcome::NotRun, 0);
            }
            test.attempts += 1;
            (test.slot, test.generation, test.order) = (worker.slot, worker.generation, self.started);
        }
    }

    /// pytest reported something.
    pub fn reported(&mut self, worker: WorkerId, report: Report) {
        if report.when == "collect" {
            let name = report.file().to_owned();
            match self.files.get_mut(&name) {
                Some(file) => file.reports.push(report),
                None if self.all.contains(&name) => {
                    self.files.entry(name).or_default().reports.push(report);
                }
                None => self.stray.push(report),
            }
            return;
        }
        match self.test_of(worker) {
            Some(test) => test.note(report),
            None => self.stray.push(report),
        }
    }

    /// A worker died: the test it ran, or the file it imported, has failed.
    pub fn lost(&mut self, loss: &Loss) -> Option<Report> {
        self.losses.push(loss.clone());
        let report = loss.report()?;
        let worker = loss.worker;
        match &loss.during {
            During::Test { .. } => {
                if let Some(test) = self.test_of(worker) {
                    test.note(report.clone());
                    test.outcome = Outcome::Crashed;
                }
            }
            During::Collection(file) => {
                self.files.entry(file.clone()).or_default().reports.push(report.clone());
            }
            During::Start | During::Undoing { .. } | During::Between(_) => self.stray.push(report.clone()),
        }
        self.running.remove(&worker.slot);
        Some(report)
    }

    /// A test that was found once is not there when it is to run.
    pub fn missed(&mut self, file: &str, pick: &Pick) -> Report {
        let message = "another worker found this test, and the one that was to run it did not".to_owned();
        let report = failure(pick.1.clone(), "call", message, String::new());
        let tests = self.files.get_mut(file).map(|file| &mut file.tests);
        match tests.and_then(|tests| tests.get_mut(pick.0?)) {
            Some(test) => test.note(report.clone()),
            None => self.stray.push(report.clone()),
        }
        report
    }

    fn test_of(&mut self, worker: WorkerId) -> Option<&mut Test> {
        let (file, index) = self.running.get(&worker.slot)?;
        self.files.get_mut(file)?.tests.get_mut(*index)
    }

    /// The tests, in pytest's order.
    pub fn tests(&self) -> impl Iterator<Item = &Test> {
        let files = self.all.iter().filter_map(|name| self.files.get(name));
        files.flat_map(|file| &file.tests).filter(|test| test.is_selected)
    }

    /// All files of all shards, ascending.
    pub fn sorted_files(&self) -> Vec<String> {
        let mut files = self.all.clone();
        files.sort();
        files
    }

    /// The tests of one file.
    pub fn tests_of(&self, file: &str) -> &[Test] {
        self.files.get(file).map_or(&[], |file| &file.tests)
    }

    /// The ids of all tests of each file that was opened, whether they are part of the run or not.
    pub fn known_tests(&self) -> HashMap<&str, HashSet<&str>> {
        let opened = self.files.iter().filter(|(_, file)| file.collected);
        opened
            .map(|(name, file)| (name.as_str(), file.tests.iter().map(|test| test.id.as_str()).collect()))
            .collect()
    }

    /// How long each file that was opened took to import, in microseconds.
    pub fn imports(&self) -> BTreeMap<&str, u64> {
        self.files
            .iter()
            .filter(|(_, file)| file.collected)
            .map(|(name, file)| (name.as_str(), file.us))
            .collect()
    }

    /// All reports, in pytest's order: what belongs to no file, then file by file.
    pub fn reports(&self) -> impl Iterator<Item = &Report> {
        let of_files = self
            .all
            .iter()
            .filter_map(|name| self.files.get(name))
            .flat_map(|file| file.reports.iter().chain(file.tests.iter().flat_map(Test::all_reports)));
        self.stray.iter().chain(of_files)
    }

    /// Reports of collection and those that belong to no test, in pytest's order.
    pub fn reports_without_test(&self) -> impl Iterator<Item = &Report> {
        let of_files =
            self.all.iter().filter_map(|name| self.files.get(name)).flat_map(|file| file.reports.iter());
        self.stray.iter().chain(of_files)
    }

    /// The reports of a category, with the output of the teardown that followed each.
    pub fn of_category<'a>(
        &'a self,
        category: &'a str,
    ) -> impl Iterator<Item = (&'a Report, Option<&'a str>)> {
        let without_test = self.reports_without_test().map(|report| (report, None));
        let of_tests = self.tests().flat_map(|test| {
            let end =
                test.reports.iter().find(|report| report.when == "teardown" && report.category.is_empty());
            test.all_reports().map(move |report| (report, end.and_then(|end| end.text.as_deref())))
        });
        without_test.chain(of_tests).filter(move |(report, _)| report.category == category)
    }

    /// Whether `-k`, `-m` and the like left out tests of a file.
    pub fn is_narrowed(&self, file: &str) -> bool {
        self.files.get(file).is_some_and(|file| file.deselected > 0)
    }

    /// How many tests were left out by `-k`, `-m` and the like.
    pub fn deselected(&self) -> u64 {
        self.deselected + self.files.values().map(|file| file.deselected).sum::<u64>()
    }

    /// How many reports make the run fail.
    pub fn failures(&self) -> usize {
        self.reports().filter(|report| report.is_failure()).count()
    }

    /// Whether every assigned file was opened and every test of it ran.
    pub fn is_complete(&self) -> bool {
        self.unfinished().next().is_none()
    }

    /// The assigned files that were not opened, and the tests that did not run, as far as they were to.
    pub fn unfinished(&self) -> impl Iterator<Item = &str> {
        self.assigned.iter().filter(|name| !self.left_out.contains(*name)).flat_map(|name| {
            let file = self.files.get(name);
            let is_open = file.is_some_and(|file| file.collected || !file.reports.is_empty())
                || self.stray.iter().any(|report| report.when == "collect" && report.file() == name);
            let tests = file.map_or(&[][..], |file| &file.tests);
            let left = tests.iter().filter(|test| test.is_selected && test.outcome == Outcome::NotRun);
            left.map(|test| test.id.as_str()).chain((!is_open).then_some(name.as_str()))
        })
    }
}

impl Test {
    /// What counts of pytest's reports: the last attempt's, and the failures of those before.
    pub fn all_reports(&self) -> impl Iterator<Item = &Report> {
        self.earlier.iter().flatten().filter(|report| report.is_tried_again).chain(&self.reports)
    }

    fn note(&mut self, report: Report) {
        self.us = self.us.saturating_add(report.us);
        if report.category == "rerun" && !report.is_tried_again {
            self.attempts += 1; // pytest-rerunfailures tries again by itself
        }
        self.outcome = outcome::after(self.outcome, &report);
        self.reports.push(report);
    }
}

impl Loss {
    /// The failure as pytest would report one; none for a worker that never got to a file.
    fn report(&self) -> Option<Report> {
        let worker = format!("gw{}", self.worker.slot);
        let (id, when, occasion) = match &self.during {
            During::Start => return None,
            During::Test { id, is_over: false, .. } => {
                (id.clone(), "call", "while running this test".to_owned())
            }
            During::Test { id, .. } => (id.clone(), "teardown", "in the teardown after this test".to_owned()),
            During::Collection(file) => (file.clone(), "collect", "while importing this file".to_owned()),
            During::Undoing { fixture, test } => {
                let file = test.split("::").next().unwrap_or_default();
                (
                    file.to_owned(),
                    "teardown",
                    format!("in the teardown of the fixture {fixture}, after {test}"),
                )
            }
            During::Between(Some(file)) => (file.clone(), "teardown", format!("after tests of {file}")),
            During::Between(None) => (worker.clone(), "teardown", "before its first test".to_owned()),
        };
        let message = format!("worker {worker} died {occasion}: {}", self.death.cause);
        let mut text = format!("{message}\n");
        let output = self.death.own_output();
        if !output.is_empty() {
            let _ = writeln!(text, "{:-^80}\n{output}", " Last output of the worker ");
        }
        let mut report = failure(id, when, message, text);
        if matches!(self.during, During::Test { is_tried_again: true, .. }) {
            report.demote();
        }
        Some(report)
    }
}

/// A failure that pytest could not report.
fn failure(id: String, when: &str, message: String, text: String) -> Report {
    let (category, letter, word) =
        if when == "call" { ("failed", "F", "FAILED") } else { ("error", "E", "ERROR") };
    let text = if text.is_empty() { format!("{message}\n") } else { text };
    Report {
        head: id.split_once("::").map_or(id.as_str(), |(_, name)| name).replace("::", "."),
        id,
        when: when.to_owned(),
        outcome: "failed".to_owned(),
        category: category.to_owned(),
        letter: letter.to_owned(),
        word: word.to_owned(),
        crash_line: Some(message.clone()),
        message: Some(message),
        plain: Some(text.clone()),
        text: Some(text),
        ..Report::default()
    }
}
