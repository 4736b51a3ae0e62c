//! How long tests may take to end after somebody wanted the run to end.

use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

/// So long after Ctrl-C.
const AT_THE_KEYBOARD: Duration = Duration::from_secs(10);

/// So long after a request to terminate: a CI system that cancels a job kills it before long, and what was measured is
/// still to be written.
const FOR_A_MACHINE: Duration = Duration::from_secs(5);

/// See the module.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Patience {
    /// Nobody wanted the run to end.
    #[default]
    Endless,
    /// Tests may end until then.
    Until(Instant),
    /// Whatever has not ended is killed.
    Over,
}

impl Patience {
    /// Somebody wants the run to end. The answer is how long that may take; not at all for who has said it twice.
    pub fn shrink(&mut self, signal: Signal, now: Instant) -> Option<Duration> {
        let grace = if signal == Signal::SIGINT { AT_THE_KEYBOARD } else { FOR_A_MACHINE };
        let is_first = *self == Self::Endless;
        *self = if is_first { Self::Until(now + grace) } else { Self::Over };
        is_first.then_some(grace)
    }

    /// Whether it ends now.
    pub fn runs_out(&mut self, now: Instant) -> bool {
        let ends = matches!(*self, Self::Until(end) if end <= now);
        if ends {
            *self = Self::Over;
        }
        ends
    }

    /// Whether there is none left.
    pub fn is_over(self) -> bool {
        self == Self::Over
    }

    /// How long there is nothing to be done, at most `most`.
    pub fn rest(self, most: Duration, now: Instant) -> Duration {
        match self {
            Self::Until(end) => end.saturating_duration_since(now).min(most),
            Self::Endless | Self::Over => most,
        }
    }

    /// Time has passed in which nothing could end.
    pub fn extend(&mut self, time: Duration) {
        if let Self::Until(end) = self {
            *end += time;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn it_lasts_longer_at_the_keyboard() {
        for (signal, seconds) in [(Signal::SIGINT, 10), (Signal::SIGTERM, 5), (Signal::SIGHUP, 5)] {
            let (mut patience, now) = (Patience::default(), Instant::now());
            assert_eq!(patience.rest(99 * SECOND, now), 99 * SECOND);
            assert_eq!(patience.shrink(signal, now), Some(seconds * SECOND));
            assert_eq!(patience.rest(99 * SECOND, now + SECOND), (seconds - 1) * SECOND);
            assert!(!patience.runs_out(now + SECOND));
            patience.extend(SECOND);
            assert!(!patience.runs_out(now + seconds * SECOND));
            assert!(patience.runs_out(now + (seconds + 1) * SECOND));
            assert!(patience.is_over() && !patience.runs_out(now + 99 * SECOND));
        }
    }

    #[test]
    fn who_asks_twice_has_none() {
        let (mut patience, now) = (Patience::default(), Instant::now());
        patience.shrink(Signal::SIGINT, now);
        assert_eq!(patience.shrink(Signal::SIGTERM, now), None);
        assert!(patience.is_over());
        assert_eq!(patience.rest(SECOND, now), SECOND);
    }
}
