//! A worker's process: how it is started, heard and signalled.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, PipeReader, PipeWriter, Read, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use command_fds::{CommandFdExt as _, FdMapping};
use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;

use crate::crash::{Cause, Death};
use crate::dispatcher::WorkerId;
use crate::printed::{Backlog, Line};
use crate::protocol::{Assignment, Message, Order};
use crate::zygote::{self, Ends, Zygote};

/// What reaches the dispatcher's loop.
#[derive(Debug)]
pub enum Event {
    /// A worker said something.
    Said(WorkerId, Message),
    /// A worker said what cannot be understood.
    Garbled(WorkerId, String),
    /// A worker's process printed a line, without its end.
    Printed(WorkerId, Line),
    /// A worker's process of this id has ended.
    Ended(WorkerId, Pid, Death),
    /// A signal came to cov-run itself.
    Signalled(Signal),
}

/// The descriptor of the socket in the worker.
const SOCKET: i32 = 3;

/// The descriptor of the lifeline in the worker.
const LIFELINE: i32 = 4;

/// What tells a worker that its test's time is up; `deadline.py` listens to it.
const RING: Signal = Signal::SIGVTALRM;

/// How much of a worker's last output is kept, in bytes.
const TAIL: usize = 64 * 1024;

/// A line that is longer is passed on in parts, of so many bytes.
const LINE: u64 = 64 * 1024;

/// How often a worker that does not ring is looked after.
const PATIENCE: Duration = Duration::from_millis(100);

/// A pipe that nobody writes to: when cov-run is gone, even by a kill, its workers notice and end.
#[derive(Debug)]
pub struct Lifeline {
    reader: PipeReader,
    _writer: PipeWriter,
}

impl Lifeline {
    /// Makes the pipe.
    pub fn new() -> io::Result<Self> {
        let (reader, writer) = io::pipe()?;
        Ok(Self { reader, _writer: writer })
    }

    /// The end for a process to hold.
    pub fn end(&self) -> io::Result<OwnedFd> {
        self.reader.try_clone().map(OwnedFd::from)
    }
}

/// A worker that runs.
#[derive(Debug)]
pub struct Worker {
    process: Pid,
    stacks: PathBuf,
    socket: UnixStream,
}

impl Worker {
    /// Starts a worker in a process group of its own; what it says goes to `events`.
    pub fn start(
        python: &Path,
        script: &Path,
        id: WorkerId,
        assignment: &Assignment,
        lifeline: &Lifeline,
        events: &Sender<Event>,
    ) -> io::Result<Self> {
        let saying = Saying::of(id, assignment)?;
        let stacks = PathBuf::from(format!("{}.stacks", assignment.events));
        let (output, for_output) = io::pipe()?; // one for both streams, so that lines stay in order
        let (ours, theirs) = UnixStream::pair()?;
        let mut command = Command::new(python);
        if !assignment.no_cov {
            forget_measurement(&mut command);
        }
        command
            .arg(script)
            .env("COV_RUN_FDS", format!("{SOCKET},{LIFELINE}"))
            .stdin(Stdio::null())
            .stdout(for_output.try_clone()?)
            .stderr(for_output)
            .process_group(0)
            .fd_mappings(vec![
                FdMapping { parent_fd: OwnedFd::from(theirs), child_fd: SOCKET },
                FdMapping { parent_fd: lifeline.end()?, child_fd: LIFELINE },
            ])
            .map_err(io::Error::other)?;
        let child = command.spawn()?;
        drop(command); // and with it the worker's end of the socket
        let process = Pid::from_raw(i32::try_from(child.id()).map_err(io::Error::other)?);
        let worker = Self::attend(process, ours, saying, stacks, output, Process::Child(child), events)?;
        worker.tell_line(assignment).ok(); // one that is dead already will be heard of
        Ok(worker)
    }

