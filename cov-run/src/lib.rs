//! Runs a test suite as parallel shards under coverage measurement.

pub mod balance;
pub mod bar;
pub mod bound;
pub mod cases;
pub mod ci;
pub mod cli;
pub mod clock;
mod command;
pub mod crash;
pub mod dispatcher;
pub mod display;
pub mod earlier;
pub mod events;
pub mod flaky;
pub mod foreground;
pub mod fragments;
pub mod github;
pub mod harvest;
pub mod hello;
pub mod journal;
pub mod junit;
pub mod last_failed;
pub mod last_line;
pub mod launcher;
pub mod leftovers;
pub mod lines;
pub mod list;
pub mod manifest;
pub mod memory;
pub mod minimal;
pub mod out;
pub mod outcome;
pub mod pace;
pub mod patience;
pub mod plugin;
pub mod printed;
pub mod processes;
pub mod profile;
pub mod progress;
pub mod project;
pub mod protocol;
pub mod python;
pub mod record;
pub mod refusal;
pub mod rehearsal;
pub mod reporter;
pub mod rescue;
pub mod schedule;
pub mod selection;
pub mod sequence;
pub mod session;
pub mod setup;
pub mod shard;
pub mod short_summary;
pub mod signals;
pub mod split;
pub mod summary;
pub mod temporary;
pub mod terminal;
pub mod timings;
pub mod unit;
pub mod verdict;
pub mod warnings;
pub mod worker;
pub mod workers;
pub mod xml;
pub mod zygote;

use std::env;
use std::io::{self, Write};
use std::path::Path;
use std::sync::mpsc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use cov_model::config::{RunnerConfig, ToolConfig};
use cov_model::stream::Output;
use nix::sys::signal::Signal;

use crate::cli::Args;
use crate::cli::verb::Verb;
use crate::display::Display;
use crate::earlier::Earlier;
use crate::events::EventLog;
use crate::github::GitHub;
use crate::harvest::Harvest;
use crate::junit::Times;
use crate::out::OutDirectory;
use crate::progress::{Progress, Rest};
use crate::protocol::Unmatched;
use crate::refusal::Refusal;
use crate::rescue::UnderWay;
use crate::selection::Selection;
use crate::session::{Ending, Session};
use crate::setup::{Place, Setup, setup};
use crate::summary::Summary;
use crate::temporary::Temporary;
use crate::terminal::{Forgiving, say};
use crate::timings::Known;
use crate::verdict::{INTERNAL, NO_TESTS, PASSED, verdict};
use crate::worker::Event;

/// Does what was asked, and gives the exit status.
pub fn run(args: &Args) -> anyhow::Result<u8> {
    match &args.verb {
        None if args.command.cmd => command::run(args),
        None => run_suite(args),
        Some(Verb::List(args)) => list::run(args),
        Some(Verb::Split(args)) => split::run(args),
        Some(Verb::Timings(args)) => timings::filter::run(args),
        Some(Verb::Replay(args)) => rehearsal::replay(args),
        Some(Verb::Bisect(args)) => rehearsal::bisect(args),
        Some(Verb::Rescue(args)) => rescue::rescue(args),
    }
}

