//! The loop of a run: hears workers, lets the dispatcher decide, records, shows.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Write;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use nix::unistd::Pid;

use crate::cli::Fork;
use crate::crash::Death;
use crate::dispatcher::{Command, Dispatcher, Stop, WorkerId};
use crate::hello::Hello;
use crate::plugin::Plugin;
use crate::printed::Printed;
use crate::profile::Profiler;
use crate::progress::Progress;
use crate::protocol::{Assignment, Forkable, Message, Order, TestFile};
use crate::record::{Interruption, Record};
use crate::refusal::Refusal;
use crate::schedule::plan;
use crate::shard::Shard;
use crate::terminal::say;
use crate::timings::Timings;
use crate::verdict::INTERNAL;
use crate::worker::{Event, Lifeline, Worker};
use crate::workers::{self, Workers};
use crate::zygote::Zygote;

/// What a run is to do.
#[derive(Debug)]
pub struct Setup {
    /// The project's Python.
    pub python: PathBuf,
    /// The plugin.
    pub plugin: Plugin,
    /// What every worker is told; slot and fragment are filled in.
    pub assignment: Assignment,
    /// The directory for what workers say.
    pub events: String,
    /// The directory of the fragments.
    pub fragments: String,
    /// `-n` of cov-run.
    pub workers: Option<Workers>,
    /// When to fork workers.
    pub fork: Fork,
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
pub enum Ending {
    /// Tests were to run.
    Ran(Box<Ran>),
    /// The command line only asks pytest for information.
    Plain,
}

/// What remains of a run.
pub struct Ran {
    /// What happened.
    pub record: Record,
    /// Why it stopped early.
    pub stop: Option<Stop>,
    /// The exit statuses of the workers' sessions.
    pub statuses: Vec<i32>,
    /// What will turn the fragments into a profile, if anything was measured.
    pub profiler: Option<Profiler>,
}

/// A run.
pub struct Session<'a, W: Write> {
    setup: &'a Setup,
    progress: Progress<W>,
    dispatcher: Dispatcher,
    record: Record,
    workers: Pool,
    manner: Manner,
    lifeline: Lifeline,
    events: Sender<Event>,
    statuses: BTreeMap<WorkerId, i32>,
    printed: Printed,
    listed: HashSet<WorkerId>,
    /// How many tests of the file that a worker opens next it is to leave out.
    skips: HashMap<WorkerId, usize>,
    profiler: Option<Profiler>,
    signals: u32,
    count: u32,
}

/// How often the display is brought up to date when nothing happens.
const TICK: Duration = Duration::from_millis(500);

/// How long the process that workers were forked from may take to end.
const FAREWELL: Duration = Duration::from_secs(10);

/// The worker that speaks for all until the files are listed.
const FIRST: WorkerId = WorkerId { slot: 0, generation: 0 };

impl<'a, W: Write> Session<'a, W> {
    /// A run that shows itself on `progress`, and whose workers send to `events`.
    pub fn new(setup: &'a Setup, progress: Progress<W>, events: Sender<Event>) -> anyhow::Result<Self> {
        Ok(Self {
            setup,
            progress,
            dispatcher: Dispatcher::default(),
            record: Record::default(),
            workers: Pool::default(),
            manner: if setup.fork == Fork::Never { Manner::Spawned } else { Manner::Undecided },
            lifeline: Lifeline::new()?,
            events,
            statuses: BTreeMap::new(),
            printed: Printed::default(),
            listed: HashSet::new(),
            skips: HashMap::new(),
            profiler: None,
            signals: 0,
            count: workers::at_first(setup.workers, setup.processors),
        })
    }

