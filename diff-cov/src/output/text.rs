//! Text for people: a line for each file, excerpts of what is not covered, and the verdict.

use std::fmt::Write as _;

use cov_model::{BranchView, ranges};

use super::group::groups;
use super::snippet::Line;
use super::wording::{plural, sentence};
use crate::assessment::{Assessment, FileAssessment, LostFile};
use crate::category::Category;
use crate::differential::Differential;

/// How many lines of source are shown at the most; the numbers of all lines are in the table.
const SNIPPET_LINES: usize = 400;

/// How many names are listed in a sentence at the most.
const LISTED: usize = 10;

/// The whole text.
pub(super) fn render(assessment: &Assessment) -> String {
    let mut text = String::new();
    if assessment.is_told() {
        text.push_str(&table(&assessment.files));
        for name in &assessment.unmeasured {
            writeln!(text, "{name}  not in the report").expect(INFALLIBLE);
        }
        text.push_str(&lost(&assessment.lost));
        text.push_str(&labels(&assessment.files));
        text.push_str(&excerpts(assessment));
        if let Some(differential) = &assessment.differential {
            text.push_str(&categories(differential));
        }
        if !text.is_empty() {
            text.push('\n');
        }
    }
    text + &verdict(assessment)
}

const INFALLIBLE: &str = "a string takes everything";

/// The verdict alone.
pub(super) fn verdict(assessment: &Assessment) -> String {
    format!("diff-cov: {}\n", sentence(assessment))
}

/// A line for each file, in columns.
fn table(files: &[FileAssessment]) -> String {
    let rows: Vec<[String; 4]> = files.iter().map(row).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let (name_width, count_width, missing_width) = (width(0), width(2), width(3));
    let mut text = String::new();
    for (file, [name, percent, count, missing]) in files.iter().zip(&rows) {
        let partial = partial(&file.partial().collect::<Vec<_>>());
        let line = format!(
            "{name:name_width$}  {percent:>7}  {count:>count_width$}  {missing:missing_width$}  {partial}"
        );
        writeln!(text, "{}", line.trim_end()).expect(INFALLIBLE);
    }
    text
}

fn row(file: &FileAssessment) -> [String; 4] {
    let ratio = file.ratio();
    let missing = missing(file);
    [
        file.name.clone(),
        format!("{} %", ratio.truncated(1)),
        format!("{} of {} lines", ratio.covered, ratio.total),
        if missing.is_empty() { missing } else { format!("missing {missing}") },
    ]
}

/// The changed lines that are not covered, as ranges.
pub(super) fn missing(file: &FileAssessment) -> String {
    let runs = ranges::runs_within(&file.missing, &file.executable());
    runs.into_iter().map(ranges::shown).collect::<Vec<_>>().join(", ")
}

/// The branches that are not covered.
fn partial(views: &[&BranchView]) -> String {
    if views.is_empty() {
        return String::new();
    }
    format!("partial {}", views.iter().map(|view| branch(view, "->")).collect::<Vec<_>>().join(", "))
}

/// A branch and the arms of it that were not taken: by where they lead behind an `arrow`, or how many.
pub(super) fn branch(view: &BranchView, arrow: &str) -> String {
    if view.leads_to_lines() {
        let arms = view.untaken.iter().map(|arm| format!("{}{arrow}{arm}", view.line));
        arms.collect::<Vec<_>>().join(", ")
    } else {
        format!("{} ({} of {})", view.line, view.at_least, view.arms)
    }
}

/// A line for each file with lines that lost their coverage.
fn lost(files: &[LostFile]) -> String {
    let mut text = String::new();
    for file in files {
        let LostFile { name, lines, is_vanished, by_deleted_tests, deleted_tests } = file;
        let what = if *is_vanished {
            format!("not in the report any more: {} lost", plural(lines.len() as u64, "covered line"))
        } else {
            let runs = ranges::runs(lines.iter().copied());
            format!("lost {}", runs.into_iter().map(ranges::shown).collect::<Vec<_>>().join(", "))
        };
        let tests: Vec<String> = deleted_tests.iter().cloned().collect();
        let why = match by_deleted_tests {
            0 => String::new(),
            count if *count == lines.len() => {
                format!("  run before by tests that are gone: {}", shown_list(&tests))
            }
            count => format!("  {count} of them run before by tests that are gone: {}", shown_list(&tests)),
        };
        writeln!(text, "{name}  {what}{why}").expect(INFALLIBLE);
    }
    text
}

/// How many changed lines are not really new.
fn labels(files: &[FileAssessment]) -> String {
    let sum = |count: fn(&FileAssessment) -> u64| files.iter().map(count).sum::<u64>();
    let (respaced, moved) = (sum(|file| file.respaced), sum(|file| file.moved));
    let mut parts = Vec::new();
    if respaced > 0 {
        parts.push(format!("{} in white space alone", plural(respaced, "changed line")));
    }
    if moved > 0 {
        parts.push(format!("{} moved from elsewhere", plural(moved, "changed line")));
    }
    if parts.is_empty() { String::new() } else { format!("{} (see --excuse)\n", parts.join(", ")) }
}

/// What became of everything since the baseline, in lcov's categories.
fn categories(differential: &Differential) -> String {
    let mut text = "\nsince the baseline      lines  branches  functions\n".to_owned();
    let Differential { lines, branches, functions, lost: _ } = differential;
    for category in Category::ALL {
        let [lines, branches, functions] = [lines, branches, functions].map(|counts| counts.of(category));
        if lines + branches + functions > 0 {
            let code = category.code();
            writeln!(text, "{code} {lines:>25}  {branches:>8}  {functions:>9}  {}", category.meaning())
                .expect(INFALLIBLE);
        }
    }
    text
}

/// Excerpts of the source, most worth a test first, up to a number of lines.
fn excerpts(assessment: &Assessment) -> String {
    let mut text = String::new();
    let mut count = 0;
    for group in groups(assessment) {
        for (index, lines) in group.snippets().iter().enumerate() {
            count += lines.len();
            if count > SNIPPET_LINES {
                text.push_str("\n...\n");
                return text;
            }
            let head = if index == 0 { format!("\n{}\n", group.head()) } else { "  ...\n".to_owned() };
            text.push_str(&head);
            text.extend(lines.iter().map(source_line));
        }
    }
    text
}

/// A line of source, marked if it is not covered.
pub(super) fn source_line(line: &Line) -> String {
    let mark = if line.is_missing { '!' } else { ' ' };
    let text = format!("{mark} {:>5}  {}", line.number, line.text);
    format!("{}\n", text.trim_end())
}

/// Names for a sentence: the first few, and how many more there are.
pub(crate) fn shown_list(names: &[String]) -> String {
    let (listed, more) = names.split_at(names.len().min(LISTED));
    let listed = listed.join(", ");
    if more.is_empty() { listed } else { format!("{listed} and {} more", more.len()) }
}
