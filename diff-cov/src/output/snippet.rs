//! Excerpts of source around the lines that are not covered.

use std::collections::BTreeSet;
use std::fs;

use crate::assessment::FileAssessment;

/// How many lines are shown around a line that is not covered.
const CONTEXT: u32 = 2;

/// A line of an excerpt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// The 1-based line.
    pub(super) number: u32,
    /// Whether it changed and is not covered.
    pub(super) is_missing: bool,
    /// Its text, fit to be shown: no control characters.
    pub(super) text: String,
}

/// Excerpts of a file's source around `missing` lines: groups of neighbouring lines. None if there is no source here.
pub(super) fn snippets(file: &FileAssessment, missing: &[u32]) -> Vec<Vec<Line>> {
    let Some(source) = file.source.as_ref().filter(|_| !missing.is_empty()) else { return Vec::new() };
    let Ok(source) = fs::read(source) else { return Vec::new() };
    excerpts(&source, missing)
}

fn excerpts(source: &[u8], missing: &[u32]) -> Vec<Vec<Line>> {
    let around = |&line: &u32| line.saturating_sub(CONTEXT).max(1)..=line.saturating_add(CONTEXT);
    let wanted: BTreeSet<u32> = missing.iter().flat_map(around).collect();
    let mut groups: Vec<Vec<Line>> = Vec::new();
    let source = source.strip_suffix(b"\n").unwrap_or(source);
    for (number, text) in (1u32..).zip(source.split(|&byte| byte == b'\n')) {
        if !wanted.contains(&number) {
            continue;
        }
        let line = Line { number, is_missing: missing.binary_search(&number).is_ok(), text: visible(text) };
        match groups.last_mut() {
            Some(group) if group.last().is_some_and(|last| last.number + 1 == number) => group.push(line),
            _ => groups.push(vec![line]),
        }
    }
    groups
}

/// Text without what would move a terminal's cursor or change its colours.
fn visible(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let shown = |character: char| match character {
        '\t' => "    ".to_owned(),
        control if control.is_control() => char::REPLACEMENT_CHARACTER.to_string(),
        other => other.to_string(),
    };
    text.trim_end().chars().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(source: &str, missing: &[u32]) -> Vec<String> {
        let line =
            |line: &Line| format!("{}{}{}", line.number, if line.is_missing { "!" } else { " " }, line.text);
        let group = |group: Vec<Line>| group.iter().map(line).collect::<Vec<_>>().join("|");
        excerpts(source.as_bytes(), missing).into_iter().map(group).collect()
    }

    #[test]
    fn excerpts_have_context_and_join_where_they_meet() {
        let source = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n";
        assert_eq!(shown(source, &[1]), ["1!a|2 b|3 c"]);
        assert_eq!(shown(source, &[3, 8]), ["1 a|2 b|3!c|4 d|5 e|6 f|7 g|8!h|9 i|10 j"]);
        assert_eq!(shown(source, &[1, 10]), ["1!a|2 b|3 c", "8 h|9 i|10!j"]);
        assert_eq!(shown(source, &[99]), [""; 0]);
    }

    #[test]
    fn source_cannot_write_on_the_terminal() {
        assert_eq!(shown("\tx = '\u{1b}[31m'\r\n", &[1]), ["1!    x = '\u{fffd}[31m'"]);
        let latin = excerpts(b"caf\xe9", &[1]);
        assert_eq!(latin[0][0].text, "caf\u{fffd}");
    }
}