    /// Runs until the last worker has ended.
    pub fn run(mut self, events: &Receiver<Event>) -> anyhow::Result<(Ending, Progress<W>)> {
        let commands = match self.manner {
            Manner::Undecided => self.dispatcher.start_alone(),
            _ => self.dispatcher.start(self.count),
        };
        self.obey(commands)?;
        while !self.dispatcher.is_over() {
            let event = events.try_recv().or_else(|_| {
                self.progress.pause(&self.record);
                events.recv_timeout(TICK)
            });
            match event {
                Ok(Event::Said(_, Message::Plain)) => return Ok((Ending::Plain, self.progress)),
                Ok(Event::Said(id, message)) => {
                    self.show_printed(id)?;
                    self.hear(id, message)?;
                }
                Ok(Event::Garbled(id, error)) => {
                    return Err(Refusal::internal(format!("gw{} cannot be understood: {error}", id.slot)));
                }
                Ok(Event::Printed(id, line)) => self.printed.push(id, line),
                Ok(Event::Ended(id, process, death)) => self.bury(id, process, death)?,
                Ok(Event::Signalled) => self.interrupt()?,
                Err(RecvTimeoutError::Timeout) => self.progress.tick(),
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if self.dispatcher.is_drained() {
                self.prepare_profile()?;
            }
            self.printed.overdue().into_iter().try_for_each(|id| self.show_printed(id))?;
        }
        if !self.dispatcher.is_planned() && self.statuses.values().any(|&status| status == 0) {
            // A plugin's own option ended the session: it has printed what it was asked for.
            return Ok((Ending::Plain, self.progress));
        }
        self.prepare_profile()?;
        self.dismiss_zygote(events);
        let stop = self.dispatcher.stopped().cloned();
        let statuses = self.statuses.into_values().collect();
        let ran = Ran { record: self.record, stop, statuses, profiler: self.profiler };
        Ok((Ending::Ran(Box::new(ran)), self.progress))
    }

    fn hear(&mut self, id: WorkerId, message: Message) -> anyhow::Result<()> {
        let mut commands = Vec::new();
        match &message {
            Message::Hello(hello) if !self.dispatcher.is_settled() => commands = self.settle(hello)?,
            Message::Files { files, forkable } => {
                self.printed.open(id);
                self.listed.insert(id);
                if self.dispatcher.is_planned() {
                    self.printed.forget(id);
                } else {
                    commands = self.plan(files, id, forkable.as_ref())?;
                }
            }
            Message::Serving => commands = self.fork_from(id),
            Message::Reaped { process, status } => {
                if let Manner::Forked(zygote) = &self.manner {
                    zygote.ends().note(Pid::from_raw(*process), *status);
                }
            }
            Message::NoPytest { message, python } => {
                let remedy = "install pytest there, or name the project's Python with --python";
                return Err(Refusal::usage(format!("{python}: {message} ({remedy})")));
            }
            Message::Refused { why } => return Err(Refusal::usage(why)),
            _ => {}
        }
        commands.extend(self.dispatcher.hear(id, &message));
        self.note(id, message)?;
        self.obey(commands)
    }

    /// Learns the project's options from the first worker.
    fn settle(&mut self, hello: &Hello) -> anyhow::Result<Vec<Command>> {
        if let Some(measured) = &hello.measured {
            if let Some(missing) = &measured.missing {
                let remedy = "install coverage there, or run with --no-cov";
                return Err(Refusal::usage(format!("{}: {missing} ({remedy})", hello.executable)));
            }
            if let Some(failed) = &measured.failed {
                return Err(Refusal::usage(format!("coverage.py: {failed}")));
            }
        }
        self.count = workers::wanted(self.setup.workers, &hello.options, self.setup.processors);
        self.progress.settle(hello, self.count);
        self.record.hello = Some(Box::new(hello.clone()));
        let limit = hello.options.max_worker_restart.as_deref().and_then(|text| text.parse().ok());
        Ok(self.dispatcher.settle(self.count, hello.options.maxfail, limit))
    }

    /// Starts to make the profile, while the last tests run.
    fn prepare_profile(&mut self) -> anyhow::Result<()> {
        if let (Some(hello), Some(measured), None) =
            (&self.record.hello, self.record.measured(), &self.profiler)
        {
            let fragments = PathBuf::from(&self.setup.fragments);
            self.profiler = Some(Profiler::start(hello, &measured.rules, fragments)?);
        }
        Ok(())
    }

    /// Learns the files from the first worker that has listed them, and whether others may be forked from it.
    fn plan(
        &mut self,
        files: &[TestFile],
        id: WorkerId,
        forkable: Option<&Forkable>,
    ) -> anyhow::Result<Vec<Command>> {
        let shard = self.setup.shard;
        let plan = plan(files, shard, self.count, &self.setup.split, &self.setup.order);
        if let Some(bound) = &plan.bound {
            say(format_args!("cov-run: {bound}"));
        }
        let mut commands = self.dispatcher.plan(&plan.queue);
        self.record.all = plan.all;
        self.record.assigned = plan.queue;
        let refusal = self.why_not_fork(forkable);
        let manner = refusal.as_ref().map_or_else(
            || "workers are forked".to_owned(),
            |refusal| format!("each worker starts by itself: {refusal}"),
        );
        self.progress.begin(&self.record, (!shard.is_all()).then(|| shard.to_string()), &manner)?;
        let Some(forkable) = forkable.filter(|_| self.dispatcher.stopped().is_none()) else {
            return Ok(commands);
        };
        match (refusal, &forkable.refusal) {
            (None, _) => {
                // The others wait until it serves.
                self.manner = Manner::Deciding(std::mem::take(&mut commands));
                commands.push(Command::Tell(id, Order::Serve));
            }
            (Some(_), Some(refusal)) if self.setup.fork == Fork::Always => {
                return Err(Refusal::usage(format!("workers cannot be forked: {refusal}")));
            }
            (Some(_), _) => {
                self.manner = Manner::Spawned;
                commands.insert(0, Command::Tell(id, Order::Work));
            }
        }
        Ok(commands)
    }

    /// Makes a process that serves the one that all workers are forked from, itself as a worker included.
    fn fork_from(&mut self, id: WorkerId) -> Vec<Command> {
        let mut commands = vec![Command::Start(id)];
        if let (Some(worker), Manner::Deciding(waiting)) = (self.workers.0.remove(&id), &mut self.manner) {
            commands.append(waiting);
            self.manner = Manner::Forked(worker.into_zygote());
        }
        commands
    }

    /// Why workers are not forked; nothing if they are.
    fn why_not_fork(&self, forkable: Option<&Forkable>) -> Option<String> {
        match forkable {
            None => Some("--fork=never".to_owned()),
            Some(Forkable { refusal: Some(refusal) }) => Some(refusal.clone()),
            Some(_) if self.setup.fork == Fork::Auto && self.dispatcher.seats() < 2 => {
                Some("there is only one".to_owned())
            }
            Some(_) => None,
        }
    }

    /// Records and shows what a worker said.
    fn note(&mut self, id: WorkerId, message: Message) -> anyhow::Result<()> {
        // What happens before the files are listed happens in every worker.
        let speaks = self.listed.contains(&id) || id == FIRST;
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
            Message::Bye { status, should_fail, .. } => {
                self.statuses.insert(id, status);
                let reason = should_fail.filter(|_| self.dispatcher.stopped() == Some(&Stop::Session));
                let interruption = |message| Interruption { kind: "Failed".to_owned(), message, place: None };
                self.record.interruptions.extend(reason.map(interruption));
            }
            _ => {}
        }
        Ok(())
    }

