//! What is known of a duration that was measured again and again, in whole microseconds, so that machines agree.

use serde::{Deserialize, Serialize};

/// The longest duration that is believed: a day, in microseconds.
pub const LONGEST: u64 = 24 * 60 * 60 * 1_000_000;

/// A measurement weighs three tenths against all that came before it, once there are enough of these.
const WEIGHT: (u32, u32) = (3, 10);

/// As many as weigh more than that each.
const FEW: u32 = WEIGHT.1 / WEIGHT.0;

/// A duration's mean and variance, both of which follow what is measured: what is long ago counts for little.
///
/// The order is the one in which [`join`](Self::join) prefers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Estimate {
    /// How often it was measured; 0 says that nothing is known.
    runs: u32,
    /// In microseconds.
    mean: u64,
    /// In square microseconds. It stops growing where its root is somewhat over an hour.
    variance: u64,
}

impl Estimate {
    /// What one measurement says, in microseconds.
    pub fn once(us: u64) -> Self {
        let mut estimate = Self::default();
        estimate.note(us);
        estimate
    }

    /// The mean in microseconds, if anything was measured.
    pub fn mean(self) -> Option<u64> {
        (self.runs > 0).then_some(self.mean)
    }

    /// The variance in square microseconds.
    pub fn variance(self) -> u64 {
        self.variance
    }

    /// How often it was measured.
    pub fn runs(self) -> u32 {
        self.runs
    }

    /// Learns from another measurement, in microseconds.
    ///
    /// The first few have equal weight (Welford's way), later ones three tenths (exponential smoothing).
    pub fn note(&mut self, us: u64) {
        self.runs = self.runs.saturating_add(1);
        let (weight, whole) = if self.runs <= FEW { (1, self.runs) } else { WEIGHT };
        let (weight, whole) = (i128::from(weight), i128::from(whole));
        let mean = i128::from(self.mean);
        let distance = i128::from(us.min(LONGEST)) - mean;
        let moved = mean + (2 * distance * weight + whole).div_euclid(2 * whole);
        let spread = i128::from(self.variance) * whole + weight * distance * distance;
        self.mean = u64::try_from(moved).expect("a mean is between its values");
        self.variance = u64::try_from((whole - weight) * spread / (whole * whole)).unwrap_or(u64::MAX);
    }

    /// The one of two that knows more: that was measured more often, then the longer, then the less steady one.
    ///
    /// Two estimates most often have the past in common, since shards start from the same file. Adding them up would
    /// count that past twice; this does not, whatever the order and however often it is done.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        self.max(other)
    }

    /// The same without values that no measurement leads to.
    #[must_use]
    pub(super) fn believable(self) -> Self {
        if self.runs == 0 { Self::default() } else { Self { mean: self.mean.min(LONGEST), ..self } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(measured: &[u64]) -> Estimate {
        let mut estimate = Estimate::default();
        for us in measured {
            estimate.note(*us);
        }
        estimate
    }

    #[test]
    fn the_first_measurements_weigh_the_same() {
        let Estimate { runs, mean, variance } = after(&[10, 20, 60]);
        assert_eq!((runs, mean, variance), (3, 30, 466)); // 1400 / 3
    }

    #[test]
    fn later_ones_weigh_three_tenths() {
        assert_eq!(after(&[100, 100, 100, 200]).mean(), Some(130));
        assert_eq!(after(&[100, 100, 100, 200]).variance(), 2100); // 0.7 * 0.3 * 100 * 100
        assert_eq!(after(&[200, 200, 200, 100]).mean(), Some(170));
    }

    #[test]
    fn what_was_long_ago_is_forgotten() {
        let measured: Vec<u64> = [1_000_000; 5].into_iter().chain([500; 60]).collect();
        let Estimate { mean, variance, .. } = after(&measured);
        assert!(mean.abs_diff(500) <= 2 && variance < 1000, "{mean} {variance}");
    }

    #[test]
    fn nothing_measured_is_nothing_known() {
        assert_eq!(Estimate::default().mean(), None);
        assert_eq!(after(&[0]).mean(), Some(0));
    }

    #[test]
    fn absurd_values_are_clamped() {
        let estimate = after(&[u64::MAX, 0, u64::MAX, 0, u64::MAX]);
        assert!(estimate.mean().unwrap() <= LONGEST);
        assert_eq!(estimate.variance(), u64::MAX);
        let read = Estimate { runs: u32::MAX, mean: u64::MAX, variance: u64::MAX };
        let mut read = read.believable();
        read.note(5);
        assert!(read.mean().unwrap() < LONGEST);
    }

    #[test]
    fn the_one_that_knows_more_wins() {
        let (old, new) = (after(&[90, 90]), after(&[90, 90, 10]));
        assert_eq!(old.join(new), new);
        assert_eq!(new.join(old), new);
        assert_eq!(after(&[3]).join(after(&[4])), after(&[4]));
    }
}
