//! Two measurements of a file, before and after a change, put together line by line, arm by arm, function by function.

use std::collections::{BTreeMap, BTreeSet};

use cov_model::{BranchView, FileCoverage, Naming};

use crate::category::{Category, Counts};
use crate::diff::{LineMap, Runs};
use crate::statements::is_touched;

/// What became of a file's lines, arms and functions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Differential {
    pub(crate) lines: Counts,
    pub(crate) branches: Counts,
    pub(crate) functions: Counts,
    /// The lines that did not change and lost their coverage: after the change, and before it.
    pub(crate) lost: Vec<(u32, u32)>,
}

impl Differential {
    /// Takes over the numbers of another file; its lost lines are its own.
    pub(crate) fn count(&mut self, other: &Self) {
        self.lines += other.lines;
        self.branches += other.branches;
        self.functions += other.functions;
    }
}

/// A file before and after a change, each as measured, and the change between them.
pub(crate) struct Versions<'a> {
    before: &'a FileCoverage,
    now: &'a FileCoverage,
    map: &'a LineMap,
    /// The lines that the change adds.
    added: &'a Runs,
}

impl<'a> Versions<'a> {
    /// `map` leads from lines before the change to those after it, among which `added` are new.
    pub(crate) fn new(
        before: &'a FileCoverage,
        now: &'a FileCoverage,
        map: &'a LineMap,
        added: &'a Runs,
    ) -> Self {
        Self { before, now, map, added }
    }

    /// What became of everything.
    pub(crate) fn differential(&self) -> Differential {
        let mut differential = Differential::default();
        self.lines(&mut differential);
        self.branches(&mut differential.branches);
        self.functions(&mut differential.functions);
        differential
    }

    /// The line after the change of a line before it, if what stands there is the same.
    fn forward(&self, line: u32) -> Option<u32> {
        self.map.forward(line).filter(|&now| !is_touched(self.now, now, self.added))
    }

    /// The line before the change of a line after it, if what stands there is the same.
    fn back(&self, line: u32) -> Option<u32> {
        if is_touched(self.now, line, self.added) { None } else { self.map.back(line) }
    }

    fn lines(&self, differential: &mut Differential) {
        let Differential { lines, lost, .. } = differential;
        for (line, hits) in self.now.lines.iter() {
            let is_covered = hits > 0;
            let Some(before) = self.back(line) else {
                lines.add(Category::added(is_covered), 1);
                continue;
            };
            let was_covered = self.before.lines.get(before).map(|hits| hits > 0);
            let category = Category::unchanged(was_covered, Some(is_covered));
            lines.add(category.expect("it is measured now"), 1);
            if category == Some(Category::LostBaseline) {
                lost.push((line, before));
            }
        }
        for (line, hits) in self.before.lines.iter() {
            let was_covered = hits > 0;
            match self.forward(line) {
                None => lines.add(Category::deleted(was_covered), 1),
                Some(now) if self.now.lines.get(now).is_none() => {
                    let category = Category::unchanged(Some(was_covered), None);
                    lines.add(category.expect("it was measured before"), 1);
                }
                Some(_) => {}
            }
        }
    }

    fn branches(&self, counts: &mut Counts) {
        let mut before = by_line(self.before);
        for (line, now) in by_line(self.now) {
            let Some(earlier) = self.back(line) else {
                add_all(counts, &now, Category::added);
                continue;
            };
            match before.remove(&earlier) {
                Some(before) => self.unchanged_arms(counts, &before, &now),
                None => add_all(counts, &now, |is_covered| {
                    Category::unchanged(None, Some(is_covered)).expect("it is measured now")
                }),
            }
        }
        for (line, arms) in before {
            let is_here = self.forward(line).is_some();
            add_all(counts, &arms, |was_covered| match Category::unchanged(Some(was_covered), None) {
                Some(category) if is_here => category,
                _ => Category::deleted(was_covered),
            });
        }
    }

