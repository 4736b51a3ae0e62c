//! Runs a test suite as parallel shards under coverage measurement.

pub mod balance;
pub mod bar;
pub mod bound;
pub mod ci;
pub mod cli;
mod command;
pub mod clock;
pub mod crash;
pub mod dispatcher;
pub mod display;
pub mod events;
pub mod flaky;
pub mod fragments;
pub mod github;
pub mod harvest;
pub mod hello;
pub mod journal;
pub mod junit;
pub mod last_failed;
pub mod last_line;
pub mod lines;
pub mod list;
pub mod launcher;
pub mod manifest;
pub mod out;
pub mod outcome;
pub mod pace;
pub mod plugin;
pub mod printed;
pub mod profile;
pub mod progress;
pub mod protocol;
pub mod python;
pub mod record;
pub mod refusal;
pub mod schedule;
pub mod session;
pub mod shard;
pub mod short_summary;
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
use std::process::{self, Command};
use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use cov_model::stream::Output;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::cli::Args;
use crate::cli::verb::Verb;
use crate::display::Display;
use crate::events::EventLog;
use crate::github::GitHub;
use crate::harvest::Harvest;
use crate::junit::Times;
use crate::out::OutDirectory;
use crate::plugin::Plugin;
use crate::progress::{Progress, Rest};
use crate::protocol::{Assignment, Unmatched};
use crate::refusal::Refusal;
use crate::session::{Ending, Session, Setup};
use crate::shard::Shard;
use crate::summary::Summary;
use crate::temporary::Temporary;
use crate::terminal::{Forgiving, Terminal, say};
use crate::timings::Known;
use crate::verdict::{INTERNAL, INTERRUPTED, NO_TESTS, PASSED, verdict};
use crate::worker::Event;

/// Does what was asked, and gives the exit status.
pub fn run(args: &Args) -> anyhow::Result<u8> {
    match &args.verb {
        None if args.command.cmd => command::run(args),
        None => run_suite(args),
        Some(Verb::List(args)) => list::run(args),
        Some(Verb::Split(args)) => split::run(args),
        Some(Verb::Timings(args)) => timings::filter::run(args),
    }
}

/// Runs the suite, writes what was measured and what ran, and gives the exit status.
fn run_suite(args: &Args) -> anyhow::Result<u8> {
    if let Some(project) = &args.project {
        env::set_current_dir(project)
            .map_err(|error| Refusal::usage(format!("{}: {error}", project.display())))?;
    }
    let shard = args.shard.resolve()?;
    let out =
        OutDirectory::prepare(&args.out, shard).map_err(|error| Refusal::usage(format!("{error:#}")))?;
    let temporary = Temporary::new(out.path.join("tmp")).context("temporary directory")?;
    let known = Known::read(args.timings.as_deref(), out.timings())
        .map_err(|error| Refusal::usage(format!("{error:#}")))?;
    for note in &known.notes {
        say(format_args!("cov-run: {note}"));
    }
    let timings = known.target.clone();
    let setup = setup(args, shard, known, &out, &temporary)?;
    let started = SystemTime::now();
    let clock = Instant::now();
    let (sender, receiver) = mpsc::channel();
    watch_signals(sender.clone())?;
    let progress = progress(args, &setup)?;
    let (ending, progress) = Session::new(&setup, progress, sender)?.run(&receiver)?;
    let Ending::Ran(ran) = ending else {
        return run_plain(&setup);
    };
    let times = Times { started: epoch(started), elapsed: clock.elapsed() };
    let status = verdict(&ran.record, ran.stop.as_ref(), &ran.statuses, shard);
    let Rest { mut terminal, events } = progress.end()?;
    let github = GitHub::from_environment();
    let counts = last_line::counts(&ran.record);
    if let Some(hello) = &ran.record.hello {
        let annotations = github.as_ref().map(|github| github.annotations(&ran.record)).unwrap_or_default();
        Summary::new(&ran, &hello.options, times.elapsed, args.retries)
            .with_last_words(annotations)
            .print(&mut terminal)?;
    }
    terminal.flush()?;
    for Unmatched { argument, node } in &ran.record.unmatched {
        say(format_args!("ERROR: not found: {argument}\n(no match in {node})\n"));
    }
    if shard.total() > 1 && ran.record.tests().next().is_none() {
        say(format_args!("cov-run: shard {shard} has no tests"));
    }
    if let Some(Err(error)) = github.map(|github| github.summarise(&ran.record, times.elapsed, shard)) {
        say(format_args!("cov-run: GITHUB_STEP_SUMMARY: {error}"));
    }
    let harvest = Harvest {
        setup: &setup,
        out: &out,
        junit: args.junit.clone().unwrap_or_else(|| out.junit()),
        timings,
    };
    let harvested = harvest.write(*ran, times, status);
    let last = if harvested.is_ok() { status } else { INTERNAL };
    let told = events.map_or(Ok(()), |events| events.end(last, &counts));
    harvested.and(told.with_context(|| args.events.iter().map(Output::to_string).collect::<String>()))?;
    if ![PASSED, NO_TESTS].contains(&status) {
        temporary.keep()?;
    }
    Ok(status)
}

