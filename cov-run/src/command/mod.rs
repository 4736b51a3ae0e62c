//! Runs any test command as shards, and collects what they measured: `--cmd`.

mod collected;
mod coveragerc;
mod display;
mod environment;
mod group;
mod list;
mod output;
mod place;
mod placeholder;
mod plan;
mod preset;
mod process;
mod record;
mod split;
mod supervisor;

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use self::display::{Display, Manner};
use self::place::Place;
use self::plan::Plan;
use self::process::{End, Event};
use self::record::Record;
use self::supervisor::{Ran, Supervisor};
use crate::cli::Args;
use crate::out::OutDirectory;
use crate::refusal::Refusal;
use crate::shard::Shard;
use crate::temporary::Temporary;
use crate::terminal::{self, Forgiving, Terminal, say};
use crate::timings::Known;
use crate::verdict::{INTERRUPTED, NO_TESTS, PASSED};
use crate::{project, signals};

/// Runs the shards of a command, writes their manifests, and gives the exit status.
pub(crate) fn run(args: &Args) -> anyhow::Result<u8> {
    if args.command.preset.as_deref() == Some("list") {
        // Who reads no further has seen what they wanted.
        Forgiving::new(io::stdout()).write_all(preset::list().as_bytes())?;
        return Ok(PASSED);
    }
    project::enter(args.project.as_deref())?;
    let usage = |error: anyhow::Error| Refusal::usage(format!("{error:#}"));
    let shard = args.shard.resolve()?;
    let out = OutDirectory::of(&args.out, shard);
    let mut known = Known::read(args.timings.as_deref(), &out, shard).map_err(usage)?;
    known.notes.iter().for_each(|note| say(format_args!("cov-run: {note}")));
    let plan = Plan::new(args, shard, &known)?;
    if plan.tests.as_ref().is_some_and(Vec::is_empty) {
        say("cov-run: the list of tests is empty");
        return Ok(NO_TESTS);
    }
    place::forget_others(&args.out, plan.total)?;
    let temporary = Temporary::new(args.out.join("tmp")).context("temporary directory")?;
    let places = places(args, &plan, &temporary)?;
    let started = Instant::now();
    let mut display = display(args, &plan);
    let (sender, receiver) = mpsc::channel();
    watch_signals(sender.clone())?;
    let ran = Supervisor::new(&plan, &places, &mut display, sender).run(&receiver)?;
    let before = known.own.clone();
    let mut record = Record::default();
    for part in &plan.shards {
        record.add(&plan, part, &places[&part.number], ran.get(&part.number), &mut known.own)?;
    }
    record.warn(&plan, &ran);
    if known.own != before {
        known.own.write(&known.target)?;
    }
    let status = status(&plan, &ran);
    let summary = summary(args, &plan, &ran, &record, started.elapsed());
    display.finished(&summary, status == PASSED)?;
    if status != PASSED {
        temporary.keep()?;
    }
    Ok(status)
}

/// Where each shard that runs here has its files.
fn places(args: &Args, plan: &Plan, temporary: &Temporary) -> anyhow::Result<BTreeMap<u32, Place>> {
    let place = |number: u32| {
        let shard: Shard = format!("{number}/{}", plan.total).parse().map_err(Refusal::internal)?;
        let place = Place::prepare(&args.out, shard, temporary);
        Ok((number, place.map_err(|error| Refusal::usage(format!("{error:#}")))?))
    };
    plan.shards.iter().map(|part| place(part.number)).collect()
}

fn display(args: &Args, plan: &Plan) -> Display {
    let colour = terminal::chosen_colour(args.color).unwrap_or_else(terminal::is_coloured_by_default);
    let terminal = Terminal::new(Forgiving::new(io::stdout()), colour, usize::from(terminal::width()));
    let manner = match (args.command.stream, plan.at_once.min(plan.shards.len())) {
        (true, _) => Manner::Prefixed,
        (false, 0 | 1) => Manner::Live,
        (false, _) => Manner::Grouped,
    };
    Display::new(terminal, manner, args.quiet > 0, plan.total, plan.shards.len() > 1)
}

/// The worst that happened; a shard that was not started was kept from it by an interruption.
fn status(plan: &Plan, ran: &BTreeMap<u32, Ran>) -> u8 {
    let has_run = |number| ran.contains_key(&number);
    if plan.shards.iter().any(|part| plan.has_work(part) && !has_run(part.number)) {
        return INTERRUPTED;
    }
    ran.values().map(|ran| record::status(ran.end)).max().unwrap_or(PASSED)
}

fn summary(args: &Args, plan: &Plan, ran: &BTreeMap<u32, Ran>, record: &Record, took: Duration) -> String {
    let count = plan.shards.len();
    let bad: Vec<String> = ran
        .iter()
        .filter(|(_, ran)| ran.end != End::Passed)
        .map(|(number, Ran { end, .. })| format!("{number}/{} {end}", plan.total))
        .collect();
    let shards = match (plan.total, count) {
        (1, _) => "the command".to_owned(),
        (total, 1) => format!("shard {}/{total}", plan.shards[0].number),
        (_, count) => format!("{count} shards"),
    };
    let verdict = match (&*bad, ran.len()) {
        ([], _) if status(plan, ran) == PASSED => format!("{shards} passed"),
        ([], _) => format!("{shards} interrupted before all were started"),
        ([end], _) if count == 1 => format!("{shards} {}", end.split_once(' ').map_or("", |(_, end)| end)),
        (bad, _) => format!("{} of {shards} did not pass: {},", bad.len(), bad.join(", ")),
    };
    let measured = match record.fragments {
        0 => String::new(),
        1 => format!("; 1 measurement for `cov-merge {}`", args.out.display()),
        count => format!("; {count} measurements for `cov-merge {}`", args.out.display()),
    };
    format!("cov-run: {verdict} in {:.2}s{measured}", took.as_secs_f64())
}

/// Turns Ctrl-C and requests to terminate into events.
fn watch_signals(events: Sender<Event>) -> anyhow::Result<()> {
    // With nohup a terminal that is closed ends nothing.
    let hangup = (!signals::is_ignored(SIGHUP)).then_some(SIGHUP);
    let mut signals = Signals::new([SIGINT, SIGTERM].into_iter().chain(hangup))?;
    thread::spawn(move || {
        for signal in signals.forever() {
            if events.send(Event::Signalled(signal)).is_err() {
                // The shards have ended, and nothing that is left would stop for it.
                #[expect(clippy::exit, reason = "a thread cannot end the program otherwise")]
                std::process::exit(i32::from(INTERRUPTED));
            }
        }
    });
    Ok(())
}
