//! A process group: the command of a shard and all that it starts, unless that leaves.

use std::fmt;
use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

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
        let Ok(processes) = fs::read_dir("/proc") else { return Vec::new() };
        let ids = processes.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        let is_member = |id: &i32| *id != self.0.as_raw() && runs_in(*id) == Some(self.0.as_raw());
        let mut members: Vec<i32> = ids.filter(is_member).collect();
        members.sort_unstable();
        members.into_iter().map(|id| Leaked { id, name: name_of(id) }).collect()
    }
}

/// The group of a process that runs: `man proc_pid_stat`.
fn runs_in(process: i32) -> Option<i32> {
    let stat = fs::read(format!("/proc/{process}/stat")).ok()?;
    let stat = String::from_utf8_lossy(&stat);
    // The name stands in parentheses and may hold anything.
    let mut fields = stat[stat.rfind(')')? + 1..].split_ascii_whitespace();
    let state = fields.next()?;
    let group = fields.nth(1)?.parse().ok()?;
    (!matches!(state, "Z" | "X")).then_some(group)
}

/// The beginning of a process's command line, or its name.
fn name_of(process: i32) -> String {
    let read = |file: &str| fs::read(format!("/proc/{process}/{file}")).unwrap_or_default();
    let line =
        read("cmdline").split(|&byte| byte == 0).map(String::from_utf8_lossy).collect::<Vec<_>>().join(" ");
    let name =
        if line.trim().is_empty() { String::from_utf8_lossy(&read("comm")).into_owned() } else { line };
    let name: Vec<&str> = name.split_whitespace().collect();
    name.join(" ").chars().take(80).collect()
}
