//! The process that workers are forked from, and what is known of the processes that it forked.

use std::collections::HashMap;
use std::fs;
use std::io::{self, BufRead as _, BufReader, IoSlice, Write as _};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use nix::sys::signal::{Signal, killpg};
use nix::sys::socket::{ControlMessage, MsgFlags, sendmsg};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

use crate::crash::Cause;
use crate::protocol::{Assignment, Order};

/// How long a process may take to fork another one.
const PATIENCE: Duration = Duration::from_secs(20);

/// How often it is looked whether a process still runs of which nobody can tell any more.
const INTERVAL: Duration = Duration::from_millis(50);

/// A pytest session that has been prepared, and forks workers when told to. It ends with its owner.
#[derive(Debug)]
pub struct Zygote {
    process: Pid,
    socket: UnixStream,
    ends: Arc<Ends>,
}

impl Zygote {
    /// The process of this id, which listens to this socket.
    pub fn new(process: Pid, socket: UnixStream) -> Self {
        Self { process, socket, ends: Arc::default() }
    }

    /// The id of its process.
    pub fn process(&self) -> Pid {
        self.process
    }

    /// What it tells of the processes that it forked.
    pub fn ends(&self) -> Arc<Ends> {
        Arc::clone(&self.ends)
    }

    /// Orders a worker, which gets these: its socket, stdout and stderr.
    pub fn order(&self, assignment: Assignment, descriptors: &[OwnedFd; 3]) -> io::Result<()> {
        let mut line = serde_json::to_vec(&Order::Fork { assignment: Box::new(assignment) })?;
        line.push(b'\n');
        let numbers = descriptors.each_ref().map(AsRawFd::as_raw_fd);
        let rights = [ControlMessage::ScmRights(&numbers)];
        let socket = self.socket.as_raw_fd();
        let sent = sendmsg::<()>(socket, &[IoSlice::new(&line)], &rights, MsgFlags::MSG_NOSIGNAL, None)?;
        (&self.socket).write_all(&line[sent..])
    }

    /// Tells it that no worker is needed any more.
    pub fn dismiss(&self) {
        let mut line = serde_json::to_vec(&Order::Stop).expect("an order is plain data");
        line.push(b'\n');
        let _ = (&self.socket).write_all(&line); // it may have ended already
    }
}

impl Drop for Zygote {
    fn drop(&mut self) {
        let _ = killpg(self.process, Signal::SIGKILL); // it has ended, most often
        self.ends.note_end();
    }
}

/// Waits for a forked worker to say its process id.
pub fn introduction(socket: &UnixStream) -> io::Result<Pid> {
    socket.set_read_timeout(Some(PATIENCE))?;
    let mut line = String::new();
    BufReader::with_capacity(1, socket).read_line(&mut line)?; // what follows the line is for others to read
    line.trim_end().parse().map(Pid::from_raw).map_err(io::Error::other)
}

/// How the processes ended that a zygote forked.
#[derive(Debug, Default)]
pub struct Ends {
    state: Mutex<State>,
    news: Condvar,
}

#[derive(Debug, Default)]
struct State {
    causes: HashMap<Pid, Cause>,
    zygote_is_gone: bool,
}

impl Ends {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that a process has ended with this wait status.
    pub fn note(&self, process: Pid, status: i32) {
        self.state().causes.insert(process, ExitStatus::from_raw(status).into());
        self.news.notify_all();
    }

    /// Notes that nobody will tell any more.
    pub fn note_end(&self) {
        self.state().zygote_is_gone = true;
        self.news.notify_all();
    }

    /// How a process ended, if it has.
    pub fn of(&self, process: Pid) -> Option<Cause> {
        self.state().cause(process)
    }

    /// Waits for the end of a process.
    pub fn wait_for(&self, process: Pid) -> Cause {
        let mut state = self.state();
        loop {
            if let Some(cause) = state.cause(process) {
                return cause;
            }
            state = self.news.wait_timeout(state, INTERVAL).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl State {
    fn cause(&self, process: Pid) -> Option<Cause> {
        self.causes.get(&process).copied().or_else(|| self.zygote_is_gone.then(|| end_of(process)).flatten())
    }
}

/// How a process ended, if it has, that lost the one that it was forked from: it is ours now, where orphans are adopted.
fn end_of(process: Pid) -> Option<Cause> {
    match waitpid(process, Some(WaitPidFlag::WNOHANG)) {
        Ok(WaitStatus::Exited(_, status)) => Some(Cause::Exit(status)),
        Ok(WaitStatus::Signaled(_, signal, _)) => Some(Cause::Signal(signal as i32)),
        Ok(_) => None,
        Err(_) => is_gone(process).then_some(Cause::Unseen),
    }
}

/// Whether a process has ended. One that nobody waits for stays as a zombie where init is no real one.
fn is_gone(process: Pid) -> bool {
    let Ok(stat) = fs::read_to_string(format!("/proc/{process}/stat")) else { return true };
    stat.rsplit_once(')').is_some_and(|(_, state)| state.trim_start().starts_with('Z'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_zygote_tells_how_a_process_ended() {
        let ends = Ends::default();
        let process = Pid::from_raw(i32::MAX);
        assert_eq!(ends.of(process), None);
        ends.note(process, 11);
        assert_eq!(ends.wait_for(process), Cause::Signal(11));
    }

    #[test]
    fn without_the_zygote_a_process_that_is_gone_has_ended_somehow() {
        let ends = Ends::default();
        ends.note_end();
        assert_eq!(ends.of(Pid::this()), None);
        assert_eq!(ends.wait_for(Pid::from_raw(i32::MAX)), Cause::Unseen);
    }

    #[test]
    fn a_worker_introduces_itself() {
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        theirs.write_all(b"4711\n\n").unwrap();
        assert_eq!(introduction(&ours).unwrap(), Pid::from_raw(4711));
        drop(theirs);
        let mut rest = String::new();
        io::Read::read_to_string(&mut &ours, &mut rest).unwrap();
        assert_eq!(rest, "\n");
    }
}
