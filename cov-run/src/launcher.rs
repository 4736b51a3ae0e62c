//! How workers come into being, forked or each by itself, and who of them lives.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender};
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use nix::unistd::Pid;

use crate::cli::Fork;
use crate::dispatcher::{Command, WorkerId};
use crate::protocol::{Assignment, Forkable, Order};
use crate::refusal::Refusal;
use crate::worker::{Event, Lifeline, Worker};
use crate::zygote::Zygote;

/// How long the process that workers were forked from may take to end.
pub const FAREWELL: Duration = Duration::from_secs(10);

/// Starts workers, and ends those that are left when it goes.
#[derive(Debug)]
pub struct Launcher {
    python: PathBuf,
    script: PathBuf,
    manner: Manner,
    workers: HashMap<WorkerId, Worker>,
    lifeline: Lifeline,
    events: Sender<Event>,
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

impl Launcher {
    /// Starts workers with this Python and script, that send to `events`.
    pub fn new(python: PathBuf, script: PathBuf, fork: Fork, events: Sender<Event>) -> anyhow::Result<Self> {
        let manner = if fork == Fork::Never { Manner::Spawned } else { Manner::Undecided };
        let (workers, lifeline) = (HashMap::new(), Lifeline::new()?);
        Ok(Self { python, script, manner, workers, lifeline, events })
    }

    /// Whether others may come to be forked from the worker that is started next.
    pub fn is_undecided(&self) -> bool {
        matches!(self.manner, Manner::Undecided)
    }

    /// Learns that workers are not going to be forked, before the first one has listed the files.
    pub fn spawn(&mut self) {
        self.manner = Manner::Spawned;
    }

    /// Learns why workers are not forked, if they are not. The answer is what is to be done now: `waiting`, unless it
    /// has to wait until `id` forks.
    pub fn decide(
        &mut self,
        id: WorkerId,
        forkable: Option<&Forkable>,
        refusal: Option<&str>,
        mut waiting: Vec<Command>,
    ) -> Vec<Command> {
        match (forkable, refusal) {
            (None, _) => {}
            (Some(_), None) => {
                self.manner = Manner::Deciding(waiting);
                return vec![Command::Tell(id, Order::Serve)];
            }
            (Some(_), Some(_)) => {
                self.manner = Manner::Spawned;
                waiting.insert(0, Command::Tell(id, Order::Work));
            }
        }
        waiting
    }

    /// Makes a process that serves the one that all workers are forked from, itself as a worker included.
    pub fn fork_from(&mut self, id: WorkerId) -> Vec<Command> {
        let mut commands = vec![Command::Start(id)];
        if let (Some(worker), Manner::Deciding(waiting)) = (self.workers.remove(&id), &mut self.manner) {
            commands.append(waiting);
            self.manner = Manner::Forked(worker.into_zygote());
        }
        commands
    }

    /// Starts a worker. The answer is whether it was forked, hence has listed the files already; and what went wrong
    /// with the process that it should have been forked from.
    pub fn start(&mut self, id: WorkerId, assignment: &Assignment) -> anyhow::Result<(bool, Option<String>)> {
        let mut lost = None;
        if let Manner::Forked(zygote) = &self.manner {
            match Worker::fork(zygote, id, assignment.clone(), &self.events) {
                Ok(worker) => {
                    self.workers.insert(id, worker);
                    return Ok((true, None));
                }
                Err(error) => lost = Some(self.lose_zygote(&format!("it does not fork any more: {error}"))),
            }
        }
        let python = &self.python;
        let worker = Worker::start(python, &self.script, id, assignment, &self.lifeline, &self.events)
            .map_err(|error| Refusal::usage(format!("cannot start {}: {error}", python.display())))?;
        self.workers.insert(id, worker);
        Ok((false, lost))
    }

    /// Notes that a forked process has ended with this wait status.
    pub fn note_end(&self, process: i32, status: i32) {
        if let Manner::Forked(zygote) = &self.manner {
            zygote.ends().note(Pid::from_raw(process), status);
        }
    }

    /// Whether this is the process that workers are forked from.
    pub fn is_zygote(&self, process: Pid) -> bool {
        matches!(&self.manner, Manner::Forked(zygote) if zygote.process() == process)
    }

    /// Forgets a worker that has ended. Whether it was one of this process id; else it is a zygote that was lost before.
    pub fn forget(&mut self, id: WorkerId, process: Pid) -> bool {
        let is_that = self.workers.get(&id).is_some_and(|worker| worker.process() == process);
        is_that && self.workers.remove(&id).is_some()
    }

    /// Goes on without the process that workers were forked from; the answer is what to say of it.
    pub fn lose_zygote(&mut self, why: &str) -> String {
        self.manner = Manner::Spawned;
        format!("the process that workers are forked from is lost: {why}")
    }

    /// Lets the zygote undo what it did for all workers, if that takes no longer than this. Events that come meanwhile
    /// are handed on.
    pub fn dismiss_zygote(&mut self, limit: Duration, events: &Receiver<Event>, mut hear: impl FnMut(Event)) {
        let Manner::Forked(zygote) = std::mem::replace(&mut self.manner, Manner::Spawned) else { return };
        zygote.dismiss();
        let deadline = Instant::now() + limit;
        while let Ok(event) = events.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            match event {
                Event::Ended(_, process, _) if process == zygote.process() => return,
                Event::Signalled(_) => return,
                other => hear(other),
            }
        }
    }

    /// A worker that runs.
    pub fn worker(&self, id: WorkerId) -> Option<&Worker> {
        self.workers.get(&id)
    }

    /// The workers that run, in order.
    pub fn ids(&self) -> Vec<WorkerId> {
        let mut ids: Vec<WorkerId> = self.workers.keys().copied().collect();
        ids.sort_unstable();
        ids
    }

    /// The processes of all workers that run, and the one that they are forked from.
    pub fn processes(&self) -> Vec<Pid> {
        let zygote = if let Manner::Forked(zygote) = &self.manner { Some(zygote.process()) } else { None };
        self.workers.values().map(Worker::process).chain(zygote).collect()
    }

    /// Sends a signal to all workers and to what their tests started.
    pub fn signal(&self, signal: Signal) {
        self.workers.values().for_each(|worker| worker.signal(signal));
    }
}

impl Drop for Launcher {
    fn drop(&mut self) {
        self.signal(Signal::SIGKILL); // nothing is left behind where the run ends by an error
    }
}
