//! A pytest in which plug-ins report what the workers did: started where one of them needs it, and only there.

use std::collections::{HashMap, HashSet};
use std::io::{self, BufRead as _, BufReader, Read, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use clap::ValueEnum;
use command_fds::{CommandFdExt as _, FdMapping};
use nix::unistd::Pid;
use serde::{Deserialize, Serialize};

use crate::crash::Cause;
use crate::dispatcher::{Loss, Stop, WorkerId};
use crate::protocol::{Assignment, Collected, Report};
use crate::refusal::Refusal;
use crate::verdict::{FAILED, NO_TESTS, PASSED, WARNINGS};
use crate::worker::{Lifeline, forget_measurement};

/// Who prints, and whether plug-ins that report are served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Choice {
    /// cov-run prints; a pytest serves plug-ins that report, where there are any.
    Auto,
    /// A pytest prints, with all its plug-ins.
    Pytest,
    /// cov-run prints, and plug-ins that report are not served.
    CovRun,
}

impl Choice {
    /// Whether a pytest is to be there for these plug-ins.
    pub fn needs_one(self, plugins: &[String]) -> bool {
        match self {
            Self::Auto => !plugins.is_empty(),
            Self::Pytest => true,
            Self::CovRun => false,
        }
    }
}

/// The descriptors of the socket and of the lifeline in the process.
const SOCKET: i32 = 3;
const LIFELINE: i32 = 4;

/// It may be silent for this long. While it works on something, it says so every second, but for what plug-ins do at
/// the end.
const PATIENCE: Duration = Duration::from_mins(2);

/// How often it is looked whether nobody wants to wait any longer.
const TICK: Duration = Duration::from_millis(100);

/// What it prints is waited for, after its end.
const REST: Duration = Duration::from_secs(1);

/// What it is told.
#[derive(Serialize)]
#[serde(tag = "order", rename_all = "snake_case")]
enum Order<'a> {
    /// So many tests are known that were not before.
    Collected { count: usize },
    /// This worker wants to know what plug-ins give to it.
    Configure { slot: u32 },
    /// Something that a worker told.
    Replay { slot: u32, data: &'a str, again: bool },
    /// A worker died, which is a failure of this test or file.
    Lost { slot: u32, id: Option<&'a str>, when: &'a str, text: &'a str, again: bool },
    /// The run is over.
    End { status: u8, stop: Option<&'a str> },
}

/// What it says.
#[derive(Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
enum Answer {
    /// It works on what it was told.
    Alive,
    /// What plug-ins give to the worker that asked.
    Configured { data: String },
    /// Plug-ins have finished, and may have chosen an exit status.
    Finished { status: Option<u8> },
    /// It failed.
    Error { text: String },
}

/// How it is to begin.
#[derive(Serialize)]
struct Beginning<'a> {
    args: &'a [String],
    uid: &'a str,
    count: u32,
    owns_terminal: bool,
    colour: Option<bool>,
    width: u16,
}

/// See the module.
#[derive(Debug)]
pub struct Reporter {
    owns_terminal: bool,
    child: Child,
    orders: Sender<Vec<u8>>,
    answers: Receiver<String>,
    output: Option<Receiver<String>>,
    errors: Option<Receiver<String>>,
    _lifeline: Lifeline,
    /// What workers told of reports that cov-run has not heard of itself.
    held: HashMap<u32, Vec<String>>,
    opened: HashSet<String>,
    /// What went wrong, as far as somebody has noticed.
    problem: Option<String>,
}

/// What remains of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// What plug-ins printed.
    pub text: String,
    /// The exit status that one of them chose.
    pub status: Option<u8>,
    /// What went wrong.
    pub problem: Option<String>,
    /// Whether all that there is to print was printed.
    pub is_printed: bool,
}

