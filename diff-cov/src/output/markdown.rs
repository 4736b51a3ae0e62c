//! Markdown for a comment on a pull request.

use std::fmt::Write as _;

use cov_model::ranges;
use cov_model::status::Status;

use super::group::groups;
use super::text::{branch, missing, source_line};
use super::wording::{plural, sentence};
use crate::assessment::{Assessment, FileAssessment, LostFile};
use crate::category::Category;
use crate::differential::Differential;
use crate::outcome::State;

/// How long the table may get, and then the whole, in bytes: a comment on GitHub has at most 65,536 characters.
const TABLE_LIMIT: usize = 30_000;
const LIMIT: usize = 60_000;

const INFALLIBLE: &str = "a string takes everything";

/// The whole comment.
pub(super) fn render(assessment: &Assessment) -> String {
    let mark = match assessment.status() {
        Status::Done if is_judged(assessment) => "✅ ",
        Status::Done => "",
        Status::Broken => "❌ ",
        _ => "⚠️ ",
    };
    let mut text = format!("### {mark}Coverage of changed lines\n\n{}\n", prose(&sentence(assessment)));
    if !assessment.is_told() {
        return text;
    }
    text.push_str(&table(&assessment.files));
    text.push_str(&unmeasured(&assessment.unmeasured));
    text.push_str(&lost(&assessment.lost));
    let last = assessment.differential.as_ref().map(categories).unwrap_or_default();
    let budget = LIMIT.saturating_sub(text.len() + last.len());
    text.push_str(&details(assessment, budget));
    text.push_str(&last);
    text
}

/// Whether something was asked for, and judged.
fn is_judged(assessment: &Assessment) -> bool {
    assessment.outcomes.iter().any(|outcome| outcome.state == State::Holds) && !assessment.files.is_empty()
}

/// A row for each file; those with uncovered lines come first, should not all have room.
fn table(files: &[FileAssessment]) -> String {
    if files.is_empty() {
        return String::new();
    }
    let mut text =
        "\n| File | Coverage | Lines | Missing | Partial branches |\n|---|--:|--:|---|---|\n".to_owned();
    let (lacking, complete): (Vec<_>, Vec<_>) =
        files.iter().partition(|file| !file.missing.is_empty() || file.partial().next().is_some());
    let mut left = files.len();
    for file in lacking.into_iter().chain(complete) {
        let row = row(file);
        if text.len() + row.len() > TABLE_LIMIT {
            break;
        }
        text.push_str(&row);
        left -= 1;
    }
    if left > 0 {
        writeln!(text, "\n... and {} that {} not shown here.", plural(left as u64, "more file"), are(left))
            .expect(INFALLIBLE);
    }
    text
}

fn are(count: usize) -> &'static str {
    if count == 1 { "is" } else { "are" }
}

fn row(file: &FileAssessment) -> String {
    let ratio = file.ratio();
    let partial: Vec<String> = file.partial().map(|view| branch(view, " → ")).collect();
    format!(
        "| {} | {} % | {} of {} | {} | {} |\n",
        code(&file.name),
        ratio.truncated(1),
        ratio.covered,
        ratio.total,
        missing(file),
        prose(&partial.join(", ")),
    )
}

