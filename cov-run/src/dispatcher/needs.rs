//! Tests that cannot run just anywhere, or beside any other.

use super::{Command, Dispatcher, WorkerId};
use crate::protocol::Order;
use crate::unit::{Place, Unit};

impl Dispatcher {
    /// Decides which tests of a file a worker keeps; the others go to whom they need.
    pub(super) fn settle_needs(&mut self, id: WorkerId) -> Vec<Command> {
        let policy = self.policy.clone().unwrap_or_default();
        let seat = &self.seats[id.slot as usize];
        let Some(running) = seat.current.clone() else { return Vec::new() };
        let mut others: Vec<Unit> = Vec::new();
        let mut given = Vec::new();
        for (&index, need) in &running.needs {
            let pick = running.left.iter().find(|pick| pick.0 == Some(index));
            let Some(pick) = pick.filter(|_| running.unit.need.is_none() && policy.workers > 1) else {
                continue;
            };
            let is_at_hand = |owner: &&WorkerId| {
                self.seats
                    .get(owner.slot as usize)
                    .is_some_and(|seat| seat.id == **owner && seat.is_at_hand())
            };
            let owner = need.group.as_ref().map(|group| {
                let owner = self.groups.get(group).filter(is_at_hand).copied().unwrap_or(id);
                self.groups.insert(group.clone(), owner);
                owner
            });
            if owner.is_none_or(|owner| owner == id) && !need.is_exclusive() {
                continue;
            }
            given.push(index);
            let place = owner.map_or(Place::Anywhere, Place::In);
            // Tests of which several may run at a time are for several workers.
            let is_shared = need.limit.as_ref().is_some_and(|group| policy.size_of(group) > 1);
            match others.last_mut() {
                Some(Unit { need: Some(last), place: at, tests: Some(tests), .. })
                    if (&*last, *at) == (need, place) && (owner.is_some() || !is_shared) =>
                {
                    tests.push(pick.clone());
                }
                _ => others.push(Unit {
                    file: running.unit.file.clone(),
                    tests: Some(vec![pick.clone()]),
                    place,
                    need: Some(need.clone()),
                    ..Unit::default()
                }),
            }
        }
        if let (Some(running), Some(queue)) = (&mut self.seats[id.slot as usize].current, &mut self.queue) {
            running.take(&given);
            for unit in others {
                queue.push_back(unit);
            }
        }
        let kept = running.left.iter().filter_map(|pick| pick.0).filter(|index| !given.contains(index));
        let mut commands = vec![Command::Tell(id, Order::Keep { kept: kept.collect() })];
        commands.extend(self.feed());
        commands
    }
}
