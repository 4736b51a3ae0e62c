//! What is known of a change and its coverage.

use std::collections::BTreeSet;
use std::path::PathBuf;

use cov_model::rule::Metric;
use cov_model::status::Status;
use cov_model::{BranchView, FileCoverage, Ratio};

use crate::diff::Runs;
use crate::differential::Differential;
use crate::functions::{Extent, touched};
use crate::outcome::{Outcome, State};
use crate::statements::is_touched;

/// All that is known of a change and its coverage.
#[derive(Debug)]
pub(crate) struct Assessment {
    /// What the change is against, as a part of a sentence: `against origin/main`.
    pub(crate) comparison: String,
    /// What there was to judge.
    pub(crate) verdict: Verdict,
    /// What came of the rules, in the order in which they are told.
    pub(crate) outcomes: Vec<Outcome>,
    /// Changes of fewer lines are too small to be judged.
    pub(crate) min_lines: u64,
    /// The changed files that have changed lines which are executable, by name.
    pub(crate) files: Vec<FileAssessment>,
    /// What became of everything since the baseline, if there is one.
    pub(crate) differential: Option<Differential>,
    /// The files with lines that did not change and lost their coverage since the baseline, by name.
    pub(crate) lost: Vec<LostFile>,
    /// Changed files that the report should have, going by their extension, and does not.
    pub(crate) unmeasured: Vec<String>,
    /// How many files the change touches.
    pub(crate) changed_files: usize,
    /// Changed lines that are newer than the measurement, of which nobody knows whether they are covered.
    pub(crate) newer_lines: u64,
}

/// What there was to judge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The change touches no file.
    NoChange,
    /// The change touches no executable line, as far as the report knows.
    NothingExecutable,
    /// Changed lines were executable; so many of them are covered.
    Lines(Ratio),
    /// The report has files, and none of the changed ones, though they are code: the names may not fit.
    NotInReport {
        /// How many files the report has.
        report_files: usize,
        /// The name of one of them.
        example: String,
    },
    /// Changed files of code are not in the report, and the user wants all of them to be.
    Incomplete,
    /// The report has no files at all.
    EmptyReport,
    /// The baseline has no file that the report has too.
    ForeignBaseline,
    /// Files differ from what was measured, or from what the diff says.
    Stale(Vec<Stale>),
}

/// A file that is not the one that was measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stale {
    /// Its name.
    pub(crate) name: String,
    /// What it differs from.
    pub(crate) differs_from: Other,
}

/// What a file can differ from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Other {
    /// The source as it was measured.
    Measured,
    /// The source as it was measured, which is not to be found, so that lines cannot be followed.
    Unfound,
    /// The lines that the diff adds.
    Diff,
    /// The baseline's source, which is not that of the version that the change is against.
    Baseline,
}

impl Assessment {
    /// How the tool ends.
    pub(crate) fn status(&self) -> Status {
        let has = |state: State| self.outcomes.iter().any(|outcome| outcome.state == state);
        match &self.verdict {
            Verdict::NotInReport { .. }
            | Verdict::Incomplete
            | Verdict::EmptyReport
            | Verdict::ForeignBaseline => Status::Nothing,
            Verdict::Stale(_) => Status::Stale,
            Verdict::NoChange | Verdict::NothingExecutable | Verdict::Lines(_) if has(State::Broken) => {
                Status::Broken
            }
            _ if has(State::Unknown) => Status::Nothing,
            _ => Status::Done,
        }
    }

    /// Whether there was something to judge by, so that there are files to be shown.
    pub(crate) fn is_told(&self) -> bool {
        matches!(self.verdict, Verdict::NoChange | Verdict::NothingExecutable | Verdict::Lines(_))
    }

    /// So many of so many changed things are covered.
    pub(crate) fn ratio_of(&self, metric: Metric) -> Ratio {
        sum(self.files.iter().map(|file| file.ratio_of(metric)))
    }

    /// How many lines that did not change lost their coverage.
    pub(crate) fn lost_lines(&self) -> u64 {
        self.lost.iter().map(|file| file.lines.len() as u64).sum()
    }
}

