//! Percentages: exact to judge by, rounded only to be shown.

use std::cmp::Ordering;
use std::fmt;
use std::ops::AddAssign;
use std::str::FromStr;

use thiserror::Error;

/// So many of so many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ratio {
    /// How many are covered.
    pub covered: u64,
    /// How many there are.
    pub total: u64,
}

impl Ratio {
    /// `covered` of `total`.
    pub fn new(covered: u64, total: u64) -> Self {
        Self { covered, total }
    }

    /// How many are not covered.
    pub fn missing(self) -> u64 {
        self.total - self.covered
    }

    /// The percentage as the double that coverage.py reckons with (`Numbers.pc_covered` of its results.py), to be shown and
    /// not to be judged by. Nothing at all is 100 %.
    #[expect(clippy::cast_precision_loss, reason = "coverage.py's digits are those of a double")]
    pub fn percentage(self) -> f64 {
        if self.total == 0 { 100.0 } else { 100.0 * self.covered as f64 / self.total as f64 }
    }

    /// The percentage as coverage.py shows it: rounded to `precision` decimals, but never to 0 or 100 unless it is that.
    /// Nothing at all is 100 %.
    ///
    /// From `Numbers.pc_covered` and `display_covered` of coverage.py's results.py, which reckon in doubles; so does
    /// this, that the same digits come out.
    pub fn rounded(self, precision: u8) -> String {
        let precision = usize::from(precision);
        let percent = self.percentage();
        let least = 10f64.powi(-i32::try_from(precision).unwrap_or(i32::MAX));
        let shown = if percent > 0.0 && percent < least {
            least
        } else if percent > 100.0 - least && percent < 100.0 {
            100.0 - least
        } else {
            percent
        };
        format!("{shown:.precision$}")
    }

    /// The percentage with `precision` decimals (at most 15), the rest cut off, so that what is below a threshold never
    /// looks as if it had reached it. Nothing at all is 100 %.
    pub fn truncated(self, precision: u8) -> String {
        let precision = u32::from(precision.min(15));
        let scale = 10u128.pow(precision);
        let scaled = if self.total == 0 {
            100 * scale
        } else {
            100 * scale * u128::from(self.covered) / u128::from(self.total)
        };
        decimal(scaled, precision)
    }

    /// Which of two ratios is the greater percentage, exactly. Nothing at all is 100 %.
    pub fn compare(self, other: Self) -> Ordering {
        let full = |ratio: Self| if ratio.total == 0 { Self::new(1, 1) } else { ratio };
        let (left, right) = (full(self), full(other));
        (u128::from(left.covered) * u128::from(right.total))
            .cmp(&(u128::from(right.covered) * u128::from(left.total)))
    }
}

impl AddAssign for Ratio {
    fn add_assign(&mut self, other: Self) {
        self.covered += other.covered;
        self.total += other.total;
    }
}

/// A threshold between 0 and 100 %, exactly as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Percent {
    /// The value times ten to the power of `decimals`.
    scaled: u64,
    /// Digits behind the point, at most 15.
    decimals: u32,
}

impl Percent {
    /// Digits behind the point, as written.
    pub fn decimals(self) -> u8 {
        u8::try_from(self.decimals).unwrap_or(u8::MAX)
    }

    /// Whether `ratio` is at least this percentage, exactly. Nothing at all is 100 %.
    pub fn is_reached_by(self, ratio: Ratio) -> bool {
        self.missing_to_reach(ratio) == 0
    }

    /// How many more of `ratio` must be covered to reach this percentage; 0 when it is reached.
    pub fn missing_to_reach(self, ratio: Ratio) -> u64 {
        let scale = 10u128.pow(self.decimals);
        let needed = (u128::from(self.scaled) * u128::from(ratio.total)).div_ceil(100 * scale);
        u64::try_from(needed).unwrap_or(u64::MAX).saturating_sub(ratio.covered)
    }

    /// The percentage as a number, for rules that are defined on one; not for judging.
    #[expect(clippy::cast_precision_loss, reason = "coverage.py's own rule reckons in doubles")]
    pub fn to_f64(self) -> f64 {
        self.scaled as f64 / 10f64.powi(self.decimals.cast_signed())
    }
}

