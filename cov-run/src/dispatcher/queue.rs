//! What is still to be run, and who may take what.

use std::collections::VecDeque;

use super::seat::Seat;
use super::{Policy, WorkerId};
use crate::unit::{Place, Unit};

/// Units in the order in which they are taken.
#[derive(Debug, Default)]
pub(super) struct Queue {
    units: VecDeque<Unit>,
}

impl Queue {
    pub(super) fn new(units: Vec<Unit>) -> Self {
        Self { units: units.into() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.units.is_empty()
    }

    /// Puts a unit where it is taken next.
    pub(super) fn push_front(&mut self, unit: Unit) {
        self.units.push_front(unit);
    }

    /// Puts a unit where it is taken last.
    pub(super) fn push_back(&mut self, unit: Unit) {
        self.units.push_back(unit);
    }

    /// Takes what a worker is to run next: what only it can run, else the first that may run beside what the others run.
    pub(super) fn take(&mut self, seat: &Seat, seats: &[Seat], policy: &Policy) -> Option<Unit> {
        let workers = policy.workers;
        let busy: Vec<&Unit> =
            seats.iter().filter(|other| other.id != seat.id).filter_map(Seat::unit).collect();
        let used: u32 = busy.iter().map(|unit| unit.weight(workers)).sum();
        let fits = |unit: &Unit| {
            let is_free = unit.limit().is_none_or(|group| {
                let beside = busy.iter().filter(|other| other.limit() == Some(group)).count();
                beside < policy.size_of(group)
            });
            is_free && (used == 0 || used + unit.weight(workers) <= workers)
        };
        let rank = |unit: &Unit| match unit.place {
            Place::In(worker) => (worker == seat.id).then_some(0),
            Place::Fresh => (!seat.used).then_some(1),
            Place::Anywhere => Some(2),
        };
        let ranked = self.units.iter().enumerate().filter(|(_, unit)| fits(unit));
        let (_, index) = ranked.filter_map(|(index, unit)| Some((rank(unit)?, index))).min()?;
        self.units.remove(index)
    }

    /// How many units wait for a worker that has run nothing yet.
    pub(super) fn fresh(&self) -> usize {
        self.units.iter().filter(|unit| unit.place == Place::Fresh).count()
    }

    /// Whether there is something that this worker may run sooner or later, without being started anew.
    pub(super) fn has_for(&self, seat: &Seat) -> bool {
        self.units.iter().any(|unit| match unit.place {
            Place::Anywhere => true,
            Place::In(worker) => worker == seat.id,
            Place::Fresh => !seat.used,
        })
    }

    /// Leaves to anybody what only this worker was to run.
    pub(super) fn release(&mut self, worker: WorkerId) {
        for unit in self.units.iter_mut().filter(|unit| unit.place == Place::In(worker)) {
            unit.place = Place::Anywhere;
        }
    }
}
