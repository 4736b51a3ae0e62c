//! Who is given what, and what a worker that would have nothing may take from another.

use super::seat::Seat;
use super::stealing::{Prospect, cut, prospect};
use super::{Command, Dispatcher, WORTH_A_WORKER};
use crate::protocol::Order;

impl Dispatcher {
    /// Time has passed: what was not worth splitting may be so by now, and worth one more worker.
    pub fn tick(&mut self) -> Vec<Command> {
        if self.seats.iter().any(|seat| seat.is_at_hand() && (seat.waiting || !seat.used)) {
            return self.feed();
        }
        let splits = self.policy.as_ref().is_some_and(|policy| policy.splits_files);
        let most = self.seats.iter().map(|seat| prospect(seat, &self.timings)).max();
        let is_long = most.is_some_and(|most| most >= Prospect::Time(WORTH_A_WORKER));
        let count = u32::try_from(self.seats.len()).unwrap_or(u32::MAX);
        if splits && is_long && self.is_drained() && self.stop.is_none() && count < self.workers() {
            self.units = Some(count + 1);
            return self.start(count + 1);
        }
        Vec::new()
    }

    /// Gives units to those who wait for one.
    pub(super) fn feed(&mut self) -> Vec<Command> {
        let mut commands = Vec::new();
        for index in 0..self.seats.len() {
            let seat = &self.seats[index];
            if seat.waiting && seat.is_at_hand() {
                commands.extend(self.feed_one(index));
            }
        }
        commands
    }

    pub(super) fn feed_one(&mut self, index: usize) -> Option<Command> {
        let (queue, policy) = (self.queue.as_mut()?, self.policy.as_ref()?);
        let unit =
            if self.stop.is_some() { None } else { queue.take(&self.seats[index], &self.seats, policy) };
        if let Some(unit) = unit {
            let seat = &mut self.seats[index];
            let order = unit.order();
            (seat.waiting, seat.used, seat.upcoming) = (false, true, Some(unit));
            return Some(Command::Tell(seat.id, order));
        }
        if self.stop.is_none() {
            let makes_room = self.lacks_fresh_workers();
            let queue = self.queue.as_ref()?;
            if queue.has_for(&self.seats[index]) {
                return None; // it will be free, or is another's
            }
            if makes_room {
                self.seats[index].makes_room = true;
            } else if let Some(command) = self.steal() {
                return command;
            }
        }
        let seat = &mut self.seats[index];
        (seat.waiting, seat.dismissed) = (false, true);
        Some(Command::Tell(seat.id, Order::Stop))
    }

    /// Whether something waits for a worker that has run nothing, and none is on its way.
    pub(super) fn lacks_fresh_workers(&self) -> bool {
        let coming =
            self.seats.iter().filter(|seat| seat.makes_room || (seat.is_at_hand() && !seat.used)).count();
        self.queue.as_ref().is_some_and(|queue| queue.fresh() > coming)
    }

    /// Asks the busiest worker to leave some of its tests to others. Nothing to ask may mean that there is hope, which
    /// is then the answer.
    #[expect(clippy::option_option, reason = "waiting is an answer that needs no command")]
    pub(super) fn steal(&mut self) -> Option<Option<Command>> {
        let splits = self.policy.as_ref().is_some_and(|policy| policy.splits_files);
        if self.seats.iter().any(|seat| seat.asked && seat.is_at_hand()) {
            return Some(None);
        }
        let prospects = self.seats.iter().map(|seat| prospect(seat, &self.timings));
        let (best, index) = prospects.zip(0..).max().filter(|(best, _)| *best != Prospect::None)?;
        if !splits {
            // Tests of groups may still turn up in files that nobody has opened.
            return self.seats.iter().any(|seat| seat.alive && seat.upcoming.is_some()).then_some(None);
        }
        let seat: &mut Seat = &mut self.seats[index];
        let (Prospect::Time(_), Some(place), Some(running)) = (best, cut(seat, &self.timings), &seat.current)
        else {
            return Some(None);
        };
        seat.asked = true;
        Some(Some(Command::Tell(seat.id, Order::Yield { file: running.unit.file.clone(), index: place })))
    }
}