    /// Has a worker forked.
    pub fn fork(
        zygote: &Zygote,
        id: WorkerId,
        assignment: Assignment,
        events: &Sender<Event>,
    ) -> io::Result<Self> {
        let saying = Saying::of(id, &assignment)?;
        let stacks = PathBuf::from(format!("{}.stacks", assignment.events));
        let (ours, theirs) = UnixStream::pair()?;
        let (output, for_output) = io::pipe()?;
        zygote.order(assignment, &[theirs.into(), for_output.try_clone()?.into(), for_output.into()])?;
        let process = zygote::introduction(&ours)?;
        let forked = Process::Forked(process, zygote.ends());
        Self::attend(process, ours, saying, stacks, output, forked, events)
    }

    /// Listens to a worker from now on.
    fn attend(
        id: Pid,
        socket: UnixStream,
        saying: Saying,
        stacks: PathBuf,
        output: PipeReader,
        process: Process,
        events: &Sender<Event>,
    ) -> io::Result<Self> {
        let tail = Arc::new(Tail::default());
        let (its_tail, its_events) = (Arc::clone(&tail), events.clone());
        thread::spawn(move || relay(output, saying.id, &its_tail, &its_events));
        let worker = Self { process: id, stacks, socket: socket.try_clone()? };
        let events = events.clone();
        thread::spawn(move || listen(socket, saying, process, &tail, &events));
        Ok(worker)
    }

    /// The id of its process.
    pub fn process(&self) -> Pid {
        self.process
    }

    /// Makes a zygote of a worker that serves.
    pub fn into_zygote(self) -> Zygote {
        Zygote::new(self.process, self.socket)
    }

    /// Tells the worker something. One that has died does not hear it, which its end will show.
    pub fn tell(&self, order: &Order) {
        let _ = self.tell_line(order);
    }

    fn tell_line(&self, what: &impl serde::Serialize) -> io::Result<()> {
        let mut line = serde_json::to_vec(what)?;
        line.push(b'\n');
        (&self.socket).write_all(&line)
    }

    /// Tells the worker that the time of its test is up.
    pub fn ring(&self) {
        let _ = kill(self.process, RING);
    }

    /// The stacks that the worker wrote when its test's time was up.
    pub fn stacks(&self) -> String {
        fs::read(&self.stacks).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
    }

    /// Sends a signal to the worker and to what its tests started. It may have ended meanwhile.
    pub fn signal(&self, signal: Signal) {
        let _ = killpg(self.process, signal);
    }
}

/// The process of a worker, whoever has to wait for it.
enum Process {
    /// A child of ours.
    Child(Child),
    /// One that was forked.
    Forked(Pid, Arc<Ends>),
}

impl Process {
    fn id(&self) -> Pid {
        match self {
            Self::Child(child) => Pid::from_raw(child.id().cast_signed()),
            Self::Forked(id, _) => *id,
        }
    }

    /// How it ended, if it has.
    fn try_wait(&mut self) -> Option<Cause> {
        match self {
            Self::Child(child) => child.try_wait().ok().flatten().map(Cause::from),
            Self::Forked(id, ends) => ends.of(*id),
        }
    }

    /// Waits for its end.
    fn wait(&mut self) -> Cause {
        match self {
            Self::Child(child) => child.wait().map_or(Cause::Exit(-1), Cause::from),
            Self::Forked(id, ends) => ends.wait_for(*id),
        }
    }
}

/// Keeps coverage.py from starting itself in a process that measures, or analyses, by its own rules.
pub fn forget_measurement(command: &mut Command) {
    command.env_remove("COVERAGE_PROCESS_START").env_remove("COVERAGE_PROCESS_CONFIG");
}

/// The last output of a worker.
#[derive(Debug, Default)]
struct Tail {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    kept: VecDeque<u8>,
    is_closed: bool,
}

impl Tail {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn close(&self) {
        self.state().is_closed = true;
    }

    fn push(&self, line: &[u8]) {
        let kept = &mut self.state().kept;
        kept.extend(line);
        let surplus = kept.len().saturating_sub(TAIL);
        kept.drain(..surplus);
    }

