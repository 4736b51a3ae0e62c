//! What workers and cov-run say to each other: lines of JSON.
//!
//! A worker writes what it says to a file and rings on a socket when it waits for an answer, which comes on the socket. So
//! what it said outlives it, and a test costs no switch between processes.

use serde::{Deserialize, Serialize};

use crate::cli::{Collect, Core};
use crate::hello::Hello;
use crate::reporter::Choice;
use crate::unit::{Need, Pick};

/// What cov-run says to a worker.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "order", rename_all = "snake_case")]
pub enum Order {
    /// The answer to `hello`: there is work, for this many workers.
    Go {
        /// How many workers the run has.
        count: u32,
    },
    /// The answer to `ask`: run the next test.
    Proceed,
    /// The answer to `next`: run this.
    Run {
        /// The file's id.
        file: String,
        /// The tests to run, all of the file's if absent.
        tests: Option<Vec<Pick>>,
        /// The ids of tests that are not to run.
        except: Vec<String>,
        /// Whether all of the file is to be run if one of `tests` is not in it.
        or_all: bool,
        /// Whether nothing of other tests is to be there: each test begins, and ends, without any fixture.
        alone: bool,
    },
    /// The answer to `ready`: run these of the tests that were collected.
    Keep {
        /// Their places in the file.
        kept: Vec<usize>,
    },
    /// Said unasked: leave this test and those behind it to others, as far as they have not begun.
    Yield {
        /// The file that is run.
        file: String,
        /// The test's place in the file.
        index: usize,
    },
    /// The answer to `inputs`.
    Given {
        /// What plug-ins give to this worker; only workers can read it.
        data: Option<String>,
        /// Why there is nothing.
        problem: Option<String>,
    },
    /// The answer to `files`: fork workers when told to.
    Serve,
    /// The answer to `files`: be a worker.
    Work,
    /// Fork a worker, which gets the descriptors that come with this: its socket, stdout and stderr.
    Fork {
        /// What the worker is told.
        assignment: Box<Assignment>,
    },
    /// Stop; also said unasked.
    Stop,
}

/// What a worker is told before it does anything.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Assignment {
    /// The command line of pytest.
    pub args: Vec<String>,
    /// The number behind `gw`; a replacement has the number of the worker it replaces.
    pub slot: u32,
    /// How many workers there will be, as far as it is known.
    pub count: u32,
    /// The id of the run, for the fixture `testrun_uid`.
    pub uid: String,
    /// A seed that the workers of a run share.
    pub seed: u32,
    /// Whether other workers may be forked from this process.
    pub candidate: bool,
    /// Where the workers' temporary directories go.
    pub basetemp: String,
    /// The file for what the worker says.
    pub events: String,
    /// The data file of coverage.py, without suffix.
    pub fragment: String,
    /// Whether nothing is to be measured.
    pub no_cov: bool,
    /// `COVERAGE_PROCESS_START`, which is for the processes that tests start, and not for the worker itself.
    pub process_start: Option<String>,
    /// The core of coverage.py, or `auto`.
    pub core: Core,
    /// Whether all tests are to be collected before the first one runs.
    pub collect: Collect,
    /// How often a test that failed is tried again.
    pub retries: u32,
    /// How long a test may take, in seconds, where nothing else is said.
    pub timeout: Option<f64>,
    /// Whether `--branch` was given.
    pub branch: bool,
    /// Whether to record which test ran which line.
    pub contexts: bool,
    /// The values of `--source`.
    pub source: Vec<String>,
    /// Whether plug-ins that report are served.
    pub reporter: Choice,
    /// Whether to colour, where the user said so.
    pub colour: Option<bool>,
    /// Whether colours make sense where the output goes, for want of anything said.
    pub terminal: bool,
    /// The width of the terminal.
    pub width: u16,
}

