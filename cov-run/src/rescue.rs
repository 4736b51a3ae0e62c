//! What can be made of a run that was killed: workers' words are in files that outlive it, and so are the fragments.

use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::Context as _;
use clap::Parser as _;
use serde::{Deserialize, Serialize};

use crate::cli::Args;
use crate::cli::verb::Rescue;
use crate::crash::{Cause, Death};
use crate::dispatcher::{During, Loss, Stop, WorkerId};
use crate::earlier::Earlier;
use crate::harvest::Harvest;
use crate::junit::Times;
use crate::out::OutDirectory;
use crate::profile::Profiler;
use crate::protocol::Message;
use crate::record::Record;
use crate::refusal::Refusal;
use crate::session::Ran;
use crate::setup::{Place, Setup, setup};
use crate::summary::Summary;
use crate::terminal::say;
use crate::timings::Known;
use crate::verdict::INTERRUPTED;
use crate::{epoch, project};

/// The file in the temporary directory that says what a run is about to do.
const PLAN: &str = "plan.json";

/// What a run is about to do.
#[derive(Debug, Serialize, Deserialize)]
struct Plan {
    arguments: Vec<String>,
    all: Vec<String>,
    assigned: Vec<String>,
    left_out: Vec<String>,
    workers: u32,
    started: u64,
}

/// A run that is under way: a link in its output directory leads to its temporary directory, until it ends by itself.
#[derive(Debug)]
pub struct UnderWay(PathBuf);

impl UnderWay {
    /// The run begins.
    pub fn begin(out: &OutDirectory, temporary: &Path) -> io::Result<Self> {
        let run = Self(out.under_way());
        run.unlink();
        symlink(temporary, &run.0)?;
        Ok(run)
    }

    fn unlink(&self) {
        let _ = fs::remove_file(&self.0); // most often there is none
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.unlink();
    }
}

/// Says what a run is about to do, where its workers say what they do. Should that fail, there is less to rescue.
pub fn announce(setup: &Setup, record: &Record, workers: u32) {
    let plan = Plan {
        arguments: setup.assignment.args.clone(),
        all: record.all.clone(),
        assigned: record.assigned.clone(),
        left_out: record.left_out.iter().cloned().collect(),
        workers,
        started: epoch(SystemTime::now()),
    };
    if let Ok(text) = serde_json::to_vec(&plan) {
        let _ = fs::write(Path::new(&setup.events).join(PLAN), text);
    }
}

/// Writes what a run would have written that was killed, as far as it had got.
pub fn rescue(args: &Rescue) -> anyhow::Result<u8> {
    project::enter(args.project.as_deref())?;
    let path = args.out.canonicalize().map_err(|error| refusal(&args.out, &error))?;
    let out = OutDirectory::of(&path, args.shard);
    let events = fs::read_link(out.under_way()).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => {
            Refusal::usage(format!("{}: no run of shard {} was killed there", path.display(), args.shard))
        }
        _ => refusal(&out.under_way(), &error),
    })?;
    let plan = fs::read(events.join(PLAN)).map_err(|error| refusal(&events.join(PLAN), &error))?;
    let plan: Plan =
        serde_json::from_slice(&plan).with_context(|| events.join(PLAN).display().to_string())?;
    let record = record(&plan, &events)?;
    let earlier = out.manifest().exists().then(|| Earlier::read(&out)).transpose()?;
    let profiler = match (&record.hello, record.measured()) {
        (Some(hello), Some(measured)) => Some(Profiler::start(hello, &measured.rules, out.fragments())?),
        _ => None,
    };
    let directory = tempfile::TempDir::with_prefix("cov-run-")?;
    let place = Place { temporary: directory.path().to_owned(), fragments: out.fragments() };
    let mut own = Args::parse_from(["cov-run"]);
    own.pytest_args = plan.arguments.iter().map(Into::into).collect();
    let known = Known::read(None, &out, args.shard).map_err(|error| Refusal::usage(format!("{error:#}")))?;
    let timings = known.target.clone();
    let setup = setup(&own, args.shard, known, &place)?;
    let elapsed = record.tests().map(|test| Duration::from_micros(test.us)).sum();
    let ran = Ran { record, workers: plan.workers, stop: Some(Stop::Signal), statuses: Vec::new(), profiler };
    if let Some(hello) = &ran.record.hello {
        let mut terminal = setup.terminal(io::stdout());
        Summary::new(&ran, &hello.options, elapsed, 0).print(&mut terminal)?;
        terminal.end().context("<stdout>")?;
    }
    let harvest = Harvest { setup: &setup, junit: out.junit(), out: &out, timings, earlier };
    harvest.write(ran, Times { started: plan.started, elapsed }, INTERRUPTED)?;
    say(format_args!("cov-run: {}: the results of the run that was killed are there", path.display()));
    drop(UnderWay(out.under_way()));
    let _ = fs::remove_dir_all(events); // a temporary directory
    Ok(INTERRUPTED)
}

fn refusal(path: &Path, error: &io::Error) -> anyhow::Error {
    Refusal::usage(format!("{}: {error}", path.display()))
}

/// What the workers of a run said, one after the other.
fn record(plan: &Plan, events: &Path) -> anyhow::Result<Record> {
    let mut record = Record::default();
    record.all.clone_from(&plan.all);
    record.assigned.clone_from(&plan.assigned);
    record.left_out.extend(plan.left_out.iter().cloned());
    let mut found: Vec<(bool, WorkerId, PathBuf)> = Vec::new();
    for entry in fs::read_dir(events).map_err(|error| refusal(events, &error))? {
        let path = entry?.path();
        found.extend(worker_of(&path).map(|(is_first, id)| (!is_first, id, path)));
    }
    found.sort();
    for (_, id, path) in found {
        let text = fs::read(&path).with_context(|| path.display().to_string())?;
        let mut has_ended = false;
        // The last line may be torn.
        for line in text.split_inclusive(|&byte| byte == b'\n').filter(|line| line.ends_with(b"\n")) {
            let message = serde_json::from_slice(line).with_context(|| path.display().to_string())?;
            has_ended |= matches!(message, Message::Bye { .. } | Message::Serving);
            hear(&mut record, id, message);
        }
        if !has_ended {
            // Nobody is to blame but who killed cov-run; what was measured of the test that ran is not all there.
            let death = Death { cause: Cause::Unseen, output: String::new() };
            record.losses.push(Loss { worker: id, death, during: During::Between(None) });
        }
    }
    Ok(record)
}

/// The worker whose words are in this file, and whether it was the first process of all.
fn worker_of(path: &Path) -> Option<(bool, WorkerId)> {
    let name = path.file_name()?.to_str()?.strip_suffix(".events")?;
    let (is_first, name) = match name.strip_prefix("first") {
        Some(name) => (true, name),
        None => (false, name.strip_prefix("gw")?),
    };
    let (slot, generation) = name.split_once('-')?;
    Some((is_first, WorkerId { slot: slot.parse().ok()?, generation: generation.parse().ok()? }))
}

fn hear(record: &mut Record, id: WorkerId, message: Message) {
    match message {
        Message::Hello(hello) if record.hello.is_none() => record.hello = Some(hello),
        Message::Collected(collected) => record.collected(id, &collected),
        Message::Start { index, .. } => record.started(id, index),
        Message::Report(report) => record.reported(id, *report),
        Message::Warning(warning) => record.warnings.push(warning),
        Message::Unsaved { why } => record.unsaved.push(why),
        Message::InternalError { text } => record.internal_errors.push(text),
        _ => {}
    }
}