fn unmeasured(names: &[String]) -> String {
    let mut text = String::new();
    for (index, name) in names.iter().enumerate() {
        let head = if index == 0 { "\nNot in the report: " } else { ", " };
        if text.len() + name.len() > TABLE_LIMIT / 3 {
            write!(text, " and {} more", names.len() - index).expect(INFALLIBLE);
            break;
        }
        text.push_str(head);
        text.push_str(&code(name));
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

/// A row for each file with lines that lost their coverage.
fn lost(files: &[LostFile]) -> String {
    if files.is_empty() {
        return String::new();
    }
    let mut text =
        "\n| Unchanged, and not covered any more | Lines | Tests that are gone |\n|---|---|---|\n".to_owned();
    for (index, file) in files.iter().enumerate() {
        let lines = if file.is_vanished {
            "not in the report any more".to_owned()
        } else {
            ranges::runs(file.lines.iter().copied())
                .into_iter()
                .map(ranges::shown)
                .collect::<Vec<_>>()
                .join(", ")
        };
        let tests: Vec<String> = file.deleted_tests.iter().take(3).map(|test| code(test)).collect();
        let row = format!("| {} | {lines} | {} |\n", code(&file.name), tests.join(", "));
        if text.len() + row.len() > TABLE_LIMIT / 3 {
            writeln!(text, "\n... and {}.", plural((files.len() - index) as u64, "more file"))
                .expect(INFALLIBLE);
            break;
        }
        text.push_str(&row);
    }
    text
}

/// What became of everything since the baseline, folded in.
fn categories(differential: &Differential) -> String {
    let mut text = "\n<details><summary>Since the baseline</summary>\n\n\
                    | | Lines | Branches | Functions | |\n|---|--:|--:|--:|---|\n"
        .to_owned();
    let Differential { lines, branches, functions, lost: _ } = differential;
    for category in Category::ALL {
        let [lines, branches, functions] = [lines, branches, functions].map(|counts| counts.of(category));
        let (code, meaning) = (category.code(), category.meaning());
        writeln!(text, "| {code} | {lines} | {branches} | {functions} | {meaning} |").expect(INFALLIBLE);
    }
    text + "\n</details>\n"
}

/// The source around uncovered lines, folded in, most worth a test first, as far as there is room for `budget` bytes.
fn details(assessment: &Assessment, budget: usize) -> String {
    let mut text = String::new();
    for group in groups(assessment) {
        let snippets = group.snippets();
        if snippets.is_empty() {
            continue;
        }
        let snippets = snippets.iter().map(|lines| lines.iter().map(source_line).collect::<String>());
        let source = snippets.collect::<Vec<_>>().join("  ...\n");
        let fence = fence(&source);
        let function = match &group.function {
            Some(function) => format!(" {} ({})", code(function), group.extent()),
            None => String::new(),
        };
        let part = format!("\n{}{function}\n\n{fence}text\n{source}{fence}\n", code(&group.file.name));
        if text.len() + part.len() > budget {
            text.push_str("\nThe rest is too long for a comment.\n");
            break;
        }
        text.push_str(&part);
    }
    if text.is_empty() {
        return text;
    }
    format!("\n<details><summary>Changed lines that are not covered</summary>\n{text}\n</details>\n")
}

/// A fence that is longer than any row of backticks in `source`.
fn fence(source: &str) -> String {
    let longest = source.split(|character| character != '`').map(str::len).max().unwrap_or(0);
    "`".repeat(longest.max(2) + 1)
}

/// A name as code, in a table or outside. In HTML, since a code span in a table cannot hold everything.
fn code(name: &str) -> String {
    let mut text = "<code>".to_owned();
    for character in name.chars() {
        match character {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            // What Markdown would take for its own; a name is no link, no mention and no emphasis.
            '|' | '`' | '*' | '_' | '[' | ']' | '\\' | '~' | '@' | '#' | ':' | '$' | '!' => {
                write!(text, "&#{};", u32::from(character)).expect(INFALLIBLE);
            }
            other => text.push(other),
        }
    }
    text + "</code>"
}

/// A sentence that may contain names.
fn prose(text: &str) -> String {
    let mut escaped = String::new();
    for character in text.chars() {
        if "\\`*_[]<|~#@$!".contains(character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fence_is_longer_than_what_it_holds() {
        assert_eq!(fence("x = 1"), "```");
        assert_eq!(fence("s = '```'\n````"), "`````");
    }

    #[test]
    fn names_mean_nothing_in_markdown() {
        assert_eq!(code("a|b`<c>.py"), "<code>a&#124;b&#96;&lt;c&gt;.py</code>");
        assert_eq!(prose("12 → exit, a_<b>"), "12 → exit, a\\_\\<b>");
    }
}
