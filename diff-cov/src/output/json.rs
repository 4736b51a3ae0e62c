//! JSON for other programs; `docs/FORMAT.md` describes its fields.

use std::collections::BTreeSet;

use cov_model::Ratio;
use cov_model::rule::Metric;
use serde::Serialize;

use super::wording::sentence;
use crate::assessment::{Assessment, FileAssessment, LostFile, Verdict};
use crate::category::Counts;
use crate::outcome::{Found, Outcome, State};
use crate::rule::Demand;

/// The version of the document, raised when a field changes its meaning or goes.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Head<'a> {
    format: &'static str,
    version: u32,
    verdict: &'static str,
    status: u8,
    sentence: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    fail_under: Option<String>,
    covered: u64,
    total: u64,
    branches: Part,
    functions: Part,
    rules: Vec<Judged>,
    changed_files: usize,
    not_in_report: &'a [String],
    #[serde(skip_serializing_if = "is_zero")]
    newer_lines: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    stale: Option<Vec<&'a str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    categories: Option<Categories<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lost: Option<Vec<Lost<'a>>>,
}

#[derive(Serialize)]
struct Part {
    covered: u64,
    total: u64,
}

#[derive(Serialize)]
struct Judged {
    #[serde(rename = "rule")]
    text: String,
    state: &'static str,
    #[serde(flatten)]
    found: Number,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    broken_by: Vec<Offender>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Number {
    Covered(Part),
    Lost { lost: u64 },
}

#[derive(Serialize)]
struct Offender {
    path: String,
    #[serde(flatten)]
    found: Number,
}

#[derive(Serialize)]
struct Categories<'a> {
    lines: &'a Counts,
    branches: &'a Counts,
    functions: &'a Counts,
}

#[derive(Serialize)]
struct Lost<'a> {
    path: &'a str,
    lines: &'a [u32],
    not_in_report: bool,
    by_deleted_tests: usize,
    deleted_tests: &'a BTreeSet<String>,
}

#[derive(Serialize)]
struct File<'a> {
    path: &'a str,
    covered: &'a [u32],
    missing: &'a [u32],
    partial: Vec<Partial<'a>>,
    branches: Part,
    functions: Vec<Function<'a>>,
    #[serde(skip_serializing_if = "is_zero")]
    respaced: u64,
    #[serde(skip_serializing_if = "is_zero")]
    moved: u64,
}

#[derive(Serialize)]
struct Partial<'a> {
    line: u32,
    arms: u32,
    taken: u32,
    untaken: &'a [String],
}

#[derive(Serialize)]
struct Function<'a> {
    name: &'a str,
    line: u32,
    called: Option<bool>,
}

/// The whole document: a line for what it says of all, then one for each file.
pub(super) fn render(assessment: &Assessment) -> String {
    let Assessment { verdict, outcomes, files, differential, lost, unmeasured, changed_files, .. } =
        assessment;
    let ratio = match verdict {
        Verdict::Lines(ratio) => *ratio,
        _ => Ratio::default(),
    };
    let stale = match verdict {
        Verdict::Stale(files) => Some(files.iter().map(|stale| stale.name.as_str()).collect()),
        _ => None,
    };
    let head = json(&Head {
        format: "diff-cov",
        version: VERSION,
        verdict: name(assessment),
        status: assessment.status().code(),
        sentence: sentence(assessment),
        fail_under: outcomes.iter().find_map(fail_under),
        covered: ratio.covered,
        total: ratio.total,
        branches: assessment.ratio_of(Metric::Branches).into(),
        functions: assessment.ratio_of(Metric::Functions).into(),
        rules: outcomes.iter().map(Judged::new).collect(),
        changed_files: *changed_files,
        not_in_report: unmeasured,
        newer_lines: assessment.newer_lines,
        stale,
        categories: differential.as_ref().map(|differential| Categories {
            lines: &differential.lines,
            branches: &differential.branches,
            functions: &differential.functions,
        }),
        lost: differential.is_some().then(|| lost.iter().map(Lost::new).collect()),
    });
    let open = head.strip_suffix('}').expect("a struct is an object");
    let files: Vec<String> = files.iter().map(|file| format!("\n{}", json(&File::new(file)))).collect();
    format!("{open},\"files\":[{}\n]}}\n", files.join(","))
}

pub(super) fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("numbers and strings are JSON")
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// What `--fail-under` asked for.
fn fail_under(outcome: &Outcome) -> Option<String> {
    match outcome.rule.demand {
        Demand::AtLeast(Metric::Lines, percent) if outcome.rule.glob.is_none() => Some(percent.to_string()),
        _ => None,
    }
}

impl From<Ratio> for Part {
    fn from(Ratio { covered, total }: Ratio) -> Self {
        Self { covered, total }
    }
}

impl From<Found> for Number {
    fn from(found: Found) -> Self {
        match found {
            Found::Covered(ratio) => Self::Covered(ratio.into()),
            Found::Lost(lost) => Self::Lost { lost },
        }
    }
}

impl Judged {
    fn new(outcome: &Outcome) -> Self {
        let Outcome { rule, found, state, offenders } = outcome;
        let offender =
            |(path, found): &(String, Found)| Offender { path: path.clone(), found: (*found).into() };
        Self {
            text: rule.to_string(),
            state: match state {
                State::Holds => "holds",
                State::Broken => "broken",
                State::Small => "small",
                State::Unknown => "unknown",
            },
            found: (*found).into(),
            broken_by: offenders.iter().map(offender).collect(),
        }
    }
}

impl<'a> Lost<'a> {
    fn new(file: &'a LostFile) -> Self {
        let LostFile { name, lines, is_vanished, by_deleted_tests, deleted_tests } = file;
        let (not_in_report, by_deleted_tests) = (*is_vanished, *by_deleted_tests);
        Self { path: name, lines, not_in_report, by_deleted_tests, deleted_tests }
    }
}

impl<'a> File<'a> {
    fn new(file: &'a FileAssessment) -> Self {
        let FileAssessment { name, covered, missing, functions, respaced, moved, .. } = file;
        let partial = file.partial().map(|view| Partial {
            line: view.line,
            arms: view.arms,
            taken: view.at_least,
            untaken: &view.untaken,
        });
        let function = |function: &'a crate::functions::Extent| Function {
            name: &function.name,
            line: function.first,
            called: function.is_called,
        };
        Self {
            path: name,
            covered,
            missing,
            partial: partial.collect(),
            branches: file.ratio_of(Metric::Branches).into(),
            functions: functions.iter().map(function).collect(),
            respaced: *respaced,
            moved: *moved,
        }
    }
}

/// The verdict as one word.
pub(super) fn name(assessment: &Assessment) -> &'static str {
    let has = |state| assessment.outcomes.iter().any(|outcome| outcome.state == state);
    match &assessment.verdict {
        Verdict::NotInReport { .. } => "not-in-report",
        Verdict::Incomplete => "incomplete",
        Verdict::EmptyReport => "empty-report",
        Verdict::ForeignBaseline => "foreign-baseline",
        Verdict::Stale(_) => "stale",
        _ if has(State::Broken) => "too-little",
        _ if has(State::Unknown) => "unknown",
        Verdict::NoChange => "no-change",
        Verdict::NothingExecutable => "nothing-executable",
        Verdict::Lines(_) if has(State::Small) => "small",
        Verdict::Lines(_) if assessment.outcomes.is_empty() => "not-judged",
        Verdict::Lines(_) => "enough",
    }
}