    /// The arms of a line that did not change. They are told apart by their names where both sides know those of all that
    /// were not taken; else no more is known than how many were taken, and the same ones are taken to be.
    fn unchanged_arms(&self, counts: &mut Counts, before: &[BranchView], now: &[BranchView]) {
        let (arms_before, taken_before) = sums(before);
        let (arms, taken) = sums(now);
        let mut add = |before, now, count| {
            if let Some(category) = Category::unchanged(before, now) {
                counts.add(category, count);
            }
        };
        if let ([before], [now]) = (before, now)
            && arms == arms_before
            && let (Some(untaken_before), Some(untaken)) = (self.names_before(before), names(now))
        {
            let both = untaken.intersection(&untaken_before).count() as u64;
            let (lost, gained) = (untaken.len() as u64 - both, untaken_before.len() as u64 - both);
            add(Some(true), Some(false), lost);
            add(Some(false), Some(true), gained);
            add(Some(false), Some(false), both);
            add(Some(true), Some(true), arms - lost - gained - both);
            return;
        }
        let common = arms.min(arms_before);
        let (was, is) = (taken_before.min(common), taken.min(common));
        add(Some(true), Some(true), was.min(is));
        add(Some(true), Some(false), was.saturating_sub(is));
        add(Some(false), Some(true), is.saturating_sub(was));
        add(Some(false), Some(false), common - was.max(is));
        add(None, Some(true), taken - is);
        add(None, Some(false), arms - common - (taken - is));
        add(Some(true), None, taken_before - was);
        add(Some(false), None, arms_before - common - (taken_before - was));
    }

    /// The names of the arms not taken before the change, as they are after it.
    fn names_before(&self, view: &BranchView) -> Option<BTreeSet<String>> {
        let lead_to_lines = matches!(view.naming?, Naming::Destination | Naming::DestinationOrExit);
        let moved = |name: &String| match name.parse::<u32>() {
            Ok(line) if lead_to_lines => self.map.forward(line).map(|line| line.to_string()),
            _ => Some(name.clone()),
        };
        names(view)?.iter().map(moved).collect()
    }

    fn functions(&self, counts: &mut Counts) {
        let is_called = |function: &cov_model::Function| function.hits.map(|hits| hits > 0);
        for ((line, name), function) in &self.now.functions {
            let now = is_called(function);
            let category = match self.back(*line) {
                None => now.map(Category::added),
                Some(line) => {
                    let before = self.before.functions.get(&(line, name.clone())).and_then(is_called);
                    Category::unchanged(before, now)
                }
            };
            if let Some(category) = category {
                counts.add(category, 1);
            }
        }
        for ((line, name), function) in &self.before.functions {
            let Some(was_called) = is_called(function) else { continue };
            match self.forward(*line) {
                None => counts.add(Category::deleted(was_called), 1),
                Some(line) if !self.now.functions.contains_key(&(line, name.clone())) => {
                    let category = Category::unchanged(Some(was_called), None);
                    counts.add(category.expect("it was measured before"), 1);
                }
                Some(_) => {}
            }
        }
    }
}

fn by_line(file: &FileCoverage) -> BTreeMap<u32, Vec<BranchView>> {
    let mut lines: BTreeMap<u32, Vec<BranchView>> = BTreeMap::new();
    for view in file.branches.views() {
        lines.entry(view.line).or_default().push(view);
    }
    lines
}

/// All arms, and those that were taken.
fn sums(views: &[BranchView]) -> (u64, u64) {
    let sum = |arms: fn(&BranchView) -> u32| views.iter().map(|view| u64::from(arms(view))).sum();
    (sum(|view| view.arms), sum(|view| view.at_least))
}

fn add_all(counts: &mut Counts, views: &[BranchView], category: impl Fn(bool) -> Category) {
    let (arms, taken) = sums(views);
    counts.add(category(true), taken);
    counts.add(category(false), arms - taken);
}

/// The names of the arms that were not taken, where all are known.
fn names(view: &BranchView) -> Option<BTreeSet<String>> {
    view.naming?;
    let names: BTreeSet<String> = view.untaken.iter().cloned().collect();
    (names.len() == view.missing() as usize).then_some(names)
}

#[cfg(test)]
mod tests {
    use cov_model::{Branch, Branches, Function, Site, Tally};

    use super::*;

    fn runs(lines: &[u32]) -> Runs {
        lines.iter().copied().collect()
    }

    fn file(lines: &[(u32, u64)]) -> FileCoverage {
        FileCoverage { lines: lines.iter().copied().collect(), ..FileCoverage::default() }
    }

    fn shown(counts: Counts) -> String {
        let of = |category: Category| (counts.of(category), category.code());
        let parts = Category::ALL.into_iter().map(of).filter(|&(count, _)| count > 0);
        parts.map(|(count, code)| format!("{count} {code}")).collect::<Vec<_>>().join(", ")
    }