/// A text that is no percentage.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error(
    "{0:?} is not a percentage: write a number from 0 to 100 with at most 15 decimals, such as 95 or 92.5"
)]
pub struct NotAPercentage(String);

impl FromStr for Percent {
    type Err = NotAPercentage;

    fn from_str(text: &str) -> Result<Self, NotAPercentage> {
        let refusal = || NotAPercentage(text.to_owned());
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = format!("{whole}{fraction}");
        let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        if !plain || fraction.len() > 15 {
            return Err(refusal());
        }
        let scaled: u64 = digits.parse().map_err(|_| refusal())?;
        let decimals = u32::try_from(fraction.len()).map_err(|_| refusal())?;
        if u128::from(scaled) > 100 * 10u128.pow(decimals) {
            return Err(refusal());
        }
        Ok(Self { scaled, decimals })
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&decimal(u128::from(self.scaled), self.decimals))
    }
}

/// `scaled` divided by ten to the power of `decimals`, written out.
fn decimal(scaled: u128, decimals: u32) -> String {
    if decimals == 0 {
        return scaled.to_string();
    }
    let scale = 10u128.pow(decimals);
    let width = decimals as usize;
    format!("{}.{:0width$}", scaled / scale, scaled % scale)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn percent(text: &str) -> Percent {
        text.parse().unwrap()
    }

    #[test]
    fn rounding_is_that_of_coverage_py() {
        for (covered, total, precision, expected) in [
            (99_996, 100_000, 2, "99.99"),
            (4, 1_000, 0, "1"),
            (985, 1_000, 0, "98"),
            (975, 1_000, 0, "98"),
            (12_345, 100_000, 2, "12.35"),
            (0, 10, 2, "0.00"),
            (10, 10, 2, "100.00"),
            (0, 0, 0, "100"),
        ] {
            assert_eq!(Ratio::new(covered, total).rounded(precision), expected, "{covered}/{total}");
        }
    }

    #[test]
    fn cutting_off_never_reaches_the_threshold() {
        assert_eq!(Ratio::new(94_996, 100_000).truncated(2), "94.99");
        assert_eq!(Ratio::new(29_999, 30_000).truncated(2), "99.99");
        assert_eq!(Ratio::new(u64::MAX - 1, u64::MAX).truncated(2), "99.99");
        assert_eq!(Ratio::new(u64::MAX - 1, u64::MAX).truncated(u8::MAX), "99.999999999999999");
        assert_eq!(Ratio::new(0, 0).truncated(1), "100.0");
    }

    #[test]
    fn a_threshold_is_what_was_written() {
        assert_eq!(percent("95.0").to_string(), "95.0");
        assert_eq!(percent("94.996").to_string(), "94.996");
        assert!(!percent("95").is_reached_by(Ratio::new(94_996, 100_000)));
        assert!(percent("94.996").is_reached_by(Ratio::new(94_996, 100_000)));
        assert!(percent("100").is_reached_by(Ratio::default()));
        assert_eq!(percent("95").missing_to_reach(Ratio::new(90, 100)), 5);
    }

    #[test]
    fn other_texts_are_refused() {
        for text in
            ["", ".", "-1", "101", "100.1", "1e1", "95%", "95,5", "NaN", " 95", "+95", "99999999999999999999"]
        {
            assert!(text.parse::<Percent>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_threshold_is_reached_exactly_when_the_fractions_say_so(
            scaled in 0u64..=10_000, covered in 0u64..=1_000_000, uncovered in 0u64..=1_000_000
        ) {
            let threshold = percent(&decimal(u128::from(scaled), 2));
            let ratio = Ratio::new(covered, covered + uncovered);
            let exact = u128::from(covered) * 10_000 >= u128::from(scaled) * u128::from(covered + uncovered);
            prop_assert_eq!(threshold.is_reached_by(ratio), exact);
            let more = threshold.missing_to_reach(ratio);
            prop_assert!(threshold.is_reached_by(Ratio::new(covered + more, ratio.total)));
            prop_assert!(more == 0 || !threshold.is_reached_by(Ratio::new(covered + more - 1, ratio.total)));
        }
    }
}
