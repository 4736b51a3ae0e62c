//! Processes that tests leave running: found when their worker has ended, named, and ended.
//!
//! On Linux cov-run adopts every process below it whose parent has ended, so that none can hide by leaving its group.

use std::collections::HashMap;
use std::fmt;
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill, killpg};
use nix::sys::wait::{WaitPidFlag, waitpid};
use nix::unistd::Pid;

use crate::processes::{self, Process};

/// How long processes may outlive their worker before they count as left: many end because it did.
const SETTLING: Duration = Duration::from_millis(500);

/// How long they have to end when they are told to.
const FAREWELL: Duration = Duration::from_secs(2);

/// How often it is looked whether they have ended.
const INTERVAL: Duration = Duration::from_millis(20);

/// So many are named, and the others counted.
const NAMED: usize = 5;

/// Lets orphans of what tests start come to this process, where they can be found.
pub fn adopt_orphans() {
    #[cfg(target_os = "linux")]
    let _ = nix::sys::prctl::set_child_subreaper(true); // without it, groups are all that is looked at
}

/// Waits for adopted processes that have ended, lest they pile up. `known` are those that others wait for.
pub fn wait_for_orphans(known: &[Pid]) {
    #[cfg(target_os = "linux")]
    {
        use nix::sys::wait::{Id, waitid};
        let look = WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
        while let Ok(Some(ended)) = waitid(Id::All, look).map(|status| status.pid()) {
            if known.contains(&ended) || waitpid(ended, Some(WaitPidFlag::WNOHANG)).is_err() {
                break; // it stands before all others until it is waited for
            }
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = known;
}

/// A process that outlived its worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leftover {
    /// Its id.
    pub id: i32,
    /// Its command line.
    pub name: String,
    /// The test that started it, as pytest names it, if that can be told.
    pub test: Option<String>,
}

impl Leftover {
    fn of(id: i32) -> Self {
        let test = processes::variable_of(id, "PYTEST_CURRENT_TEST");
        let test = test.map(|test| test.rsplit_once(" (").map_or(test.clone(), |(id, _)| id.to_owned()));
        let mut name = processes::name_of(id);
        if name.ends_with("/worker.py") {
            "a copy of the worker".clone_into(&mut name); // by os.fork() or multiprocessing
        }
        Self { id, name: name.chars().take(80).collect(), test }
    }
}

impl fmt::Display for Leftover {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.id, self.name)?;
        self.test.as_ref().map_or(Ok(()), |test| write!(formatter, " (of {test})"))
    }
}

/// What is to be said of what somebody left.
pub fn describe(who: &str, leftovers: &[Leftover]) -> Option<String> {
    let named: Vec<String> = leftovers.iter().take(NAMED).map(ToString::to_string).collect();
    let more = leftovers.len().checked_sub(named.len()).filter(|&more| more > 0);
    let more = more.map(|more| format!(", and {more} more")).unwrap_or_default();
    let text = || format!("{who} left processes running, which were ended: {}{more}", named.join(", "));
    (!named.is_empty()).then(text)
}

/// Processes whose worker has ended.
#[derive(Debug)]
pub struct Leftovers {
    /// The group that they were in, unless they left it.
    group: Option<i32>,
    /// By id, when each was started.
    members: HashMap<i32, u64>,
}

impl Leftovers {
    /// What a worker leaves that has just ended, and whose processes knew it by this slot in this run. To be asked before
    /// the next worker of the slot starts. `known` are the processes of other workers, and the one they are forked from.
    pub fn of_worker(worker: Pid, slot: u32, run: &str, known: &[Pid]) -> Option<Self> {
        let slot = format!("gw{slot}");
        let is_its_own = |process: &&Process| {
            let variable = |name| processes::variable_of(process.id, name);
            process.group == worker.as_raw()
                || (variable("PYTEST_XDIST_TESTRUNUID").as_deref() == Some(run)
                    && variable("PYTEST_XDIST_WORKER").as_ref() == Some(&slot))
        };
        Self::of(
            Some(worker.as_raw()),
            &orphans(known).iter().filter(is_its_own).copied().collect::<Vec<_>>(),
        )
    }

    /// What is left of all workers.
    pub fn of_all(known: &[Pid]) -> Option<Self> {
        Self::of(None, &orphans(known))
    }

    fn of(group: Option<i32>, processes: &[Process]) -> Option<Self> {
        let members: HashMap<i32, u64> =
            processes.iter().map(|process| (process.id, process.started)).collect();
        (!members.is_empty()).then_some(Self { group, members })
    }