    fn show_printed(&mut self, id: WorkerId) -> anyhow::Result<()> {
        for line in self.printed.take(id) {
            self.progress.printed(id, &line)?;
        }
        Ok(())
    }

    fn obey(&mut self, commands: Vec<Command>) -> anyhow::Result<()> {
        for command in commands {
            match command {
                Command::Start(id) => self.start(id)?,
                Command::Tell(id, order) => {
                    if let Order::Run { skip, .. } = &order {
                        self.skips.insert(id, skip.len());
                    }
                    if let Some(worker) = self.workers.0.get(&id) {
                        worker.tell(&order);
                    }
                }
                Command::Mourn(loss) => {
                    let report = self.record.lost(&loss);
                    self.progress.lost(&loss, report.as_ref())?;
                }
            }
        }
        Ok(())
    }

    fn start(&mut self, id: WorkerId) -> anyhow::Result<()> {
        let candidate = matches!(self.manner, Manner::Undecided);
        let role = if candidate { "first" } else { "gw" };
        let assignment = Assignment {
            slot: id.slot,
            count: self.count,
            candidate,
            events: format!("{}/{role}{}-{}.events", self.setup.events, id.slot, id.generation),
            fragment: format!("{}/gw{}-{}.coverage", self.setup.fragments, id.slot, id.generation),
            ..self.setup.assignment.clone()
        };
        if let Manner::Forked(zygote) = &self.manner {
            match Worker::fork(zygote, id, assignment.clone(), &self.events) {
                Ok(worker) => {
                    self.dispatcher.forked(id);
                    self.listed.insert(id);
                    self.printed.open(id);
                    self.workers.0.insert(id, worker);
                    return Ok(());
                }
                Err(error) => self.lose_zygote(&format!("it does not fork any more: {error}")),
            }
        }
        let python = &self.setup.python;
        let script = self.setup.plugin.worker();
        let worker = Worker::start(python, &script, id, &assignment, &self.lifeline, &self.events)
            .map_err(|error| Refusal::usage(format!("cannot start {}: {error}", python.display())))?;
        self.workers.0.insert(id, worker);
        Ok(())
    }

