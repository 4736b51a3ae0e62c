//! Verdicts in words.

use cov_model::Ratio;
use cov_model::rule::Metric;

use crate::judge::{Change, Outcome, Shortfall};
use crate::rule::Rule;

/// How many files are named on a line.
const NAMED: usize = 3;

/// Most digits behind a point: a threshold has no more.
pub(crate) const MAX_DIGITS: u8 = 15;

/// How verdicts are put.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wording {
    /// Digits behind the point of a percentage, at the least, and at most [`MAX_DIGITS`].
    pub digits: u8,
    /// Whether every file that lacks something is listed.
    pub lists_files: bool,
    /// Whether coverage.py's rounding was used.
    pub is_rounded: bool,
    /// Whether the report has branches, so that the total is of more than lines.
    pub has_branches: bool,
}

impl Wording {
    /// A rule and what became of it, on one line, or more if files are listed.
    pub(crate) fn outcome(self, rule: &Rule, outcome: &Outcome) -> String {
        let digits = self.digits.max(rule.at_least.decimals());
        let at_least = padded(&rule.at_least.to_string(), digits);
        let metric = self.counted_by(rule.metric);
        let rounded = if self.is_rounded { ", rounded as coverage.py does" } else { "" };
        let words = match outcome {
            Outcome::Holds(ratio) => {
                let (has, counted) = (ratio.truncated(digits), self.counted(rule.metric, ratio.total));
                format!("{has} % of {counted} (at least {at_least} %{rounded})")
            }
            Outcome::Below(shortfall) => {
                let has = shortfall.ratio.truncated(digits);
                let points = difference(&at_least, &has, digits);
                let rest = self.shortfall(rule.metric, shortfall);
                format!("{has} % is below {at_least} % by {points} points: {rest}")
            }
            Outcome::EachHolds { files, lowest: (path, ratio) } => {
                let lowest = ratio.truncated(digits);
                let the_lowest = if *files == 1 { "" } else { "the lowest is " };
                let files = plural(*files as u64, "file has", "files each have");
                format!(
                    "{files} at least {at_least} % of {metric}{rounded} ({the_lowest}{path} at {lowest} %)"
                )
            }
            Outcome::SomeBelow { files, below } => {
                let are = if below.len() == 1 { "is" } else { "are" };
                let count = grouped(below.len() as u64);
                let files = plural(*files as u64, "file", "files");
                let rest = self.files_below(below, digits);
                format!("{count} of {files} {are} below {at_least} % of {metric}:{rest}")
            }
            Outcome::Nothing(reason) => format!("nothing to judge: {reason}"),
        };
        match &rule.glob {
            Some(glob) => format!("{glob}: {words}"),
            None => words,
        }
    }

    /// What became of the rule that the percentage must not decrease.
    pub(crate) fn change(self, baseline: &str, change: &Change) -> String {
        match change {
            Change::Nothing(reason) => format!("{baseline}: nothing to judge: {reason}"),
            Change::NoLess { now, before } => {
                let (now_shown, before_shown, points) = self.apart(*now, *before);
                let counted = self.counted(Metric::Total, now.total);
                if now.compare(*before).is_eq() {
                    return format!("{now_shown} % of {counted}, as in {baseline}");
                }
                format!(
                    "{now_shown} % of {counted}, {points} points above the {before_shown} % of {baseline}"
                )
            }
            Change::Less { shortfall, before } => {
                let (now_shown, before_shown, points) = self.apart(shortfall.ratio, *before);
                let rest = self.shortfall(Metric::Total, shortfall);
                format!(
                    "{now_shown} % is below the {before_shown} % of {baseline} by {points} points: {rest}"
                )
            }
        }
    }