/// What a worker says.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Message {
    /// pytest is configured; waits for `go` or `stop`.
    Hello(Box<Hello>),
    /// pytest cannot be imported.
    NoPytest {
        /// Python's own words.
        message: String,
        /// The interpreter.
        python: String,
    },
    /// The command line asks for information, or for what workers cannot do and pytest alone can.
    Plain {
        /// What they cannot do.
        #[serde(default)]
        why: Option<String>,
    },
    /// The command line asks for what workers cannot do.
    Refused {
        /// Why, and what to do.
        why: String,
    },
    /// Waits for `given`: somebody misses in `workerinput` what plug-ins may give.
    Inputs,
    /// Others cannot be forked from this process, since somebody wants to know which worker it is.
    Asked {
        /// What is asked, and where.
        why: String,
    },
    /// What pytest prints below its versions.
    Header {
        /// The lines.
        lines: Vec<String>,
    },
    /// The test files.
    Files(Box<Found>),
    /// Workers can be forked from this process from now on.
    Serving,
    /// A process that was forked has ended.
    Reaped {
        /// Its id.
        process: i32,
        /// Its wait status.
        status: i32,
    },
    /// Waits for something to run, or for `stop`.
    Next,
    /// Waits for leave to run the next test.
    Ask,
    /// A file was imported, or is about to be run again.
    Collected(Collected),
    /// Waits for `keep`, since some of the tests have needs.
    Ready,
    /// Tests were left to others.
    Yielded {
        /// Their file.
        file: String,
        /// Their places in it.
        indexes: Vec<usize>,
    },
    /// A test starts.
    Start {
        /// Its id.
        id: String,
        /// Its place in the file.
        index: usize,
        /// How long it may take.
        #[serde(default)]
        limit: Option<Limit>,
    },
    /// A test is over.
    Done {
        /// Its id.
        id: String,
        /// Its place in the file.
        index: usize,
    },
    /// What several tests shared is undone.
    Undoing {
        /// The fixture: its file, and its name.
        fixture: String,
    },
    /// That is done.
    Undone,
    /// A report of pytest.
    Report(Box<Report>),
    /// What happened, for plug-ins that report; comes before the report that it is about.
    Relay {
        /// Only the reporter can read it.
        data: String,
    },
    /// A warning that pytest recorded.
    Warning(Warning),
    /// coverage.py warned.
    Note {
        /// Its words.
        text: String,
    },
    /// Not everything that was measured could be saved.
    Unsaved {
        /// Why: the file, and what the system says.
        why: String,
    },
    /// The session ends before its time.
    Leaving,
    /// `pytest.exit()` or `KeyboardInterrupt`.
    Interrupted {
        /// The exception's name.
        kind: String,
        /// Its message.
        message: String,
        /// `path:line`, if there is one.
        place: Option<String>,
    },
    /// pytest, or a plugin, failed.
    InternalError {
        /// The traceback.
        text: String,
    },
    /// The session is over.
    Bye {
        /// pytest's exit status.
        status: i32,
        /// `session.shouldfail`, if it was set.
        should_fail: Option<String>,
        /// `session.shouldstop`, if it was set.
        should_stop: Option<String>,
    },
}

/// What a worker found when pytest had walked the directories.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Found {
    /// The test files, in the order in which pytest found them.
    pub files: Vec<TestFile>,
    /// Why all tests were collected already, if they were.
    pub whole: Option<String>,
    /// All tests then, in the order in which they are to run: files, as often as others come between their tests.
    pub order: Vec<(String, Vec<Pick>)>,
    /// Whether tests may rely on that order.
    pub binding: bool,
    /// How many tests `-k`, `-m` and the like took out of them.
    pub deselected: u64,
    /// Ids of the command line that match nothing.
    pub unmatched: Vec<Unmatched>,
    /// Whether it could fork workers, and waits for `serve` or `work`.
    pub forkable: Option<Forkable>,
}

/// Whether workers may be forked from a process.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Forkable {
    /// Why not.
    pub refusal: Option<String>,
}

/// A test file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct TestFile {
    /// Its node id: the path from pytest's rootdir, with `/`.
    pub id: String,
    /// Its size in bytes.
    pub size: u64,
    /// When it was changed last, in microseconds since the epoch.
    pub modified: u64,
}

/// A file's tests.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Collected {
    /// The file's id.
    pub file: String,
    /// The ids of its tests, in order.
    pub ids: Vec<String>,
    /// The places of those that are to run now, all if absent.
    pub chosen: Option<Vec<usize>>,
    /// The places, among those that were asked for, of what is not in the file.
    pub missing: Vec<usize>,
    /// What tests need, by their places.
    pub needs: Vec<(usize, Need)>,
    /// How many tests `-k`, `-m` and the like took out.
    pub deselected: u64,
    /// Ids of the command line that match nothing.
    pub unmatched: Vec<Unmatched>,
    /// How long it took, in microseconds.
    pub us: u64,
}

