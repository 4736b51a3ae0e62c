//! Judging rules over the totals of files: data in, data out.

use cov_model::glob::{FileFilter, GlobError};
use cov_model::rule::Metric;
use cov_model::{Percent, Ratio, Totals};

use crate::rounding::Rounding;
use crate::rule::Rule;

/// The files of a report with their totals, by path.
pub(crate) type Files = Vec<(String, Totals)>;

/// What became of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The files together reach the threshold.
    Holds(Ratio),
    /// The files together are below the threshold.
    Below(Shortfall),
    /// Each file reaches the threshold.
    EachHolds {
        /// How many files were judged.
        files: usize,
        /// The file with the least percentage.
        lowest: (String, Ratio),
    },
    /// Some files are below the threshold.
    SomeBelow {
        /// How many files were judged.
        files: usize,
        /// Those that are below with how much they have and lack, the least percentage first.
        below: Vec<(String, Ratio, u64)>,
    },
    /// The report has nothing that the rule is about, for this reason.
    Nothing(String),
}

/// How far some files are from a threshold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shortfall {
    /// What they have together.
    pub ratio: Ratio,
    /// How many more must be covered to reach the threshold.
    pub more: u64,
    /// What each file lacks, the most first, with how much it has.
    pub lacking: Vec<(String, Ratio)>,
}

/// Whether one report reaches what an earlier one had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// As much or more.
    NoLess {
        /// What there is now.
        now: Ratio,
        /// What there was.
        before: Ratio,
    },
    /// Less.
    Less {
        /// What there is now, and lacks.
        shortfall: Shortfall,
        /// What there was.
        before: Ratio,
    },
    /// The two cannot be compared, for this reason.
    Nothing(String),
}

/// Judges one rule over the files that it is about. `root` is where the report's relative paths start.
pub(crate) fn judge(
    rule: &Rule,
    files: &Files,
    rounding: Rounding,
    root: &str,
) -> Result<Outcome, GlobError> {
    let filter = FileFilter::new(rule.glob.as_slice(), &[], root)?;
    let matched: Vec<_> = files.iter().filter(|(path, _)| filter.keeps(path)).collect();
    if matched.is_empty() {
        return Ok(Outcome::Nothing("no file of the report matches".to_owned()));
    }
    let ratios: Vec<_> = matched
        .iter()
        .map(|(path, totals)| (path.as_str(), rule.metric.of(totals)))
        .filter(|(_, ratio)| ratio.total > 0)
        .collect();
    if ratios.is_empty() {
        return Ok(Outcome::Nothing(nothing_of(rule)));
    }
    Ok(if rule.each {
        judge_each(&ratios, rule.at_least, rounding)
    } else {
        judge_together(&ratios, rule.at_least, rounding)
    })
}

fn nothing_of(rule: &Rule) -> String {
    let whose = if rule.glob.is_some() { "the files that match have" } else { "the report has" };
    match rule.metric {
        Metric::Total | Metric::Lines => format!("{whose} no executable line"),
        Metric::Branches => format!("{whose} no branches: measure them too"),
        Metric::Functions => format!("{whose} no functions: their format did not tell"),
    }
}

fn judge_together(ratios: &[(&str, Ratio)], at_least: Percent, rounding: Rounding) -> Outcome {
    let ratio = sum(ratios);
    match rounding.missing_to_reach(at_least, ratio) {
        0 => Outcome::Holds(ratio),
        more => Outcome::Below(Shortfall { ratio, more, lacking: lacking(ratios) }),
    }
}

fn judge_each(ratios: &[(&str, Ratio)], at_least: Percent, rounding: Rounding) -> Outcome {
    let mut ascending = ratios.to_vec();
    ascending.sort_by(|(left_path, left), (right_path, right)| {
        left.compare(*right).then(left_path.cmp(right_path))
    });
    let below: Vec<_> = ascending
        .iter()
        .map(|&(path, ratio)| (path.to_owned(), ratio, rounding.missing_to_reach(at_least, ratio)))
        .filter(|(_, _, more)| *more > 0)
        .collect();
    if below.is_empty() {
        let (path, ratio) = ascending[0];
        Outcome::EachHolds { files: ratios.len(), lowest: (path.to_owned(), ratio) }
    } else {
        Outcome::SomeBelow { files: ratios.len(), below }
    }
}

/// Compares lines and branches together with those of an earlier report.
pub(crate) fn compare(files: &Files, baseline: &Files) -> Change {
    let totals = |files: &Files| files.iter().map(|(_, totals)| *totals).sum::<Totals>();
    let (now, before) = (totals(files), totals(baseline));
    if before.combined().total == 0 {
        return Change::Nothing("the baseline has no executable line".to_owned());
    }
    match (now.branches.total > 0, before.branches.total > 0) {
        (true, false) => {
            return Change::Nothing(
                "the baseline has no branches, the report has: make a new baseline".to_owned(),
            );
        }
        (false, true) => return Change::Nothing("the baseline has branches, the report has none".to_owned()),
        _ => {}
    }
    let (now, before) = (now.combined(), before.combined());
    // As many of all as the baseline's part of all, rounded up.
    let needed = (u128::from(before.covered) * u128::from(now.total)).div_ceil(u128::from(before.total));
    let more = u64::try_from(needed).expect("a part of all is no more than all").saturating_sub(now.covered);
    if more == 0 {
        return Change::NoLess { now, before };
    }
    let ratios: Vec<_> = files.iter().map(|(path, totals)| (path.as_str(), totals.combined())).collect();
    Change::Less { shortfall: Shortfall { ratio: now, more, lacking: lacking(&ratios) }, before }
}