/// What the run is to do.
fn setup(
    args: &Args,
    shard: Shard,
    known: Known,
    out: &OutDirectory,
    temporary: &Temporary,
) -> anyhow::Result<Setup> {
    Ok(Setup {
        python: python::interpreter(args.python.as_deref(), &env::current_dir()?),
        plugin: Plugin::write(temporary.path())?,
        assignment: assignment(args, temporary)?,
        events: text_of(temporary.path())?,
        fragments: text_of(&out.fragments())?,
        workers: args.workers,
        fork: args.fork,
        processors: workers::processors(),
        shard,
        retries: args.retries,
        split: known.shared,
        order: known.own,
    })
}

/// What every worker is told.
fn assignment(args: &Args, temporary: &Temporary) -> anyhow::Result<Assignment> {
    let mut pytest_args = vec!["-v".to_owned(); usize::from(args.verbose)];
    pytest_args.extend(vec!["-q".to_owned(); usize::from(args.quiet)]);
    for arg in args.pytest_args.iter().chain(&args.paths) {
        pytest_args.push(text_of(Path::new(arg))?);
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok(Assignment {
        args: pytest_args,
        slot: 0,
        count: 1,
        uid: format!("{:032x}", now.as_nanos() ^ (u128::from(process::id()) << 96)),
        seed: now.subsec_nanos(),
        candidate: false,
        basetemp: text_of(&temporary.tests())?,
        events: String::new(),
        fragment: String::new(),
        no_cov: args.no_cov,
        process_start: env::var("COVERAGE_PROCESS_START").ok(),
        core: args.core,
        retries: args.retries,
        timeout: args.timeout,
        branch: args.branch,
        contexts: args.contexts,
        source: args.source.clone(),
        colour: terminal::chosen_colour(args.color),
        terminal: terminal::is_coloured_by_default(),
        width: terminal::width(),
    })
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
    let Assignment { colour, terminal, width, .. } = &setup.assignment;
    let mut terminal = Terminal::new(Forgiving(sink), colour.unwrap_or(*terminal), usize::from(*width));
    terminal.folds = GitHub::from_environment().is_some();
    Ok(Progress::new(Display::new(terminal, &setup.order), events))
}

/// Runs pytest as it is, for what it prints.
fn run_plain(setup: &Setup) -> anyhow::Result<u8> {
    let mut command = Command::new(&setup.python);
    let status = command.arg(setup.plugin.worker()).arg("--plain").args(&setup.assignment.args).status()?;
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(INTERNAL))
}

/// A path as text, for JSON has no room for what is not Unicode.
fn text_of(path: &Path) -> anyhow::Result<String> {
    let text = path.to_str().map(str::to_owned);
    text.ok_or_else(|| Refusal::usage(format!("{}: not UTF-8", path.display())))
}

/// Seconds since the epoch, or what `SOURCE_DATE_EPOCH` says.
fn epoch(time: SystemTime) -> u64 {
    let said = env::var("SOURCE_DATE_EPOCH").ok().and_then(|text| text.parse().ok());
    said.unwrap_or_else(|| time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs())
}

/// Turns Ctrl-C and requests to terminate into events.
fn watch_signals(events: Sender<Event>) -> anyhow::Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM])?;
    thread::spawn(move || {
        for _ in signals.forever() {
            if events.send(Event::Signalled).is_err() {
                // The tests have ended, and nothing that is left would stop for it. What is written is written whole.
                #[expect(clippy::exit, reason = "a thread cannot end the program otherwise")]
                process::exit(i32::from(INTERRUPTED));
            }
        }
    });
    Ok(())
}
