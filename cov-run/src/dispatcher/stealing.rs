//! Which of a worker's tests another one had better run, when nothing else is left.

use super::seat::{Running, Seat};
use crate::timings::Timings;
use crate::unit::Pick;

/// Less than this is not worth the trouble, in microseconds.
const LEAST: u64 = 100_000;

/// What it costs a worker to open a file, its import and fixtures apart, in microseconds.
const OPENING: u64 = 10_000;

/// How much there is to take from a worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Prospect {
    /// Nothing.
    None,
    /// Nobody knows: no test of the file is over, and there are no timings.
    Unknown,
    /// This many microseconds.
    Time(u64),
}

/// How much there is to take from a worker that may be busy with many tests.
pub(super) fn prospect(seat: &Seat, timings: &Timings) -> Prospect {
    if !seat.is_at_hand() || seat.asked || seat.waiting || seat.has_refused {
        return Prospect::None;
    }
    if seat.upcoming.is_some() {
        return Prospect::Unknown;
    }
    let Some(running) = &seat.current else { return Prospect::None };
    let waiting = waiting(seat, running);
    if waiting.is_empty() || running.unit.alone || running.unit.need.is_some() {
        return Prospect::None;
    }
    match costs(running, &waiting, timings) {
        None => Prospect::Unknown,
        Some(costs) => {
            let left: u64 = costs.iter().sum();
            let price = running.import + running.setup + OPENING;
            // Half of it is gained, at the price of opening the file once more.
            if left / 2 >= LEAST + 2 * price { Prospect::Time(left) } else { Prospect::None }
        }
    }
}

/// The first of the tests to be taken: about half of the time is behind it, and it begins a class where one begins near.
pub(super) fn cut(seat: &Seat, timings: &Timings) -> Option<usize> {
    let running = seat.current.as_ref()?;
    let waiting = waiting(seat, running);
    let costs = costs(running, &waiting, timings)?;
    let total: u64 = costs.iter().sum();
    // Tests of a group stay together with what comes before them.
    let grouped = |pick: &Pick| pick.0.is_some_and(|index| running.needs.contains_key(&index));
    let free = waiting.iter().rposition(|pick| grouped(pick)).map_or(0, |last| last + 1);
    let mut behind = 0;
    let mut best: Option<(bool, u64, usize)> = None;
    for place in (free..waiting.len()).rev() {
        behind += costs[place];
        let distance = behind.abs_diff(total / 2);
        let begins = place == 0 || scope(&waiting[place].1) != scope(&waiting[place - 1].1);
        let candidate = (!(begins && distance <= total / 8), distance, place);
        best = Some(best.map_or(candidate, |best| best.min(candidate)));
    }
    waiting[best?.2].0
}

/// The tests that have not begun, but for one that may begin any moment.
fn waiting<'a>(seat: &Seat, running: &'a Running) -> Vec<&'a Pick> {
    let next = usize::from(seat.test.is_none());
    running.left.iter().filter(|&pick| seat.test.as_ref() != Some(pick)).skip(next).collect()
}

/// What these tests are likely to cost: by their timings, else as much as those before them.
fn costs(running: &Running, waiting: &[&Pick], timings: &Timings) -> Option<Vec<u64>> {
    let usual = running.spent.checked_div(running.done);
    waiting.iter().map(|pick| timings.test(&running.unit.file, &pick.1).or(usual)).collect()
}

/// The class that a test belongs to.
fn scope(id: &str) -> &str {
    let name = id.find('[').map_or(id, |bracket| &id[..bracket]);
    name.rsplit_once("::").map_or("", |(scope, _)| scope)
}
