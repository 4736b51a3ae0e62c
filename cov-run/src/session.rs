//! The loop of a run: hears workers, lets the dispatcher decide, records, shows.

mod ends;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Write;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use crate::cli::Fork;
use crate::clock::Clock;
use crate::dispatcher::{Command, Dispatcher, Policy, Stop, WorkerId};
use crate::hello::Hello;
use crate::launcher::{FAREWELL, Launcher};
use crate::leftovers::{self, Leftover};
use crate::memory::Memory;
use crate::patience::Patience;
use crate::printed::Printed;
use crate::profile::Profiler;
use crate::progress::Progress;
use crate::protocol::{Assignment, Forkable, Found, Message, Order, TestFile};
use crate::record::{Interruption, Record};
use crate::refusal::Refusal;
use crate::rescue;
use crate::schedule::plan;
use crate::selection::Selection;
use crate::setup::Setup;
use crate::terminal::say;
use crate::worker::Event;
use crate::workers;

/// How a run ended.
pub enum Ending {
    /// Tests were to run.
    Ran(Box<Ran>),
    /// pytest is to run by itself, for what it prints or for this.
    Plain(Option<String>),
}

/// What remains of a run.
pub struct Ran {
    /// What happened.
    pub record: Record,
    /// How many workers it had.
    pub workers: u32,
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
    progress: Progress<'a, W>,
    dispatcher: Dispatcher,
    record: Record,
    launcher: Launcher,
    clock: Clock,
    /// Workers that were killed since their test did not end, and how long it was given.
    overdue: HashMap<WorkerId, f64>,
    statuses: BTreeMap<WorkerId, i32>,
    printed: Printed,
    listed: HashSet<WorkerId>,
    profiler: Option<Profiler>,
    /// What ends the processes that workers left, by who left them.
    sweeps: Vec<(String, JoinHandle<Vec<Leftover>>)>,
    memory: Memory,
    patience: Patience,
    count: u32,
    /// Why workers are not forked, if somebody asked which worker the first one is.
    asked: Option<String>,
}

/// How often the display is brought up to date, and work shared out anew, when nothing else gives cause to.
const TICK: Duration = Duration::from_millis(500);

/// The worker that speaks for all until the files are listed.
const FIRST: WorkerId = WorkerId { slot: 0, generation: 0 };

impl<'a, W: Write> Session<'a, W> {
    /// A run that shows itself on `progress`, and whose workers send to `events`.
    pub fn new(setup: &'a Setup, progress: Progress<'a, W>, events: Sender<Event>) -> anyhow::Result<Self> {
        Ok(Self {
            setup,
            progress,
            dispatcher: Dispatcher::default(),
            record: Record::default(),
            launcher: Launcher::new(setup.python.clone(), setup.plugin.worker(), setup.fork, events)?,
            clock: Clock::default(),
            overdue: HashMap::new(),
            statuses: BTreeMap::new(),
            printed: Printed::default(),
            listed: HashSet::new(),
            profiler: None,
            sweeps: Vec::new(),
            memory: Memory::watch(),
            patience: Patience::default(),
            count: workers::at_first(setup.workers, setup.processors),
            asked: None,
        })
    }

