//! pytest's short test summary: a line for each test that `-r` asks for.

use std::io::{self, Write};

use crate::hello::Options;
use crate::protocol::Report;
use crate::record::Record;
use crate::terminal::{Style, Terminal, is_ci, trimmed, width_of};

/// Prints the lines for `chars`, which [`report_chars`] has resolved.
pub fn print<W: Write>(
    record: &Record,
    options: &Options,
    chars: &str,
    terminal: &mut Terminal<W>,
) -> io::Result<()> {
    let lines = Lines { record, options, terminal }.of(chars);
    if lines.is_empty() {
        return Ok(());
    }
    terminal.rule('=', "short test summary info", &[Style::Cyan, Style::Bold])?;
    lines.iter().try_for_each(|line| terminal.line(line))
}

struct Lines<'a, W> {
    record: &'a Record,
    options: &'a Options,
    terminal: &'a Terminal<W>,
}

/// Skips of one place and reason: the place, the reason, how many, and the first of them.
type Folded<'a> = ((String, Option<u64>), &'a str, usize, &'a Report);

impl<W: Write> Lines<'_, W> {
    fn of(&self, chars: &str) -> Vec<String> {
        let mut lines = Vec::new();
        for char in chars.chars() {
            match char {
                'f' => {
                    lines.extend(self.messages("failed", Style::Red));
                    lines.extend(self.messages("subtests failed", Style::Red));
                }
                'E' => lines.extend(self.messages("error", Style::Red)),
                'p' => lines.extend(self.messages("passed", Style::Green)),
                'x' => lines.extend(self.reasons("xfailed")),
                'X' => lines.extend(self.reasons("xpassed")),
                's' if self.options.fold_skipped => lines.extend(self.folded_skips()),
                's' => lines.extend(self.skips()),
                _ => {}
            }
        }
        lines
    }

    /// `FAILED id - message`, the message cut to the width unless a CI system or -vv wants it whole.
    fn messages(&self, category: &str, style: Style) -> Vec<String> {
        let whole = (is_ci() || self.options.verbosity >= 2) && !self.options.force_short_summary;
        let line = |report: &Report| {
            let line = format!("{} {}", self.terminal.markup(&report.word, &[style]), self.id(report));
            let room = self.terminal.width.checked_sub(width_of(&line) + 3);
            let message = match &report.message {
                Some(message) if whole => Some(message.clone()),
                Some(message) => room.and_then(|room| trimmed(message, room)),
                None => None,
            };
            line + &message.map(|message| format!(" - {message}")).unwrap_or_default()
        };
        self.record.of_category(category).map(|(report, _)| line(report)).collect()
    }

    /// `XFAIL id - reason`.
    fn reasons(&self, category: &str) -> Vec<String> {
        let line = |report: &Report| {
            let place = match report.when.as_str() {
                "call" => String::new(),
                when => format!("at {when} of "),
            };
            let reason = report.wasxfail.as_deref().unwrap_or_default();
            format!("{} {place}{}{}", self.yellow(report), self.id(report), dashed(reason))
        };
        self.record.of_category(category).map(|(report, _)| line(report)).collect()
    }

    fn skips(&self) -> Vec<String> {
        let line = |report: &Report| {
            let reason = report.skip.as_ref().map_or("", |skip| skip.reason.as_str());
            format!("{} {}{}", self.yellow(report), self.id(report), dashed(reason))
        };
        self.record.of_category("skipped").map(|(report, _)| line(report)).collect()
    }

    /// `SKIPPED [3] path:line: reason`, one line for each place and reason.
    fn folded_skips(&self) -> Vec<String> {
        let mut folded: Vec<Folded> = Vec::new();
        for (report, _) in self.record.of_category("skipped") {
            let Some(skip) = &report.skip else { continue };
            let place = (self.relative(&skip.path), skip.line.filter(|_| !skip.by_mark));
            match folded.iter_mut().find(|(known, reason, ..)| *known == place && *reason == skip.reason) {
                Some((_, _, count, _)) => *count += 1,
                None => folded.push((place, &skip.reason, 1, report)),
            }
        }
        let line = |((path, line), reason, count, report): Folded| {
            let reason = reason.strip_prefix("Skipped: ").unwrap_or(reason);
            let line = line.map(|line| format!(":{line}")).unwrap_or_default();
            format!("{} [{count}] {path}{line}: {reason}", self.yellow(report))
        };
        folded.into_iter().map(line).collect()
    }

    fn yellow(&self, report: &Report) -> String {
        self.terminal.markup(&report.word, &[Style::Yellow])
    }

    /// A node id with the part behind the file in bold.
    fn id(&self, report: &Report) -> String {
        match report.shown().split_once("::") {
            Some((path, rest)) => format!("{path}::{}", self.terminal.markup(rest, &[Style::Bold])),
            None => report.shown().to_owned(),
        }
    }

    /// A path as seen from where pytest was started.
    fn relative(&self, path: &str) -> String {
        let directory = self.record.hello.as_ref().map_or("", |hello| hello.directory.as_str());
        let below = path.strip_prefix(directory).and_then(|rest| rest.strip_prefix('/'));
        below.unwrap_or(path).to_owned()
    }
}

fn dashed(reason: &str) -> String {
    if reason.is_empty() { String::new() } else { format!(" - {reason}") }
}

/// `-r` with its aliases resolved, in pytest's order.
pub fn report_chars(text: &str, disable_warnings: bool) -> String {
    let mut chars = String::new();
    for char in text.chars() {
        let char = if matches!(char, 'F' | 'S') { char.to_ascii_lowercase() } else { char };
        match char {
            'a' => "sxXEf".clone_into(&mut chars),
            'A' => "PpsxXEf".clone_into(&mut chars),
            'N' => chars.clear(),
            _ if !chars.contains(char) => chars.push(char),
            _ => {}
        }
    }
    if disable_warnings {
        chars.retain(|char| char != 'w');
    } else if !chars.contains('w') {
        chars.insert(0, 'w');
    }
    chars
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_r_are_resolved_as_pytest_does() {
        assert_eq!(report_chars("fE", false), "wfE");
        assert_eq!(report_chars("a", false), "wsxXEf");
        assert_eq!(report_chars("fENS", true), "s");
        assert_eq!(report_chars("FfFw", false), "fw");
    }
}