fn sum(ratios: &[(&str, Ratio)]) -> Ratio {
    ratios.iter().fold(Ratio::default(), |mut sum, &(_, ratio)| {
        sum += ratio;
        sum
    })
}

/// The files that lack something, the most first.
fn lacking(ratios: &[(&str, Ratio)]) -> Vec<(String, Ratio)> {
    let mut lacking: Vec<_> = ratios
        .iter()
        .filter(|(_, ratio)| ratio.missing() > 0)
        .map(|&(path, ratio)| (path.to_owned(), ratio))
        .collect();
    lacking.sort_by(|(left_path, left), (right_path, right)| {
        right.missing().cmp(&left.missing()).then_with(|| left_path.cmp(right_path))
    });
    lacking
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn file(path: &str, lines: (u64, u64), branches: (u64, u64)) -> (String, Totals) {
        let totals = Totals {
            files: 1,
            lines: Ratio::new(lines.0, lines.1),
            branches: Ratio::new(branches.0, branches.1),
            ..Totals::default()
        };
        (path.to_owned(), totals)
    }

    fn judged(rule: &str, files: &Files) -> Outcome {
        judge(&rule.parse().unwrap(), files, Rounding::Exact, "/root").unwrap()
    }

    #[test]
    fn files_are_judged_together_or_each() {
        let files = vec![
            file("src/a.py", (9, 10), (1, 2)),
            file("src/b.py", (5, 10), (0, 0)),
            file("t.py", (0, 9), (0, 9)),
        ];
        assert_eq!(judged("src/*: lines >= 70", &files), Outcome::Holds(Ratio::new(14, 20)));
        let Outcome::Below(shortfall) = judged("src/*: total >= 80", &files) else { panic!("it holds") };
        assert_eq!((shortfall.ratio, shortfall.more), (Ratio::new(15, 22), 3));
        assert_eq!(
            shortfall.lacking,
            [("src/b.py".to_owned(), Ratio::new(5, 10)), ("src/a.py".to_owned(), Ratio::new(10, 12))]
        );
        assert_eq!(
            judged("each src/*: lines >= 60", &files),
            Outcome::SomeBelow { files: 2, below: vec![("src/b.py".to_owned(), Ratio::new(5, 10), 1)] }
        );
        assert_eq!(
            judged("each src/*: lines >= 50", &files),
            Outcome::EachHolds { files: 2, lowest: ("src/b.py".to_owned(), Ratio::new(5, 10)) }
        );
    }

    #[test]
    fn what_is_not_there_is_not_passed() {
        let files = vec![file("src/a.py", (9, 10), (0, 0)), file("src/empty.py", (0, 0), (0, 0))];
        for (rule, reason) in [
            ("lib/*: lines >= 0", "no file of the report matches"),
            ("src/empty.py: lines >= 0", "the files that match have no executable line"),
            ("src/*: branches >= 0", "the files that match have no branches: measure them too"),
            (
                "each src/*: functions >= 0",
                "the files that match have no functions: their format did not tell",
            ),
        ] {
            assert_eq!(judged(rule, &files), Outcome::Nothing(reason.to_owned()), "{rule}");
        }
    }

    #[test]
    fn a_baseline_of_another_kind_cannot_be_compared() {
        let (with, without) = (vec![file("a", (1, 2), (1, 2))], vec![file("a", (1, 2), (0, 0))]);
        assert!(matches!(compare(&with, &without), Change::Nothing(_)));
        assert!(matches!(compare(&without, &with), Change::Nothing(_)));
        assert!(matches!(compare(&with, &Vec::new()), Change::Nothing(_)));
    }

    proptest! {
        #[test]
        fn the_percentage_decreases_exactly_when_the_fraction_does(
            now in (0u64..1 << 40, 0u64..1 << 40), before in (0u64..1 << 40, 1u64..1 << 40)
        ) {
            let files = |(covered, missing)| vec![file("a", (covered, covered + missing), (0, 0))];
            let cross = |left: (u64, u64), right: (u64, u64)| u128::from(left.0) * u128::from(right.0 + right.1);
            // Nothing at all is 100 %, as everywhere.
            let is_less = now != (0, 0) && cross(now, before) < cross(before, now);
            match compare(&files(now), &files(before)) {
                Change::Less { shortfall, .. } => {
                    prop_assert!(is_less);
                    let with = |more| (now.0 + more, now.1 - more);
                    prop_assert!(cross(with(shortfall.more), before) >= cross(before, with(shortfall.more)));
                    prop_assert!(cross(with(shortfall.more - 1), before) < cross(before, with(shortfall.more - 1)));
                }
                _ => prop_assert!(!is_less),
            }
        }
    }
}
