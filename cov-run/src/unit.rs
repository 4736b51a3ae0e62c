//! A unit of work: a file, or some of a file's tests.

use serde::{Deserialize, Serialize};

use crate::dispatcher::WorkerId;
use crate::protocol::Order;

/// A test of a file: its place there, if somebody has looked, and its id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pick(pub Option<usize>, pub String);

/// What one worker runs without asking again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unit {
    /// The file's id.
    pub file: String,
    /// Its tests, all if absent.
    pub tests: Option<Vec<Pick>>,
    /// The ids of tests that are not to run.
    pub except: Vec<String>,
    /// Whether all of the file is to be run if one of `tests` is not in it.
    pub or_all: bool,
    /// Whether each of its tests is to begin, and to end, without any fixture of another.
    pub alone: bool,
    /// Who may run it.
    pub place: Place,
    /// What its tests need, if they were taken out of their file for that.
    pub need: Option<Need>,
}

/// Who may run a unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// Any worker.
    #[default]
    Anywhere,
    /// This one.
    In(WorkerId),
    /// One that has run nothing yet.
    Fresh,
}

/// What a test needs that cannot run just anywhere and at any time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(default)]
pub struct Need {
    /// The worker that runs the other tests of this group.
    pub group: Option<String>,
    /// That no more tests of this group run at a time than the project says, or than one.
    pub limit: Option<String>,
    /// This many of the workers, 0 for all of them.
    pub weight: Option<u32>,
}

impl Need {
    /// Whether it matters what runs in other workers meanwhile.
    pub fn is_exclusive(&self) -> bool {
        self.limit.is_some() || self.weight.is_some_and(|weight| weight != 1)
    }
}

impl Unit {
    /// A whole file.
    pub fn file(file: &str) -> Self {
        Self { file: file.to_owned(), ..Self::default() }
    }

    /// How it is put to a worker.
    pub fn order(&self) -> Order {
        Order::Run {
            file: self.file.clone(),
            tests: self.tests.clone(),
            except: self.except.clone(),
            or_all: self.or_all,
            alone: self.alone,
        }
    }

    /// The group of tests of which only some may run at a time.
    pub fn limit(&self) -> Option<&str> {
        self.need.as_ref()?.limit.as_deref()
    }

    /// How many of `workers` it takes.
    pub fn weight(&self, workers: u32) -> u32 {
        match self.need.as_ref().and_then(|need| need.weight) {
            None => 1,
            Some(0) => workers,
            Some(weight) => weight.min(workers),
        }
    }
}
