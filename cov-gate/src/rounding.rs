//! When a percentage reaches a threshold: exactly, or as coverage.py rounds.

use cov_model::{Percent, Ratio};

/// How a ratio is compared with a threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rounding {
    /// Not at all: both are fractions of whole numbers.
    Exact,
    /// As coverage.py does with this `precision`.
    CoveragePy(u8),
}

impl Rounding {
    /// Whether `ratio` is at least `threshold`.
    pub(crate) fn is_reached(self, threshold: Percent, ratio: Ratio) -> bool {
        match self {
            Self::Exact => threshold.is_reached_by(ratio),
            Self::CoveragePy(precision) => !should_fail_under(ratio, threshold, precision),
        }
    }

    /// How many more of `ratio` must be covered to reach `threshold`.
    pub(crate) fn missing_to_reach(self, threshold: Percent, ratio: Ratio) -> u64 {
        match self {
            Self::Exact => threshold.missing_to_reach(ratio),
            Self::CoveragePy(_) => {
                // The least number that reaches it: everything below does not, everything above does.
                let (mut below, mut reaching) = (0, ratio.missing());
                while below < reaching {
                    let middle = below + (reaching - below) / 2;
                    if self.is_reached(threshold, Ratio::new(ratio.covered + middle, ratio.total)) {
                        reaching = middle;
                    } else {
                        below = middle + 1;
                    }
                }
                reaching
            }
        }
    }
}

/// `should_fail_under` of coverage.py's results.py, in doubles as there.
///
/// The percentage is rounded to `precision` decimals, or as many as the threshold needs; half goes to even, which is also
/// what Rust's formatting does to the exact value of a double. Only 100 must be reached without rounding.
#[expect(clippy::cast_precision_loss, reason = "coverage.py reckons in doubles")]
fn should_fail_under(ratio: Ratio, threshold: Percent, precision: u8) -> bool {
    let total = if ratio.total == 0 { 100.0 } else { (100.0 * ratio.covered as f64) / ratio.total as f64 };
    let fail_under = float(&threshold.to_string());
    if fail_under >= 100.0 {
        return total < 100.0;
    }
    // The shortest text that is this double, as Python's `str`.
    let decimals = fail_under.to_string().split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let precision = usize::from(precision).max(decimals);
    float(&format!("{total:.precision$}")) < fail_under
}

fn float(text: &str) -> f64 {
    text.parse().expect("a decimal number is a double")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn percent(text: &str) -> Percent {
        text.parse().unwrap()
    }

    #[test]
    fn coverage_py_rounds_half_to_even_but_never_to_a_hundred() {
        for (covered, total, threshold, precision, expected) in [
            (94_996, 100_000, "95", 2, true),
            (94_996, 100_000, "95", 3, false),
            (945, 1_000, "94", 0, true),
            (945, 1_000, "95", 0, false),
            (955, 1_000, "96", 0, true),
            (9_449, 10_000, "94.5", 0, true),
            (99_999, 100_000, "100", 0, false),
            (99_999, 100_000, "99.999", 0, true),
            (0, 0, "100", 0, true),
        ] {
            let reached =
                Rounding::CoveragePy(precision).is_reached(percent(threshold), Ratio::new(covered, total));
            assert_eq!(reached, expected, "{covered}/{total} {threshold} {precision}");
        }
    }

    /// The table of coverage.py's own `test_should_fail_under`: total, threshold, precision, whether it fails.
    #[test]
    fn the_table_of_coverage_pys_own_test_holds() {
        for ((covered, total), threshold, precision, fails) in [
            ((0, 1), "0", 0, false),
            ((1, 100_000), "0", 0, false),
            ((1, 100_000), "0.01", 0, true),
            ((4, 1_000), "0.3", 0, false),
            ((3, 1_000), "0.3", 0, false),
            ((4, 1_000), "0.5", 0, true),
            ((4, 10_000), "0.03", 0, false),
            ((4, 10_000), "0.05", 0, true),
            ((4, 1_000_000_000), "0.0000003", 0, false),
            ((4, 1_000_000_000), "0.0000005", 0, true),
            ((421, 1_000), "42", 0, false),
            ((421, 1_000), "43", 0, true),
            ((42_857, 100_000), "42", 0, false),
            ((42_857, 100_000), "43", 0, false),
            ((42_857, 100_000), "44", 0, true),
            ((42_857, 100_000), "42.856", 3, false),
            ((42_857, 100_000), "42.858", 3, true),
            ((42_857, 100_000), "42.856", 0, false),
            ((42_857, 100_000), "42.858", 0, true),
            ((998, 1_000), "100", 0, true),
            ((1, 1), "100", 0, false),
            ((998, 1_000), "99.7", 1, false),
            ((9_988, 10_000), "99.90", 2, true),
            ((99_999, 100_000), "100", 1, true),
            ((99_999, 100_000), "100", 2, true),
            ((99_999, 100_000), "100", 3, true),
        ] {
            let ratio = Ratio::new(covered, total);
            assert_eq!(
                should_fail_under(ratio, percent(threshold), precision),
                fails,
                "{ratio:?} {threshold} {precision}"
            );
        }
    }

    proptest! {
        #[test]
        fn exactness_is_the_inequality_of_fractions(
            whole in 0u64..100, decimals in 0u64..1_000, covered in 0u64..1 << 40, uncovered in 0u64..1 << 40
        ) {
            let threshold = percent(&format!("{whole}.{decimals:03}"));
            let ratio = Ratio::new(covered, covered + uncovered);
            let scaled = u128::from(whole * 1_000 + decimals);
            let holds = u128::from(covered) * 100_000 >= scaled * u128::from(covered + uncovered);
            prop_assert_eq!(Rounding::Exact.is_reached(threshold, ratio), holds);
        }

        #[test]
        fn what_is_missing_is_just_enough(
            tenths in 0u64..=1_000, covered in 0u64..5_000, uncovered in 0u64..5_000, precision in 0u8..4
        ) {
            let threshold = percent(&format!("{}.{}", tenths / 10, tenths % 10));
            let ratio = Ratio::new(covered, covered + uncovered);
            for rounding in [Rounding::Exact, Rounding::CoveragePy(precision)] {
                let more = rounding.missing_to_reach(threshold, ratio);
                let with = |more| Ratio::new(covered + more, covered + uncovered);
                prop_assert!(rounding.is_reached(threshold, with(more)));
                prop_assert!(more == 0 || !rounding.is_reached(threshold, with(more - 1)));
            }
        }
    }
}
