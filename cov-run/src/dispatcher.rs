//! Who runs what: a state machine that hears what workers say and decides what they are told.
//!
//! It does no input or output of its own, and only it owns the queue of units.

mod feeding;
mod losses;
mod needs;
mod queue;
mod seat;
mod stealing;

use std::collections::{BTreeMap, HashMap};
use std::num::NonZeroU32;

use self::queue::Queue;
use self::seat::Seat;
use crate::crash::Death;
use crate::protocol::{Message, Order, Report};
use crate::timings::Timings;
use crate::unit::{Pick, Place, Unit};

/// One process of a worker. A replacement has the same slot and the next generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WorkerId {
    /// The number behind `gw`.
    pub slot: u32,
    /// 0 for the first process of the slot.
    pub generation: u32,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Start a worker.
    Start(WorkerId),
    /// Tell a worker something.
    Tell(WorkerId, Order),
    /// A worker died: this is what it died of.
    Mourn(Loss),
    /// Tests of this file that one worker has found are not there in another, which was to run them.
    Miss(String, Vec<Pick>),
}

/// What was lost with a worker.
#[derive(Clone, Debug, PartialEq)]
pub struct Loss {
    /// The worker.
    pub worker: WorkerId,
    /// How it ended.
    pub death: Death,
    /// What it was doing.
    pub during: During,
}

/// What a worker was doing when it died.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum During {
    /// Starting: importing pytest, plugins and conftests, or listing the files.
    Start,
    /// Importing this file.
    Collection(String),
    /// Running this test.
    Test {
        /// Its id.
        id: String,
        /// Whether it was being torn down.
        is_over: bool,
        /// Whether it will be tried again.
        is_tried_again: bool,
    },
    /// Undoing what several tests shared, after a test that is not to blame.
    Undoing {
        /// The fixture: its file, and its name.
        fixture: String,
        /// The id of the test.
        test: String,
    },
    /// Nothing that has a name: between tests of this file, or at the end of the session.
    Between(Option<String>),
}

/// Why no further test is to start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// `-x` or `--maxfail` is reached.
    MaxFail(u32),
    /// The user or the system said so.
    Signal,
    /// A worker's session ended before its time, and said why.
    Session,
    /// Workers die faster than they can be replaced.
    Restarts(u32),
    /// No worker gets as far as listing the files.
    CannotStart,
}

/// How a run is to go on, as the command line and the project have it.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// How many workers there are.
    pub workers: u32,
    /// After how many failures no further test starts, 0 for never.
    pub maxfail: u32,
    /// How many workers may be replaced. Without a limit every worker that dies is: each death costs a test or a file,
    /// so there is an end to it.
    pub restart_limit: Option<u32>,
    /// How often a test that failed is tried again.
    pub retries: u32,
    /// Whether the tests of a file may be run by several workers.
    pub splits_files: bool,
    /// How many tests of a group may run at a time, 1 where nothing is said.
    pub groups: BTreeMap<String, NonZeroU32>,
}

impl Policy {
    /// How many tests of this group may run at a time.
    fn size_of(&self, group: &str) -> usize {
        self.groups.get(group).map_or(1, |size| size.get() as usize)
    }
}

/// See the module.
#[derive(Debug, Default)]
pub struct Dispatcher {
    seats: Vec<Seat>,
    queue: Option<Queue>,
    policy: Option<Policy>,
    timings: Timings,
    units: Option<u32>,
    failures: u32,
    /// How often a test has failed, by its file and its place there.
    failed: HashMap<(String, usize), u32>,
    /// The worker of each group.
    groups: HashMap<String, WorkerId>,
    restarts: u32,
    lost_at_start: u32,
    stop: Option<Stop>,
    /// Whether the first worker is alone until the files are known.
    alone: bool,
}

/// How many workers are started before it is known how many files there are.
const FIRST_WAVE: u32 = 8;

/// So much must be left of a file for one more worker to be started for it, in microseconds.
const WORTH_A_WORKER: u64 = 2_000_000;

/// This many workers in a row may die before they list the files.
const LOSSES_AT_START: u32 = 3;

impl Dispatcher {
    /// Starts one worker only, until the files are known: the others may be forked from it.
    pub fn start_alone(&mut self) -> Vec<Command> {
        self.alone = true;
        self.start(1)
    }

    /// Starts the others before the files are known: they are not going to be forked.
    pub fn start_others(&mut self, count: u32) -> Vec<Command> {
        self.alone = false;
        self.start(count)
    }

    /// Learns that a worker was forked from one that has listed the files.
    pub fn forked(&mut self, id: WorkerId) {
        if let Some(seat) = self.seats.get_mut(id.slot as usize).filter(|seat| seat.id == id) {
            seat.listed = true;
        }
    }

