//! One page for a browser, with everything in it.

use std::fmt::{self, Write as _};

use cov_model::ranges;
use cov_model::rule::Metric;
use cov_model::status::Status;

use super::group::{Group, groups};
use super::snippet::Line;
use super::text::{branch, missing};
use super::wording::{outcome, plural, sentence};
use crate::assessment::{Assessment, FileAssessment, LostFile};
use crate::category::Category;
use crate::differential::Differential;
use crate::outcome::State;

const STYLE: &str = include_str!("page.css");

const INFALLIBLE: &str = "a string takes everything";

/// How many lines of source are shown at the most; the numbers of all lines are in the table.
const SNIPPET_LINES: usize = 20_000;

/// The whole page.
pub(super) fn render(assessment: &Assessment) -> String {
    let (class, mark) = match assessment.status() {
        Status::Done if assessment.outcomes.is_empty() => ("", ""),
        Status::Done => ("good", "\u{2713} "),
        Status::Broken => ("bad", "\u{2717} "),
        _ => ("fair", "! "),
    };
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Coverage of changed lines</title>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <header><h1>Coverage of changed lines</h1>\n<p class=\"verdict {class}\">{mark}{}</p></header>\n<main>\n",
        Escaped(&sentence(assessment))
    );
    if assessment.is_told() {
        page += &rules(assessment);
        page += &table(&assessment.files);
        if !assessment.unmeasured.is_empty() {
            page += "<h2>Not in the report</h2>\n<ul>\n";
            for name in &assessment.unmeasured {
                writeln!(page, "<li><code>{}</code></li>", Escaped(name)).expect(INFALLIBLE);
            }
            page += "</ul>\n";
        }
        page += &lost(&assessment.lost);
        page += &excerpts(assessment);
        if let Some(differential) = &assessment.differential {
            page += &categories(differential);
        }
    }
    page + "</main>\n</body>\n</html>\n"
}

fn rules(assessment: &Assessment) -> String {
    if assessment.outcomes.len() < 2 {
        return String::new();
    }
    let mut text = "<h2>Rules</h2>\n<ul class=\"rules\">\n".to_owned();
    for one in &assessment.outcomes {
        let (class, mark) = match one.state {
            State::Holds => ("good", "\u{2713}"),
            State::Broken => ("bad", "\u{2717}"),
            State::Small | State::Unknown => ("fair", "!"),
        };
        writeln!(text, "<li class=\"{class}\">{mark} {}</li>", Escaped(&outcome(one))).expect(INFALLIBLE);
    }
    text + "</ul>\n"
}

fn table(files: &[FileAssessment]) -> String {
    if files.is_empty() {
        return String::new();
    }
    let mut text = "<h2>Changed files</h2>\n<div class=\"wide\"><table>\n<thead><tr><th>File</th><th>Lines</th><th></th>\
                    <th>Branches</th><th>Functions</th><th>Missing lines</th><th>Partial branches</th></tr></thead>\n<tbody>\n"
        .to_owned();
    for file in files {
        let partial: Vec<String> = file.partial().map(|view| branch(view, "\u{2192}")).collect();
        let of = |metric| {
            let ratio = file.ratio_of(metric);
            if ratio.total == 0 { String::new() } else { format!("{} of {}", ratio.covered, ratio.total) }
        };
        let ratio = file.ratio();
        let class = if ratio.missing() == 0 { "good" } else { "bad" };
        writeln!(
            text,
            "<tr><td><code>{}</code></td><td class=\"number {class}\">{} %</td><td class=\"number\">{}</td>\
             <td class=\"number\">{}</td><td class=\"number\">{}</td><td>{}</td><td>{}</td></tr>",
            Escaped(&file.name),
            ratio.truncated(1),
            of(Metric::Lines),
            of(Metric::Branches),
            of(Metric::Functions),
            missing(file),
            Escaped(&partial.join(", "))
        )
        .expect(INFALLIBLE);
    }
    text + "</tbody>\n</table></div>\n"
}

