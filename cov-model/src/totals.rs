//! Totals: what follows from a report, computed whenever it is asked for.

use std::ops::AddAssign;

use crate::branch::BranchView;
use crate::percent::Ratio;
use crate::report::{FileCoverage, Report};

/// The totals of a file, of some files, or of a whole report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// How many files were counted.
    pub files: u64,
    /// Lines hit, of executable lines.
    pub lines: Ratio,
    /// Arms taken for certain, of arms.
    pub branches: Ratio,
    /// Arms not taken of branches whose line was hit (coverage.py's `BrPart`).
    pub partial_branches: u64,
    /// Functions entered, of functions.
    pub functions: Ratio,
    /// Lines that the project excludes.
    pub excluded: u64,
}

impl Totals {
    /// The totals of one file.
    pub fn of_file(file: &FileCoverage) -> Self {
        let mut totals = Self { files: 1, ..Self::default() };
        for (_, hits) in file.lines.iter() {
            totals.lines += Ratio::new(u64::from(hits > 0), 1);
        }
        for view in file.branches.views() {
            totals.branches += Ratio::new(u64::from(view.at_least), u64::from(view.arms));
            if file.is_partial(&view) {
                totals.partial_branches += u64::from(view.missing());
            }
        }
        for hits in file.functions.values().filter_map(|function| function.hits) {
            totals.functions += Ratio::new(u64::from(hits > 0), 1);
        }
        totals.excluded = file.excluded.iter().filter(|&&line| file.lines.get(line).is_none()).count() as u64;
        totals
    }

    /// The totals of a whole report.
    pub fn of_report(report: &Report) -> Self {
        report.files.values().map(Self::of_file).sum()
    }

    /// Lines and branches together: what coverage.py calls the coverage, and judges by `fail_under`.
    pub fn combined(&self) -> Ratio {
        let mut combined = self.lines;
        combined += self.branches;
        combined
    }
}

impl FileCoverage {
    /// Whether a branch of this file is partial: its line was hit, or is not known to be executable, and some arm was
    /// not taken.
    pub fn is_partial(&self, view: &BranchView) -> bool {
        !view.is_complete() && self.lines.get(view.line) != Some(0)
    }
}

impl AddAssign for Totals {
    fn add_assign(&mut self, other: Self) {
        self.files += other.files;
        self.lines += other.lines;
        self.branches += other.branches;
        self.partial_branches += other.partial_branches;
        self.functions += other.functions;
        self.excluded += other.excluded;
    }
}

impl std::iter::Sum for Totals {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |mut sum, totals| {
            sum += totals;
            sum
        })
    }
}
