//! The ways on from each line that branches, as coverage.py's formats tell of them.

use cov_model::{Naming, Site};

use crate::summary::FileSummary;

/// The ways on from a line that branches: what `branch_stats`, `missing_branch_arcs` and `executed_branch_arcs` of
/// coverage.py's results.py say of it.
///
/// A way is the line that it leads to, or `-N` where it leaves the scope that starts at line N. Ways that have other names,
/// as those of other languages, are counted and not listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ways {
    /// The line.
    pub line: u32,
    /// How many ways there are.
    pub total: u32,
    /// How many of them were not taken for certain.
    pub missing: u32,
    /// Those that were taken, ascending; with those into excluded code, which are not among the `total`.
    pub taken: Vec<i64>,
    /// Those that were not taken, ascending.
    pub untaken: Vec<i64>,
}

/// The ways on from the lines of `file` that branch, one for each line, ascending.
pub fn ways(file: &FileSummary<'_>) -> Vec<Ways> {
    let mut all: Vec<Ways> = Vec::new();
    for view in &file.branches {
        let naming = Naming::Destination;
        let site = Site { line: view.line, block: view.block.clone(), naming };
        let branch = file.coverage.branches.named.get(&site).filter(|_| view.naming == Some(naming));
        let (taken, untaken) = branch.map_or_else(Default::default, |branch| {
            let taken = branch.taken.keys().chain(branch.uncounted.keys());
            (lines(taken), lines(&branch.untaken))
        });
        let ways = Ways { line: view.line, total: view.arms, missing: view.missing(), taken, untaken };
        match all.last_mut() {
            Some(last) if last.line == ways.line => last.add(ways),
            _ => all.push(ways),
        }
    }
    all
}

impl Ways {
    /// Takes over another branch of the same line.
    fn add(&mut self, other: Self) {
        self.total = self.total.saturating_add(other.total);
        self.missing = self.missing.saturating_add(other.missing);
        self.taken.extend(other.taken);
        self.untaken.extend(other.untaken);
        self.taken.sort_unstable();
        self.untaken.sort_unstable();
    }
}

fn lines<'a>(arms: impl IntoIterator<Item = &'a String>) -> Vec<i64> {
    let mut lines: Vec<i64> = arms.into_iter().filter_map(|arm| arm.parse().ok()).collect();
    lines.sort_unstable();
    lines
}

#[cfg(test)]
mod tests {
    use cov_model::{Branch, Branches, FileCoverage, Report, Tally};

    use super::*;
    use crate::summary::Summary;

    #[test]
    fn ways_into_excluded_code_are_listed_and_not_counted() {
        let site = |line, naming| Site { line, block: String::new(), naming };
        let arms = |arms: &[&str]| arms.iter().map(|&arm| (arm.to_owned(), 1)).collect();
        let untaken = |arms: &[&str]| arms.iter().map(|&arm| arm.to_owned()).collect();
        let exits = Branch {
            arms: 3,
            taken: arms(&["10"]),
            untaken: untaken(&["9", "-1"]),
            uncounted: arms(&["4"]),
            ..Branch::default()
        };
        let labels = Branch { arms: 2, taken: arms(&["0"]), untaken: untaken(&["1"]), ..Branch::default() };
        let branches = Branches {
            measured: true,
            named: [(site(2, Naming::Destination), exits), (site(3, Naming::Label), labels)].into(),
            tallied: [((5, 4), Tally { at_least: 1, at_most: 3 })].into(),
        };
        let file = FileCoverage { branches, ..FileCoverage::default() };
        let report = Report { files: [("a.py".to_owned(), file)].into(), ..Report::default() };
        let found = ways(&Summary::new(&report, true).files[0]);
        assert_eq!(
            found,
            [
                Ways { line: 2, total: 3, missing: 2, taken: vec![4, 10], untaken: vec![-1, 9] },
                Ways { line: 3, total: 2, missing: 1, taken: vec![], untaken: vec![] },
                Ways { line: 5, total: 4, missing: 3, taken: vec![], untaken: vec![] },
            ]
        );
    }
}
