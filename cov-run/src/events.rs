//! The events of a run as it happens: a line of JSON for each, for programs that watch.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, BufWriter, Write};
use std::time::Instant;

use cov_model::manifest::Outcome;
use cov_model::stream::Output;
use serde::Serialize;

use crate::dispatcher::{During, Loss, WorkerId};
use crate::outcome;
use crate::protocol::{Collected, Report};
use crate::record::Record;
use crate::shard::Shard;

/// The version of the lines; it is raised when one changes its meaning.
const VERSION: u32 = 1;

/// The first line.
#[derive(Serialize)]
struct Head {
    format: &'static str,
    version: u32,
    shard: u32,
    shards: u32,
}

/// A line with its time.
#[derive(Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    event: Event<'a>,
    /// Milliseconds since the run began.
    at: u64,
}

/// What happened.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Event<'a> {
    /// The files are known, tests can begin.
    Session {
        python: &'a str,
        pytest: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        coverage: Option<&'a str>,
        workers: u32,
        files: usize,
    },
    /// A worker opened a file.
    Collected { worker: String, file: &'a str, tests: &'a [String], deselected: u64, duration_us: u64 },
    /// A file could not be opened, or is skipped.
    Collection { worker: String, id: &'a str, outcome: &'a str, message: &'a str },
    /// A test starts.
    Started { worker: String, id: &'a str, attempt: u32 },
    /// A test is over.
    Finished {
        worker: String,
        id: &'a str,
        attempt: u32,
        outcome: &'a str,
        duration_us: &'a BTreeMap<String, u64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        message: Option<&'a str>,
    },
    /// A worker died.
    Crash {
        worker: String,
        during: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'a str>,
        cause: String,
    },
    /// Something that is no warning of the tests.
    Note { text: &'a str },
    /// The run is over; the last line.
    Ended { status: u8, counts: BTreeMap<&'a str, u64> },
}

/// A test that runs.
struct Running {
    id: String,
    attempt: u32,
    outcome: Outcome,
    is_tried_again: bool,
    phases: BTreeMap<String, u64>,
    message: Option<String>,
}

/// Where the events go.
pub struct EventLog {
    sink: BufWriter<Box<dyn Write>>,
    began: Instant,
    running: BTreeMap<u32, Running>,
    /// How many attempts of a test have failed and do not count, where there are any.
    retried: HashMap<String, u32>,
    notes: usize,
    failure: Option<io::Error>,
}

impl EventLog {
    /// Begins the file anew.
    pub fn create(output: &Output, shard: Shard) -> io::Result<Self> {
        let mut log = Self::new(output.open()?);
        log.write(&Head {
            format: "cov-run-events",
            version: VERSION,
            shard: shard.number(),
            shards: shard.total(),
        });
        Ok(log)
    }

    fn new(sink: Box<dyn Write>) -> Self {
        Self {
            sink: BufWriter::new(sink),
            began: Instant::now(),
            running: BTreeMap::new(),
            retried: HashMap::new(),
            notes: 0,
            failure: None,
        }
    }

    /// The files are known.
    pub fn begin(&mut self, record: &Record, workers: u32) {
        let Some(hello) = &record.hello else { return };
        self.put(Event::Session {
            python: &hello.python,
            pytest: &hello.pytest,
            coverage: record.measured().and_then(|measured| measured.version.as_deref()),
            workers,
            files: record.assigned.len(),
        });
    }

    /// A worker opened a file.
    pub fn collected(&mut self, worker: WorkerId, collected: &Collected) {
        self.put(Event::Collected {
            worker: name(worker),
            file: &collected.file,
            tests: &collected.ids,
            deselected: collected.deselected,
            duration_us: collected.us,
        });
    }

    /// A test starts.
    pub fn started(&mut self, worker: WorkerId, id: &str) {
        let attempt = self.retried.get(id).copied().unwrap_or_default() + 1;
        self.put(Event::Started { worker: name(worker), id, attempt });
        let running = Running {
            id: id.to_owned(),
            attempt,
            outcome: Outcome::NotRun,
            is_tried_again: false,
            phases: BTreeMap::new(),
            message: None,
        };
        self.running.insert(worker.slot, running);
    }

    /// pytest reported something.
    pub fn reported(&mut self, worker: WorkerId, report: &Report) {
        if report.when == "collect" {
            self.put(Event::Collection {
                worker: name(worker),
                id: &report.id,
                outcome: &report.outcome,
                message: report.message.as_deref().or(report.plain.as_deref()).unwrap_or_default(),
            });
            return;
        }
        let Some(running) = self.running.get_mut(&worker.slot) else { return };
        running.outcome = outcome::after(running.outcome, report);
        *running.phases.entry(report.when.clone()).or_default() += report.us;
        running.is_tried_again |= report.category == "rerun";
        let reason = report.skip.as_ref().map(|skip| skip.reason.as_str()).or(report.wasxfail.as_deref());
        if running.message.is_none() {
            running.message = report.message.as_deref().or(reason).map(str::to_owned);
        }
        if report.category == "rerun" {
            *self.retried.entry(running.id.clone()).or_default() += 1;
        }
    }

    /// A test is over.
    pub fn done(&mut self, worker: WorkerId) {
        self.finish(worker, None);
    }

    /// A worker died, which is a failure of this test or file.
    pub fn lost(&mut self, loss: &Loss, report: Option<&Report>) {
        if let Some(report) = report {
            self.reported(loss.worker, report);
        }
        let (during, id) = match &loss.during {
            During::Start => ("start", None),
            During::Collection(file) => ("collection", Some(file.as_str())),
            During::Test { id, .. } => ("test", Some(id.as_str())),
            During::Undoing { fixture, .. } => ("fixture", Some(fixture.as_str())),
            During::Between(file) => ("between", file.as_deref()),
        };
        let cause = loss.death.cause.to_string();
        self.put(Event::Crash { worker: name(loss.worker), during, id, cause });
        let is_tried_again = report.is_some_and(|report| report.is_tried_again);
        self.finish(loss.worker, (!is_tried_again).then_some("crashed"));
    }

    /// Nothing more has happened for now: what was put is written, and notes that are new are put.
    pub fn flush(&mut self, notes: &[String]) {
        for text in notes.get(self.notes..).unwrap_or_default() {
            self.put(Event::Note { text });
        }
        self.notes = notes.len();
        self.attempt(|log| log.sink.flush());
    }

    /// The run is over. The answer is whether all could be written.
    pub fn end(mut self, status: u8, counts: &[(String, u64)]) -> io::Result<()> {
        let counts = counts.iter().map(|(category, count)| (category.as_str(), *count)).collect();
        self.put(Event::Ended { status, counts });
        self.attempt(|log| log.sink.flush());
        let (_sink, _unwritten) = self.sink.into_parts(); // else it would be tried once more
        match self.failure {
            // Who reads no further has seen what they wanted.
            Some(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
            _ => Ok(()),
        }
    }

    fn finish(&mut self, worker: WorkerId, instead: Option<&str>) {
        let Some(running) = self.running.remove(&worker.slot) else { return };
        let outcome = serde_json::to_value(running.outcome).unwrap_or_default();
        let outcome = match instead {
            Some(outcome) => outcome,
            None if running.is_tried_again && running.outcome == Outcome::NotRun => "rerun",
            None => outcome.as_str().unwrap_or_default(),
        };
        self.put(Event::Finished {
            worker: name(worker),
            id: &running.id,
            attempt: running.attempt,
            outcome,
            duration_us: &running.phases,
            message: running.message.as_deref().filter(|_| outcome != "passed"),
        });
    }

    fn put(&mut self, event: Event) {
        let at = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.write(&Line { event, at });
    }

    fn write(&mut self, line: &impl Serialize) {
        self.attempt(|log| {
            serde_json::to_writer(&mut log.sink, line)?;
            log.sink.write_all(b"\n")
        });
    }

    /// Does it unless an earlier line could not be written: the tests go on, and it is told at the end.
    fn attempt(&mut self, write: impl FnOnce(&mut Self) -> io::Result<()>) {
        if self.failure.is_none()
            && let Err(error) = write(self)
        {
            self.failure = Some(error);
        }
    }
}

fn name(worker: WorkerId) -> String {
    format!("gw{}", worker.slot)
}
