//! Random runs: whatever workers do and however they die, every test runs as often as it should, and the run ends.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use proptest::prelude::*;

use super::*;
use crate::crash::Cause;
use crate::hello::tests::hello;
use crate::protocol::{Collected, Order};
use crate::unit::Need;

/// A small generator of numbers, so that a run is told by one of them.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    fn happens(&mut self, percent: u64) -> bool {
        self.roll(100) < percent
    }
}

/// What happens in a world.
#[derive(Clone, Copy, Debug)]
struct Odds {
    files: u64,
    tests: u64,
    workers: u32,
    retries: u32,
    needs: u64,
    failures: u64,
    /// How likely a worker dies in a test, in its teardown, or while it imports a file.
    crashes: u64,
    /// How likely it is, whenever a worker is to start, that there is none to fork it from, now or later.
    spawns: u64,
    /// How likely a worker that starts by itself dies before it has listed the files.
    false_starts: u64,
}

/// What a worker does.
#[derive(Debug, PartialEq)]
enum Doing {
    /// Starts by itself, which takes long, and has not said hello.
    Starts,
    /// Waits for an answer to `hello`.
    Greets,
    /// Lists the files.
    Lists,
    /// Waits for an answer to `next`, in the teardown of this test if there is one.
    Waits(Option<usize>),
    /// Waits for an answer to `ready`.
    Opens(Vec<usize>),
    /// Runs the tests that are left.
    Runs,
    /// Has said goodbye.
    Leaves,
}

/// The ids of a file's tests, and what some of them need.
type File = (Vec<String>, Vec<(usize, Need)>);

struct Worker {
    inbox: VecDeque<Order>,
    doing: Doing,
    file: String,
    left: VecDeque<usize>,
    alone: bool,
}

struct World {
    dice: Dice,
    odds: Odds,
    dispatcher: Dispatcher,
    files: BTreeMap<String, File>,
    workers: BTreeMap<WorkerId, Worker>,
    /// How often each test was started, and whether its last attempt was not a failure.
    runs: BTreeMap<(String, usize), (u32, bool)>,
    /// Tests that run now, with their needs.
    running: BTreeMap<WorkerId, (String, usize)>,
    owners: BTreeMap<String, BTreeSet<WorkerId>>,
    /// Tests that a worker was to run which died before it had found them.
    lost: BTreeSet<(String, usize)>,
    crashes: u64,
    false_starts: u64,
    /// Whether workers start by themselves.
    spawns: bool,
}

impl World {
    fn new(seed: u64, odds: Odds) -> Self {
        let mut dice = Dice(seed | 1);
        let mut files = BTreeMap::new();
        for number in 0..odds.files {
            let count = usize::try_from(dice.roll(odds.tests + 1)).unwrap();
            let file = format!("f{number}");
            let mut needs = Vec::new();
            for index in 0..count {
                if dice.happens(odds.needs) {
                    let group = dice.happens(40).then(|| format!("g{}", dice.roll(2)));
                    let limit = dice.happens(30).then(|| format!("l{}", dice.roll(2)));
                    let weight = dice.happens(30).then(|| u32::try_from(dice.roll(4)).unwrap());
                    needs.push((index, Need { group, limit, weight }));
                }
            }
            files.insert(file.clone(), ((0..count).map(|index| format!("{file}::{index}")).collect(), needs));
        }
        let mut world = Self {
            dice,
            odds,
            dispatcher: Dispatcher::default(),
            files,
            workers: BTreeMap::new(),
            runs: BTreeMap::new(),
            running: BTreeMap::new(),
            owners: BTreeMap::new(),
            lost: BTreeSet::new(),
            crashes: 0,
            false_starts: 0,
            spawns: odds.spawns == 100,
        };
        let commands = if world.spawns {
            let guess = u32::try_from(world.dice.roll(6)).unwrap() + 1; // the project may want more, or fewer
            world.dispatcher.start(guess)
        } else {
            let mut commands = world.settle();
            commands.extend(world.plan());
            commands
        };
        world.obey(commands);
        world
    }

