//! The loop of a run: hears workers, lets the dispatcher decide, records, shows.

use std::collections::HashMap;
use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::Duration;

use anyhow::Context as _;
use nix::sys::signal::Signal;

use crate::Refusal;
use crate::dispatcher::{Command, Dispatcher, Stop, WorkerId};
use crate::plugin::Plugin;
use crate::progress::Progress;
use crate::protocol::{Assignment, Hello, Message, TestFile};
use crate::record::{Interruption, Record};
use crate::schedule::plan;
use crate::shard::Shard;
use crate::timings::Timings;
use crate::verdict::{INTERNAL, USAGE};
use crate::worker::{Event, Worker};
use crate::workers::{self, Workers};

/// What a run is to do.
#[derive(Debug)]
pub struct Setup {
    /// The project's Python.
    pub python: PathBuf,
    /// The plugin.
    pub plugin: Plugin,
    /// What every worker is told; slot and fragment are filled in.
    pub assignment: Assignment,
    /// The directory of the fragments.
    pub fragments: PathBuf,
    /// `-n` of cov-run.
    pub workers: Option<Workers>,
    /// Processors at hand.
    pub processors: u32,
    /// The shard.
    pub shard: Shard,
    /// Timings that all shards share.
    pub split: Timings,
    /// Timings that this machine knows.
    pub order: Timings,
}

/// How a run ended.
#[derive(Debug)]
pub enum Ending {
    /// Tests were to run.
    Ran(Box<Ran>),
    /// The command line only asks pytest for information.
    Plain,
}

/// What remains of a run.
#[derive(Debug)]
pub struct Ran {
    /// What happened.
    pub record: Record,
    /// Why it stopped early.
    pub stop: Option<Stop>,
    /// The exit statuses of the workers' sessions.
    pub statuses: Vec<i32>,
}

/// A run.
pub struct Session<'a, W: Write> {
    setup: &'a Setup,
    progress: Progress<W>,
    dispatcher: Dispatcher,
    record: Record,
    workers: Pool,
    events: Sender<Event>,
    statuses: Vec<i32>,
    /// What workers printed before they listed their files, which all of them do alike.
    early: HashMap<WorkerId, Vec<Vec<u8>>>,
    listed: HashMap<WorkerId, bool>,
    skips: HashMap<WorkerId, usize>,
    signals: u32,
    count: u32,
}

/// How often the display is brought up to date when nothing happens.
const TICK: Duration = Duration::from_secs(1);

impl<'a, W: Write> Session<'a, W> {
    /// A run that shows itself on `progress`.
    pub fn new(setup: &'a Setup, progress: Progress<W>, events: Sender<Event>) -> Self {
        Self {
            setup,
            progress,
            dispatcher: Dispatcher::default(),
            record: Record::default(),
            workers: Pool::default(),
            events,
            statuses: Vec::new(),
            early: HashMap::new(),
            listed: HashMap::new(),
            skips: HashMap::new(),
            signals: 0,
            count: workers::at_first(setup.workers, setup.processors),
        }
    }

    /// Runs until the last worker has ended.
    pub fn run(mut self, events: &Receiver<Event>) -> anyhow::Result<(Ending, Progress<W>)> {
        let commands = self.dispatcher.start(self.count);
        self.obey(commands)?;
        while !self.dispatcher.is_over() {
            let event = match events.recv_timeout(TICK) {
                Ok(event) => event,
                Err(RecvTimeoutError::Timeout) => Event::Tick,
                Err(RecvTimeoutError::Disconnected) => break,
            };
            match event {
                Event::Said(_, Message::Plain) => return Ok((Ending::Plain, self.progress)),
                Event::Said(id, message) => self.hear(id, message)?,
                Event::Garbled(id, error) => {
                    return Err(Refusal::new(
                        INTERNAL,
                        format!("gw{} cannot be understood: {error}", id.slot),
                    )
                    .into());
                }
                Event::Printed(id, line) if self.listed.contains_key(&id) => {
                    self.progress.printed(id, &line)?
                }
                Event::Printed(id, line) => self.early.entry(id).or_default().push(line),
                Event::Ended(id, death) => {
                    self.workers.0.remove(&id);
                    if self.record.all.is_empty() && self.statuses.last().is_some_and(|&status| status != 0) {
                        // pytest refused to start, and all workers would say the same.
                        let status = u8::try_from(self.statuses[self.statuses.len() - 1]).unwrap_or(INTERNAL);
                        if !self.dispatcher.is_planned() {
                            return Err(Refusal::in_own_words(status, death.output).into());
                        }
                    }
                    let commands = self.dispatcher.bury(id, death);
                    self.obey(commands)?;
                    self.progress.ended(id)?;
                }
                Event::Signalled => self.interrupt()?,
                Event::Tick => self.progress.tick(),
            }
        }
        let ran =
            Ran { record: self.record, stop: self.dispatcher.stopped().cloned(), statuses: self.statuses };
        Ok((Ending::Ran(Box::new(ran)), self.progress))
    }

    fn hear(&mut self, id: WorkerId, message: Message) -> anyhow::Result<()> {
        let mut commands = Vec::new();
        match &message {
            Message::Hello(hello) if !self.dispatcher.is_settled() => commands = self.settle(hello)?,
            Message::Files { files } => {
                if !self.dispatcher.is_planned() {
                    self.plan(files)?;
                    // The first worker speaks for all: what the others printed so far is the same.
                    for line in self.early.remove(&id).unwrap_or_default() {
                        self.progress.printed(id, &line)?;
                    }
                }
                self.early.remove(&id);
                self.listed.insert(id, true);
            }
            Message::NoPytest { message, python } => {
                let text = format!(
                    "{python}: {message} (install pytest there, or name the project's Python with --python)"
                );
                return Err(Refusal::new(USAGE, text).into());
            }
            Message::Debugger => {
                let text =
                    "a debugger needs the terminal for itself: run `pytest -n0 --no-cov --pdb` instead";
                return Err(Refusal::new(USAGE, text.to_owned()).into());
            }
            _ => {}
        }
        commands.extend(self.dispatcher.hear(id, &message));
        self.note(id, message)?;
        self.obey(commands)
    }