/// Runs the suite, writes what was measured and what ran, and gives the exit status.
fn run_suite(args: &Args) -> anyhow::Result<u8> {
    let configuration = enter_project(args)?;
    let shard = args.shard.resolve()?;
    let earlier = args.rerun.then(|| Earlier::read(&OutDirectory::of(&args.out, shard))).transpose()?;
    let (selection, note) = selection(args, earlier.as_ref())?;
    if let Some(note) = note {
        say(format_args!("cov-run: {note}"));
    }
    let out = OutDirectory::prepare(&args.out, shard, args.rerun)
        .map_err(|error| Refusal::usage(format!("{error:#}")))?;
    let temporary = Temporary::new(out.path.join("tmp"))
        .with_context(|| format!("{}: temporary directory", env::temp_dir().display()))?;
    let _under_way =
        UnderWay::begin(&out, temporary.path()).with_context(|| out.under_way().display().to_string())?;
    let known = Known::read(args.timings.as_deref(), &out, shard)
        .map_err(|error| Refusal::usage(format!("{error:#}")))?;
    for note in &known.notes {
        say(format_args!("cov-run: {note}"));
    }
    let timings = known.target.clone();
    let place = Place { temporary: temporary.path().to_owned(), fragments: out.fragments() };
    let mut setup = setup(args, shard, known, &place)?;
    setup.selection = selection;
    setup.groups = configuration.groups;
    if let (Some(earlier), true) = (&earlier, args.paths.is_empty() && args.pytest_args.is_empty()) {
        setup.assignment.args.extend(earlier.rest.manifest.arguments.iter().cloned());
    }
    let started = SystemTime::now();
    let clock = Instant::now();
    let (sender, receiver) = mpsc::channel();
    signals::watch(sender.clone())?;
    let progress = progress(args, &setup)?;
    let (ending, progress) = Session::new(&setup, progress, sender)?.run(&receiver)?;
    let ran = match ending {
        Ending::Ran(ran) => ran,
        Ending::Plain(why) => {
            drop(progress); // and with it the display
            return foreground::run(&setup, why.as_deref(), &receiver);
        }
    };
    let times = Times { started: epoch(started), elapsed: clock.elapsed() };
    let may_be_empty = !shard.is_all() || setup.selection.is_partial();
    let status = verdict(&ran.record, ran.stop.as_ref(), &ran.statuses, may_be_empty);
    let Rest { mut terminal, events, reporter } = progress.end()?;
    let is_cancelled = || {
        receiver
            .try_iter()
            .any(|event| matches!(event, Event::Signalled(signal) if signal != Signal::SIGTSTP))
    };
    let told =
        reporter.map(|reporter| reporter.finish(status, ran.stop.as_ref(), is_cancelled)).unwrap_or_default();
    drop(receiver); // from now on signals are not for the tests
    let status = told.chosen_over(status);
    let github = GitHub::from_environment();
    let counts = last_line::counts(&ran.record);
    if let Some(hello) = &ran.record.hello {
        let annotations = github.as_ref().map(|github| github.annotations(&ran.record)).unwrap_or_default();
        if told.is_printed {
            annotations.iter().try_for_each(|line| terminal.line(line))?;
        } else {
            Summary::new(&ran, &hello.options, times.elapsed, args.retries)
                .with_last_words(told.text.lines().map(str::to_owned).chain(annotations).collect())
                .print(&mut terminal)?;
        }
    }
    let shown = terminal
        .end()
        .with_context(|| if args.events == Some(Output::Stdout) { "<stderr>" } else { "<stdout>" });
    for Unmatched { argument, node } in &ran.record.unmatched {
        say(format_args!("ERROR: not found: {argument}\n(no match in {node})\n"));
    }
    let durations = ran.record.tests().map(|test| (test.id.as_str(), test.us));
    if let Some(bound) = bound::of_run(durations, ran.workers) {
        say(format_args!("cov-run: {bound}"));
    }
    if ran.record.tests().next().is_none() {
        say_why_nothing_ran(&setup);
    }
    if let Some(Err(error)) = github.map(|github| github.summarise(&ran.record, times.elapsed, shard)) {
        say(format_args!("cov-run: GITHUB_STEP_SUMMARY: {error}"));
    }
    let harvest = Harvest {
        setup: &setup,
        out: &out,
        junit: args.junit.clone().unwrap_or_else(|| out.junit()),
        timings,
        earlier,
    };
    let harvested = harvest.write(*ran, times, status);
    let harvested = harvest::all_of([harvested, told.or_problem(), shown]);
    let last = if harvested.is_ok() { status } else { INTERNAL };
    let told = events.map_or(Ok(()), |events| events.end(last, &counts));
    let told = told.with_context(|| args.events.iter().map(Output::to_string).collect::<String>());
    let written = harvest::all_of([harvested, told]);
    if ![PASSED, NO_TESTS].contains(&status) {
        temporary.keep()?;
    }
    written.map(|()| status)
}

/// Goes to the project, and reads what it says of our own.
fn enter_project(args: &Args) -> anyhow::Result<RunnerConfig> {
    project::enter(args.project.as_deref())?;
    if let Some(verb) = Verb::among(&args.paths) {
        let remedy = format!("the verb comes first: cov-run {verb} ...");
        return Err(Refusal::usage(format!("{verb}: no such file or directory ({remedy})")));
    }
    let read = ToolConfig::read(Path::new("."));
    read.map(|configuration| configuration.run).map_err(|error| Refusal::usage(error.to_string()))
}

/// Which tests are to run, and what is to be said of that.
fn selection(args: &Args, earlier: Option<&Earlier>) -> anyhow::Result<(Selection, Option<String>)> {
    if let Some(earlier) = earlier {
        return Ok((Selection::Rest(Box::new(earlier.rest.clone())), None));
    }
    let Some(input) = &args.tests_from else { return Ok((Selection::All, None)) };
    let refusal = |error: anyhow::Error| Refusal::usage(format!("{input}:{error:#}"));
    let stream = input.open().map_err(|error| refusal(error.into()))?;
    Selection::read(stream).map_err(refusal)
}

fn say_why_nothing_ran(setup: &Setup) {
    match setup.selection {
        Selection::Rest(_) => say("cov-run: nothing is left to be done"),
        Selection::Some(_) => say("cov-run: no test is affected"),
        _ if setup.shard.is_all() => {}
        _ => say(format_args!("cov-run: shard {} has no tests", setup.shard)),
    }
}

/// Everybody who is to follow the run. Where stdout is the events', what is for people goes to stderr.
fn progress<'a>(args: &Args, setup: &'a Setup) -> anyhow::Result<Progress<'a, Forgiving<Box<dyn Write>>>> {
    let create = |output: &Output| {
        EventLog::create(output, setup.shard)
            .map_err(|error| Refusal::usage(format!("{output}: cannot write events there: {error}")))
    };
    let events = args.events.as_ref().map(create).transpose()?;
    let sink: Box<dyn Write> =
        if args.events == Some(Output::Stdout) { Box::new(io::stderr()) } else { Box::new(io::stdout()) };
    let mut terminal = setup.terminal(sink);
    terminal.folds = GitHub::from_environment().is_some();
    Ok(Progress::new(Display::new(terminal, &setup.order), events))
}

/// Seconds since the epoch, or what `SOURCE_DATE_EPOCH` says.
fn epoch(time: SystemTime) -> u64 {
    let said = env::var("SOURCE_DATE_EPOCH").ok().and_then(|text| text.parse().ok());
    said.unwrap_or_else(|| time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs())
}