    /// Runs until the last worker has ended.
    pub fn run(mut self, events: &Receiver<Event>) -> anyhow::Result<(Ending, Progress<'a, W>)> {
        leftovers::adopt_orphans();
        let commands = if self.launcher.is_undecided() {
            self.dispatcher.start_alone()
        } else {
            self.dispatcher.start(self.count)
        };
        self.obey(commands)?;
        let mut ticked = Instant::now();
        while !self.dispatcher.is_over() {
            let event = events.try_recv().or_else(|_| {
                self.progress.pause(&self.record);
                let now = Instant::now();
                events.recv_timeout(self.patience.rest(self.clock.pause(TICK, now), now))
            });
            match event {
                Ok(Event::Said(_, Message::Plain { why })) => return Ok((Ending::Plain(why), self.progress)),
                Ok(Event::Said(id, message)) => {
                    self.show_printed(id)?;
                    self.hear(id, message)?;
                }
                Ok(Event::Garbled(id, error)) => {
                    return Err(Refusal::internal(format!("gw{} cannot be understood: {error}", id.slot)));
                }
                Ok(Event::Printed(id, line)) => self.printed.push(id, line),
                Ok(Event::Ended(id, process, death)) => self.bury(id, process, death)?,
                Ok(Event::Signalled(Signal::SIGTSTP)) => self.stand_still(),
                Ok(Event::Signalled(signal)) => self.interrupt(signal)?,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if ticked.elapsed() >= TICK {
                ticked = Instant::now();
                self.progress.tick();
                leftovers::wait_for_orphans(&self.known_processes());
                let commands = self.dispatcher.tick();
                self.obey(commands)?;
            }
            self.sound_alarms();
            if self.patience.runs_out(Instant::now()) {
                self.kill();
            }
            if self.dispatcher.is_drained() {
                self.prepare_profile()?;
            }
            self.printed.overdue().into_iter().try_for_each(|id| self.show_printed(id))?;
        }
        if !self.dispatcher.is_planned() && self.statuses.values().any(|&status| status == 0) {
            // A plugin's own option ended the session: it has printed what it was asked for.
            return Ok((Ending::Plain(None), self.progress));
        }
        self.prepare_profile()?;
        let limit = if self.patience.is_over() {
            Duration::ZERO
        } else {
            self.patience.rest(FAREWELL, Instant::now())
        };
        self.launcher.dismiss_zygote(limit, events, |event| {
            if let Event::Printed(id, line) = event {
                self.printed.push(id, line);
            }
        });
        self.sweep();
        if self.dispatcher.stopped().is_none() {
            // There is none; but a test that is lost must never look like one that passed.
            let lost = self.record.unfinished().next();
            let text =
                lost.map(|id| format!("{id} did not run, and nothing says why: this is a fault of cov-run"));
            self.record.internal_errors.extend(text);
        }
        let stop = self.dispatcher.stopped().cloned();
        let statuses = self.statuses.into_values().collect();
        let ran = Ran { record: self.record, workers: self.count, stop, statuses, profiler: self.profiler };
        Ok((Ending::Ran(Box::new(ran)), self.progress))
    }

    fn hear(&mut self, id: WorkerId, mut message: Message) -> anyhow::Result<()> {
        let mut commands = Vec::new();
        match &message {
            Message::Hello(hello) if !self.dispatcher.is_settled() => commands = self.settle(hello)?,
            Message::Files(found) => {
                self.printed.open(id);
                self.listed.insert(id);
                if self.dispatcher.is_planned() {
                    self.printed.forget(id);
                    commands.extend(found.forkable.as_ref().map(|_| Command::Tell(id, Order::Work)));
                } else {
                    commands = self.plan(found, id)?;
                }
            }
            Message::Asked { why } if self.setup.fork == Fork::Auto && self.launcher.is_undecided() => {
                self.asked = Some(why.clone());
                self.launcher.spawn();
                commands = self.dispatcher.start_others(self.count);
            }
            Message::Inputs => {
                let given = self.progress.inputs(self.setup, id)?;
                commands.push(Command::Tell(id, given));
            }
            Message::Serving => commands = self.launcher.fork_from(id),
            Message::Reaped { process, status } => self.launcher.note_end(*process, *status),
            Message::Start { limit, .. } => self.clock.start(id, *limit, Instant::now()),
            Message::Done { .. } | Message::Next => self.clock.stop(id), // who waits for us is not late
            Message::NoPytest { message, python } => {
                let remedy = "install pytest there, or name the project's Python with --python";
                return Err(Refusal::usage(format!("{python}: {message} ({remedy})")));
            }
            Message::Refused { why } => return Err(Refusal::usage(why)),
            _ => {}
        }
        if let Message::Report(report) = &mut message
            && self.dispatcher.tries_again(id, report)
        {
            report.demote();
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
        self.progress.serve_plugins(self.setup, hello)?;
        self.record.hello = Some(Box::new(hello.clone()));
        let options = &hello.options;
        Ok(self.dispatcher.settle(Policy {
            workers: self.count,
            maxfail: options.maxfail,
            restart_limit: options.max_worker_restart.as_deref().and_then(|text| text.parse().ok()),
            retries: self.setup.retries,
            groups: self.setup.groups.clone(),
            splits_files: !matches!(self.setup.selection, Selection::Script(_))
                && !matches!(options.distribution.as_str(), "loadfile" | "loadscope"),
        }))
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
    fn plan(&mut self, found: &Found, id: WorkerId) -> anyhow::Result<Vec<Command>> {
        let (files, forkable) = (&found.files, found.forkable.as_ref());
        let shard = self.setup.shard;
        let selection = &self.setup.selection;
        for file in selection.lacking(files) {
            self.record.notes.push(format!("{file} was to be run and is not there"));
        }
        let files: Vec<TestFile> = selection.of_run(files).into_iter().cloned().collect();
        let plan = plan(&files, shard, self.count, &self.setup.split, &self.setup.order);
        if let Some(bound) = &plan.bound {
            say(format_args!("cov-run: {bound}"));
        }
        let (units, left_out) = selection.units(&files, &plan.queue, &found.order);
        if let Some(why) = &found.whole {
            if found.binding {
                self.dispatcher.keep_order();
            }
            self.record.deselected = found.deselected;
            self.record.unmatched.clone_from(&found.unmatched);
            self.record.header.push(format!("cov-run: all tests are collected first: {why}"));
        }
        self.record.left_out = left_out;
        let commands = self.dispatcher.plan(units, self.setup.order.clone());
        self.record.all = plan.all;
        let is_open = |file: &&String| !self.record.left_out.contains(*file);
        let to_run: Vec<String> = plan.queue.iter().filter(is_open).cloned().collect();
        self.record.assigned = plan.queue;
        rescue::announce(self.setup, &self.record, self.count);
        self.progress.expect(&files, &to_run);
        if found.whole.is_some() {
            // Nobody opens a file of which no test is to run.
            let opened: HashSet<&String> = found.order.iter().map(|(file, _)| file).collect();
            let closed = self.record.assigned.iter().filter(|file| !opened.contains(file));
            self.record.left_out.extend(closed.cloned());
        }
        let refusal = self.why_not_fork(forkable);
        let manner = refusal.as_ref().map_or_else(
            || "workers are forked".to_owned(),
            |refusal| format!("each worker starts by itself: {refusal}"),
        );
        self.progress.begin(&self.record, (!shard.is_all()).then(|| shard.to_string()), &manner)?;
        if let (Fork::Always, Some(Forkable { refusal: Some(refusal) })) = (self.setup.fork, forkable) {
            return Err(Refusal::usage(format!("workers cannot be forked: {refusal}")));
        }
        let forkable = forkable.filter(|_| self.dispatcher.stopped().is_none());
        Ok(self.launcher.decide(id, forkable, refusal.as_deref(), commands))
    }

    /// Why workers are not forked; nothing if they are.
    fn why_not_fork(&self, forkable: Option<&Forkable>) -> Option<String> {
        match forkable {
            None => Some(self.asked.clone().unwrap_or_else(|| "--fork=never".to_owned())),
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
                self.progress.collected(id, &collected)?;
            }
            Message::Start { id: test, index, .. } => {
                self.record.started(id, index);
                self.progress.started(id, &test);
            }
            Message::Done { .. } => self.progress.done(id)?,
            Message::Relay { data } if speaks => self.progress.hold(id, data),
            Message::Report(report) if speaks => {
                self.progress.reported(id, &report)?;
                self.record.reported(id, *report);
            }
            Message::Warning(warning) if speaks => self.record.warnings.push(warning),
            Message::Note { text } if !self.record.notes.contains(&text) => self.record.notes.push(text),
            Message::Unsaved { why } if !self.record.unsaved.contains(&why) => self.record.unsaved.push(why),
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
            self.progress.printed(id, &line.text)?;
        }
        Ok(())
    }

    fn obey(&mut self, commands: Vec<Command>) -> anyhow::Result<()> {
        for command in commands {
            match command {
                Command::Start(id) => self.start(id)?,
                Command::Tell(id, order) => {
                    if let Some(worker) = self.launcher.worker(id) {
                        worker.tell(&order);
                    }
                }
                Command::Miss(file, picks) => {
                    for pick in &picks {
                        self.record.missed(&file, pick);
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
        let candidate = self.launcher.is_undecided();
        let role = if candidate { "first" } else { "gw" };
        let assignment = Assignment {
            slot: id.slot,
            count: self.count,
            candidate,
            events: format!("{}/{role}{}-{}.events", self.setup.events, id.slot, id.generation),
            fragment: format!("{}/gw{}-{}.coverage", self.setup.fragments, id.slot, id.generation),
            ..self.setup.assignment.clone()
        };
        let (is_forked, note) = self.launcher.start(id, &assignment)?;
        self.record.notes.extend(note);
        if is_forked {
            self.dispatcher.forked(id);
            self.listed.insert(id);
            self.printed.open(id);
        }
        Ok(())
    }
}