    fn settle(&mut self) -> Vec<Command> {
        self.dispatcher.settle(Policy {
            workers: self.odds.workers,
            retries: self.odds.retries,
            splits_files: true,
            groups: BTreeMap::from([("l1".to_owned(), NonZeroU32::new(2).unwrap())]),
            ..Policy::default()
        })
    }

    fn plan(&mut self) -> Vec<Command> {
        let units = self.files.keys().map(|file| Unit::file(file)).collect();
        self.dispatcher.plan(units, Timings::default())
    }

    fn obey(&mut self, commands: Vec<Command>) {
        for command in commands {
            match command {
                Command::Start(id) => {
                    self.spawns |= self.dice.happens(self.odds.spawns);
                    let doing = if self.spawns { Doing::Starts } else { Doing::Waits(None) };
                    let worker = Worker {
                        inbox: VecDeque::new(),
                        doing,
                        file: String::new(),
                        left: VecDeque::new(),
                        alone: false,
                    };
                    self.workers.insert(id, worker);
                    if !self.spawns {
                        self.dispatcher.forked(id);
                        self.say(id, &Message::Next);
                    }
                }
                Command::Tell(id, order) => self.workers.get_mut(&id).unwrap().inbox.push_back(order),
                Command::Mourn(_) => {}
                Command::Miss(file, picks) => panic!("{file}: {picks:?}"),
            }
        }
    }

    fn say(&mut self, id: WorkerId, message: &Message) {
        let mut commands = match message {
            Message::Hello(_) if !self.dispatcher.is_settled() => self.settle(),
            Message::Files(_) if !self.dispatcher.is_planned() => self.plan(),
            _ => Vec::new(),
        };
        commands.extend(self.dispatcher.hear(id, message));
        self.obey(commands);
    }

    /// Lets something happen that can happen. Whether anything could.
    fn step(&mut self) -> bool {
        if self.dice.happens(10) {
            let commands = self.dispatcher.tick();
            self.obey(commands);
        }
        let able: Vec<WorkerId> = self
            .workers
            .iter()
            .filter(|(_, worker)| {
                let is_busy =
                    matches!(worker.doing, Doing::Starts | Doing::Lists | Doing::Runs | Doing::Leaves);
                is_busy || !worker.inbox.is_empty()
            })
            .map(|(id, _)| *id)
            .collect();
        if able.is_empty() {
            let commands = self.dispatcher.tick();
            let any = !commands.is_empty();
            self.obey(commands);
            return any;
        }
        let id = able[usize::try_from(self.dice.roll(able.len() as u64)).unwrap()];
        self.act(id);
        true
    }

    fn act(&mut self, id: WorkerId) {
        let worker = self.workers.get_mut(&id).unwrap();
        if matches!(worker.doing, Doing::Starts | Doing::Lists) {
            return self.get_going(id); // it reads orders when it asks for some
        }
        if let Doing::Waits(Some(test)) = worker.doing
            && self.crashes()
        {
            let file = self.workers[&id].file.clone();
            self.runs.get_mut(&(file, test)).unwrap().1 = false;
            return self.die(id, Cause::Signal(9));
        }
        let worker = self.workers.get_mut(&id).unwrap();
        if let Some(order) = worker.inbox.pop_front() {
            return self.receive(id, order);
        }
        if worker.doing == Doing::Leaves {
            return self.die(id, Cause::Exit(0));
        }
        if let Some(index) = worker.left.front().copied() {
            return self.run_test(id, index);
        }
        worker.doing = Doing::Waits(None);
        self.say(id, &Message::Next);
    }

    /// Whether a worker dies now.
    fn crashes(&mut self) -> bool {
        let dies = self.crashes < 5 && self.dice.happens(self.odds.crashes);
        self.crashes += u64::from(dies);
        dies
    }

