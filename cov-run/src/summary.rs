//! What is printed when all tests have run, as pytest prints it.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::time::Duration;

use crate::dispatcher::Stop;
use crate::protocol::{Options, Report, Warning};
use crate::record::Record;
use crate::terminal::{Style, Terminal, is_ci, trimmed, width_of};

/// pytest's categories in the order of its last line; others follow in the order of their appearance.
const CATEGORIES: [&str; 11] = [
    "failed",
    "passed",
    "skipped",
    "deselected",
    "xfailed",
    "xpassed",
    "warnings",
    "error",
    "subtests passed",
    "subtests failed",
    "subtests skipped",
];

/// The end of a run, for printing.
pub struct Summary<'a> {
    record: &'a Record,
    options: &'a Options,
    elapsed: Duration,
    stop: Option<&'a Stop>,
}

impl<'a> Summary<'a> {
    /// The summary of a run that took this long.
    pub fn new(record: &'a Record, options: &'a Options, elapsed: Duration, stop: Option<&'a Stop>) -> Self {
        Self { record, options, elapsed, stop }
    }

    /// Prints everything behind the progress lines.
    pub fn print<W: Write>(&self, terminal: &mut Terminal<W>) -> io::Result<()> {
        let chars = report_chars(&self.options.reportchars, self.options.disable_warnings);
        if !self.options.no_summary {
            self.errors(terminal)?;
            self.failures(terminal)?;
            if self.options.xfail_traceback {
                self.extra(terminal, "xfailed", "XFAILURES", Style::Red)?;
            }
            if chars.contains('w') {
                self.warnings(terminal)?;
            }
            if chars.contains('P') {
                self.extra(terminal, "passed", "PASSES", Style::Green)?;
            }
            if chars.contains('X') {
                self.extra(terminal, "xpassed", "XPASSES", Style::Green)?;
            }
            self.durations(terminal)?;
            self.short_summary(terminal, &chars)?;
        }
        for text in &self.record.internal_errors {
            for line in text.lines() {
                terminal.line(&format!("INTERNALERROR> {line}"))?;
            }
        }
        self.early_end(terminal)?;
        self.last_line(terminal)
    }

