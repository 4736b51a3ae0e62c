//! Text for people: a line for each file, excerpts of what is not covered, and the verdict.

use std::fmt::Write as _;

use cov_model::{BranchView, ranges};

use super::snippet::{Line, snippets};
use super::wording::sentence;
use crate::assessment::{Assessment, FileAssessment, Verdict};

/// How many lines of source are shown at the most; the numbers of all lines are in the table.
const SNIPPET_LINES: usize = 400;

/// How many names are listed in a sentence at the most.
const LISTED: usize = 10;

/// The whole text.
pub(super) fn render(assessment: &Assessment) -> String {
    let mut text = String::new();
    if matches!(assessment.verdict, Verdict::Lines { .. } | Verdict::NothingExecutable) {
        text.push_str(&table(&assessment.files));
        for name in &assessment.unmeasured {
            writeln!(text, "{name}  not in the report").expect(INFALLIBLE);
        }
        text.push_str(&excerpts(&assessment.files));
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
        let partial = partial(&file.partial);
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
    let runs = ranges::runs_within(&file.missing, &file.executable);
    runs.into_iter().map(ranges::shown).collect::<Vec<_>>().join(", ")
}

/// The branches that are not covered.
fn partial(views: &[BranchView]) -> String {
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

/// Excerpts of the files' source, up to a number of lines.
fn excerpts(files: &[FileAssessment]) -> String {
    let mut text = String::new();
    let mut count = 0;
    for file in files {
        for (index, group) in snippets(file).iter().enumerate() {
            count += group.len();
            if count > SNIPPET_LINES {
                text.push_str("\n...\n");
                return text;
            }
            let head = if index == 0 { format!("\n{}\n", file.name) } else { "  ...\n".to_owned() };
            text.push_str(&head);
            text.extend(group.iter().map(source_line));
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
