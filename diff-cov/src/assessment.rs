//! What is known of a change and its coverage.

use std::path::PathBuf;

use cov_model::status::Status;
use cov_model::{BranchView, FileCoverage, Percent, Ratio};

use crate::diff::Change;

/// All that is known of a change and its coverage.
#[derive(Debug)]
pub(crate) struct Assessment {
    /// What the change is against, as a part of a sentence: `against origin/main`.
    pub(crate) comparison: String,
    /// What came out.
    pub(crate) verdict: Verdict,
    /// The changed files that have changed lines which are executable, by name.
    pub(crate) files: Vec<FileAssessment>,
    /// Changed files that the report should have, going by their extension, and does not.
    pub(crate) unmeasured: Vec<String>,
    /// How many files the change touches.
    pub(crate) changed_files: usize,
}

/// What came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The change touches no file.
    NoChange,
    /// The change touches no executable line, as far as the report knows.
    NothingExecutable,
    /// Changed lines were executable.
    Lines {
        /// Covered ones, of all.
        ratio: Ratio,
        /// What is asked for.
        threshold: Option<Percent>,
    },
    /// The report has files, and none of the changed ones, though they are code: the names may not fit.
    NotInReport {
        /// How many files the report has.
        report_files: usize,
        /// The name of one of them.
        example: String,
    },
    /// The report has no files at all.
    EmptyReport,
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
    /// The lines that the diff adds.
    Diff,
}

impl Verdict {
    /// How the tool ends.
    pub(crate) fn status(&self) -> Status {
        match self {
            Self::NoChange | Self::NothingExecutable => Status::Done,
            Self::Lines { ratio, threshold } => match threshold {
                Some(threshold) if !threshold.is_reached_by(*ratio) => Status::Broken,
                _ => Status::Done,
            },
            Self::NotInReport { .. } | Self::EmptyReport => Status::Nothing,
            Self::Stale(_) => Status::Stale,
        }
    }
}

/// A changed file and the coverage of its changed lines.
#[derive(Debug)]
pub(crate) struct FileAssessment {
    /// Its name in the diff.
    pub(crate) name: String,
    /// The changed lines that were hit, ascending.
    pub(crate) covered: Vec<u32>,
    /// The changed lines that were not, ascending.
    pub(crate) missing: Vec<u32>,
    /// The executable lines, ascending: what stands between two of them parts nothing.
    pub(crate) executable: Vec<u32>,
    /// Branches of changed lines with arms that were not taken.
    pub(crate) partial: Vec<BranchView>,
    /// Where its source is on this machine.
    pub(crate) source: Option<PathBuf>,
}

impl FileAssessment {
    /// What of the lines of `change` is covered.
    pub(crate) fn new(name: String, change: &Change, file: &FileCoverage, source: Option<PathBuf>) -> Self {
        let changed = || file.lines.iter().filter(|&(line, _)| change.lines.contains(line));
        let lines = |is_hit: bool| {
            changed().filter(|&(_, hits)| (hits > 0) == is_hit).map(|(line, _)| line).collect::<Vec<_>>()
        };
        let is_partial = |view: &BranchView| change.lines.contains(view.line) && file.is_partial(view);
        Self {
            name,
            covered: lines(true),
            missing: lines(false),
            executable: file.lines.iter().map(|(line, _)| line).collect(),
            partial: file.branches.views().into_iter().filter(is_partial).collect(),
            source,
        }
    }

    /// Covered lines, of changed executable ones.
    pub(crate) fn ratio(&self) -> Ratio {
        let covered = self.covered.len() as u64;
        Ratio::new(covered, covered + self.missing.len() as u64)
    }
}