    fn get_going(&mut self, id: WorkerId) {
        if self.dice.happens(70) {
            return;
        }
        // One more in a row would be the end of the run.
        if self.false_starts + 1 < u64::from(LOSSES_AT_START) && self.dice.happens(self.odds.false_starts) {
            self.false_starts += 1;
            return self.die(id, Cause::Signal(9));
        }
        let worker = self.workers.get_mut(&id).unwrap();
        if worker.doing == Doing::Starts {
            worker.doing = Doing::Greets;
            return self.say(id, &Message::Hello(Box::new(hello())));
        }
        worker.doing = Doing::Waits(None);
        self.say(id, &Message::Files(Box::default()));
        self.say(id, &Message::Next);
    }

    fn receive(&mut self, id: WorkerId, order: Order) {
        let worker = self.workers.get_mut(&id).unwrap();
        match order {
            Order::Yield { file, index } => {
                let mut given = Vec::new();
                if worker.doing == Doing::Runs && worker.file == file {
                    let place =
                        worker.left.iter().position(|&each| each == index).unwrap_or(worker.left.len());
                    given = worker
                        .left
                        .split_off(place.clamp(1, worker.left.len().max(1)).min(worker.left.len()))
                        .into();
                }
                self.say(id, &Message::Yielded { file, indexes: given });
            }
            Order::Run { file, tests, alone, .. } => {
                if let Doing::Waits(Some(test)) = worker.doing {
                    self.finish(id, test);
                }
                let (ids, needs) = self.files[&file].clone();
                let chosen: Vec<usize> = match tests {
                    None => (0..ids.len()).collect(),
                    Some(picks) => picks.iter().filter_map(|pick| pick.0).collect(),
                };
                if self.crashes() {
                    self.lost.extend(chosen.into_iter().map(|index| (file.clone(), index)));
                    return self.die(id, Cause::Signal(9));
                }
                let needs: Vec<_> = needs.into_iter().filter(|(index, _)| chosen.contains(index)).collect();
                let asks = !needs.is_empty() && !alone;
                let worker = self.workers.get_mut(&id).unwrap();
                worker.file.clone_from(&file);
                worker.alone = alone;
                worker.left = chosen.iter().copied().collect();
                worker.doing = if asks { Doing::Opens(chosen.clone()) } else { Doing::Runs };
                let collected = Collected { file, ids, chosen: Some(chosen), needs, ..Collected::default() };
                self.say(id, &Message::Collected(collected));
                if asks {
                    self.say(id, &Message::Ready);
                }
            }
            Order::Keep { kept } => {
                worker.left.retain(|index| kept.contains(index));
                worker.doing = Doing::Runs;
            }
            Order::Go { .. } => worker.doing = Doing::Lists,
            Order::Stop if worker.doing == Doing::Greets => self.die(id, Cause::Exit(0)), // without goodbye
            Order::Stop => {
                if let Doing::Waits(Some(test)) = worker.doing {
                    self.finish(id, test);
                }
                self.workers.get_mut(&id).unwrap().doing = Doing::Leaves;
                self.say(id, &Message::Bye { status: 0, should_fail: None, should_stop: None });
            }
            other => panic!("{other:?}"),
        }
    }

    fn run_test(&mut self, id: WorkerId, index: usize) {
        let file = self.workers[&id].file.clone();
        let key = (file.clone(), index);
        self.check_company(id, &key);
        self.running.insert(id, key.clone());
        let run = self.runs.entry(key).or_default();
        run.0 += 1;
        run.1 = true;
        self.say(id, &Message::Start { id: format!("{file}::{index}"), index, limit: None });
        if self.crashes() {
            self.runs.get_mut(&(file, index)).unwrap().1 = false;
            return self.die(id, Cause::Signal(9));
        }
        let mut report = Report { when: "call".to_owned(), us: 1_000_000, ..Report::default() };
        if self.dice.happens(self.odds.failures) {
            "failed".clone_into(&mut report.outcome);
            self.runs.get_mut(&(file, index)).unwrap().1 = false;
            if self.dispatcher.tries_again(id, &report) {
                report.demote();
            }
        }
        self.say(id, &Message::Report(Box::new(report)));
        let worker = self.workers.get_mut(&id).unwrap();
        if worker.left.len() == 1 && !worker.alone && worker.inbox.is_empty() {
            worker.doing = Doing::Waits(Some(index)); // asks in the teardown of its last test
            return self.say(id, &Message::Next);
        }
        self.finish(id, index);
    }

