//! A process group: the command of a shard and all that it starts, unless that leaves.

use std::fmt;
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use crate::processes::{self, Process};

/// How long processes may outlive their command before they count as leaked: many end because it did.
const SETTLING: Duration = Duration::from_millis(500);

/// How long those that leaked have to end when they are told to.
const FAREWELL: Duration = Duration::from_secs(2);

/// How often it is looked whether they have ended.
const INTERVAL: Duration = Duration::from_millis(20);

/// A group, named after its first process, which is ours to wait for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Group(pub(super) Pid);

/// A process that outlived its command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Leaked {
    id: i32,
    name: String,
}

impl fmt::Display for Leaked {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} ({})", self.id, self.name)
    }
}

impl Group {
    /// Sends a signal to all of it. It may have ended meanwhile.
    pub(super) fn signal(self, signal: Signal) {
        let _ = killpg(self.0, signal);
    }

    /// Ends what is left of it besides its first process, and gives what had to be ended. To be called while that process
    /// is not yet waited for, so that nobody else can have been given its id.
    pub(super) fn end(self) -> Vec<Leaked> {
        self.wait(SETTLING);
        let leaked = self.others();
        if !leaked.is_empty() {
            self.signal(Signal::SIGTERM);
            self.wait(FAREWELL);
            self.signal(Signal::SIGKILL);
            self.wait(FAREWELL);
        }
        leaked
    }

    /// Waits until all others have ended, but no longer than this.
    fn wait(self, limit: Duration) {
        let deadline = Instant::now() + limit;
        while !self.others().is_empty() && Instant::now() < deadline {
            thread::sleep(INTERVAL);
        }
    }

    /// The processes of the group that run, without the first. Only Linux tells.
    fn others(self) -> Vec<Leaked> {
        let group = self.0.as_raw();
        let is_other =
            |process: &Process| process.group == group && process.id != group && !process.has_ended;
        let others = processes::all().into_iter().filter(is_other);
        others
            .map(|Process { id, .. }| Leaked { id, name: processes::name_of(id).chars().take(80).collect() })
            .collect()
    }
}
