//! Everybody who follows a run while it goes on: the display, the file of events, plug-ins that report.

use std::io::{self, Write};

use nix::unistd::Pid;

use crate::dispatcher::{Loss, WorkerId};
use crate::display::Display;
use crate::events::EventLog;
use crate::hello::Hello;
use crate::protocol::{Collected, Order, Report, TestFile};
use crate::record::Record;
use crate::reporter::{Choice, Reporter};
use crate::setup::Setup;
use crate::terminal::Terminal;

/// Those who follow a run.
pub struct Progress<'a, W: Write> {
    display: Display<'a, W>,
    events: Option<EventLog>,
    reporter: Option<Reporter>,
    workers: u32,
}

/// Those who are still there when the tests are over.
pub struct Rest<W: Write> {
    /// The terminal.
    pub terminal: Terminal<W>,
    /// The file of events.
    pub events: Option<EventLog>,
    /// The process of plug-ins that report.
    pub reporter: Option<Reporter>,
}

impl<'a, W: Write> Progress<'a, W> {
    /// These follow a run.
    pub fn new(display: Display<'a, W>, events: Option<EventLog>) -> Self {
        Self { display, events, reporter: None, workers: 1 }
    }

    /// The project's options are known.
    pub fn settle(&mut self, hello: &Hello, workers: u32) {
        self.workers = workers;
        self.display.settle(hello, workers);
    }

    /// Starts a pytest for plug-ins that report, where there are any.
    pub fn serve_plugins(&mut self, setup: &Setup, hello: &Hello) -> io::Result<()> {
        if setup.assignment.reporter.needs_one(&hello.reporters) {
            self.start_reporter(setup)?;
        }
        Ok(())
    }

    fn start_reporter(&mut self, setup: &Setup) -> io::Result<&mut Reporter> {
        let Setup { python, plugin, assignment, .. } = setup;
        let owns_terminal = assignment.reporter == Choice::Pytest;
        if owns_terminal {
            self.display.fall_silent();
        }
        let reporter = Reporter::start(python, &plugin.worker(), assignment, self.workers, owns_terminal)?;
        Ok(self.reporter.insert(reporter))
    }

    /// What plug-ins give to a worker that wants to know it. Their pytest is started now, if it was not before.
    pub fn inputs(&mut self, setup: &Setup, worker: WorkerId) -> io::Result<Order> {
        let reporter = match &mut self.reporter {
            Some(reporter) => reporter,
            None if setup.assignment.reporter == Choice::CovRun => {
                let problem = "is not there (--reporter=cov-run)".to_owned();
                return Ok(Order::Given { data: None, problem: Some(problem) });
            }
            None => self.start_reporter(setup)?,
        };
        let (data, problem) = match reporter.inputs(worker) {
            Ok(data) => (Some(data), None),
            Err(problem) => (None, Some(problem)),
        };
        Ok(Order::Given { data, problem })
    }

    /// A worker told something for plug-ins that report.
    pub fn hold(&mut self, worker: WorkerId, data: String) {
        if let Some(reporter) = &mut self.reporter {
            reporter.hold(worker, data);
        }
    }

    /// These files are known, of which some are to be run.
    pub fn expect(&mut self, files: &[TestFile], assigned: &[String]) {
        self.display.expect(files, assigned);
    }

    /// The run begins; `manner` is how the workers come into being.
    pub fn begin(&mut self, record: &Record, shard: Option<String>, manner: &str) -> io::Result<()> {
        if let Some(events) = &mut self.events {
            events.begin(record, self.workers);
        }
        self.display.begin(record, shard, manner)
    }

    /// The process in which plug-ins report, if there is one.
    pub fn process(&self) -> Option<Pid> {
        self.reporter.as_ref().map(Reporter::process)
    }

    /// A worker opened a file.
    pub fn collected(&mut self, worker: WorkerId, collected: &Collected) -> io::Result<()> {
        if let Some(events) = &mut self.events {
            events.collected(worker, collected);
        }
        if let Some(reporter) = &mut self.reporter {
            reporter.collected(collected);
        }
        self.display.collected(worker, collected)
    }

    /// A test starts.
    pub fn started(&mut self, worker: WorkerId, id: &str) {
        if let Some(events) = &mut self.events {
            events.started(worker, id);
        }
        self.display.started(worker, id);
    }

    /// A report came.
    pub fn reported(&mut self, worker: WorkerId, report: &Report) -> io::Result<()> {
        if let Some(events) = &mut self.events {
            events.reported(worker, report);
        }
        if let Some(reporter) = &mut self.reporter {
            reporter.release(worker, report.is_tried_again);
        }
        self.display.reported(worker, report)
    }

    /// A test is over.
    pub fn done(&mut self, worker: WorkerId) -> io::Result<()> {
        if let Some(events) = &mut self.events {
            events.done(worker);
        }
        if let Some(reporter) = &mut self.reporter {
            reporter.release(worker, false);
        }
        self.display.done(worker)
    }

    /// A worker died, which is a failure of this test or file.
    pub fn lost(&mut self, loss: &Loss, report: Option<&Report>) -> io::Result<()> {
        if let Some(events) = &mut self.events {
            events.lost(loss, report);
        }
        if let Some(reporter) = &mut self.reporter {
            reporter.lost(loss, report);
        }
        self.display.lost(loss, report)
    }

    /// A worker has ended.
    pub fn ended(&mut self, worker: WorkerId) -> io::Result<()> {
        self.display.ended(worker)
    }

    /// A worker printed a line that nobody captured.
    pub fn printed(&mut self, worker: WorkerId, text: &[u8]) -> io::Result<()> {
        self.display.printed(worker, text)
    }

    /// Nothing more has happened for now.
    pub fn pause(&mut self, record: &Record) {
        if let Some(events) = &mut self.events {
            events.flush(&record.notes);
        }
    }

    /// Time passes.
    pub fn tick(&mut self) {
        self.display.tick();
    }

    /// Ends the display.
    pub fn end(self) -> io::Result<Rest<W>> {
        Ok(Rest { terminal: self.display.end()?, events: self.events, reporter: self.reporter })
    }
}
