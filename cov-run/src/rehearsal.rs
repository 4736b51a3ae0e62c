//! A run of tests in a given order in one worker, which leaves nothing behind: `cov-run replay`, `cov-run bisect`.

use std::io::{self, Write};
use std::sync::mpsc;
use std::time::Instant;

use clap::Parser as _;
use cov_model::manifest::Outcome;
use tempfile::TempDir;

use crate::cli::Args;
use crate::cli::verb::{Bisect, Rehearsal, Replay};
use crate::display::Display;
use crate::earlier::Earlier;
use crate::minimal::minimal;
use crate::out::OutDirectory;
use crate::progress::{Progress, Rest};
use crate::refusal::Refusal;
use crate::selection::Selection;
use crate::sequence::{script, sequence};
use crate::session::{Ending, Ran, Session};
use crate::setup::{Place, setup};
use crate::shard::Shard;
use crate::summary::Summary;
use crate::terminal::{Forgiving, Terminal, say};
use crate::timings::Known;
use crate::verdict::{FAILED, PASSED, verdict};
use crate::workers::Workers;
use crate::{project, signals};

/// Runs what one process of the last run ran, in the same order, and shows it as any run.
pub fn replay(replay: &Replay) -> anyhow::Result<u8> {
    let stage = Stage::of(&replay.rehearsal)?;
    let tests = sequence(&stage.manifest, &replay.target)?;
    let clock = Instant::now();
    let (ran, mut terminal) = stage.run(&tests, true)?;
    if let Some(hello) = &ran.record.hello {
        Summary::new(&ran, &hello.options, clock.elapsed(), 0).print(&mut terminal)?;
    }
    terminal.flush()?;
    Ok(verdict(&ran.record, ran.stop.as_ref(), &ran.statuses, false))
}

/// Finds the fewest tests that must run before a test for it to end as it did in the last run.
pub fn bisect(bisect: &Bisect) -> anyhow::Result<u8> {
    let stage = Stage::of(&bisect.rehearsal)?;
    let mut before = sequence(&stage.manifest, &bisect.test)?;
    if before.last() != Some(&bisect.test) {
        return Err(Refusal::usage(format!("{}: name a test, not a worker", bisect.test)));
    }
    before.pop();
    let mut trials = 0;
    let mut fails = |before: &[String]| -> anyhow::Result<bool> {
        let mut tests = before.to_vec();
        tests.push(bisect.test.clone());
        let (ran, _) = stage.run(&tests, false)?;
        let outcome = ran.record.tests().find(|test| test.id == bisect.test).map(|test| test.outcome);
        let fails = match outcome {
            Some(Outcome::Failed | Outcome::Error | Outcome::Crashed) => true,
            Some(Outcome::NotRun) | None => anyhow::bail!("{} did not run", bisect.test),
            Some(_) => false,
        };
        trials += 1;
        let verb = if fails { "fails" } else { "passes" };
        say(format_args!("cov-run: trial {trials}: {verb} after {} tests", before.len()));
        Ok(fails)
    };
    let alone = fails(&[])?;
    if before.is_empty() || fails(&before)? == alone {
        let verb = if alone { "fails" } else { "passes" };
        say(format_args!(
            "cov-run: {} {verb} alone as after the {} tests that ran before it in its process: it depends on none of them",
            bisect.test,
            before.len()
        ));
        return Ok(FAILED);
    }
    let found = minimal(&before, |subset| Ok(fails(subset)? != alone))?;
    let verb = if alone { "passes" } else { "fails" };
    say(format_args!("cov-run: {} {verb} only after:", bisect.test));
    let mut stdout = Forgiving::new(io::stdout());
    for id in &found {
        writeln!(stdout, "{id}")?;
    }
    stdout.flush()?;
    Ok(PASSED)
}

/// All that rehearsals of one earlier run have in common.
struct Stage {
    args: Args,
    manifest: cov_model::manifest::Manifest,
}

type Shown = Terminal<Forgiving<Box<dyn Write>>>;

impl Stage {
    fn of(rehearsal: &Rehearsal) -> anyhow::Result<Self> {
        project::enter(rehearsal.project.as_deref())?;
        let manifest = Earlier::read_manifest(&OutDirectory::of(&rehearsal.out, rehearsal.shard))?.manifest;
        let mut args = Args::parse_from(["cov-run", "--no-cov", "-n1", "--reporter=cov-run"]);
        args.workers = Some(Workers::Number(1));
        args.python.clone_from(&rehearsal.python);
        args.timeout = rehearsal.timeout;
        args.pytest_args = manifest.arguments.iter().map(Into::into).collect();
        Ok(Self { args, manifest })
    }

    /// Runs these tests in a process of their own.
    fn run(&self, tests: &[String], is_shown: bool) -> anyhow::Result<(Box<Ran>, Shown)> {
        let directory = TempDir::with_prefix("cov-run-")?;
        let place =
            Place { temporary: directory.path().to_owned(), fragments: directory.path().join("none") };
        let mut setup = setup(&self.args, Shard::default(), Known::default(), &place)?;
        setup.selection = Selection::Script(script(tests));
        let (sender, receiver) = mpsc::channel();
        if is_shown {
            signals::watch(sender.clone())?;
        }
        let sink: Box<dyn Write> = if is_shown { Box::new(io::stdout()) } else { Box::new(io::sink()) };
        let terminal = setup.terminal(sink);
        let progress = Progress::new(Display::new(terminal, &setup.order), None);
        let (ending, progress) = Session::new(&setup, progress, sender)?.run(&receiver)?;
        let Rest { terminal, .. } = progress.end()?;
        match ending {
            Ending::Ran(ran) => Ok((ran, terminal)),
            Ending::Plain(_) => Err(Refusal::usage("that run was not one of workers")),
        }
    }
}
