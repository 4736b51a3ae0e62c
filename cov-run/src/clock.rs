//! How long the tests that run may still take.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::dispatcher::WorkerId;
use crate::protocol::Limit;

/// How long a test may take to end after it was told that its time is up.
const GRACE: Duration = Duration::from_secs(5);

/// How much later than pytest-timeout a test is told, where both watch it.
const COURTESY: Duration = Duration::from_secs(1);

/// What is to be done when a test's time is up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Alarm {
    /// Let the test fail.
    Ring,
    /// End its worker: the test has not ended, and had this many seconds.
    Kill(f64),
}

/// A test's time.
#[derive(Clone, Copy, Debug)]
struct Time {
    limit: Limit,
    /// When the next thing is to be done.
    due: Instant,
    has_rung: bool,
}

/// The times of the tests that run.
#[derive(Debug, Default)]
pub struct Clock {
    times: HashMap<WorkerId, Time>,
}

impl Clock {
    /// A test starts.
    pub fn start(&mut self, worker: WorkerId, limit: Option<Limit>, now: Instant) {
        self.stop(worker);
        // What is beyond the range of durations is no limit.
        let time = limit.and_then(|limit| {
            let courtesy = if limit.shared { COURTESY } else { Duration::ZERO };
            let wait = Duration::try_from_secs_f64(limit.seconds).ok()?;
            Some(Time { limit, due: now.checked_add(wait)?.checked_add(courtesy)?, has_rung: false })
        });
        self.times.extend(time.map(|time| (worker, time)));
    }

    /// A test is over, or waits for us.
    pub fn stop(&mut self, worker: WorkerId) {
        self.times.remove(&worker);
    }

    /// Time has passed in which no test could go on.
    pub fn extend(&mut self, time: Duration) {
        self.times.values_mut().for_each(|each| each.due += time);
    }

    /// How long there is nothing to be done, at most `most`.
    pub fn pause(&self, most: Duration, now: Instant) -> Duration {
        let due = self.times.values().map(|time| time.due.saturating_duration_since(now));
        due.min().map_or(most, |due| due.min(most))
    }

    /// What is to be done now.
    pub fn alarms(&mut self, now: Instant) -> Vec<(WorkerId, Alarm)> {
        let mut alarms = Vec::new();
        self.times.retain(|&worker, time| {
            if time.due > now {
                return true;
            }
            if time.has_rung {
                alarms.push((worker, Alarm::Kill(time.limit.seconds)));
                return false;
            }
            alarms.push((worker, Alarm::Ring));
            time.has_rung = true;
            time.due = now + GRACE;
            true
        });
        alarms.sort_by_key(|(worker, _)| *worker);
        alarms
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORKER: WorkerId = WorkerId { slot: 0, generation: 0 };

    fn clock(seconds: f64, shared: bool) -> (Clock, Instant) {
        let (mut clock, now) = (Clock::default(), Instant::now());
        clock.start(WORKER, Some(Limit { seconds, shared }), now);
        (clock, now)
    }

    #[test]
    fn it_rings_and_after_a_grace_kills() {
        let (mut clock, now) = clock(2.0, false);
        let second = Duration::from_secs(1);
        assert_eq!(clock.pause(second * 9, now), second * 2);
        assert_eq!(clock.alarms(now + second), []);
        assert_eq!(clock.alarms(now + second * 2), [(WORKER, Alarm::Ring)]);
        assert_eq!(clock.alarms(now + second * 6), []);
        assert_eq!(clock.alarms(now + second * 7), [(WORKER, Alarm::Kill(2.0))]);
        assert_eq!(clock.alarms(now + second * 70), []);
    }

    #[test]
    fn it_stands_still_with_the_tests() {
        let (mut clock, now) = clock(2.0, false);
        let second = Duration::from_secs(1);
        clock.extend(second * 3);
        assert_eq!(clock.alarms(now + second * 4), []);
        assert_eq!(clock.alarms(now + second * 5), [(WORKER, Alarm::Ring)]);
    }

    #[test]
    fn a_test_that_ends_is_left_alone() {
        let (mut clock, now) = clock(2.0, false);
        clock.stop(WORKER);
        assert_eq!(clock.alarms(now + Duration::from_secs(9)), []);
    }

    #[test]
    fn pytest_timeout_goes_first() {
        let (mut clock, now) = clock(2.0, true);
        assert_eq!(clock.alarms(now + Duration::from_millis(2900)), []);
        assert_eq!(clock.alarms(now + Duration::from_millis(3100)), [(WORKER, Alarm::Ring)]);
    }

    #[test]
    fn an_endless_limit_is_none() {
        for seconds in [f64::INFINITY, f64::NAN, -1.0, 1e300] {
            let (mut clock, now) = clock(seconds, false);
            assert_eq!(clock.alarms(now + Duration::from_secs(9)), []);
        }
    }
}