    /// Two percentages with as many digits as it takes to tell them apart, and their difference.
    fn apart(self, left: Ratio, right: Ratio) -> (String, String, String) {
        let shown = |digits| (left.truncated(digits), right.truncated(digits));
        let tells_apart = |&digits: &u8| {
            let (left, right) = shown(digits);
            left != right
        };
        let digits = (self.digits..=MAX_DIGITS).find(tells_apart).unwrap_or(self.digits);
        let (left, right) = shown(digits);
        let (more, less) =
            if scaled(&left, digits) > scaled(&right, digits) { (&left, &right) } else { (&right, &left) };
        let points = difference(more, less, digits);
        (left, right, points)
    }

    /// How many more must be covered, and where they may be found.
    fn shortfall(self, metric: Metric, shortfall: &Shortfall) -> String {
        let Shortfall { ratio, more, lacking } = shortfall;
        let (more, counted) = (grouped(*more), self.counted(metric, ratio.total));
        let most = if lacking.len() > NAMED { "most " } else { "" };
        let named: Vec<_> = lacking
            .iter()
            .take(NAMED)
            .map(|(path, ratio)| format!("{path} ({})", grouped(ratio.missing())))
            .collect();
        let words =
            format!("{more} more of {counted} must be covered; {most}missing in {}", named.join(", "));
        if !self.lists_files {
            return words;
        }
        let lines = lacking.iter().map(|(path, ratio)| {
            format!("  {path}: {} of {} missing", grouped(ratio.missing()), grouped(ratio.total))
        });
        std::iter::once(words).chain(lines).collect::<Vec<_>>().join("\n")
    }

    /// What a metric counts.
    fn counted_by(self, metric: Metric) -> &'static str {
        match metric {
            Metric::Total if self.has_branches => "lines and branches",
            Metric::Total | Metric::Lines => "lines",
            Metric::Branches => "branches",
            Metric::Functions => "functions",
        }
    }

    /// `count` things that a metric counts.
    fn counted(self, metric: Metric, count: u64) -> String {
        let many = self.counted_by(metric);
        let one = match many {
            "lines" => "line",
            "branches" => "branch",
            "functions" => "function",
            both => both,
        };
        plural(count, one, many)
    }

    /// The files that are below, and how much they have, behind a colon.
    fn files_below(self, below: &[(String, Ratio, u64)], digits: u8) -> String {
        let words = below.iter().map(|(path, ratio, more)| {
            let (has, more, total) = (ratio.truncated(digits), grouped(*more), grouped(ratio.total));
            format!("{path} at {has} % ({more} more of {total})")
        });
        if self.lists_files {
            return words.flat_map(|words| ["\n  ".to_owned(), words]).collect();
        }
        let named: Vec<_> = words.take(NAMED).collect();
        let rest = match below.len() - named.len() {
            0 => String::new(),
            1 => ", and one more".to_owned(),
            rest => format!(", and {} more", grouped(rest as u64)),
        };
        format!(" {}{rest}", named.join(", "))
    }
}

/// A number and the noun behind it.
pub(crate) fn plural(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(count), if count == 1 { one } else { many })
}

/// A number with its digits in groups of three.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.char_indices() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A decimal number with `digits` behind the point, which are at least those that it has.
fn padded(decimal: &str, digits: u8) -> String {
    let digits = usize::from(digits);
    let (whole, fraction) = decimal.split_once('.').unwrap_or((decimal, ""));
    if digits == 0 { whole.to_owned() } else { format!("{whole}.{fraction:0<digits$}") }
}

/// The difference of two decimal numbers with `digits` behind the point, of which the first is the greater.
fn difference(more: &str, less: &str, digits: u8) -> String {
    let difference = scaled(more, digits).saturating_sub(scaled(less, digits));
    let digits = usize::from(digits);
    let shown = format!("{difference:0width$}", width = digits + 1);
    let (whole, fraction) = shown.split_at(shown.len() - digits);
    if digits == 0 { whole.to_owned() } else { format!("{whole}.{fraction}") }
}

