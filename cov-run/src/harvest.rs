//! What a run leaves behind: profile, manifest, JUnit file, timings.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use cov_model::manifest::{Outcome, list_digest};
use cov_model::stream::Output;

use crate::earlier::{Earlier, add_profile};
use crate::hello::Hello;
use crate::junit::{self, Times};
use crate::last_failed;
use crate::manifest::{self, Facts, manifest};
use crate::out::OutDirectory;
use crate::profile::{self, Profile, Profiler};
use crate::record::Record;
use crate::refusal::Refusal;
use crate::session::Ran;
use crate::setup::Setup;
use crate::shard::Shard;
use crate::terminal::say;
use crate::timings::Timings;

/// Where a run puts what it leaves behind.
#[derive(Debug)]
pub struct Harvest<'a> {
    /// What the run was to do.
    pub setup: &'a Setup,
    /// The output directory.
    pub out: &'a OutDirectory,
    /// The JUnit file.
    pub junit: PathBuf,
    /// The file of timings.
    pub timings: PathBuf,
    /// The run that this one continues.
    pub earlier: Option<Earlier>,
}

impl Harvest<'_> {
    /// Writes everything.
    pub fn write(&self, ran: Ran, times: Times, status: u8) -> anyhow::Result<()> {
        let Ran { record, profiler, .. } = ran;
        let record = &record;
        let Some(hello) = &record.hello else {
            return Ok(()); // interrupted before anything could happen
        };
        // What cannot be written must not keep the rest from being written.
        let junit = self.write_junit(record, hello, times);
        let memory =
            hello.cache.as_ref().map_or(Ok(()), |cache| last_failed::update(record, Path::new(cache)));
        let timings = learn(&self.setup.order, record, &self.setup.assignment.args).write(&self.timings);
        let profile = profiler.map(|profiler| self.write_profile(record, profiler)).transpose();
        let written = profile.as_ref().ok().and_then(Option::as_ref);
        let facts = Facts {
            arguments: self.setup.assignment.args.clone(),
            shard: self.setup.shard,
            status,
            coverage_complete: written.is_some_and(|written| written.is_whole)
                && record.losses.is_empty()
                && record.unsaved.is_empty(),
            fragments: written.map(|written| written.fragments.iter().cloned().collect()).unwrap_or_default(),
        };
        let mut manifest = manifest(record, facts);
        if let Some(earlier) = &self.earlier {
            earlier.rest.add_to(&mut manifest, &record.known_tests());
        }
        let manifest = manifest::write(&manifest, &self.out.manifest());
        for note in &record.notes {
            say(format_args!("cov-run: {note}"));
        }
        if let Err(error) = memory {
            say(format_args!("cov-run: {error:#}")); // pytest goes without, too
        }
        let unsaved = record.unsaved.iter().map(|why| Err(Refusal::internal(format!("not saved: {why}"))));
        all_of([junit, timings, profile.map(drop), manifest].into_iter().chain(unsaved))
    }

    fn write_junit(&self, record: &Record, hello: &Hello, times: Times) -> anyhow::Result<()> {
        let own = hello.options.junit_path.clone().map(PathBuf::from);
        for path in own.iter().chain([&self.junit]) {
            Output::File(path.clone())
                .write(|sink| junit::write(record, &hello.options, times, sink))
                .with_context(|| path.display().to_string())?;
        }
        Ok(())
    }

    /// Writes the profile.
    fn write_profile(&self, record: &Record, profiler: Profiler) -> anyhow::Result<Written> {
        let mut fragments = BTreeSet::new();
        for entry in fs::read_dir(self.out.fragments())? {
            // Behind the worker's name are those of the machine and of the process.
            let name = entry?.file_name().to_string_lossy().into_owned();
            fragments.insert(name.split('.').next().unwrap_or_default().to_owned());
        }
        let Profile { mut report, mut notes, mut is_whole } =
            profiler.profile().context("what was measured could not be made a profile")?;
        if let Some(earlier) = &self.earlier {
            is_whole &= earlier.profile.is_some();
            for path in add_profile(earlier.profile.clone().unwrap_or_default(), &mut report)? {
                is_whole = false;
                notes.push(format!("{path} has changed: what the earlier run covered of it does not count"));
            }
        }
        if !self.setup.shard.is_all() {
            report.shards.insert(name(record, self.setup.shard));
        }
        profile::write(&report, &self.out.profile())?;
        if report.files.is_empty() {
            let hint = "check source and omit in coverage.py's configuration";
            say(format_args!("cov-run: nothing was measured ({hint})"));
        }
        for note in notes {
            say(format_args!("cov-run: {note}"));
        }
        Ok(Written { fragments, is_whole })
    }
}

/// Done if all are. Every error is told: the last one by whoever gets it.
pub fn all_of(results: impl IntoIterator<Item = anyhow::Result<()>>) -> anyhow::Result<()> {
    let mut errors = results.into_iter().filter_map(Result::err).peekable();
    while let Some(error) = errors.next() {
        if errors.peek().is_none() {
            return Err(error);
        }
        say(format_args!("cov-run: {error:#}"));
    }
    Ok(())
}

/// A profile that was written.
struct Written {
    /// The names of the fragments that it is made of.
    fragments: BTreeSet<String>,
    /// Whether each of them could be read.
    is_whole: bool,
}

/// The name of a shard in a profile.
fn name(record: &Record, shard: Shard) -> cov_model::Shard {
    let run = list_digest(&record.sorted_files());
    cov_model::Shard { run, index: shard.number(), total: shard.total() }
}

/// Timings with what this run adds. A test that failed may have ended early, so only those that passed at once count.
/// Tests that are gone are forgotten, where the run would have seen them.
fn learn(known: &Timings, record: &Record, args: &[String]) -> Timings {
    let names_tests = args.iter().any(|arg| arg.contains("::"));
    let mut timings = known.clone();
    for (file, us) in record.imports() {
        timings.note_file(file, us);
        let tests = record.tests_of(file);
        tests
            .iter()
            .filter(|test| test.outcome == Outcome::Passed && test.attempts == 1)
            .for_each(|test| timings.note_test(file, &test.id, test.us));
        if !names_tests && !record.is_narrowed(file) {
            timings.keep_tests(file, &tests.iter().map(|test| test.id.as_str()).collect::<BTreeSet<_>>());
        }
    }
    timings
}