    /// A worker's process has ended.
    fn bury(&mut self, id: WorkerId, process: Pid, death: Death) -> anyhow::Result<()> {
        if matches!(&self.manner, Manner::Forked(zygote) if zygote.process() == process) {
            self.lose_zygote(&death.cause.to_string());
            return Ok(());
        }
        if self.workers.0.get(&id).is_none_or(|worker| worker.process() != process) {
            return Ok(()); // a zygote that was lost before
        }
        self.workers.0.remove(&id);
        if let Some(&status) = self.statuses.get(&id).filter(|&&status| status != 0)
            && !self.dispatcher.is_planned()
        {
            // pytest refused to start, and all workers would say the same.
            return Err(Refusal::in_pytests_words(u8::try_from(status).unwrap_or(INTERNAL), death.output));
        }
        let output = death.output.clone();
        let commands = self.dispatcher.bury(id, death);
        if commands.iter().any(|command| matches!(command, Command::Mourn(_))) {
            self.printed.forget(id);
        }
        self.show_printed(id)?;
        self.obey(commands)?;
        self.progress.ended(id)?;
        if self.dispatcher.stopped() == Some(&Stop::CannotStart) {
            let text = format!("workers die before they have listed the test files\n{}", output.trim_end());
            return Err(Refusal::internal(text));
        }
        Ok(())
    }

    /// Goes on without the process that workers were forked from.
    fn lose_zygote(&mut self, why: &str) {
        self.manner = Manner::Spawned;
        self.record.notes.push(format!("the process that workers are forked from is lost: {why}"));
    }

    /// Lets the zygote undo what it did for all workers.
    fn dismiss_zygote(&mut self, events: &Receiver<Event>) {
        let Manner::Forked(zygote) = std::mem::replace(&mut self.manner, Manner::Spawned) else { return };
        zygote.dismiss();
        let deadline = Instant::now() + FAREWELL;
        while let Ok(event) = events.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            match event {
                Event::Ended(_, process, _) if process == zygote.process() => return,
                Event::Printed(id, line) => self.printed.push(id, line),
                Event::Signalled => return,
                _ => {}
            }
        }
    }

    /// Ctrl-C: once to stop cleanly, twice to kill.
    fn interrupt(&mut self) -> anyhow::Result<()> {
        self.signals += 1;
        let commands = self.dispatcher.stop(Stop::Signal);
        self.obey(commands)?;
        self.workers.signal(if self.signals == 1 { Signal::SIGINT } else { Signal::SIGKILL });
        Ok(())
    }
}

/// How workers come into being.
#[derive(Debug)]
enum Manner {
    /// The first one has not said yet whether others may be forked from it.
    Undecided,
    /// It was told to fork them, which are to be started when it does.
    Deciding(Vec<Command>),
    /// They are forked from this one.
    Forked(Zygote),
    /// Each is a process that starts from nothing.
    Spawned,
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
