//! What is missing of a file, in one line: `3-5, 8->10, 12->exit`.

use cov_model::BranchView;
use cov_model::ranges::{runs_within, shown};

use crate::summary::FileSummary;

/// The lines and branches that `file` misses, as coverage.py's `format_lines` (results.py) lists them.
///
/// Arms between lines that were missed are not listed, nor are those that lead to one. Where no arm leads to a line that
/// is known, the branches of a line are listed as `12 (1/2)`: so many arms taken, of so many; or `12 (1-2/3)` where only
/// bounds are known.
pub fn missing(file: &FileSummary<'_>) -> String {
    let missed: Vec<u32> = file.coverage.lines.missed().collect();
    let all: Vec<u32> = file.coverage.lines.iter().map(|(line, _)| line).collect();
    let mut items: Vec<(u32, String)> =
        runs_within(&missed, &all).into_iter().map(|run| (run.0, shown(run))).collect();
    let mut nameless: Vec<BranchView> = Vec::new();
    for view in file.branches.iter().filter(|view| missed.binary_search(&view.line).is_err()) {
        if view.leads_to_lines() {
            let is_told = |arm: &&String| arm.parse().is_ok_and(|line| missed.binary_search(&line).is_ok());
            let arms = view.untaken.iter().filter(|arm| !is_told(arm));
            items.extend(arms.map(|arm| (view.line, format!("{}->{arm}", view.line))));
        } else {
            match nameless.last_mut() {
                Some(last) if last.line == view.line => {
                    last.arms = last.arms.saturating_add(view.arms);
                    last.at_least = last.at_least.saturating_add(view.at_least);
                    last.at_most = last.at_most.saturating_add(view.at_most);
                }
                _ => nameless.push(view.clone()),
            }
        }
    }
    let partial = nameless.iter().filter(|view| !view.is_complete());
    items.extend(partial.map(|view| (view.line, format!("{} ({})", view.line, tally(view)))));
    items.sort();
    items.into_iter().map(|(_, item)| item).collect::<Vec<_>>().join(", ")
}

/// How many arms of a branch were taken: `1/2`, or `1-2/3`.
fn tally(view: &BranchView) -> String {
    let BranchView { at_least, at_most, arms, .. } = view;
    if at_most > at_least { format!("{at_least}-{at_most}/{arms}") } else { format!("{at_least}/{arms}") }
}

#[cfg(test)]
mod tests {
    use cov_model::{Branch, Branches, FileCoverage, Naming, Report, Site, Tally};

    use super::*;
    use crate::summary::Summary;

    /// Lines 1 to 9, of which 4 and 5 were missed, and these branches.
    fn check(branches: Branches, expected: &str) {
        let lines = (1..10).map(|line| (line, u64::from(!(4..6).contains(&line)))).collect();
        let mut report = Report::default();
        report.files.insert("a.py".to_owned(), FileCoverage { lines, branches, ..FileCoverage::default() });
        assert_eq!(missing(&Summary::new(&report, true).files[0]), expected);
    }

    fn named(line: u32, block: &str, naming: Naming, untaken: &[&str]) -> (Site, Branch) {
        let untaken = untaken.iter().map(|&arm| arm.to_owned()).collect();
        (Site { line, block: block.to_owned(), naming }, Branch { arms: 3, untaken, ..Branch::default() })
    }

    #[test]
    fn arms_to_and_from_missed_lines_are_not_told_twice() {
        let branches = [
            named(3, "", Naming::Destination, &["4", "7"]),
            named(5, "", Naming::Destination, &["8"]),
            named(6, "", Naming::DestinationOrExit, &["10", "9", "exit"]),
        ];
        check(Branches { named: branches.into(), ..Branches::default() }, "3->7, 4-5, 6->10, 6->9, 6->exit");
    }

    #[test]
    fn branches_without_destinations_are_counted() {
        let tallied = [
            ((2, 2), Tally::exactly(1)),
            ((7, 3), Tally { at_least: 1, at_most: 2 }),
            ((8, 2), Tally::exactly(2)),
        ];
        let named = [named(3, "0", Naming::Label, &["4"]), named(3, "1", Naming::Label, &[])];
        check(
            Branches { measured: true, named: named.into(), tallied: tallied.into() },
            "2 (1/2), 3 (5/6), 4-5, 7 (1-2/3)",
        );
    }
}
