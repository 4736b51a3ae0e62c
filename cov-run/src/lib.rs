//! Runs a test suite as parallel shards under coverage measurement.

pub mod cli;
pub mod crash;
pub mod dispatcher;
pub mod junit;
pub mod manifest;
pub mod out;
pub mod plugin;
pub mod profile;
pub mod progress;
pub mod protocol;
pub mod python;
pub mod record;
pub mod schedule;
pub mod session;
pub mod shard;
pub mod summary;
pub mod temporary;
pub mod terminal;
pub mod timings;
pub mod verdict;
pub mod worker;
pub mod workers;

use std::collections::BTreeSet;
use std::env;
use std::error::Error;
use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::io::{self, Write};
use std::process::{Command, ExitCode};
use std::sync::mpsc;
use std::thread;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use cov_model::manifest::{Outcome, list_digest};
use cov_model::stream::Output;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use terminal_size::{Width, terminal_size};

use cli::Args;
use junit::Times;
use out::OutDirectory;
use plugin::Plugin;
use profile::Finish;
use progress::Progress;
use protocol::Assignment;
use record::Record;
use session::{Ending, Ran, Session, Setup, text_of};
use summary::Summary;
use temporary::Temporary;
use terminal::Terminal;
use timings::Timings;
use verdict::{INTERNAL, PASSED, verdict};
use worker::Event;

/// An error that ends the run with a status of its own.
#[derive(Debug)]
struct Refusal {
    status: u8,
    message: String,
    /// Whether the message is pytest's, to be printed as it is.
    is_pytests: bool,
}

impl Refusal {
    fn new(status: u8, message: String) -> Self {
        Self { status, message, is_pytests: false }
    }

    fn in_own_words(status: u8, message: String) -> Self {
        Self { status, message, is_pytests: true }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl Error for Refusal {}

/// Ends the program: prints the error, if it is one, and gives the exit status.
pub fn conclude(outcome: anyhow::Result<u8>) -> ExitCode {
    let error = match outcome {
        Ok(status) => return status.into(),
        Err(error) => error,
    };
    let refusal = error.downcast_ref::<Refusal>();
    // When even stderr is gone there is nobody left to tell.
    let _ = match refusal {
        Some(refusal) if refusal.is_pytests => write!(io::stderr(), "{refusal}"),
        _ => writeln!(io::stderr(), "cov-run: {error:#}"),
    };
    refusal.map_or(INTERNAL, |refusal| refusal.status).into()
}

/// Runs the suite, writes what was measured and what ran, and gives the exit status.
pub fn run(args: &Args) -> anyhow::Result<u8> {
    if let Some(project) = &args.project {
        env::set_current_dir(project).with_context(|| project.display().to_string())?;
    }
    let python = python::interpreter(args.python.as_deref(), &env::current_dir()?);
    let out = OutDirectory::prepare(&args.out, args.shard)?;
    let temporary = Temporary::new(out.path.join("tmp")).context("temporary directory")?;
    let setup = Setup {
        plugin: Plugin::write(temporary.path())?,
        assignment: assignment(args, &temporary)?,
        fragments: out.fragments(),
        workers: args.workers,
        processors: workers::processors(),
        shard: args.shard,
        split: args.timings.as_deref().map_or_else(|| Ok(Timings::default()), Timings::read)?,
        order: Timings::read(&args.timings.clone().unwrap_or_else(|| out.timings()))?,
        python,
    };
    let started = SystemTime::now();
    let clock = Instant::now();
    let (sender, receiver) = mpsc::channel();
    watch_signals(sender.clone())?;
    let terminal = Terminal::new(
        Forgiving(io::stdout()),
        setup.assignment.colour.unwrap_or(setup.assignment.terminal),
        usize::from(setup.assignment.width),
    );
    let (ending, progress) = Session::new(&setup, Progress::new(terminal), sender).run(&receiver)?;
    let ran = match ending {
        Ending::Plain => return plain(&setup),
        Ending::Ran(ran) => ran,
    };
    let mut terminal = progress.end()?;
    let status = verdict(&ran.record, ran.stop.as_ref(), &ran.statuses, args.shard);
    let times = Times { started: epoch(started), elapsed: clock.elapsed() };
    report(&ran, times, &mut terminal)?;
    let status = keep(args, &setup, &out, &temporary, &ran, times, status)?;
    if status != PASSED {
        temporary.keep()?;
    }
    Ok(status)
}

/// What every worker is told.
fn assignment(args: &Args, temporary: &Temporary) -> anyhow::Result<Assignment> {
    let flag = |flag: &str, count: u8| vec![flag.to_owned(); usize::from(count)];
    let mut pytest_args = flag("-v", args.verbose);
    pytest_args.extend(flag("-q", args.quiet));
    for arg in args.pytest_args.iter().chain(&args.paths) {
        pytest_args.push(text_of(arg.clone())?);
    }
    let seed = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.subsec_nanos());
    Ok(Assignment {
        args: pytest_args,
        slot: 0,
        count: 1,
        uid: format!("{:016x}{seed:08x}{:08x}", epoch(SystemTime::now()), std::process::id()),
        seed,
        basetemp: text_of(temporary.tests().into_os_string())?,
        fragment: String::new(),
        no_cov: args.no_cov,
        branch: args.branch,
        source: args.source.clone(),
        colour: terminal::chosen_colour(args.color),
        terminal: terminal::is_coloured_by_default(),
        width: width(),
    })
}

/// The width of the terminal, as pytest takes it.
fn width() -> u16 {
    let said = env::var("COLUMNS").ok().and_then(|text| text.parse().ok()).filter(|&width| width > 0);
    let measured = || terminal_size().map(|(Width(width), _)| width).filter(|&width| width >= 40);
    said.or_else(measured).unwrap_or(80)
}

/// Runs pytest as it is, for what it prints.
fn plain(setup: &Setup) -> anyhow::Result<u8> {
    let args: Vec<OsString> = setup.assignment.args.iter().map(OsString::from).collect();
    let status = Command::new(&setup.python).arg(setup.plugin.worker()).arg("--plain").args(args).status()?;
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(INTERNAL))
}

