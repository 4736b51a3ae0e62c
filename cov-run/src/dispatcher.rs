//! Who runs what: a state machine that hears what workers say and decides what they are told.
//!
//! It does no input or output of its own, and only it owns the queue of files.

use std::collections::VecDeque;

use crate::crash::Death;
use crate::protocol::{Message, Order};

/// One process of a worker. A replacement has the same slot and the next generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WorkerId {
    /// The number behind `gw`.
    pub slot: u32,
    /// 0 for the first process of the slot.
    pub generation: u32,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Start a worker.
    Start(WorkerId),
    /// Tell a worker something.
    Tell(WorkerId, Order),
    /// A worker died: this is what it died of.
    Mourn(Loss),
}

/// What was lost with a worker.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    Test(String),
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

/// A file, or what is left of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Unit {
    file: String,
    skip: Vec<String>,
}

/// A file that a worker runs.
#[derive(Clone, Debug)]
struct Running {
    unit: Unit,
    ids: Vec<String>,
    done: Vec<String>,
}

/// A worker as the dispatcher sees it.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
struct Seat {
    id: WorkerId,
    alive: bool,
    /// Whether it has listed the files.
    listed: bool,
    /// Whether it waits for a file.
    waiting: bool,
    /// Whether it was told to stop.
    dismissed: bool,
    said_bye: bool,
    /// The file it was given and has not opened yet.
    upcoming: Option<Unit>,
    /// The file it has opened.
    current: Option<Running>,
    /// The test it runs.
    test: Option<String>,
}

impl Seat {
    fn new(id: WorkerId) -> Self {
        Self {
            id,
            alive: true,
            listed: false,
            waiting: false,
            dismissed: false,
            said_bye: false,
            upcoming: None,
            current: None,
            test: None,
        }
    }
}

/// See the module.
#[derive(Debug, Default)]
pub struct Dispatcher {
    seats: Vec<Seat>,
    queue: Option<VecDeque<Unit>>,
    count: Option<u32>,
    files: Option<u32>,
    maxfail: u32,
    failures: u32,
    restart_limit: Option<u32>,
    restarts: u32,
    lost_at_start: u32,
    stop: Option<Stop>,
    /// Whether the first worker is alone until the files are known.
    alone: bool,
}

/// How many workers are started before it is known how many files there are.
const FIRST_WAVE: u32 = 8;

/// This many workers in a row may die before they list the files.
const LOSSES_AT_START: u32 = 3;

impl Dispatcher {
    /// Starts one worker only, until the files are known: the others may be forked from it.
    pub fn start_alone(&mut self) -> Vec<Command> {
        self.alone = true;
        self.start(1)
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
        let count = count.min(self.files.unwrap_or(if self.alone { 1 } else { FIRST_WAVE }));
        (first..count)
            .map(|slot| {
                let id = WorkerId { slot, generation: 0 };
                self.seats.push(Seat::new(id));
                Command::Start(id)
            })
            .collect()
    }

    /// Learns from the first worker's introduction how many workers there will be, and when to stop.
    ///
    /// Without a limit every worker that dies is replaced: each death costs a test or a file, so there is an end to it.
    pub fn settle(&mut self, count: u32, maxfail: u32, restart_limit: Option<u32>) -> Vec<Command> {
        self.count = Some(count);
        self.maxfail = maxfail;
        self.restart_limit = restart_limit;
        self.start(count)
    }

    /// Learns what is to be run, in this order.
    pub fn plan(&mut self, files: &[String]) -> Vec<Command> {
        let units = files.iter().map(|file| Unit { file: file.clone(), skip: Vec::new() });
        self.queue = Some(units.collect());
        self.files = Some(u32::try_from(files.len()).unwrap_or(u32::MAX));
        self.start(self.count.unwrap_or_default())
    }