    /// Starts workers until there are `count`, though no more than make sense before the files are known.
    pub fn start(&mut self, count: u32) -> Vec<Command> {
        let first = u32::try_from(self.seats.len()).unwrap_or(u32::MAX);
        let count = count.min(self.units.unwrap_or(if self.alone { 1 } else { FIRST_WAVE }));
        (first..count)
            .map(|slot| {
                let id = WorkerId { slot, generation: 0 };
                self.seats.push(Seat::new(id));
                Command::Start(id)
            })
            .collect()
    }

    /// Learns from the first worker's introduction how the run is to go on.
    pub fn settle(&mut self, policy: Policy) -> Vec<Command> {
        let count = policy.workers;
        self.policy = Some(policy);
        self.start(count)
    }

    /// Learns what is to be run, in this order, and how long it took before.
    pub fn plan(&mut self, units: Vec<Unit>, timings: Timings) -> Vec<Command> {
        self.units = Some(u32::try_from(units.len()).unwrap_or(u32::MAX));
        self.queue = Some(Queue::new(units));
        self.timings = timings;
        self.start(self.workers())
    }

    /// Learns that tests may rely on the order of the plan, as far as there is one with several workers.
    pub fn keep_order(&mut self) {
        if let Some(policy) = &mut self.policy {
            policy.splits_files = false;
        }
    }

    /// Whether the number of workers is known.
    pub fn is_settled(&self) -> bool {
        self.policy.is_some()
    }

    fn workers(&self) -> u32 {
        self.policy.as_ref().map_or(0, |policy| policy.workers)
    }

    /// Whether the files are known.
    pub fn is_planned(&self) -> bool {
        self.queue.is_some()
    }

    /// Whether no worker lives any more.
    pub fn is_over(&self) -> bool {
        self.seats.iter().all(|seat| !seat.alive)
    }

    /// Why the run stopped early, if it did.
    pub fn stopped(&self) -> Option<&Stop> {
        self.stop.as_ref()
    }

    /// The test that a worker runs.
    pub fn test_of(&self, id: WorkerId) -> Option<&str> {
        let seat = self.seats.get(id.slot as usize).filter(|seat| seat.id == id)?;
        seat.test.as_ref().map(|test| test.1.as_str())
    }

    /// How many workers there are, the dead ones included.
    pub fn seats(&self) -> usize {
        self.seats.len()
    }

    /// Whether all files were handed out.
    pub fn is_drained(&self) -> bool {
        self.queue.as_ref().is_some_and(Queue::is_empty)
    }

    /// Stops the run: no test starts any more.
    pub fn stop(&mut self, why: Stop) -> Vec<Command> {
        if self.stop.is_none() {
            self.stop = Some(why);
        }
        let mut commands = Vec::new();
        for seat in self.seats.iter_mut().filter(|seat| seat.alive && !seat.dismissed) {
            seat.dismissed = true;
            commands.push(Command::Tell(seat.id, Order::Stop));
        }
        commands
    }

    /// Counts a failure, and stops the run where `--maxfail` is reached.
    fn fail(&mut self) -> Vec<Command> {
        self.failures += 1;
        let most = self.policy.as_ref().map_or(0, |policy| policy.maxfail);
        if most > 0 && self.failures >= most && self.stop.is_none() {
            return self.stop(Stop::MaxFail(self.failures));
        }
        Vec::new()
    }

    /// Whether this failure is not the last word: its test will be tried again.
    pub fn tries_again(&mut self, id: WorkerId, report: &Report) -> bool {
        let (retries, failed) = (self.policy.as_ref().map_or(0, |policy| policy.retries), &self.failed);
        let Some(seat) = self.seats.get_mut(id.slot as usize).filter(|seat| seat.id == id) else {
            return false;
        };
        let again = report.is_failure()
            && report.when != "collect"
            && self.stop.is_none()
            && (seat.queued || may_try_again(seat, failed, retries));
        seat.failed |= again;
        again
    }