    /// Ends them, and gives those that had to be ended. With `patience` they may end by themselves before.
    pub fn end(mut self, patience: bool) -> Vec<Leftover> {
        if patience {
            self.wait(SETTLING);
        }
        let running = self.running();
        let leftovers = running.iter().map(|process| Leftover::of(process.id)).collect();
        if patience && !running.is_empty() {
            self.signal(&running, Signal::SIGTERM);
            self.wait(FAREWELL);
        }
        let deadline = Instant::now() + FAREWELL;
        loop {
            let running = self.running();
            if running.is_empty() || Instant::now() >= deadline {
                return leftovers;
            }
            self.signal(&running, Signal::SIGKILL);
            thread::sleep(INTERVAL);
        }
    }

    /// Waits until all have ended, but no longer than this.
    fn wait(&mut self, limit: Duration) {
        let deadline = Instant::now() + limit;
        while !self.running().is_empty() && Instant::now() < deadline {
            thread::sleep(INTERVAL);
        }
    }

    /// Those that run now, and what they have started meanwhile. Those of ours that have ended are waited for.
    fn running(&mut self) -> Vec<Process> {
        let own = Pid::this().as_raw();
        let all = processes::all();
        // A group keeps its number from being given to a process again, so where there is such a process, the group is new.
        let group = self.group.filter(|group| all.iter().all(|process| process.id != *group));
        loop {
            let before = self.members.len();
            for process in &all {
                if group == Some(process.group) || self.members.contains_key(&process.parent) {
                    self.members.entry(process.id).or_insert(process.started);
                }
            }
            if self.members.len() == before {
                break;
            }
        }
        let is_member = |process: &&Process| self.members.get(&process.id) == Some(&process.started);
        let (ended, running): (Vec<&Process>, Vec<&Process>) =
            all.iter().filter(is_member).partition(|process| process.has_ended);
        for process in ended.iter().filter(|process| process.parent == own) {
            let _ = waitpid(Pid::from_raw(process.id), Some(WaitPidFlag::WNOHANG));
        }
        let now: HashMap<i32, u64> = running.iter().map(|process| (process.id, process.started)).collect();
        let running = running.into_iter().copied().collect();
        self.members = now;
        running
    }

    fn signal(&self, running: &[Process], signal: Signal) {
        if let Some(group) = self.group.filter(|group| running.iter().any(|process| process.group == *group))
        {
            let _ = killpg(Pid::from_raw(group), signal); // all at once: they cannot start others meanwhile
        }
        for process in running.iter().filter(|process| Some(process.group) != self.group) {
            let _ = kill(Pid::from_raw(process.id), signal);
        }
    }
}

/// The processes that descend from this one, but from none of `known`.
fn orphans(known: &[Pid]) -> Vec<Process> {
    below(Pid::this().as_raw(), &processes::all(), known)
}

fn below(ancestor: i32, all: &[Process], known: &[Pid]) -> Vec<Process> {
    let mut found: Vec<Process> = Vec::new();
    let mut next = vec![ancestor];
    while let Some(parent) = next.pop() {
        let children = all.iter().filter(|process| {
            process.parent == parent && !process.has_ended && !known.contains(&Pid::from_raw(process.id))
        });
        for child in children {
            next.push(child.id);
            found.push(*child);
        }
    }
    found.sort_unstable_by_key(|process| process.id);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn process(id: i32, parent: i32) -> Process {
        Process { id, parent, group: id, started: 1, has_ended: false }
    }

    #[test]
    fn those_of_workers_that_live_are_left_alone() {
        let ended = Process { has_ended: true, ..process(9, 1) };
        let all =
            [process(1, 0), process(2, 1), process(3, 1), process(4, 2), process(5, 3), process(6, 5), ended];
        let found = below(1, &all, &[Pid::from_raw(2)]);
        assert_eq!(found.iter().map(|process| process.id).collect::<Vec<_>>(), [3, 5, 6]);
    }

    #[test]
    fn a_few_are_named_and_the_rest_is_counted() {
        let leftover = |id| Leftover { id, name: "sleep 9".to_owned(), test: None };
        assert_eq!(describe("gw1", &[]), None);
        let named = Leftover { test: Some("a.py::t".to_owned()), ..leftover(1) };
        assert_eq!(
            describe("gw1", &[named, leftover(2)]).unwrap(),
            "gw1 left processes running, which were ended: 1 sleep 9 (of a.py::t), 2 sleep 9"
        );
        let many: Vec<Leftover> = (1..=7).map(leftover).collect();
        assert!(describe("gw1", &many).unwrap().ends_with("5 sleep 9, and 2 more"));
    }
}