    /// Records and shows what a worker said.
    fn note(&mut self, id: WorkerId, message: Message) -> anyhow::Result<()> {
        // What happens before the files are listed happens in every worker; one of them is enough.
        let speaks = self.listed.contains_key(&id) || id == WorkerId { slot: 0, generation: 0 };
        match message {
            Message::Header { lines } if self.record.header.is_empty() => self.record.header = lines,
            Message::Collected(collected) => {
                self.record.collected(id, &collected);
                let skipped = self.skips.remove(&id).unwrap_or_default();
                self.progress.collected(id, &collected, skipped)?;
            }
            Message::Start { id: test } => {
                self.record.started(id, &test);
                self.progress.started(id, &test);
            }
            Message::Done { .. } => self.progress.done(id)?,
            Message::Report(report) if speaks => {
                self.progress.reported(id, &report)?;
                self.record.reported(id, *report);
            }
            Message::Warning(warning) if speaks => self.record.warnings.push(warning),
            Message::Note { text } if !self.record.notes.contains(&text) => self.record.notes.push(text),
            Message::Interrupted { kind, message, place } => {
                self.record.interruptions.push(Interruption { kind, message, place });
            }
            Message::InternalError { text } if !self.record.internal_errors.contains(&text) => {
                self.record.internal_errors.push(text);
            }
            Message::Bye { status, .. } => self.statuses.push(status),
            _ => {}
        }
        Ok(())
    }

    /// Learns the project's options from the first worker.
    fn settle(&mut self, hello: &Hello) -> anyhow::Result<Vec<Command>> {
        if let Some(measured) = &hello.measured {
            if let Some(missing) = &measured.missing {
                let text =
                    format!("{}: {missing} (install coverage there, or run with --no-cov)", hello.executable);
                return Err(Refusal::new(USAGE, text).into());
            }
            if let Some(failed) = &measured.failed {
                return Err(Refusal::new(USAGE, format!("coverage.py: {failed}")).into());
            }
        }
        self.count = workers::wanted(self.setup.workers, &hello.options, self.setup.processors);
        self.progress.settle(hello, self.count);
        self.record.hello = Some(Box::new(hello.clone()));
        let limit = hello.options.max_worker_restart.as_deref().and_then(|text| text.parse().ok());
        Ok(self.dispatcher.settle(self.count, hello.options.maxfail, limit))
    }

    /// Learns the files from the first worker that has listed them.
    fn plan(&mut self, files: &[TestFile]) -> anyhow::Result<()> {
        let plan = plan(files, self.setup.shard, self.count, &self.setup.split, &self.setup.order);
        self.dispatcher.plan(&plan.queue);
        self.record.all = plan.all;
        self.record.assigned = plan.queue;
        let shard = self.setup.shard;
        self.progress.begin(&self.record, (!shard.is_all()).then(|| shard.to_string()))?;
        Ok(())
    }

    fn obey(&mut self, commands: Vec<Command>) -> anyhow::Result<()> {
        for command in commands {
            match command {
                Command::Start(id) => self.start(id)?,
                Command::Tell(id, order) => {
                    if let crate::protocol::Order::Run { skip, .. } = &order {
                        self.skips.insert(id, skip.len());
                    }
                    if let Some(worker) = self.workers.0.get(&id) {
                        worker.tell(&order);
                    }
                }
                Command::Mourn(loss) => {
                    if let Some(report) = self.record.lost(&loss) {
                        self.progress.reported(loss.worker, &report)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn start(&mut self, id: WorkerId) -> anyhow::Result<()> {
        let mut assignment = self.setup.assignment.clone();
        assignment.slot = id.slot;
        assignment.count = self.count;
        let fragment = self.setup.fragments.join(format!("gw{}-{}.coverage", id.slot, id.generation));
        assignment.fragment = text_of(fragment.into_os_string())?;
        let worker =
            Worker::start(&self.setup.python, &self.setup.plugin.worker(), id, &assignment, &self.events)
                .map_err(|error| {
                    Refusal::new(USAGE, format!("cannot start {}: {error}", self.setup.python.display()))
                })?;
        self.workers.0.insert(id, worker);
        Ok(())
    }

    /// Ctrl-C: once to stop cleanly, twice to kill.
    fn interrupt(&mut self) -> anyhow::Result<()> {
        self.signals += 1;
        let commands = self.dispatcher.stop(Stop::Signal);
        self.obey(commands)?;
        let signal = if self.signals == 1 { Signal::SIGINT } else { Signal::SIGKILL };
        self.workers.signal(signal);
        Ok(())
    }
}

/// The workers that run; none is left behind where the run ends by an error.
#[derive(Debug, Default)]
struct Pool(HashMap<WorkerId, Worker>);

impl Pool {
    fn signal(&self, signal: Signal) {
        self.0.values().for_each(|worker| worker.signal(signal));
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.signal(Signal::SIGKILL);
    }
}

/// A path for JSON, which has no room for what is not Unicode.
pub fn text_of(path: OsString) -> anyhow::Result<String> {
    path.into_string()
        .map_err(|path| Refusal::new(USAGE, format!("{} is not UTF-8", path.display())))
        .context("path")
}