    /// Hears what a worker says.
    pub fn hear(&mut self, id: WorkerId, message: &Message) -> Vec<Command> {
        let stopping = self.stop.is_some();
        let count = self.workers().max(1);
        let useful = count.min(self.units.unwrap_or(u32::MAX));
        // Who comes late may be the one that a last attempt waits for.
        let is_awaited = self.queue.as_ref().is_some_and(|queue| queue.fresh() > 0);
        let Some(seat) = self.seats.get_mut(id.slot as usize).filter(|seat| seat.id == id) else {
            return Vec::new();
        };
        match message {
            Message::Hello(_) => {
                // Which was started for something, unless that was before anybody knew how many are wanted.
                let is_replacement = id.generation > 0 && id.slot < count;
                let wanted = (id.slot < useful || is_replacement || is_awaited) && !stopping;
                if seat.dismissed {
                    return Vec::new(); // the unasked `stop` is its answer
                }
                seat.dismissed = !wanted;
                return vec![Command::Tell(id, if wanted { Order::Go { count } } else { Order::Stop })];
            }
            Message::Files(_) => {
                seat.listed = true;
                self.lost_at_start = 0;
            }
            Message::Next => {
                seat.waiting = true;
                if let (true, Some(pick)) = (seat.failed, seat.test.clone()) {
                    seat.queued = true;
                    self.try_again(id, pick); // it is torn down now, and this may be its worker's last test
                }
                return self.feed();
            }
            Message::Ask if !seat.dismissed => return vec![Command::Tell(id, Order::Proceed)],
            Message::Ready if !seat.dismissed => return self.settle_needs(id),
            Message::Collected(collected) => {
                let asked =
                    seat.upcoming.as_ref().filter(|unit| !unit.or_all).and_then(|unit| unit.tests.clone());
                let missing: Vec<Pick> =
                    collected.missing.iter().filter_map(|&at| asked.as_ref()?.get(at).cloned()).collect();
                seat.open(collected);
                // Where tests have needs, `ready` follows, and there may be something for others in it.
                let mut commands = if collected.needs.is_empty() { self.feed() } else { Vec::new() };
                if !missing.is_empty() {
                    commands.insert(0, Command::Miss(collected.file.clone(), missing));
                    commands.extend(self.fail());
                }
                return commands;
            }
            Message::Yielded { indexes, .. } => {
                (seat.asked, seat.has_refused) = (false, indexes.is_empty());
                if let (Some(running), Some(queue)) = (&mut seat.current, &mut self.queue) {
                    let taken = running.take(indexes);
                    if !taken.is_empty() {
                        queue.push_front(Unit {
                            file: running.unit.file.clone(),
                            tests: Some(taken),
                            ..Unit::default()
                        });
                    }
                }
                return self.feed();
            }
            Message::Start { id, index, .. } => {
                seat.test = Some(Pick(Some(*index), id.clone()));
                (seat.is_over, seat.failed, seat.queued, seat.has_refused) = (false, false, false, false);
            }
            Message::Undoing { fixture } => seat.undoing = Some(fixture.clone()),
            Message::Undone => seat.undoing = None,
            Message::Done { index, .. } => {
                let finished = seat.finish(*index).filter(|_| seat.failed && !seat.queued);
                if let Some(pick) = finished {
                    self.try_again(id, pick);
                    return self.feed();
                }
            }
            Message::Report(report) => {
                seat.is_over |=
                    report.when == "call" || (report.when == "setup" && report.outcome != "passed");
                if let Some(running) = &mut seat.current {
                    running.spent += report.us;
                    running.setup = running.setup.max(if report.when == "setup" { report.us } else { 0 });
                }
                if report.is_failure() {
                    return self.fail();
                }
            }
            Message::Leaving | Message::Interrupted { .. } | Message::InternalError { .. } => {
                return self.stop(Stop::Session);
            }
            Message::Bye { status, should_fail, should_stop } => {
                seat.said_bye = true;
                let early =
                    should_fail.is_some() || should_stop.is_some() || !matches!(status, 0 | 1 | 5 | 6);
                if early && !stopping {
                    return self.stop(Stop::Session);
                }
            }
            _ => {}
        }
        Vec::new()
    }

    /// Puts a test that failed into the queue once more: for the worker that ran it, and at last for one that has run
    /// nothing else.
    fn try_again(&mut self, id: WorkerId, pick: Pick) {
        let Some(running) = &self.seats[id.slot as usize].current else { return };
        let file = running.unit.file.clone();
        let need = running.unit.need.clone();
        let failed = self.failed.entry((file.clone(), pick.0.unwrap_or_default())).or_default();
        *failed += 1;
        let is_last = *failed >= self.policy.as_ref().map_or(0, |policy| policy.retries);
        let place = if is_last { Place::Fresh } else { Place::In(id) };
        if let Some(queue) = &mut self.queue {
            queue.push_back(Unit {
                file,
                tests: Some(vec![pick]),
                alone: true,
                place,
                need,
                ..Unit::default()
            });
        }
    }
}

/// Whether a worker's test may be tried again if it fails now.
fn may_try_again(seat: &Seat, failed: &HashMap<(String, usize), u32>, retries: u32) -> bool {
    let (Some(Pick(Some(index), _)), Some(running)) = (&seat.test, &seat.current) else { return false };
    failed.get(&(running.unit.file.clone(), *index)).copied().unwrap_or_default() < retries
}

#[cfg(test)]
mod simulation;
#[cfg(test)]
mod tests;