impl Collected {
    /// The ids of the tests that are to run now.
    pub fn chosen_ids(&self) -> Box<dyn Iterator<Item = &String> + '_> {
        match &self.chosen {
            Some(chosen) => Box::new(chosen.iter().filter_map(|&index| self.ids.get(index))),
            None => Box::new(self.ids.iter()),
        }
    }
}

/// How long a test may take.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub struct Limit {
    /// From the start of its setup to the end of its teardown.
    pub seconds: f64,
    /// Whether pytest-timeout watches it too, and is to be first.
    pub shared: bool,
}

/// An id of the command line that no test has.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Unmatched {
    /// As it was given.
    pub argument: String,
    /// Where it was looked for, in pytest's words.
    pub node: String,
}

/// A report of pytest, rendered.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Report {
    /// The node's id.
    pub id: String,
    /// `setup`, `call`, `teardown` or `collect`.
    pub when: String,
    /// `passed`, `failed` or `skipped`.
    pub outcome: String,
    /// Its duration in microseconds.
    pub us: u64,
    /// The category that counts in the last line: `passed`, `failed`, `error`, `xfailed`, ...; empty for none.
    pub category: String,
    /// The character of the progress line.
    pub letter: String,
    /// The word of verbose lines.
    pub word: String,
    /// How a plugin wants the word marked up.
    pub markup: Vec<String>,
    /// Whether the last line leaves it out.
    pub uncounted: bool,
    /// The id relative to where pytest was started, if that is not the rootdir.
    pub shown_id: Option<String>,
    /// The title of its section.
    pub head: String,
    /// The reason of an expected failure.
    pub wasxfail: Option<String>,
    /// Where and why it was skipped.
    pub skip: Option<Skip>,
    /// The message of the exception.
    pub message: Option<String>,
    /// Where in its own file a test failed, as far as it is known: the path, and the line from 1.
    pub place: Option<(String, Option<u64>)>,
    /// What `--tb=line` shows.
    pub crash_line: Option<String>,
    /// pytest's text: traceback and captured output.
    pub text: Option<String>,
    /// The traceback without any markup.
    pub plain: Option<String>,
    /// The message as the JUnit file has it.
    pub junit_message: Option<String>,
    /// File and 0-based line, where the JUnit file wants them.
    pub location: Option<(String, Option<u64>)>,
    /// What `record_property` recorded.
    pub properties: Vec<(String, String)>,
    /// Captured output, where the JUnit file wants it.
    pub sections: Vec<(String, String)>,
    /// Whether it is a failure that does not count, since the test is tried again.
    #[serde(skip)]
    pub is_tried_again: bool,
}

impl Report {
    /// The id to show.
    pub fn shown(&self) -> &str {
        self.shown_id.as_deref().unwrap_or(&self.id)
    }

    /// The file that it is about.
    pub fn file(&self) -> &str {
        self.id.split("::").next().unwrap_or_default()
    }

    /// Makes a failure one that does not count, as pytest-rerunfailures reports it.
    pub fn demote(&mut self) {
        self.is_tried_again = true;
        for (field, value) in [
            (&mut self.outcome, "rerun"),
            (&mut self.category, "rerun"),
            (&mut self.letter, "R"),
            (&mut self.word, "RERUN"),
        ] {
            value.clone_into(field);
        }
        self.markup = vec!["yellow".to_owned()];
    }

    /// Whether pytest counts it for `--maxfail` and for the exit status.
    pub fn is_failure(&self) -> bool {
        self.outcome == "failed" && self.wasxfail.is_none()
    }
}

/// Where and why a test was skipped.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Skip {
    /// The file.
    pub path: String,
    /// The line.
    pub line: Option<u64>,
    /// The reason, with pytest's `Skipped: ` before it.
    pub reason: String,
    /// Whether a mark on the test itself skipped it.
    #[serde(default)]
    pub by_mark: bool,
}

/// A warning that pytest recorded.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Warning {
    /// The text as `warnings` formats it.
    pub text: String,
    /// `config`, `collect` or `runtest`.
    pub when: String,
    /// The test that caused it.
    pub id: Option<String>,
    /// The file that caused it.
    pub path: String,
    /// The line that caused it.
    pub line: u64,
}