/// A decimal number times ten to the power of `digits`.
fn scaled(decimal: &str, digits: u8) -> u128 {
    padded(decimal, digits).replace('.', "").parse().expect("a decimal number has digits")
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORDING: Wording = Wording { digits: 2, lists_files: false, is_rounded: false, has_branches: true };

    fn check(rule: &str, outcome: &Outcome, expected: &str) {
        assert_eq!(WORDING.outcome(&rule.parse().unwrap(), outcome), expected);
    }

    fn lacking(missing: &[(&str, u64)]) -> Vec<(String, Ratio)> {
        missing.iter().map(|&(path, missing)| (path.to_owned(), Ratio::new(0, missing))).collect()
    }

    #[test]
    fn numbers_are_easy_to_read() {
        assert_eq!(
            [0, 12, 999, 1_000, 1_234_567].map(grouped),
            ["0", "12", "999", "1,000", "1,234,567"].map(str::to_owned)
        );
        assert_eq!(padded("95", 2), "95.00");
        assert_eq!(padded("95.5", 3), "95.500");
        assert_eq!(difference("95.00", "94.87", 2), "0.13");
        assert_eq!(difference("100", "9.5", 1), "90.5");
        assert_eq!(difference("95", "94", 0), "1");
    }

    #[test]
    fn a_verdict_never_shows_what_is_not_reached() {
        let below = |covered, total, more| {
            let lacking = lacking(&[("a.py", total - covered)]);
            Outcome::Below(Shortfall { ratio: Ratio::new(covered, total), more, lacking })
        };
        check(
            "*: total >= 95",
            &below(94_996, 100_000, 4),
            "*: 94.99 % is below 95.00 % by 0.01 points: 4 more of 100,000 lines and branches must be covered; \
             missing in a.py (5,004)",
        );
        check(
            "*: lines >= 100",
            &below(99_999, 100_000, 1),
            "*: 99.99 % is below 100.00 % by 0.01 points: 1 more of 100,000 lines must be covered; missing in a.py (1)",
        );
        check(
            "*: lines >= 94.9961",
            &below(94_996, 100_000, 1),
            "*: 94.9960 % is below 94.9961 % by 0.0001 points: 1 more of 100,000 lines must be covered; \
             missing in a.py (5,004)",
        );
    }

    #[test]
    fn the_files_that_lack_most_are_named() {
        let missing = [("a", 5), ("b", 4), ("c", 3), ("d", 2)];
        let shortfall = Shortfall { ratio: Ratio::new(0, 14), more: 1, lacking: lacking(&missing) };
        check(
            "*: branches >= 1",
            &Outcome::Below(shortfall),
            "*: 0.00 % is below 1.00 % by 1.00 points: 1 more of 14 branches must be covered; \
             most missing in a (5), b (4), c (3)",
        );
        let below = |count: usize| {
            let file = |index| (format!("f{index}"), Ratio::new(1, 2), 1);
            Outcome::SomeBelow { files: 9, below: (0..count).map(file).collect() }
        };
        check(
            "each *: total >= 60",
            &below(1),
            "*: 1 of 9 files is below 60.00 % of lines and branches: f0 at 50.00 % (1 more of 2)",
        );
        assert!(
            WORDING
                .outcome(&"each *: total >= 60".parse().unwrap(), &below(4))
                .ends_with("(1 more of 2), and one more")
        );
        assert!(
            WORDING
                .outcome(&"each *: total >= 60".parse().unwrap(), &below(5))
                .ends_with("(1 more of 2), and 2 more")
        );
    }

    #[test]
    fn percentages_that_differ_are_shown_to_differ() {
        let change = |now, before| Change::NoLess { now, before };
        assert_eq!(
            WORDING.change("old.json", &change(Ratio::new(94_999, 100_000), Ratio::new(94_996, 100_000))),
            "94.999 % of 100,000 lines and branches, 0.003 points above the 94.996 % of old.json"
        );
        assert_eq!(
            WORDING.change("old.json", &change(Ratio::new(1, 2), Ratio::new(2, 4))),
            "50.00 % of 2 lines and branches, as in old.json"
        );
    }
}