/// Prints what there is to say behind the progress lines.
fn report<W: Write>(ran: &Ran, times: Times, terminal: &mut Terminal<W>) -> anyhow::Result<()> {
    if let Some(hello) = &ran.record.hello {
        Summary::new(&ran.record, &hello.options, times.elapsed, ran.stop.as_ref()).print(terminal)?;
    }
    terminal.flush()?;
    Ok(())
}

/// Writes the files of a run. The answer is the final status.
fn keep(
    args: &Args,
    setup: &Setup,
    out: &OutDirectory,
    temporary: &Temporary,
    ran: &Ran,
    times: Times,
    status: u8,
) -> anyhow::Result<u8> {
    let Some(hello) = &ran.record.hello else {
        return Ok(status);
    };
    for path in [
        Some(args.junit.clone().unwrap_or_else(|| out.junit())),
        hello.options.junit_path.clone().map(Into::into),
    ]
    .into_iter()
    .flatten()
    {
        Output::File(path.clone())
            .write(|sink| junit::write(&ran.record, &hello.options, times, sink))
            .with_context(|| path.display().to_string())?;
    }
    let mut fragments: Vec<String> = Vec::new();
    if let Some(measured) = hello.measured.as_ref().filter(|measured| measured.active) {
        for entry in fs::read_dir(out.fragments())? {
            fragments.push(entry?.file_name().to_string_lossy().into_owned());
        }
        let work = temporary.path().join("finish");
        fs::create_dir(&work)?;
        let finish = Finish {
            python: &setup.python,
            script: &setup.plugin.finish(),
            fragments: &out.fragments(),
            work: &work,
            measured,
            processes: setup.processors,
        };
        let mut report = finish.report()?;
        profile::name_shard(&mut report, shard(&ran.record, args.shard));
        profile::write(&report, &out.profile())?;
        if report.files.is_empty() {
            writeln!(
                io::stderr(),
                "cov-run: nothing was measured: check the source and omit of coverage.py's configuration"
            )?;
        }
    }
    let facts = manifest::Facts {
        shard: args.shard,
        status,
        coverage_complete: hello.measured.as_ref().is_some_and(|measured| measured.active)
            && ran.record.losses.is_empty(),
        fragments,
    };
    manifest::write(&manifest::manifest(&ran.record, facts), &out.manifest())?;
    let timings = args.timings.clone().unwrap_or_else(|| out.timings());
    learn(&setup.order, &ran.record).write(&timings)?;
    for note in &ran.record.notes {
        writeln!(io::stderr(), "cov-run: coverage.py: {note}")?;
    }
    Ok(status)
}

fn shard(record: &Record, shard: shard::Shard) -> cov_model::Shard {
    let mut files = record.all.clone();
    files.sort();
    cov_model::Shard { run: list_digest(&files), index: shard.number(), total: shard.total() }
}

/// Timings with what this run adds: a failed test may have ended early, so only passed ones count.
fn learn(known: &Timings, record: &Record) -> Timings {
    let mut timings = known.clone();
    for (file, us) in record.imports() {
        timings.note_file(file, us);
        let tests = record.tests_of(file);
        tests
            .iter()
            .filter(|test| test.outcome == Outcome::Passed)
            .for_each(|test| timings.note_test(file, &test.id, test.us));
        timings.keep_tests(file, &tests.iter().map(|test| test.id.as_str()).collect::<BTreeSet<_>>());
    }
    timings
}

fn epoch(time: SystemTime) -> u64 {
    let said = env::var("SOURCE_DATE_EPOCH").ok().and_then(|text| text.parse().ok());
    said.unwrap_or_else(|| time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()))
}

/// Turns Ctrl-C and requests to terminate into events.
fn watch_signals(events: mpsc::Sender<Event>) -> anyhow::Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM])?;
    thread::spawn(move || {
        for _ in signals.forever() {
            if events.send(Event::Signalled).is_err() {
                break;
            }
        }
    });
    Ok(())
}

/// A stdout that may be closed: who reads no further has seen what they wanted, and the tests go on.
struct Forgiving<W>(W);

impl<W: Write> Write for Forgiving<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0.write(bytes) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(bytes.len()),
            other => other,
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self.0.flush() {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => other,
        }
    }
}