impl Reporter {
    /// Starts it. With `owns_terminal` all that it prints is seen.
    pub fn start(
        python: &Path,
        script: &Path,
        assignment: &Assignment,
        count: u32,
        owns_terminal: bool,
    ) -> io::Result<Self> {
        let lifeline = Lifeline::new()?;
        let (ours, theirs) = UnixStream::pair()?;
        let mut command = Command::new(python);
        forget_measurement(&mut command);
        let stream = || if owns_terminal { Stdio::inherit() } else { Stdio::piped() };
        command
            .arg(script)
            .arg("--reporter")
            .env("COV_RUN_FDS", format!("{SOCKET},{LIFELINE}"))
            .stdin(Stdio::null())
            .stdout(stream())
            .stderr(stream())
            .process_group(0) // Ctrl-C is for cov-run
            .fd_mappings(vec![
                FdMapping { parent_fd: OwnedFd::from(theirs), child_fd: SOCKET },
                FdMapping { parent_fd: lifeline.end()?, child_fd: LIFELINE },
            ])
            .map_err(io::Error::other)?;
        let mut child = command.spawn()?;
        drop(command); // and with it the other end of the socket
        let output = child.stdout.take().map(gathered);
        let errors = child.stderr.take().map(gathered);
        let (orders, to_write) = mpsc::channel();
        let (said, answers) = mpsc::channel();
        let mut writer = ours.try_clone()?;
        thread::spawn(move || to_write.iter().try_for_each(|line: Vec<u8>| writer.write_all(&line)));
        thread::spawn(move || {
            BufReader::new(ours).lines().map_while(Result::ok).try_for_each(|line| said.send(line))
        });
        let reporter = Self {
            owns_terminal,
            child,
            orders,
            answers,
            output,
            errors,
            _lifeline: lifeline,
            held: HashMap::new(),
            opened: HashSet::new(),
            problem: None,
        };
        let Assignment { args, uid, colour, width, .. } = assignment;
        let (colour, width) = (*colour, *width);
        reporter.tell(&Beginning { args, uid, count, owns_terminal, colour, width });
        Ok(reporter)
    }

    /// The id of its process.
    pub fn process(&self) -> Pid {
        Pid::from_raw(self.child.id().cast_signed())
    }

    /// What plug-ins give to a worker; or what is wrong with them, of which more is said at the end.
    pub fn inputs(&mut self, worker: WorkerId) -> Result<String, String> {
        self.release(worker, false); // the end of the one that it replaces
        self.tell(&Order::Configure { slot: worker.slot });
        while self.problem.is_none() {
            let problem = match self.answers.recv_timeout(PATIENCE).map(|line| serde_json::from_str(&line)) {
                Ok(Ok(Answer::Configured { data })) => return Ok(data),
                Ok(Ok(Answer::Error { text })) => failed(&text),
                Ok(_) => continue,
                Err(RecvTimeoutError::Timeout) => format!("has been silent for {} s", PATIENCE.as_secs()),
                Err(RecvTimeoutError::Disconnected) => self.death(),
            };
            self.problem = Some(problem);
        }
        Err(self.problem.clone().unwrap_or_default())
    }

    /// A worker opened a file.
    pub fn collected(&mut self, collected: &Collected) {
        if self.opened.insert(collected.file.clone()) {
            self.tell(&Order::Collected { count: collected.ids.len() });
        }
    }

    /// A worker told something that is to be replayed.
    pub fn hold(&mut self, worker: WorkerId, data: String) {
        self.held.entry(worker.slot).or_default().push(data);
    }

    /// cov-run has heard of a worker's last report, and knows whether its test is tried again.
    pub fn release(&mut self, worker: WorkerId, is_tried_again: bool) {
        for data in self.held.remove(&worker.slot).unwrap_or_default() {
            self.tell(&Order::Replay { slot: worker.slot, data: &data, again: is_tried_again });
        }
    }

    /// A worker died.
    pub fn lost(&mut self, loss: &Loss, report: Option<&Report>) {
        self.release(loss.worker, false);
        let text = report.and_then(|report| report.plain.as_deref()).unwrap_or_default();
        let id = report.map(|report| report.id.as_str());
        let when = report.map_or("call", |report| report.when.as_str());
        let again = report.is_some_and(|report| report.is_tried_again);
        self.tell(&Order::Lost { slot: loss.worker.slot, id, when, text, again });
    }

