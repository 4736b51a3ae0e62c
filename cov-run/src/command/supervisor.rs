//! The loop that runs shards: so many at a time, each again if it failed and may.

use std::collections::{BTreeMap, VecDeque};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use nix::sys::signal::Signal;

use super::display::Display;
use super::group::Leaked;
use super::output::Printed;
use super::place::Place;
use super::plan::{Part, Plan};
use super::process::{End, Event, Running, Told};
use crate::crash::Cause;
use crate::refusal::Refusal;
use crate::terminal::say;

/// How often is looked what shards have printed.
const GLANCE: Duration = Duration::from_millis(100);

/// How a shard went.
#[derive(Clone, Debug)]
pub(super) struct Ran {
    /// How its last attempt ended.
    pub(super) end: End,
    /// How often it was tried.
    pub(super) attempts: u32,
    /// Whether its command knows that it is a shard.
    pub(super) knows_shards: bool,
}

/// Runs the shards of a plan.
pub(super) struct Supervisor<'a> {
    plan: &'a Plan,
    places: &'a BTreeMap<u32, Place>,
    display: &'a mut Display,
    events: Sender<Event>,
    /// What is to be started, and which attempt it is.
    queue: VecDeque<(&'a Part, u32)>,
    running: BTreeMap<u32, Slot<'a>>,
    ran: BTreeMap<u32, Ran>,
    /// What shards that wait for another attempt have printed.
    printed: BTreeMap<u32, Printed>,
    is_interrupted: bool,
}

/// A shard that runs.
struct Slot<'a> {
    part: &'a Part,
    attempt: u32,
    running: Running,
    printed: Printed,
}

impl<'a> Supervisor<'a> {
    /// Is to run the shards of `plan`, each in its place.
    pub(super) fn new(
        plan: &'a Plan,
        places: &'a BTreeMap<u32, Place>,
        display: &'a mut Display,
        events: Sender<Event>,
    ) -> Self {
        let queue = plan.shards.iter().filter(|part| plan.has_work(part)).map(|part| (part, 1)).collect();
        Self {
            plan,
            places,
            display,
            events,
            queue,
            running: BTreeMap::new(),
            ran: BTreeMap::new(),
            printed: BTreeMap::new(),
            is_interrupted: false,
        }
    }

    /// Runs them, and gives how each went that was started.
    pub(super) fn run(mut self, events: &Receiver<Event>) -> anyhow::Result<BTreeMap<u32, Ran>> {
        loop {
            self.start_next()?;
            if self.running.is_empty() {
                return Ok(self.ran);
            }
            let wait = self.next_deadline().saturating_duration_since(Instant::now());
            match events.recv_timeout(wait) {
                Ok(Event::Ended(shard, cause, leaked)) => self.ended(shard, cause, &leaked)?,
                Ok(Event::Signalled(signal)) => self.interrupt(signal),
                Err(RecvTimeoutError::Timeout) => self.mind()?,
                Err(RecvTimeoutError::Disconnected) => anyhow::bail!("nobody is left to tell what happens"),
            }
        }
    }

    fn start_next(&mut self) -> anyhow::Result<()> {
        while self.running.len() < self.plan.at_once && !self.is_interrupted {
            let Some((part, attempt)) = self.queue.pop_front() else { break };
            let place = &self.places[&part.number];
            self.plan.write_files(part, place).context("temporary directory")?;
            let printed = match self.printed.remove(&part.number) {
                Some(printed) => printed,
                None => Printed::begin(&place.output).with_context(|| place.output.display().to_string())?,
            };
            let command = self.plan.command_of(part, place);
            let program = command.get_program().to_string_lossy().into_owned();
            let running = Running::start(command, &printed.sink, part.number, &self.events)
                .map_err(|error| Refusal::usage(format!("cannot start {program}: {error}")))?;
            self.display.started(part.number)?;
            self.running.insert(part.number, Slot { part, attempt, running, printed });
        }
        Ok(())
    }

    /// When something is to be done, should nothing happen before.
    fn next_deadline(&self) -> Instant {
        let limits = self.running.values().filter_map(|slot| slot.running.deadline(self.plan.limit));
        let glance = self.display.is_live().then(|| Instant::now() + GLANCE);
        limits.chain(glance).fold(self.display.heartbeat(), Instant::min)
    }

    /// Does what is due.
    fn mind(&mut self) -> anyhow::Result<()> {
        let now = Instant::now();
        for (&shard, slot) in &mut self.running {
            slot.running.mind(self.plan.limit, now);
            self.display.printed(shard, &mut slot.printed)?;
        }
        let running = self.running.iter().map(|(&shard, slot)| (shard, slot.running.started));
        self.display.mind(running, now);
        Ok(())
    }

    fn ended(&mut self, shard: u32, cause: Cause, leaked: &[Leaked]) -> anyhow::Result<()> {
        let Some(Slot { part, attempt, running, mut printed }) = self.running.remove(&shard) else {
            return Ok(());
        };
        let took = running.started.elapsed();
        let end = running.ended(cause, self.plan.limit);
        self.display.ended(shard, end, took, &mut printed)?;
        let total = self.plan.total;
        if !leaked.is_empty() && matches!(end, End::Passed | End::Failed(_)) {
            let leaked: Vec<String> = leaked.iter().map(ToString::to_string).collect();
            say(format_args!(
                "cov-run: warning: shard {shard}/{total} left processes behind, which were ended: {}",
                leaked.join(", ")
            ));
        }
        let place = &self.places[&shard];
        let may_be_retried = attempt <= self.plan.retries && !self.is_interrupted;
        if matches!(end, End::Failed(_) | End::TimedOut(_)) && may_be_retried {
            say(format_args!("cov-run: shard {shard}/{total} {end}: it runs once more"));
            place.renew(attempt).with_context(|| place.out.display().to_string())?;
            self.queue.push_back((part, attempt + 1));
            self.printed.insert(shard, printed);
            return Ok(());
        }
        if end == End::Passed && attempt > 1 {
            say(format_args!(
                "cov-run: warning: shard {shard}/{total} is flaky: it passed at attempt {attempt}"
            ));
        }
        let knows_shards = place.status.exists();
        self.ran.insert(shard, Ran { end, attempts: attempt, knows_shards });
        Ok(())
    }

    /// Ctrl-C: once to end the shards, twice to kill them.
    fn interrupt(&mut self, signal: i32) {
        let now = Instant::now();
        let signal = Signal::try_from(signal).unwrap_or(Signal::SIGTERM);
        for slot in self.running.values_mut() {
            if self.is_interrupted {
                slot.running.kill(Told::Interrupted);
            } else {
                slot.running.tell(Told::Interrupted, signal, now);
            }
        }
        self.is_interrupted = true;
    }
}
