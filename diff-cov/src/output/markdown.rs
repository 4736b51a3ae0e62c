//! Markdown for a comment on a pull request.

use std::fmt::Write as _;

use cov_model::status::Status;

use super::snippet::snippets;
use super::text::{branch, missing, source_line};
use super::wording::{plural, sentence};
use crate::assessment::{Assessment, FileAssessment, Verdict};

/// How long the table may get, and then the whole, in bytes: a comment on GitHub has at most 65,536 characters.
const TABLE_LIMIT: usize = 30_000;
const LIMIT: usize = 60_000;

const INFALLIBLE: &str = "a string takes everything";

/// The whole comment.
pub(super) fn render(assessment: &Assessment) -> String {
    let mark = match assessment.verdict.status() {
        Status::Done if is_judged(&assessment.verdict) => "✅ ",
        Status::Done => "",
        Status::Broken => "❌ ",
        _ => "⚠️ ",
    };
    let mut text = format!("### {mark}Coverage of changed lines\n\n{}\n", prose(&sentence(assessment)));
    if !matches!(assessment.verdict, Verdict::Lines { .. } | Verdict::NothingExecutable) {
        return text;
    }
    text.push_str(&table(&assessment.files));
    text.push_str(&unmeasured(&assessment.unmeasured));
    let budget = LIMIT.saturating_sub(text.len());
    text.push_str(&details(&assessment.files, budget));
    text
}

/// Whether something was asked for.
fn is_judged(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Lines { threshold: Some(_), .. })
}

/// A row for each file; those with uncovered lines come first, should not all have room.
fn table(files: &[FileAssessment]) -> String {
    if files.is_empty() {
        return String::new();
    }
    let mut text =
        "\n| File | Coverage | Lines | Missing | Partial branches |\n|---|--:|--:|---|---|\n".to_owned();
    let (lacking, complete): (Vec<_>, Vec<_>) =
        files.iter().partition(|file| !file.missing.is_empty() || !file.partial.is_empty());
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
    let partial: Vec<String> = file.partial.iter().map(|view| branch(view, " → ")).collect();
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

/// The source around uncovered lines, folded in, as far as there is room for `budget` bytes.
fn details(files: &[FileAssessment], budget: usize) -> String {
    let mut text = String::new();
    for file in files {
        let groups = snippets(file);
        if groups.is_empty() {
            continue;
        }
        let groups = groups.iter().map(|group| group.iter().map(source_line).collect::<String>());
        let source = groups.collect::<Vec<_>>().join("  ...\n");
        let fence = fence(&source);
        let part = format!("\n{}\n\n{fence}text\n{source}{fence}\n", code(&file.name));
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
