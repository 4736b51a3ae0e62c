//! The process of a shard: how it is started, ended, and how it ended.

use std::fmt;
use std::fs::File;
use std::io;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::Sender;
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use nix::unistd::Pid;

use super::group::{Group, Leaked};
use crate::crash::Cause;

/// How long a command has to end when it is told to.
pub(super) const GRACE: Duration = Duration::from_secs(10);

/// What reaches the loop.
#[derive(Debug)]
pub(super) enum Event {
    /// The command of this shard has ended, and these processes of it had to be ended.
    Ended(u32, Cause, Vec<Leaked>),
    /// Ctrl-C, or a request to terminate.
    Signalled(i32),
}

/// Why a command was told to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// It took too long.
    Late,
    /// The run was interrupted.
    Interrupted,
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum End {
    /// With status 0.
    Passed,
    /// With another status, or by a signal.
    Failed(Cause),
    /// It was ended since it took longer.
    TimedOut(Duration),
    /// It was ended since the run was.
    Interrupted,
}

impl fmt::Display for End {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Passed => formatter.write_str("passed"),
            Self::Failed(Cause::Exit(status)) => write!(formatter, "failed with status {status}"),
            Self::Failed(cause) => write!(formatter, "failed: {cause}"),
            Self::TimedOut(limit) => write!(formatter, "timed out after {}s", limit.as_secs_f64()),
            Self::Interrupted => formatter.write_str("was interrupted"),
        }
    }
}

/// A command that runs. It is killed when this is dropped before it has ended.
#[derive(Debug)]
pub(super) struct Running {
    group: Group,
    pub(super) started: Instant,
    told: Option<Told>,
    /// When it is killed, for it was told to end.
    kill_at: Option<Instant>,
    has_ended: bool,
}

impl Running {
    /// Starts a command in a process group of its own, without input; all that it prints goes to `output`.
    pub(super) fn start(
        mut command: Command,
        output: &File,
        shard: u32,
        events: &Sender<Event>,
    ) -> io::Result<Self> {
        let child = command
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output.try_clone()?)
            .process_group(0)
            .spawn()?;
        let group = Group(Pid::from_raw(child.id().cast_signed()));
        let events = events.clone();
        thread::spawn(move || {
            let (cause, leaked) = wait(child, group);
            // Nobody listens any more when the run ended by an error.
            let _ = events.send(Event::Ended(shard, cause, leaked));
        });
        Ok(Self { group, started: Instant::now(), told: None, kill_at: None, has_ended: false })
    }

    /// Tells it to end; it is killed if it does not in time.
    pub(super) fn tell(&mut self, why: Told, signal: Signal, now: Instant) {
        if self.told.is_none() {
            self.told = Some(why);
            self.group.signal(signal);
        }
        self.kill_at = Some(now + GRACE);
    }

    /// Kills it.
    pub(super) fn kill(&mut self, why: Told) {
        self.told.get_or_insert(why);
        self.kill_at = None;
        self.group.signal(Signal::SIGKILL);
    }

    /// When something is to be done next, given the limit of its time.
    pub(super) fn deadline(&self, limit: Option<Duration>) -> Option<Instant> {
        let end = limit.map(|limit| self.started + limit).filter(|_| self.told.is_none());
        end.into_iter().chain(self.kill_at).min()
    }

    /// Does what is due.
    pub(super) fn mind(&mut self, limit: Option<Duration>, now: Instant) {
        if self.kill_at.is_some_and(|at| at <= now) {
            self.kill(Told::Late);
        } else if self.told.is_none() && limit.is_some_and(|limit| self.started + limit <= now) {
            self.tell(Told::Late, Signal::SIGTERM, now);
        }
    }

    /// How it ended, which it has with this.
    pub(super) fn ended(mut self, cause: Cause, limit: Option<Duration>) -> End {
        self.has_ended = true;
        match (self.told, cause) {
            (Some(Told::Interrupted), _) => End::Interrupted,
            (Some(Told::Late), _) => End::TimedOut(limit.unwrap_or_default()),
            (None, Cause::Exit(0)) => End::Passed,
            (None, cause) => End::Failed(cause),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.has_ended {
            self.group.signal(Signal::SIGKILL);
        }
    }
}

/// Waits for a command, and for what it left behind.
fn wait(mut child: Child, group: Group) -> (Cause, Vec<Leaked>) {
    wait_unreaped(group);
    let leaked = group.end();
    (child.wait().map_or(Cause::Unseen, Cause::from), leaked)
}

/// Waits until the first process of a group has ended, and leaves its id taken.
#[cfg(target_os = "linux")]
fn wait_unreaped(group: Group) {
    use nix::errno::Errno;
    use nix::sys::wait::{Id, WaitPidFlag, waitid};
    let flags = WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT;
    while waitid(Id::Pid(group.0), flags) == Err(Errno::EINTR) {}
}

/// Elsewhere what is left behind is not known, so nothing needs the id.
#[cfg(not(target_os = "linux"))]
fn wait_unreaped(_: Group) {}