    /// What was printed last. Processes that outlive the worker may keep the pipe open, so the wait is short.
    fn read(&self) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let state = self.state();
            if state.is_closed || Instant::now() >= deadline {
                let bytes: Vec<u8> = state.kept.iter().copied().collect();
                return String::from_utf8_lossy(&bytes).into_owned();
            }
            drop(state);
            thread::sleep(Duration::from_millis(5));
        }
    }
}

/// Passes the lines of a pipe on.
fn relay(output: PipeReader, id: WorkerId, tail: &Tail, events: &Sender<Event>) {
    let backlog = Backlog::default();
    let mut reader = BufReader::new(output);
    let mut line = Vec::new();
    while matches!(reader.by_ref().take(LINE).read_until(b'\n', &mut line), Ok(count) if count > 0) {
        tail.push(&line);
        if line.last() == Some(&b'\n') {
            line.pop();
        }
        backlog.wait();
        if events.send(Event::Printed(id, backlog.line(std::mem::take(&mut line)))).is_err() {
            break;
        }
    }
    tail.close();
}

/// What a worker has said, and what of it was heard.
struct Saying {
    reader: BufReader<File>,
    line: Vec<u8>,
    id: WorkerId,
    path: PathBuf,
}

impl Saying {
    /// What a worker with this assignment will say.
    fn of(id: WorkerId, assignment: &Assignment) -> io::Result<Self> {
        File::create(&assignment.events)?;
        let reader = BufReader::new(File::open(&assignment.events)?);
        Ok(Self { reader, line: Vec::new(), id, path: PathBuf::from(&assignment.events) })
    }

    /// Passes on what is new. Whether anybody listens is the answer.
    fn pass_on(&mut self, events: &Sender<Event>) -> bool {
        // A line that is not whole yet waits for the rest.
        while self.reader.read_until(b'\n', &mut self.line).is_ok() && self.line.last() == Some(&b'\n') {
            let line = std::mem::take(&mut self.line);
            let event = match serde_json::from_slice(&line) {
                Ok(message) => Event::Said(self.id, message),
                Err(error) => {
                    Event::Garbled(self.id, format!("{error}: {}", String::from_utf8_lossy(&line).trim_end()))
                }
            };
            if events.send(event).is_err() {
                return false;
            }
        }
        true
    }
}

/// Passes on what a worker says, and at last how it ended.
fn listen(
    mut socket: UnixStream,
    mut saying: Saying,
    mut process: Process,
    tail: &Tail,
    events: &Sender<Event>,
) {
    // The worker rings when it waits for an answer. What it says without waiting is looked for now and then. A process
    // that a test forked may hold the worker's end of the socket open for long after the worker's death, so the end of
    // the stream cannot be waited for alone.
    let _ = socket.set_read_timeout(Some(PATIENCE));
    let mut rings = [0; 256];
    let (mut cause, mut failure) = (None, None);
    loop {
        match socket.read(&mut rings) {
            Ok(0) => break,
            Ok(count) => failure = failure.or_else(|| failure_in(&rings[..count])),
            Err(error) if is_timeout(&error) => cause = process.try_wait(),
            Err(_) => break,
        }
        if !saying.pass_on(events) {
            return;
        }
        if cause.is_some() {
            break;
        }
    }
    let cause = cause.unwrap_or_else(|| process.wait());
    if saying.pass_on(events) {
        if let Some(failure) = failure {
            let text = format!("{}: {failure}", saying.path.display());
            let _ = events.send(Event::Said(saying.id, Message::InternalError { text }));
        }
        let _ = events.send(Event::Ended(saying.id, process.id(), Death { cause, output: tail.read() }));
    }
}

/// Why a worker could not write what it had to say, if it rings so.
fn failure_in(rings: &[u8]) -> Option<String> {
    let start = rings.iter().position(|&byte| byte == b'!')? + 1;
    Some(String::from_utf8_lossy(&rings[start..]).trim_end().to_owned())
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted)
}