    /// Whether the number of workers is known.
    pub fn is_settled(&self) -> bool {
        self.count.is_some()
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

    /// How many workers there are, the dead ones included.
    pub fn seats(&self) -> usize {
        self.seats.len()
    }

    /// Whether all files were handed out.
    pub fn is_drained(&self) -> bool {
        self.queue.as_ref().is_some_and(VecDeque::is_empty)
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
        if self.maxfail > 0 && self.failures >= self.maxfail && self.stop.is_none() {
            return self.stop(Stop::MaxFail(self.failures));
        }
        Vec::new()
    }

    /// Hears what a worker says.
    pub fn hear(&mut self, id: WorkerId, message: &Message) -> Vec<Command> {
        let stopping = self.stop.is_some();
        let count = self.count.unwrap_or(1);
        let useful = count.min(self.files.unwrap_or(u32::MAX));
        let Some(seat) = self.seats.get_mut(id.slot as usize).filter(|seat| seat.id == id) else {
            return Vec::new();
        };
        match message {
            Message::Hello(_) => {
                let wanted = id.slot < useful && !stopping;
                if seat.dismissed {
                    return Vec::new(); // the unasked `stop` is its answer
                }
                seat.dismissed = !wanted;
                return vec![Command::Tell(id, if wanted { Order::Go { count } } else { Order::Stop })];
            }
            Message::Files { .. } => {
                seat.listed = true;
                self.lost_at_start = 0;
            }
            Message::Next => {
                seat.waiting = true;
                return self.feed();
            }
            Message::Ask if !seat.dismissed => return vec![Command::Tell(id, Order::Proceed)],
            Message::Collected(collected) => {
                let unit = seat.upcoming.take().unwrap_or_default();
                let ids = collected.ids.clone();
                seat.current = Some(Running { done: unit.skip.clone(), unit, ids });
            }
            Message::Start { id } => seat.test = Some(id.clone()),
            Message::Done { id } => {
                seat.test = None;
                if let Some(current) = &mut seat.current {
                    current.done.push(id.clone());
                }
            }
            Message::Report(report) if report.is_failure() => return self.fail(),
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

    /// Gives files to those who wait for one.
    fn feed(&mut self) -> Vec<Command> {
        let Some(queue) = &mut self.queue else {
            return Vec::new();
        };
        let mut commands = Vec::new();
        for seat in self.seats.iter_mut().filter(|seat| seat.alive && seat.waiting && !seat.dismissed) {
            seat.waiting = false;
            let unit = if self.stop.is_none() { queue.pop_front() } else { None };
            let order =
                unit.as_ref().map(|unit| Order::Run { file: unit.file.clone(), skip: unit.skip.clone() });
            seat.dismissed = unit.is_none();
            seat.upcoming = unit;
            commands.push(Command::Tell(seat.id, order.unwrap_or(Order::Stop)));
        }
        commands
    }

    /// Learns that a worker's process has ended.
    pub fn bury(&mut self, id: WorkerId, death: Death) -> Vec<Command> {
        let Some(seat) = self.seats.get_mut(id.slot as usize).filter(|seat| seat.id == id) else {
            return Vec::new();
        };
        seat.alive = false;
        let seat = seat.clone();
        if seat.said_bye || (seat.dismissed && !seat.listed) || self.stop == Some(Stop::Signal) {
            return Vec::new();
        }
        let during = self.during(&seat);
        let listed = seat.listed;
        let mut commands = vec![Command::Mourn(Loss { worker: id, death, during })];
        if listed {
            commands.extend(self.fail());
        } else {
            self.lost_at_start += 1;
        }
        commands.extend(self.replace(id));
        commands
    }

    /// What a dead worker was doing; what it leaves goes back to the queue.
    fn during(&mut self, seat: &Seat) -> During {
        let mut rest = Vec::new();
        let during = if !seat.listed {
            During::Start
        } else if let (None, Some(upcoming)) = (&seat.test, &seat.upcoming) {
            During::Collection(upcoming.file.clone())
        } else {
            rest.extend(seat.upcoming.clone());
            match &seat.test {
                Some(test) => During::Test(test.clone()),
                None => During::Between(seat.current.as_ref().map(|running| running.unit.file.clone())),
            }
        };
        if let Some(running) = &seat.current {
            let mut skip = running.done.clone();
            skip.extend(seat.test.clone());
            if skip.len() < running.ids.len() {
                rest.insert(0, Unit { file: running.unit.file.clone(), skip });
            }
        }
        if let Some(queue) = &mut self.queue {
            for unit in rest.into_iter().rev() {
                queue.push_front(unit);
            }
        }
        during
    }

    /// Starts another process in a dead worker's slot, if there is something for it to do.
    fn replace(&mut self, id: WorkerId) -> Vec<Command> {
        if self.stop.is_some() || self.is_drained() {
            return Vec::new();
        }
        if self.lost_at_start >= LOSSES_AT_START {
            return self.stop(Stop::CannotStart);
        }
        if self.restarts >= self.restart_limit.unwrap_or(u32::MAX) {
            // The others go on; the run is lost only when nobody is left.
            return if self.is_over() { self.stop(Stop::Restarts(self.restarts)) } else { Vec::new() };
        }
        self.restarts += 1;
        let next = WorkerId { slot: id.slot, generation: id.generation + 1 };
        self.seats[id.slot as usize] = Seat::new(next);
        vec![Command::Start(next)]
    }
}

#[cfg(test)]
mod tests;