    /// Line 3 goes, lines 1 and 5 come: 1-2 become 2-3, 4 becomes 4, 5 becomes 6.
    fn differential(before: &FileCoverage, now: &FileCoverage) -> Differential {
        let (removed, added) = (runs(&[3]), runs(&[1, 5]));
        Versions::new(before, now, &LineMap::new(&removed, &added), &added).differential()
    }

    #[test]
    fn lines_are_told_by_their_source_and_their_coverage() {
        let before = file(&[(1, 1), (2, 0), (3, 1), (4, 1), (5, 1)]);
        let now = file(&[(1, 1), (2, 0), (3, 0), (4, 1), (5, 0)]);
        let found = differential(&before, &now);
        assert_eq!(shown(found.lines), "1 UNC, 1 LBC, 1 UBC, 1 GNC, 1 CBC, 1 ECB, 1 DCB");
        assert_eq!(found.lost, [(2, 1)]);
        let found = differential(&file(&[(3, 0), (4, 0)]), &file(&[(2, 1), (3, 0), (4, 1)]));
        assert_eq!(shown(found.lines), "1 UIC, 1 GBC, 1 GIC, 1 DUB");
    }

    #[test]
    fn a_statement_with_a_new_line_is_new() {
        let before = FileCoverage { spans: [(4, 5)].into(), ..file(&[(4, 1)]) };
        let now = FileCoverage { spans: [(4, 6)].into(), ..file(&[(4, 0)]) };
        assert_eq!(shown(differential(&before, &now).lines), "1 UNC, 1 DCB");
    }

    fn with_branch(line: u32, arms: u32, untaken: &[&str]) -> FileCoverage {
        let site = Site { line, block: String::new(), naming: Naming::Destination };
        let untaken = untaken.iter().map(|&arm| arm.to_owned()).collect();
        let named = [(site, Branch { arms, untaken, ..Branch::default() })].into();
        FileCoverage { branches: Branches { named, ..Branches::default() }, ..FileCoverage::default() }
    }

    #[test]
    fn arms_are_followed_to_where_they_lead_now() {
        // The arm to line 4 is the one to line 4, and the one to 5 leads to 6.
        let found = differential(&with_branch(2, 3, &["4", "5"]), &with_branch(3, 3, &["6", "-1"]));
        assert_eq!(shown(found.branches), "1 LBC, 1 UBC, 1 GBC");
        let found = differential(&with_branch(2, 2, &["5"]), &with_branch(3, 2, &["5"]));
        // Where an arm cannot be followed it is counted only.
        assert_eq!(shown(found.branches), "1 LBC, 1 GBC", "line 5 came new: another arm");
        let found = differential(&with_branch(3, 2, &["5"]), &with_branch(5, 2, &[]));
        assert_eq!(shown(found.branches), "2 GNC, 1 DUB, 1 DCB");
    }

    #[test]
    fn tallies_are_taken_to_be_of_the_same_arms() {
        let tallied = |line, arms, taken| FileCoverage {
            branches: Branches {
                tallied: [((line, arms), Tally::exactly(taken))].into(),
                ..Branches::default()
            },
            ..FileCoverage::default()
        };
        let found = |before: (u32, u32), now: (u32, u32)| {
            shown(differential(&tallied(2, before.0, before.1), &tallied(3, now.0, now.1)).branches)
        };
        assert_eq!(found((4, 3), (4, 1)), "2 LBC, 1 UBC, 1 CBC");
        assert_eq!(found((2, 1), (2, 2)), "1 GBC, 1 CBC");
        assert_eq!(found((2, 2), (4, 3)), "1 UIC, 1 GIC, 2 CBC");
        assert_eq!(found((4, 3), (2, 1)), "1 LBC, 1 CBC, 1 EUB, 1 ECB");
    }

    #[test]
    fn functions_are_known_by_name_and_place() {
        let with = |functions: &[(u32, &str, Option<u64>)]| {
            let one = |&(line, name, hits): &(u32, &str, Option<u64>)| {
                ((line, name.to_owned()), Function { hits, ..Function::default() })
            };
            FileCoverage { functions: functions.iter().map(one).collect(), ..FileCoverage::default() }
        };
        let before = with(&[(1, "f", Some(1)), (2, "g", Some(0)), (3, "h", Some(1)), (4, "i", None)]);
        let now = with(&[(1, "new", Some(0)), (2, "f", Some(0)), (3, "renamed", Some(1)), (4, "i", Some(2))]);
        let found = differential(&before, &now);
        assert_eq!(shown(found.functions), "1 UNC, 1 LBC, 2 GIC, 1 EUB, 1 DCB");
    }
}