    /// The run is over: waits for what plug-ins do at the end, unless that is cancelled.
    pub fn finish(mut self, status: u8, stop: Option<&Stop>, is_cancelled: impl Fn() -> bool) -> Told {
        let slots: Vec<u32> = self.held.keys().copied().collect();
        for slot in slots {
            self.release(WorkerId { slot, generation: 0 }, false);
        }
        self.tell(&Order::End { status, stop: stop.map(reason).as_deref() });
        let mut told =
            Told { is_printed: self.owns_terminal, problem: self.problem.take(), ..Told::default() };
        let mut has_finished = false;
        let mut since = Instant::now();
        let hangs = loop {
            if since.elapsed() > PATIENCE || is_cancelled() {
                break true;
            }
            match self.answers.recv_timeout(TICK) {
                Ok(line) => match serde_json::from_str(&line) {
                    Ok(Answer::Alive | Answer::Configured { .. }) => since = Instant::now(),
                    Ok(Answer::Finished { status }) => (told.status, has_finished) = (status, true),
                    Ok(Answer::Error { text }) => told.problem = Some(failed(&text)),
                    Err(error) => told.problem = Some(format!("cannot be understood: {error}: {line}")),
                },
                Err(RecvTimeoutError::Disconnected) => break false,
                Err(RecvTimeoutError::Timeout) => {}
            }
        };
        if hangs {
            let _ = self.child.kill(); // it may have ended meanwhile
            let seconds = since.elapsed().as_secs();
            told.problem.get_or_insert(format!("was killed: it had been silent for {seconds} s"));
        }
        let _ = self.child.wait(); // which `death` tells of
        if !has_finished && told.problem.is_none() {
            told.problem = Some(self.death());
        }
        told.text = rest(self.output.as_ref());
        if self.owns_terminal && !has_finished {
            let _ = writeln!(io::stdout()); // behind whatever it has printed
        }
        told.is_printed &= has_finished;
        told
    }

    /// How it ended, which was too early.
    fn death(&mut self) -> String {
        let end = self.child.wait().map_or(Cause::Exit(-1), Cause::from);
        let errors = rest(self.errors.as_ref());
        format!("ended before its time: {end}\n{}", errors.trim_end()).trim_end().to_owned()
    }

    fn tell(&self, what: &impl Serialize) {
        let mut line = serde_json::to_vec(what).expect("an order is plain data");
        line.push(b'\n');
        let _ = self.orders.send(line); // its end is noticed at the end
    }
}

impl Drop for Reporter {
    fn drop(&mut self) {
        let _ = self.child.kill(); // it has ended, most often
        let _ = self.child.wait();
    }
}

impl Told {
    /// The exit status, unless there is something worse than what a plug-in chooses.
    pub fn chosen_over(&self, status: u8) -> u8 {
        self.status.filter(|_| [PASSED, FAILED, NO_TESTS, WARNINGS].contains(&status)).unwrap_or(status)
    }

    /// An error, if not all that plug-ins report is there.
    pub fn or_problem(&self) -> anyhow::Result<()> {
        self.problem.as_ref().map_or(Ok(()), |problem| {
            let text = format!("the pytest of plug-ins that report {problem}");
            Err(Refusal::internal(text))
        })
    }
}

/// The problem of a pytest that says this of itself.
fn failed(text: &str) -> String {
    format!("failed:\n{}", text.trim_end())
}

/// Why a run stopped, in pytest's words.
fn reason(stop: &Stop) -> String {
    match stop {
        Stop::MaxFail(count) => format!("stopping after {count} failures"),
        Stop::Signal => "interrupted".to_owned(),
        Stop::Session => "a worker's session ended".to_owned(),
        Stop::Restarts(count) => format!("{count} workers died; giving up"),
        Stop::CannotStart => "workers cannot start".to_owned(),
    }
}

/// What a process that has ended has printed.
fn rest(pipe: Option<&Receiver<String>>) -> String {
    pipe.and_then(|pipe| pipe.recv_timeout(REST).ok()).unwrap_or_default()
}

/// Everything that a pipe brings.
fn gathered(mut pipe: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.read_to_end(&mut bytes); // what came before an error is worth having
        sender.send(String::from_utf8_lossy(&bytes).into_owned())
    });
    receiver
}