/// A file with lines that did not change and lost their coverage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LostFile {
    /// Its name.
    pub(crate) name: String,
    /// The lines, ascending; as they were before if the file is not in the report any more.
    pub(crate) lines: Vec<u32>,
    /// Whether the file is still there, and not in the report any more.
    pub(crate) is_vanished: bool,
    /// How many of the lines only tests had run that are gone now, as far as the reports tell.
    pub(crate) by_deleted_tests: usize,
    /// Those tests.
    pub(crate) deleted_tests: BTreeSet<String>,
}

/// A changed file and the coverage of its changed lines.
#[derive(Debug)]
pub(crate) struct FileAssessment {
    /// Its name in the diff.
    pub(crate) name: String,
    /// Where its source is on this machine.
    pub(crate) source: Option<PathBuf>,
    /// What was measured of all of it.
    pub(crate) coverage: FileCoverage,
    /// The changed lines that were hit, ascending: each stands for the statement that begins there.
    pub(crate) covered: Vec<u32>,
    /// The changed lines that were not, ascending.
    pub(crate) missing: Vec<u32>,
    /// The branches of changed lines.
    pub(crate) branches: Vec<BranchView>,
    /// The functions with changed lines.
    pub(crate) functions: Vec<Extent>,
    /// How many of the changed lines differ in white space alone.
    pub(crate) respaced: u64,
    /// How many of the changed lines stood elsewhere before.
    pub(crate) moved: u64,
}

impl FileAssessment {
    /// What of `lines`, those that changed in a file, is covered; `respaced` and `moved` are among them.
    pub(crate) fn new(
        name: String,
        source: Option<PathBuf>,
        coverage: FileCoverage,
        lines: &Runs,
        [respaced, moved]: [&Runs; 2],
    ) -> Self {
        let changed: Vec<(u32, bool)> = coverage
            .lines
            .iter()
            .filter(|&(first, _)| is_touched(&coverage, first, lines))
            .map(|(first, hits)| (first, hits > 0))
            .collect();
        let of = |is_hit: bool| {
            changed.iter().filter(|&&(_, hit)| hit == is_hit).map(|&(line, _)| line).collect::<Vec<u32>>()
        };
        let count = |runs: &Runs| changed.iter().filter(|&&(line, _)| runs.contains(line)).count() as u64;
        let is_changed = |view: &BranchView| {
            lines.contains(view.line) || changed.binary_search_by_key(&view.line, |&(line, _)| line).is_ok()
        };
        Self {
            covered: of(true),
            missing: of(false),
            branches: coverage.branches.views().into_iter().filter(is_changed).collect(),
            functions: touched(&coverage, lines),
            respaced: count(respaced),
            moved: count(moved),
            name,
            source,
            coverage,
        }
    }

    /// Whether the change touches anything that was measured.
    pub(crate) fn is_empty(&self) -> bool {
        self.covered.is_empty() && self.missing.is_empty() && self.branches.is_empty()
    }

    /// Covered lines, of changed executable ones.
    pub(crate) fn ratio(&self) -> Ratio {
        let covered = self.covered.len() as u64;
        Ratio::new(covered, covered + self.missing.len() as u64)
    }

    /// So many of so many are covered.
    pub(crate) fn ratio_of(&self, metric: Metric) -> Ratio {
        let branches =
            || sum(self.branches.iter().map(|view| Ratio::new(view.at_least.into(), view.arms.into())));
        match metric {
            Metric::Lines => self.ratio(),
            Metric::Branches => branches(),
            Metric::Functions => {
                let called = self.functions.iter().filter_map(|function| function.is_called);
                sum(called.map(|is_called| Ratio::new(u64::from(is_called), 1)))
            }
            Metric::Total => sum([self.ratio(), branches()]),
        }
    }

    /// Branches of changed lines that were run and did not take every arm.
    pub(crate) fn partial(&self) -> impl Iterator<Item = &BranchView> {
        self.branches.iter().filter(|view| self.coverage.is_partial(view))
    }

    /// Changed functions that no test called.
    pub(crate) fn uncalled(&self) -> impl Iterator<Item = &Extent> {
        self.functions.iter().filter(|function| function.is_called == Some(false))
    }

    /// The executable lines, ascending: what stands between two of them parts nothing.
    pub(crate) fn executable(&self) -> Vec<u32> {
        self.coverage.lines.iter().map(|(line, _)| line).collect()
    }
}

fn sum(ratios: impl IntoIterator<Item = Ratio>) -> Ratio {
    ratios.into_iter().fold(Ratio::default(), |mut sum, ratio| {
        sum += ratio;
        sum
    })
}