    fn finish(&mut self, id: WorkerId, index: usize) {
        let worker = self.workers.get_mut(&id).unwrap();
        worker.left.pop_front();
        let test = format!("{}::{index}", worker.file);
        self.running.remove(&id);
        self.say(id, &Message::Done { id: test, index });
    }

    fn die(&mut self, id: WorkerId, cause: Cause) {
        self.workers.remove(&id);
        self.running.remove(&id);
        let commands = self.dispatcher.bury(id, Death { cause, output: String::new() });
        self.obey(commands);
    }

    fn need(&self, key: &(String, usize)) -> Need {
        let needs = &self.files[&key.0].1;
        needs.iter().find(|(index, _)| *index == key.1).map(|(_, need)| need.clone()).unwrap_or_default()
    }

    /// Whether this test may run beside the others that run.
    fn check_company(&mut self, id: WorkerId, key: &(String, usize)) {
        let need = self.need(key);
        let mut beside = 0;
        for (other, running) in &self.running {
            // A worker that waits in the teardown of a test has run it.
            if *other == id || matches!(self.workers[other].doing, Doing::Waits(_)) {
                continue;
            }
            let theirs = self.need(running);
            let alone = |need: &Need| {
                need.weight == Some(0) || need.weight.is_some_and(|weight| weight >= self.odds.workers)
            };
            assert!(
                self.odds.workers == 1 || (!alone(&need) && !alone(&theirs)),
                "{key:?} beside {running:?}"
            );
            beside += usize::from(need.limit.is_some() && need.limit == theirs.limit);
        }
        let most = if need.limit.as_deref() == Some("l1") { 2 } else { 1 };
        assert!(beside < most, "{key:?} beside {beside} of its group");
        if let Some(group) = need.group {
            self.owners.entry(group).or_default().insert(id);
        }
    }
}

fn run(seed: u64, odds: Odds) {
    let mut world = World::new(seed, odds);
    let mut steps = 0;
    while !world.dispatcher.is_over() {
        steps += 1;
        let moved = world.step();
        assert!(moved, "nobody moves: {:?}", world.dispatcher);
        assert!(steps < 20_000, "it does not end: {:?}", world.dispatcher);
    }
    for (file, (ids, _)) in &world.files {
        for index in 0..ids.len() {
            let (times, passed) = world.runs.get(&(file.clone(), index)).copied().unwrap_or_default();
            let least = match (passed, world.lost.contains(&(file.clone(), index))) {
                (_, true) => 0,
                (true, false) => 1,
                (false, false) => odds.retries + 1,
            };
            let expected = least..=odds.retries + 1;
            assert!(expected.contains(&times), "{file}::{index} ran {times} times");
            assert!(odds.failures + odds.crashes > 0 || times == 1, "{file}::{index} ran {times} times");
        }
    }
    if odds.failures + odds.crashes == 0 {
        assert!(world.owners.values().all(|workers| workers.len() == 1), "{:?}", world.owners);
    }
}

/// Workers are all forked, all start by themselves, or do so once the process is lost that they were forked from.
fn starts() -> impl Strategy<Value = u64> {
    prop_oneof![Just(0), Just(20), Just(100)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_test_runs_once(seed: u64, files in 0u64..8, tests in 1u64..12, workers in 1u32..5, needs in 0u64..40, spawns in starts()) {
        run(seed, Odds { files, tests, workers, retries: 0, needs, failures: 0, crashes: 0, spawns, false_starts: 10 });
    }

    #[test]
    fn whatever_fails_or_dies_is_tried_as_often_as_it_should(
        seed: u64,
        files in 1u64..8,
        tests in 1u64..12,
        workers in 1u32..5,
        retries in 0u32..3,
        needs in 0u64..30,
        failures in 0u64..30,
        crashes in 0u64..10,
        spawns in starts(),
        false_starts in 0u64..40,
    ) {
        run(seed, Odds { files, tests, workers, retries, needs, failures, crashes, spawns, false_starts });
    }
}
