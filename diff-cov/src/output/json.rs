//! JSON for other programs.

use serde::Serialize;

use super::wording::sentence;
use crate::assessment::{Assessment, FileAssessment, Verdict};

/// The version of the document, raised when a field changes its meaning or goes.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    format: &'static str,
    version: u32,
    verdict: &'static str,
    sentence: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    fail_under: Option<String>,
    covered: u64,
    total: u64,
    changed_files: usize,
    files: Vec<File<'a>>,
    not_in_report: &'a [String],
}

#[derive(Serialize)]
struct File<'a> {
    path: &'a str,
    covered: &'a [u32],
    missing: &'a [u32],
    partial: Vec<Partial<'a>>,
}

#[derive(Serialize)]
struct Partial<'a> {
    line: u32,
    arms: u32,
    taken: u32,
    untaken: &'a [String],
}

/// The whole document.
pub(super) fn render(assessment: &Assessment) -> String {
    let Assessment { comparison: _, verdict, files, unmeasured, changed_files } = assessment;
    let (ratio, threshold) = match verdict {
        Verdict::Lines { ratio, threshold } => (*ratio, *threshold),
        _ => (cov_model::Ratio::default(), None),
    };
    let document = Document {
        format: "diff-cov",
        version: VERSION,
        verdict: name(assessment),
        sentence: sentence(assessment),
        fail_under: threshold.map(|threshold| threshold.to_string()),
        covered: ratio.covered,
        total: ratio.total,
        changed_files: *changed_files,
        files: files.iter().map(File::new).collect(),
        not_in_report: unmeasured,
    };
    let mut text = serde_json::to_string_pretty(&document).expect("numbers and strings are JSON");
    text.push('\n');
    text
}

impl<'a> File<'a> {
    fn new(file: &'a FileAssessment) -> Self {
        let FileAssessment { name, covered, missing, executable: _, partial, source: _ } = file;
        let partial = partial.iter().map(|view| Partial {
            line: view.line,
            arms: view.arms,
            taken: view.at_least,
            untaken: &view.untaken,
        });
        Self { path: name, covered, missing, partial: partial.collect() }
    }
}

/// The verdict as one word.
fn name(assessment: &Assessment) -> &'static str {
    match &assessment.verdict {
        Verdict::NoChange => "no-change",
        Verdict::NothingExecutable => "nothing-executable",
        Verdict::Lines { threshold: None, .. } => "not-judged",
        Verdict::Lines { ratio, threshold: Some(threshold) } if threshold.is_reached_by(*ratio) => "enough",
        Verdict::Lines { .. } => "too-little",
        Verdict::NotInReport { .. } => "not-in-report",
        Verdict::EmptyReport => "empty-report",
        Verdict::Stale(_) => "stale",
    }
}
