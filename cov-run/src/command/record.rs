//! What is written of the shards of a command: manifests, JUnit files, timings, and what there is to say of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use cov_model::content::Format;
use cov_model::manifest::{FORMAT, Manifest, Outcome, TestRecord, VERSION, run_digest};
use cov_model::stream::Output;

use super::collected::{Collected, collect};
use super::place::Place;
use super::plan::{Part, Plan};
use super::process::End;
use super::supervisor::Ran;
use crate::cases::Case;
use crate::terminal::say;
use crate::timings::Timings;
use crate::verdict::{FAILED, INTERRUPTED, PASSED};

/// What is known of the shards when they have ended.
#[derive(Debug, Default)]
pub(super) struct Record {
    /// The measurements, of all shards.
    pub(super) fragments: usize,
    foreign: BTreeMap<Format, usize>,
    /// The shards that ran each test.
    tests: BTreeMap<String, BTreeSet<u32>>,
    /// The shards that JUnit files tell of.
    told: BTreeSet<u32>,
    /// Those that passed and left no measurement.
    silent: Vec<u32>,
}

impl Record {
    /// Looks at what a shard left, and writes its manifest. One that never ran leaves none, so that it is missing.
    pub(super) fn add(
        &mut self,
        plan: &Plan,
        part: &Part,
        place: &Place,
        ran: Option<&Ran>,
        timings: &mut Timings,
    ) -> anyhow::Result<()> {
        let has_work = plan.has_work(part);
        if has_work && ran.is_none() {
            return Ok(());
        }
        let collected = if has_work { collect(&place.out) } else { Collected::default() };
        let end = ran.map_or(End::Passed, |ran| ran.end);
        if !has_work {
            say(format_args!("cov-run: shard {}/{} has no tests", part.number, plan.total));
        }
        if collected.kinds.len() > 1 {
            let kinds: Vec<_> = collected.kinds.iter().copied().collect();
            say(format_args!(
                "cov-run: warning: shard {}/{} left {}: if they tell of the same run, its hits count twice",
                part.number,
                plan.total,
                kinds.join(" and ")
            ));
        }
        if collected.fragments.is_empty() && end == End::Passed && has_work {
            self.silent.push(part.number);
        }
        self.fragments += collected.fragments.len();
        // Beside what is read, the rest is what that was made of.
        for (format, count) in collected.foreign.iter().filter(|_| collected.fragments.is_empty()) {
            *self.foreign.entry(*format).or_default() += count;
        }
        for case in &collected.cases {
            self.tests.entry(case.id()).or_default().insert(part.number);
            self.told.insert(part.number);
        }
        learn(timings, &part.tests, &collected.cases);
        if place.junit.is_file() {
            let junit = place.files.junit();
            fs::copy(&place.junit, &junit).with_context(|| junit.display().to_string())?;
        }
        let manifest = manifest(plan, part, place, &collected, end, ran.map_or(1, |ran| ran.attempts));
        let path = place.files.manifest();
        let written = Output::File(path.clone()).write(|sink| manifest.write(sink));
        written.with_context(|| path.display().to_string())
    }

    /// Says what is odd about all of it.
    pub(super) fn warn(&self, plan: &Plan, ran: &BTreeMap<u32, Ran>) {
        let warn = |text: String| say(format_args!("cov-run: warning: {text}"));
        let overlaps = || self.tests.iter().filter(|(_, shards)| shards.len() > 1);
        if let Some((id, shards)) = overlaps().next() {
            let shards: Vec<String> = shards.iter().map(|shard| format!("{shard}/{}", plan.total)).collect();
            let more = overlaps().count() - 1;
            let more = if more == 0 { String::new() } else { format!(", and so did {more} more") };
            warn(format!("{id} ran in shards {}{more}: the shards overlap", shards.join(" and ")));
        }
        let is_proven = self.told.len() > 1 && self.told.len() == ran.len() && overlaps().next().is_none();
        let is_told = plan.names_the_shard() || ran.values().any(|ran| ran.knows_shards);
        if plan.total > 1 && !is_told && !is_proven && !ran.is_empty() {
            warn(format!(
                "each of the {} shards ran everything, it seems: no word of the command is {{shard}} or {{tests}}, and nothing \
                 touched TEST_SHARD_STATUS_FILE",
                plan.total
            ));
        }
        for (format, count) in &self.foreign {
            let (what, remedy) = (format.name(), format.remedy());
            warn(format!("{count} files are {what}, which cov-merge does not read: convert them ({remedy})"));
        }
        if plan.is_measured && self.fragments == 0 && self.foreign.is_empty() && !ran.is_empty() {
            warn(
                "nothing was measured in spite of --preset: no shard left a file that holds coverage"
                    .to_owned(),
            );
        }
        if self.fragments > 0 {
            for shard in &self.silent {
                warn(format!("shard {shard}/{} passed and left no measurement, as others did", plan.total));
            }
        }
    }
}

fn manifest(
    plan: &Plan,
    part: &Part,
    place: &Place,
    collected: &Collected,
    end: End,
    attempts: u32,
) -> Manifest {
    let ascending =
        |tests: &[String]| tests.iter().cloned().collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>();
    let files = ascending(plan.tests.as_deref().unwrap_or_default());
    let relative = |path: &PathBuf| relative_to(&place.files.path, path);
    Manifest {
        format: FORMAT.to_owned(),
        version: VERSION,
        shard: part.number,
        shards: plan.total,
        run: run_digest(&plan.command, &files).to_string(),
        command: plan.command.clone(),
        arguments: Vec::new(),
        assigned: ascending(&part.tests),
        files,
        status: status(end),
        complete: end == End::Passed,
        // What was killed had no time to write what it measured.
        coverage_complete: !matches!(end, End::Failed(crate::crash::Cause::Signal(_)) | End::TimedOut(_)),
        fragments: collected.fragments.iter().map(relative).collect(),
        versions: BTreeMap::new(),
        tests: tests(&collected.cases, part.number, attempts),
    }
}

/// The status that a shard would end a run with.
pub(super) fn status(end: End) -> u8 {
    match end {
        End::Passed => PASSED,
        End::Failed(_) | End::TimedOut(_) => FAILED,
        End::Interrupted => INTERRUPTED,
    }
}

/// The tests of a shard by id. One that a JUnit file has several times was tried so often.
fn tests(cases: &[Case], shard: u32, attempts: u32) -> Vec<TestRecord> {
    let mut tests: BTreeMap<String, TestRecord> = BTreeMap::new();
    for case in cases {
        let id = case.id();
        let test = tests.entry(id.clone()).or_insert_with(|| TestRecord {
            id,
            outcome: Outcome::Passed,
            duration_us: 0,
            attempts: attempts - 1,
            worker: format!("shard{shard}"),
            process: 0,
            order: 0,
        });
        test.outcome = case.outcome;
        test.duration_us = case.us.unwrap_or(0);
        test.attempts += 1;
    }
    tests.into_values().collect()
}

/// Learns how long the tests of a list took, where JUnit files name them as file, class or suite.
fn learn(timings: &mut Timings, tests: &[String], cases: &[Case]) {
    let tests: BTreeSet<&str> = tests.iter().map(String::as_str).collect();
    let passed = cases.iter().filter(|case| case.outcome == Outcome::Passed);
    for case in passed {
        if let (Some(place), Some(us)) = (case.places().find(|place| tests.contains(place)), case.us) {
            timings.note_test(place, &case.id(), us);
        }
    }
}

/// A path below `directory`, with `/`.
fn relative_to(directory: &Path, path: &Path) -> String {
    let path = path.strip_prefix(directory).unwrap_or(path);
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}
