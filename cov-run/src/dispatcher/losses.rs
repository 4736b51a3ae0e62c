//! What becomes of a worker's tests, and of its place, when its process has ended.

use super::seat::Seat;
use super::{Command, Death, Dispatcher, During, LOSSES_AT_START, Loss, Stop, WorkerId, may_try_again};
use crate::unit::{Pick, Place, Unit};

impl Dispatcher {
    /// Learns that a worker's process has ended.
    pub fn bury(&mut self, id: WorkerId, death: Death) -> Vec<Command> {
        let Some(seat) = self.seats.get_mut(id.slot as usize).filter(|seat| seat.id == id) else {
            return Vec::new();
        };
        seat.alive = false;
        let seat = seat.clone();
        self.release(id);
        if seat.said_bye && seat.makes_room && self.stop.is_none() {
            return self.restart(id);
        }
        if seat.said_bye || (seat.dismissed && !seat.listed) || self.stop == Some(Stop::Signal) {
            if seat.said_bye
                && self.stop.is_none()
                && !self.is_drained()
                && !self.seats.iter().any(Seat::is_at_hand)
            {
                return self.restart(id); // a teardown at its very end failed, and is tried again
            }
            return self.feed();
        }
        let during = self.during(&seat);
        self.release(id);
        let is_failure = seat.listed && !matches!(during, During::Test { is_tried_again: true, .. });
        let mut commands = vec![Command::Mourn(Loss { worker: id, death, during })];
        if is_failure {
            commands.extend(self.fail());
        } else if !seat.listed {
            self.lost_at_start += 1;
        }
        commands.extend(self.replace(id));
        commands.extend(self.feed());
        commands
    }

    /// Leaves to anybody what only this worker was to run.
    fn release(&mut self, id: WorkerId) {
        if let Some(queue) = &mut self.queue {
            queue.release(id);
        }
    }

    /// What a dead worker was doing; what it leaves goes back to the queue.
    pub(super) fn during(&mut self, seat: &Seat) -> During {
        let mut rest = Vec::new();
        let during = if !seat.listed {
            During::Start
        } else if let (None, Some(upcoming)) = (&seat.test, &seat.upcoming) {
            During::Collection(upcoming.file.clone())
        } else {
            rest.extend(seat.upcoming.clone());
            match &seat.test {
                Some(Pick(_, id)) => {
                    During::Test { id: id.clone(), is_over: seat.is_over, is_tried_again: false }
                }
                None => During::Between(seat.current.as_ref().map(|running| running.unit.file.clone())),
            }
        };
        if let Some(running) = &seat.current {
            let left: Vec<Pick> =
                running.left.iter().filter(|&pick| seat.test.as_ref() != Some(pick)).cloned().collect();
            if !left.is_empty() {
                let place = if running.unit.place == Place::Fresh { Place::Fresh } else { Place::Anywhere };
                rest.insert(0, Unit { tests: Some(left), place, ..running.unit.clone() });
            }
        }
        if let Some(queue) = &mut self.queue {
            for unit in rest.into_iter().rev() {
                queue.push_front(unit);
            }
        }
        let retries = self.policy.as_ref().map_or(0, |policy| policy.retries);
        match (during, &seat.test) {
            (During::Test { id, is_over, .. }, Some(pick))
                if self.stop.is_none() && (seat.queued || may_try_again(seat, &self.failed, retries)) =>
            {
                if !seat.queued {
                    self.try_again(seat.id, pick.clone());
                }
                During::Test { id, is_over, is_tried_again: true }
            }
            (During::Test { id, is_over: true, .. }, _) if let Some(fixture) = &seat.undoing => {
                During::Undoing { fixture: fixture.clone(), test: id }
            }
            (during, _) => during,
        }
    }

    /// Starts another process in a dead worker's slot, if there is something for it to do.
    pub(super) fn replace(&mut self, id: WorkerId) -> Vec<Command> {
        if self.stop.is_some() || self.is_drained() {
            return Vec::new();
        }
        if self.lost_at_start >= LOSSES_AT_START {
            return self.stop(Stop::CannotStart);
        }
        let limit = self.policy.as_ref().and_then(|policy| policy.restart_limit).unwrap_or(u32::MAX);
        if self.restarts >= limit {
            // The others go on; the run is lost only when nobody is left.
            return if self.is_over() { self.stop(Stop::Restarts(self.restarts)) } else { Vec::new() };
        }
        self.restarts += 1;
        self.restart(id)
    }

    /// Starts another process in a slot.
    pub(super) fn restart(&mut self, id: WorkerId) -> Vec<Command> {
        let next = WorkerId { slot: id.slot, generation: id.generation + 1 };
        self.seats[id.slot as usize] = Seat::new(next);
        vec![Command::Start(next)]
    }
}