    /// The reports of a category, with the captured output of the teardown that followed each.
    fn of<'b>(&'b self, category: &'b str) -> impl Iterator<Item = (&'b Report, Option<&'b str>)> {
        let without_test = self.record.reports_without_test().map(|report| (report, None));
        let of_tests = self.record.tests().flat_map(|test| {
            let end =
                test.reports.iter().find(|report| report.when == "teardown" && report.category.is_empty());
            test.reports.iter().map(move |report| (report, end.and_then(|end| end.text.as_deref())))
        });
        without_test.chain(of_tests).filter(move |(report, _)| report.category == category)
    }

    fn errors<W: Write>(&self, terminal: &mut Terminal<W>) -> io::Result<()> {
        let errors: Vec<&Report> = self.of("error").map(|(report, _)| report).collect();
        if errors.is_empty() || self.options.traceback == "no" {
            return Ok(());
        }
        terminal.rule('=', "ERRORS", &[])?;
        for report in errors {
            let title = match report.when.as_str() {
                "collect" => format!("ERROR collecting {}", report.head),
                when => format!("ERROR at {when} of {}", report.head),
            };
            terminal.rule('_', &title, &[Style::Red, Style::Bold])?;
            terminal.text(report.text.as_deref().unwrap_or_default())?;
        }
        Ok(())
    }

    fn failures<W: Write>(&self, terminal: &mut Terminal<W>) -> io::Result<()> {
        let failures: Vec<_> = self.of("failed").chain(self.of("subtests failed")).collect();
        if failures.is_empty() || self.options.traceback == "no" {
            return Ok(());
        }
        terminal.rule('=', "FAILURES", &[])?;
        for (report, end) in failures {
            if self.options.traceback == "line" {
                terminal.text(report.text.as_deref().unwrap_or_default())?;
                terminal.line(report.crash_line.as_deref().unwrap_or_default())?;
                continue;
            }
            terminal.rule('_', &report.head, &[Style::Red, Style::Bold])?;
            terminal.text(report.text.as_deref().unwrap_or_default())?;
            terminal.text(end.unwrap_or_default())?;
        }
        Ok(())
    }

    /// The sections that show output of tests that did not fail.
    fn extra<W: Write>(
        &self,
        terminal: &mut Terminal<W>,
        category: &str,
        title: &str,
        style: Style,
    ) -> io::Result<()> {
        let mut found = self.of(category).peekable();
        if found.peek().is_none() || self.options.traceback == "no" {
            return Ok(());
        }
        terminal.rule('=', title, &[])?;
        for (report, end) in found {
            if let Some(text) = &report.text {
                terminal.rule('_', &report.head, &[style, Style::Bold])?;
                terminal.text(text)?;
            }
            terminal.text(end.unwrap_or_default())?;
        }
        Ok(())
    }

    fn warnings<W: Write>(&self, terminal: &mut Terminal<W>) -> io::Result<()> {
        if self.record.warnings.is_empty() {
            return Ok(());
        }
        let mut groups: Vec<(&str, Vec<&Warning>)> = Vec::new();
        let mut places: BTreeMap<&str, usize> = BTreeMap::new();
        for warning in &self.record.warnings {
            let place = *places.entry(&warning.text).or_insert_with(|| {
                groups.push((&warning.text, Vec::new()));
                groups.len() - 1
            });
            groups[place].1.push(warning);
        }
        terminal.rule('=', "warnings summary", &[Style::Yellow])?;
        for (text, warnings) in groups {
            for line in locations(&warnings) {
                terminal.line(&line)?;
            }
            for line in text.trim_end().lines() {
                terminal.line(&format!("  {line}"))?;
            }
            terminal.line("")?;
        }
        terminal.line("-- Docs: https://docs.pytest.org/en/stable/how-to/capture-warnings.html")
    }

    fn durations<W: Write>(&self, terminal: &mut Terminal<W>) -> io::Result<()> {
        let Some(most) = self.options.durations else {
            return Ok(());
        };
        let least =
            self.options.durations_min.unwrap_or(if self.options.verbosity < 2 { 0.005 } else { 0.0 });
        let mut reports: Vec<&Report> = self
            .record
            .tests()
            .flat_map(|test| &test.reports)
            .filter(|report| report.when != "collect")
            .collect();
        if reports.is_empty() {
            return Ok(());
        }
        reports.sort_by_key(|report| std::cmp::Reverse(report.us));
        if most == 0 {
            terminal.rule('=', "slowest durations", &[])?;
        } else {
            terminal.rule('=', &format!("slowest {most} durations"), &[])?;
            reports.truncate(most);
        }
        for (index, report) in reports.iter().enumerate() {
            let seconds = Duration::from_micros(report.us).as_secs_f64();
            if seconds < least {
                let hint = if self.options.durations_min.is_none() {
                    "  Use -vv to show these durations."
                } else {
                    ""
                };
                terminal.line("")?;
                return terminal
                    .line(&format!("({} durations < {least}s hidden.{hint})", reports.len() - index));
            }
            terminal.line(&format!("{seconds:.2}s {:<8} {}", report.when, report.id))?;
        }
        Ok(())
    }

    fn short_summary<W: Write>(&self, terminal: &mut Terminal<W>, chars: &str) -> io::Result<()> {
        let mut lines = Vec::new();
        for char in chars.chars() {
            match char {
                'x' => self.of("xfailed").for_each(|(report, _)| {
                    let place =
                        if report.when == "call" { String::new() } else { format!("at {} of ", report.when) };
                    lines.push(reason_line(
                        terminal,
                        report,
                        &place,
                        report.wasxfail.as_deref().unwrap_or_default(),
                    ));
                }),
                'X' => self.of("xpassed").for_each(|(report, _)| {
                    lines.push(reason_line(
                        terminal,
                        report,
                        "",
                        report.wasxfail.as_deref().unwrap_or_default(),
                    ));
                }),
                'f' => self
                    .of("failed")
                    .chain(self.of("subtests failed"))
                    .for_each(|(report, _)| lines.push(self.message_line(terminal, report, Style::Red))),
                'E' => {
                    self.of("error")
                        .for_each(|(report, _)| lines.push(self.message_line(terminal, report, Style::Red)));
                }
                'p' => self
                    .of("passed")
                    .for_each(|(report, _)| lines.push(self.message_line(terminal, report, Style::Green))),
                's' => self.skips(terminal, &mut lines),
                _ => {}
            }
        }
        if lines.is_empty() {
            return Ok(());
        }
        terminal.rule('=', "short test summary info", &[Style::Cyan, Style::Bold])?;
        lines.iter().try_for_each(|line| terminal.line(line))
    }

    /// `FAILED id - message`, the message cut to the width unless a CI system or -vv wants it whole.
    fn message_line<W: Write>(&self, terminal: &Terminal<W>, report: &Report, style: Style) -> String {
        let mut line = format!("{} {}", terminal.markup(&report.word, &[style]), id(terminal, report));
        let Some(message) = &report.message else {
            return line;
        };
        if (is_ci() || self.options.verbosity >= 2) && !self.options.force_short_summary {
            line.push_str(" - ");
            line.push_str(message);
        } else {
            let room = terminal.width.checked_sub(width_of(&line) + 3);
            if let Some(message) = room.and_then(|room| trimmed(message, room)) {
                line.push_str(" - ");
                line.push_str(&message);
            }
        }
        line
    }

    fn skips<W: Write>(&self, terminal: &Terminal<W>, lines: &mut Vec<String>) {
        let word = |report: &Report| terminal.markup(&report.word, &[Style::Yellow]);
        if !self.options.fold_skipped {
            for (report, _) in self.of("skipped") {
                let reason = report.skip.as_ref().map(|skip| skip.reason.as_str()).unwrap_or_default();
                let dash = if reason.is_empty() { "" } else { " - " };
                lines.push(format!("{} {}{dash}{reason}", word(report), id(terminal, report)));
            }
            return;
        }
        let mut folded: Vec<((String, Option<u64>, &str), usize, &Report)> = Vec::new();
        for (report, _) in self.of("skipped") {
            let Some(skip) = &report.skip else { continue };
            let path = self.relative(&skip.path);
            let key = (path, skip.line.filter(|_| !skip.by_mark), skip.reason.as_str());
            match folded.iter_mut().find(|(known, _, _)| *known == key) {
                Some((_, count, _)) => *count += 1,
                None => folded.push((key, 1, report)),
            }
        }
        for ((path, line, reason), count, report) in folded {
            let reason = reason.strip_prefix("Skipped: ").unwrap_or(reason);
            let line = line.map(|line| format!(":{line}")).unwrap_or_default();
            lines.push(format!("{} [{count}] {path}{line}: {reason}", word(report)));
        }
    }

    /// A path as seen from where pytest was started.
    fn relative(&self, path: &str) -> String {
        let directory = self.record.hello.as_ref().map(|hello| hello.directory.as_str()).unwrap_or_default();
        match path.strip_prefix(directory).and_then(|rest| rest.strip_prefix('/')) {
            Some(rest) => rest.to_owned(),
            None => path.to_owned(),
        }
    }

    fn early_end<W: Write>(&self, terminal: &mut Terminal<W>) -> io::Result<()> {
        match self.stop {
            Some(Stop::MaxFail(count)) => {
                terminal.rule('!', &format!("stopping after {count} failures"), &[Style::Red])?;
            }
            Some(Stop::Restarts(count)) => {
                terminal.rule('!', &format!("{count} workers died; giving up"), &[Style::Red])?;
            }
            Some(Stop::Signal) => terminal.rule('!', "interrupted", &[])?,
            _ => {
                for interruption in &self.record.interruptions {
                    let title = match interruption.kind.as_str() {
                        "KeyboardInterrupt" => "KeyboardInterrupt",
                        _ => &interruption.message,
                    };
                    terminal.rule('!', title, &[])?;
                    if let (Some(place), "KeyboardInterrupt") =
                        (&interruption.place, interruption.kind.as_str())
                    {
                        terminal.line(place)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn last_line<W: Write>(&self, terminal: &mut Terminal<W>) -> io::Result<()> {
        if self.options.verbosity < -1 {
            return Ok(());
        }
        let counts = counts(self.record);
        let main = main_colour(&counts);
        let mut parts: Vec<String> = counts
            .iter()
            .map(|(category, count)| {
                let style = colour_of(category);
                let text = format!("{count} {}", plural(category, *count));
                let styles: &[Style] = if style == main { &[style, Style::Bold] } else { &[style] };
                terminal.markup(&text, styles)
            })
            .collect();
        if parts.is_empty() {
            parts.push(terminal.markup("no tests ran", &[Style::Yellow]));
        }
        let line = format!(
            "{}{}",
            parts.join(", "),
            terminal.markup(&format!(" in {}", duration(self.elapsed)), &[main])
        );
        if self.options.verbosity < 0 {
            return terminal.line(&line);
        }
        terminal.rule('=', &line, &[])
    }
}

/// `-r` with its aliases resolved, in pytest's order.
fn report_chars(text: &str, disable_warnings: bool) -> String {
    let mut chars = String::new();
    for char in text.chars() {
        match char {
            'a' => chars = "sxXEf".to_owned(),
            'A' => chars = "PpsxXEf".to_owned(),
            'N' => chars.clear(),
            'F' | 'S' if !chars.contains(char.to_ascii_lowercase()) => chars.push(char.to_ascii_lowercase()),
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

/// Where a warning came from; by file where that would be many lines.
fn locations(warnings: &[&Warning]) -> Vec<String> {
    let places: Vec<String> = warnings
        .iter()
        .map(|warning| warning.id.clone().unwrap_or_else(|| format!("{}:{}", warning.path, warning.line)))
        .collect();
    if places.len() < 10 {
        return places;
    }
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for place in &places {
        let file = place.split("::").next().unwrap_or_default();
        match counts.iter_mut().find(|(known, _)| *known == file) {
            Some((_, count)) => *count += 1,
            None => counts.push((file, 1)),
        }
    }
    counts
        .iter()
        .map(|(file, count)| format!("{file}: {count} warning{}", if *count > 1 { "s" } else { "" }))
        .collect()
}

/// A node id with the part behind the file in bold.
fn id<W: Write>(terminal: &Terminal<W>, report: &Report) -> String {
    match report.shown().split_once("::") {
        Some((path, rest)) => format!("{path}::{}", terminal.markup(rest, &[Style::Bold])),
        None => report.shown().to_owned(),
    }
}

fn reason_line<W: Write>(terminal: &Terminal<W>, report: &Report, place: &str, reason: &str) -> String {
    let dash = if reason.is_empty() { "" } else { " - " };
    format!(
        "{} {place}{}{dash}{reason}",
        terminal.markup(&report.word, &[Style::Yellow]),
        id(terminal, report)
    )
}

/// How many of each category there are, in the order of the last line.
pub fn counts(record: &Record) -> Vec<(String, u64)> {
    let mut order: Vec<String> = CATEGORIES.map(str::to_owned).into();
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for report in record.reports().filter(|report| !report.category.is_empty() && !report.uncounted) {
        if !order.contains(&report.category) {
            order.push(report.category.clone());
        }
        *counts.entry(report.category.clone()).or_default() += 1;
    }
    counts.insert("deselected".to_owned(), record.deselected());
    counts.insert("warnings".to_owned(), record.warnings.len() as u64);
    order
        .into_iter()
        .filter_map(|category| {
            let count = counts.get(&category).copied().unwrap_or_default();
            (count > 0).then_some((category, count))
        })
        .collect()
}

fn main_colour(counts: &[(String, u64)]) -> Style {
    let has = |wanted: &str| counts.iter().any(|(category, _)| category == wanted);
    if has("failed") || has("error") {
        Style::Red
    } else if has("warnings")
        || has("xpassed")
        || counts.iter().any(|(each, _)| !CATEGORIES.contains(&each.as_str()))
    {
        Style::Yellow
    } else if has("passed") {
        Style::Green
    } else {
        Style::Yellow
    }
}

fn colour_of(category: &str) -> Style {
    match category {
        "failed" | "error" | "subtests failed" => Style::Red,
        "passed" | "subtests passed" => Style::Green,
        _ => Style::Yellow,
    }
}

fn plural(category: &str, count: u64) -> &str {
    match (category, count) {
        ("error", 1) => "error",
        ("error", _) => "errors",
        ("warnings", 1) => "warning",
        _ => category,
    }
}

fn duration(elapsed: Duration) -> String {
    let seconds = elapsed.as_secs();
    if seconds < 60 {
        return format!("{:.2}s", elapsed.as_secs_f64());
    }
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let days = match days {
        0 => String::new(),
        1 => "1 day, ".to_owned(),
        _ => format!("{days} days, "),
    };
    format!("{:.2}s ({days}{}:{:02}:{:02})", elapsed.as_secs_f64(), rest / 3600, rest / 60 % 60, rest % 60)
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

    #[test]
    fn durations_are_written_as_pytest_does() {
        assert_eq!(duration(Duration::from_millis(1234)), "1.23s");
        assert_eq!(duration(Duration::from_millis(61_500)), "61.50s (0:01:01)");
        assert_eq!(duration(Duration::from_secs(90_061)), "90061.00s (1 day, 1:01:01)");
    }

    #[test]
    fn many_places_of_a_warning_are_counted_by_file() {
        let warning = |id: usize| Warning {
            text: String::new(),
            when: "runtest".to_owned(),
            id: Some(format!("a.py::t{id}")),
            path: "x.py".to_owned(),
            line: 1,
        };
        let warnings: Vec<Warning> = (0..12).map(warning).collect();
        assert_eq!(locations(&warnings.iter().collect::<Vec<_>>()), ["a.py: 12 warnings"]);
        assert_eq!(locations(&[&warnings[0]]), ["a.py::t0"]);
    }
}
