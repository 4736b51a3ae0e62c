//! What a reviewer should look at, most worth a test first: for annotations and the reports of other tools.

use cov_model::ranges;

use super::text::branch;
use super::wording::plural;
use crate::assessment::{Assessment, FileAssessment};
use crate::functions::{extents, innermost};
use crate::statements::last_line;

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// Changed lines that no test ran.
    Uncovered,
    /// A changed function that no test called.
    Uncalled,
    /// A branch of a changed line that did not go every way.
    Partial,
    /// Lines that did not change and lost their coverage.
    Lost,
}

/// A place of the source, and what is wrong there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) kind: Kind,
    /// The file's name in the diff.
    pub(super) file: String,
    /// The first and the last line.
    pub(super) first: u32,
    pub(super) last: u32,
    /// In words, without the place.
    pub(super) message: String,
    /// How many lines are not covered: what a test of it would gain.
    pub(super) weight: u64,
}

impl Kind {
    pub(super) const ALL: [Self; 4] = [Self::Uncovered, Self::Uncalled, Self::Partial, Self::Lost];

    /// Its name for programs.
    pub(super) fn id(self) -> &'static str {
        match self {
            Self::Uncovered => "uncovered-change",
            Self::Uncalled => "uncalled-function",
            Self::Partial => "partial-branch",
            Self::Lost => "lost-coverage",
        }
    }

    /// What it means.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Uncovered => "Changed lines are not covered by tests",
            Self::Uncalled => "A changed function is not called by tests",
            Self::Partial => "A branch of a changed line does not go every way in tests",
            Self::Lost => "Unchanged lines lost their coverage",
        }
    }
}

/// Everything that is wrong, most worth first: what has most lines without a test, and of equals the first by name.
pub(super) fn findings(assessment: &Assessment) -> Vec<Finding> {
    let mut all: Vec<Finding> = assessment.files.iter().flat_map(of_file).collect();
    for file in assessment.lost.iter().filter(|file| !file.is_vanished) {
        all.extend(ranges::runs(file.lines.iter().copied()).into_iter().map(|(first, last)| {
            let count = u64::from(last - first) + 1;
            let message = format!("{} lost coverage since the baseline", plural(count, "unchanged line"));
            Finding { kind: Kind::Lost, file: file.name.clone(), first, last, message, weight: count }
        }));
    }
    all.sort_by(|a, b| {
        let place = |finding: &Finding| (finding.file.clone(), finding.first, finding.kind);
        b.weight.cmp(&a.weight).then_with(|| place(a).cmp(&place(b)))
    });
    all
}

fn of_file(file: &FileAssessment) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut finding = |kind, first, last, message, weight| {
        found.push(Finding { kind, file: file.name.clone(), first, last, message, weight });
    };
    let extents = extents(&file.coverage);
    // A function that is never called is one finding, however its lines are strewn.
    let mut left: Vec<u32> = file.missing.clone();
    for function in file.uncalled() {
        let (own, others): (Vec<u32>, Vec<u32>) = left
            .into_iter()
            .partition(|&line| innermost(&extents, line).is_some_and(|index| extents[index] == *function));
        left = others;
        let (Some(&first), Some(&last)) = (own.first(), own.last()) else { continue };
        let count = own.len() as u64;
        let message = format!(
            "no test calls {}: {} not covered ({})",
            function.name,
            plural(count, "changed line"),
            shown(file, &own)
        );
        finding(Kind::Uncalled, first, last_line(&file.coverage, last), message, count);
    }
    for (first, last) in ranges::runs_within(&left, &file.executable()) {
        let count = left.iter().filter(|&&line| (first..=last).contains(&line)).count() as u64;
        let message = format!(
            "no test runs {}",
            if count == 1 { "this changed line".to_owned() } else { format!("these {count} changed lines") }
        );
        finding(Kind::Uncovered, first, last_line(&file.coverage, last), message, count);
    }
    for view in file.partial() {
        let last = last_line(&file.coverage, view.line);
        let message = format!(
            "{} of {} ways of this branch {} taken: {}",
            view.at_least,
            view.arms,
            if view.at_least == 1 { "is" } else { "are" },
            branch(view, " -> ")
        );
        finding(Kind::Partial, view.line, last, message, 0);
    }
    found
}

/// Lines as ranges; what is not executable parts none.
fn shown(file: &FileAssessment, lines: &[u32]) -> String {
    let runs = ranges::runs_within(lines, &file.executable());
    runs.into_iter().map(ranges::shown).collect::<Vec<_>>().join(", ")
}
