//! JSON for other programs.

use cov_model::Ratio;
use serde::Serialize;

use super::wording::sentence;
use crate::assessment::{Assessment, FileAssessment, Verdict};

/// The version of the document, raised when a field changes its meaning or goes.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Head<'a> {
    format: &'static str,
    version: u32,
    verdict: &'static str,
    sentence: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    fail_under: Option<String>,
    covered: u64,
    total: u64,
    changed_files: usize,
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

/// The whole document: a line for what it says of all, then one for each file.
pub(super) fn render(assessment: &Assessment) -> String {
    let Assessment { comparison: _, verdict, files, unmeasured, changed_files } = assessment;
    let (ratio, threshold) = match verdict {
        Verdict::Lines { ratio, threshold } => (*ratio, *threshold),
        _ => (Ratio::default(), None),
    };
    let head = json(&Head {
        format: "diff-cov",
        version: VERSION,
        verdict: name(assessment),
        sentence: sentence(assessment),
        fail_under: threshold.map(|threshold| threshold.to_string()),
        covered: ratio.covered,
        total: ratio.total,
        changed_files: *changed_files,
        not_in_report: unmeasured,
    });
    let open = head.strip_suffix('}').expect("a struct is an object");
    let files: Vec<String> = files.iter().map(|file| format!("\n{}", json(&File::new(file)))).collect();
    format!("{open},\"files\":[{}\n]}}\n", files.join(","))
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("numbers and strings are JSON")
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
