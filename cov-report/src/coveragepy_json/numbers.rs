//! The numbers of a file, of a part of it, or of all.

use cov_model::{Ratio, Totals};
use serde::Serialize;

/// What `make_summary` and `make_branch_summary` of coverage.py's jsonreport.py tell.
#[derive(Debug, Serialize)]
pub(super) struct Numbers {
    covered_lines: u64,
    num_statements: u64,
    percent_covered: f64,
    percent_covered_display: String,
    missing_lines: u64,
    excluded_lines: u64,
    percent_statements_covered: f64,
    percent_statements_covered_display: String,
    #[serde(flatten)]
    branches: Option<BranchNumbers>,
}

#[derive(Debug, Serialize)]
struct BranchNumbers {
    num_branches: u64,
    num_partial_branches: u64,
    covered_branches: u64,
    missing_branches: u64,
    percent_branches_covered: f64,
    percent_branches_covered_display: String,
}

impl Numbers {
    /// The numbers of `totals`, with those of branches if these were measured.
    pub(super) fn new(totals: &Totals, has_branches: bool, precision: u8) -> Self {
        let Totals { lines, branches, .. } = *totals;
        let combined = totals.combined();
        Self {
            covered_lines: lines.covered,
            num_statements: lines.total,
            percent_covered: combined.percentage(),
            percent_covered_display: combined.rounded(precision),
            missing_lines: lines.missing(),
            excluded_lines: totals.excluded,
            percent_statements_covered: lines.percentage(),
            percent_statements_covered_display: lines.rounded(precision),
            branches: has_branches.then(|| BranchNumbers::new(branches, totals.partial_branches, precision)),
        }
    }
}

impl BranchNumbers {
    fn new(branches: Ratio, partial: u64, precision: u8) -> Self {
        Self {
            num_branches: branches.total,
            num_partial_branches: partial,
            covered_branches: branches.covered,
            missing_branches: branches.missing(),
            percent_branches_covered: branches.percentage(),
            percent_branches_covered_display: branches.rounded(precision),
        }
    }
}