fn lost(files: &[LostFile]) -> String {
    if files.is_empty() {
        return String::new();
    }
    let mut text = "<h2>Unchanged, and not covered any more</h2>\n<div class=\"wide\"><table>\n\
                    <thead><tr><th>File</th><th>Lines</th><th>Tests that are gone</th></tr></thead>\n<tbody>\n"
        .to_owned();
    for file in files {
        let lines = if file.is_vanished {
            format!("not in the report any more: {}", plural(file.lines.len() as u64, "covered line"))
        } else {
            ranges::runs(file.lines.iter().copied())
                .into_iter()
                .map(ranges::shown)
                .collect::<Vec<_>>()
                .join(", ")
        };
        let tests: Vec<String> =
            file.deleted_tests.iter().map(|test| format!("<code>{}</code>", Escaped(test))).collect();
        let name = Escaped(&file.name);
        writeln!(text, "<tr><td><code>{name}</code></td><td>{lines}</td><td>{}</td></tr>", tests.join(", "))
            .expect(INFALLIBLE);
    }
    text + "</tbody>\n</table></div>\n"
}

fn categories(differential: &Differential) -> String {
    let mut text = "<h2>Since the baseline</h2>\n<div class=\"wide\"><table>\n<thead><tr><th></th><th>Lines</th><th>Branches</th>\
                    <th>Functions</th><th></th></tr></thead>\n<tbody>\n"
        .to_owned();
    let Differential { lines, branches, functions, lost: _ } = differential;
    for category in Category::ALL {
        write!(text, "<tr><td><code>{}</code></td>", category.code()).expect(INFALLIBLE);
        for counts in [lines, branches, functions] {
            write!(text, "<td class=\"number\">{}</td>", counts.of(category)).expect(INFALLIBLE);
        }
        writeln!(text, "<td>{}</td></tr>", category.meaning()).expect(INFALLIBLE);
    }
    text + "</tbody>\n</table></div>\n"
}

/// Excerpts of the source, most worth a test first.
fn excerpts(assessment: &Assessment) -> String {
    let mut text = String::new();
    let mut count = 0;
    for group in groups(assessment) {
        let snippets = group.snippets();
        count += snippets.iter().map(Vec::len).sum::<usize>();
        if count > SNIPPET_LINES {
            text += "<p>The rest is too long to be shown.</p>\n";
            break;
        }
        if !snippets.is_empty() {
            text += &excerpt(&group, &snippets);
        }
    }
    if text.is_empty() { text } else { format!("<h2>Not covered</h2>\n{text}") }
}

fn excerpt(group: &Group, snippets: &[Vec<Line>]) -> String {
    let mut text = format!("<section>\n<h3><code>{}</code>", Escaped(&group.file.name));
    if let Some(function) = &group.function {
        write!(text, " <code>{}</code> <small>{}</small>", Escaped(function), group.extent())
            .expect(INFALLIBLE);
    }
    text += "</h3>\n<pre>";
    for (index, lines) in snippets.iter().enumerate() {
        if index > 0 {
            text += "<span class=\"gap\">\u{22ee}\n</span>";
        }
        for line in lines {
            let (class, mark) = if line.is_missing { (" class=\"missing\"", "!") } else { ("", " ") };
            // The line feed is in the line, which is a block, so that there is none between two lines.
            let source = Escaped(&line.text);
            write!(text, "<span{class}><i>{mark}{:>6}</i>  {source}\n</span>", line.number)
                .expect(INFALLIBLE);
        }
    }
    text + "</pre>\n</section>\n"
}

/// A text, shown as HTML that means just this text. What changes the direction of writing is shown by its code point, since
/// source can be made to look like other source with it.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '&' => formatter.write_str("&amp;"),
                '<' => formatter.write_str("&lt;"),
                '>' => formatter.write_str("&gt;"),
                '"' => formatter.write_str("&quot;"),
                '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                    write!(formatter, "\u{27e8}U+{:04X}\u{27e9}", u32::from(character))
                }
                other => formatter.write_char(other),
            }?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_source_are_text_only() {
        assert_eq!(
            Escaped("<a & \"b\">\u{202e}x").to_string(),
            "&lt;a &amp; &quot;b&quot;&gt;\u{27e8}U+202E\u{27e9}x"
        );
    }
}
