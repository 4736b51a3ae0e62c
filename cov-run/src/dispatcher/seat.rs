//! A worker as the dispatcher sees it.

use std::collections::{BTreeMap, VecDeque};

use super::WorkerId;
use crate::protocol::Collected;
use crate::unit::{Need, Pick, Unit};

/// A unit that a worker has opened.
#[derive(Clone, Debug, Default)]
pub(super) struct Running {
    pub(super) unit: Unit,
    /// Its tests that are not over, in order.
    pub(super) left: VecDeque<Pick>,
    pub(super) needs: BTreeMap<usize, Need>,
    /// How long the import took, in microseconds.
    pub(super) import: u64,
    /// How many are over, and how long they took together, in microseconds.
    pub(super) done: u64,
    pub(super) spent: u64,
    /// The longest setup so far: what its wide fixtures may cost.
    pub(super) setup: u64,
}

/// A worker.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(super) struct Seat {
    pub(super) id: WorkerId,
    pub(super) alive: bool,
    /// Whether it has listed the files.
    pub(super) listed: bool,
    /// Whether it waits for a unit.
    pub(super) waiting: bool,
    /// Whether it was told to stop.
    pub(super) dismissed: bool,
    /// Whether its session has ended, and it has said so.
    pub(super) said_bye: bool,
    /// Whether it has run anything.
    pub(super) used: bool,
    /// Whether it ends to make room for one that has run nothing.
    pub(super) makes_room: bool,
    /// Whether it was asked to leave tests to others, and has not answered.
    pub(super) asked: bool,
    /// Whether it had nothing to leave when it was asked, and has begun no test since.
    pub(super) has_refused: bool,
    /// The unit it was given and has not opened yet.
    pub(super) upcoming: Option<Unit>,
    /// The unit it has opened.
    pub(super) current: Option<Running>,
    /// The test it runs.
    pub(super) test: Option<Pick>,
    /// Whether that test is being torn down.
    pub(super) is_over: bool,
    /// The fixture that is being undone, which others than that test used, too.
    pub(super) undoing: Option<String>,
    /// Whether that test has failed, and will be tried again.
    pub(super) failed: bool,
    /// Whether the queue has it already.
    pub(super) queued: bool,
}

impl Seat {
    pub(super) fn new(id: WorkerId) -> Self {
        Self {
            id,
            alive: true,
            listed: false,
            waiting: false,
            dismissed: false,
            said_bye: false,
            used: false,
            makes_room: false,
            asked: false,
            has_refused: false,
            upcoming: None,
            current: None,
            test: None,
            is_over: false,
            undoing: None,
            failed: false,
            queued: false,
        }
    }

    /// The unit that it runs, or is about to run.
    pub(super) fn unit(&self) -> Option<&Unit> {
        let running = || self.current.as_ref().filter(|current| !current.left.is_empty());
        if !self.is_at_hand() || self.waiting {
            return None;
        }
        self.upcoming.as_ref().or_else(|| running().map(|running| &running.unit))
    }

    /// Whether it could be given something some time.
    pub(super) fn is_at_hand(&self) -> bool {
        self.alive && !self.dismissed
    }

    pub(super) fn open(&mut self, collected: &Collected) {
        let unit = self.upcoming.take().unwrap_or_default();
        let pick = |index: usize| Some(Pick(Some(index), collected.ids.get(index)?.clone()));
        let left = match &collected.chosen {
            Some(chosen) => chosen.iter().filter_map(|&index| pick(index)).collect(),
            None => (0..collected.ids.len()).filter_map(pick).collect(),
        };
        let (needs, import) = (collected.needs.iter().cloned().collect(), collected.us);
        self.current = Some(Running { unit, left, needs, import, ..Running::default() });
    }

    /// A test is over: it is no longer among those that are left.
    pub(super) fn finish(&mut self, index: usize) -> Option<Pick> {
        self.test = None;
        let current = self.current.as_mut()?;
        let place = current.left.iter().position(|pick| pick.0 == Some(index))?;
        current.done += 1;
        current.left.remove(place)
    }
}

impl Running {
    /// Takes out the tests at these places of the file.
    pub(super) fn take(&mut self, indexes: &[usize]) -> Vec<Pick> {
        let (taken, left): (Vec<Pick>, Vec<Pick>) = std::mem::take(&mut self.left)
            .into_iter()
            .partition(|pick| pick.0.is_some_and(|index| indexes.contains(&index)));
        self.left = left.into();
        taken
    }
}
