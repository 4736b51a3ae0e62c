//! The verdicts on all rules, and what they come to.

use cov_model::status::Status;

use crate::judge::{Change, Outcome};
use crate::wording::plural;

/// What is said of each rule.
#[derive(Debug, Default)]
pub(crate) struct Verdicts {
    verdicts: Vec<(Standing, String)>,
    remarks: Vec<String>,
}

/// How a rule stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Holds,
    Broken,
    Nothing,
}

impl Verdicts {
    /// Adds the outcome of a rule, and how it is put.
    pub(crate) fn add_outcome(&mut self, outcome: &Outcome, words: String) {
        let standing = match outcome {
            Outcome::Holds(_) | Outcome::EachHolds { .. } => Standing::Holds,
            Outcome::Below(_) | Outcome::SomeBelow { .. } => Standing::Broken,
            Outcome::Nothing(_) => Standing::Nothing,
        };
        self.verdicts.push((standing, words));
    }

    /// Adds the rule that the percentage must not decrease, and how it is put.
    pub(crate) fn add_change(&mut self, change: &Change, words: String) {
        let standing = match change {
            Change::NoLess { .. } => Standing::Holds,
            Change::Less { .. } => Standing::Broken,
            Change::Nothing(_) => Standing::Nothing,
        };
        self.verdicts.push((standing, words));
    }

    /// Adds what is only said.
    pub(crate) fn remark(&mut self, words: String) {
        self.remarks.push(words);
    }

    /// What they come to: a broken rule counts more than one with nothing to judge.
    pub(crate) fn status(&self) -> Status {
        let any = |standing| self.verdicts.iter().any(|(other, _)| *other == standing);
        if any(Standing::Broken) {
            Status::Broken
        } else if any(Standing::Nothing) {
            Status::Nothing
        } else {
            Status::Done
        }
    }

    /// What is printed: each rule that does not hold, and one line for those that do, or with `verbose` each.
    pub(crate) fn lines(&self, quiet: bool, verbose: bool) -> Vec<String> {
        let mut lines: Vec<_> = self
            .verdicts
            .iter()
            .filter(|(standing, _)| verbose || *standing != Standing::Holds)
            .map(|(_, words)| words.clone())
            .collect();
        if quiet {
            return lines;
        }
        let mut holding = self.verdicts.iter().filter(|(standing, _)| *standing == Standing::Holds);
        if let Some((_, first)) = holding.next().filter(|_| !verbose) {
            let count = 1 + holding.count() as u64;
            lines.push(match (lines.is_empty(), count) {
                (true, 1) => first.clone(),
                (true, 2) => format!("{first}; both rules hold"),
                (true, _) => format!("{first}; all {count} rules hold"),
                (false, 1) => "the other rule holds".to_owned(),
                (false, _) => format!("{} hold", plural(count, "other rule", "other rules")),
            });
        }
        lines.extend_from_slice(&self.remarks);
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdicts(standings: &[Standing]) -> Verdicts {
        let words = |standing| format!("{standing:?}");
        Verdicts {
            verdicts: standings.iter().map(|&standing| (standing, words(standing))).collect(),
            remarks: vec!["Remark".to_owned()],
        }
    }

    #[test]
    fn a_broken_rule_counts_most() {
        use Standing::{Broken, Holds, Nothing};
        for (standings, status) in [
            (&[Holds, Nothing, Broken][..], Status::Broken),
            (&[Holds, Nothing][..], Status::Nothing),
            (&[Holds, Holds][..], Status::Done),
        ] {
            assert_eq!(verdicts(standings).status(), status, "{standings:?}");
        }
    }

    #[test]
    fn rules_that_hold_share_a_line() {
        use Standing::{Broken, Holds, Nothing};
        let lines = |standings: &[Standing]| verdicts(standings).lines(false, false);
        assert_eq!(lines(&[Holds]), ["Holds", "Remark"]);
        assert_eq!(lines(&[Holds, Holds]), ["Holds; both rules hold", "Remark"]);
        assert_eq!(lines(&[Holds, Broken]), ["Broken", "the other rule holds", "Remark"]);
        assert_eq!(
            lines(&[Holds, Nothing, Broken, Holds]),
            ["Nothing", "Broken", "2 other rules hold", "Remark"]
        );
        assert_eq!(verdicts(&[Holds, Broken]).lines(true, false), ["Broken"]);
        assert_eq!(verdicts(&[Holds, Broken]).lines(false, true), ["Holds", "Broken", "Remark"]);
    }
}
