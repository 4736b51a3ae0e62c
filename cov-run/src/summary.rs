//! What is printed when all tests have run, as pytest prints it.

use std::io::{self, Write};
use std::time::Duration;

use crate::dispatcher::Stop;
use crate::flaky;
use crate::hello::Options;
use crate::last_line;
use crate::protocol::Report;
use crate::record::Record;
use crate::session::Ran;
use crate::short_summary::{self, report_chars};
use crate::terminal::{Style, Terminal};
use crate::warnings;

/// The end of a run, for printing.
pub struct Summary<'a> {
    record: &'a Record,
    options: &'a Options,
    elapsed: Duration,
    stop: Option<&'a Stop>,
    retries: u32,
    last_words: Vec<String>,
}

impl<'a> Summary<'a> {
    /// The summary of a run with these options that took this long, and tried failed tests so many times more.
    pub fn new(ran: &'a Ran, options: &'a Options, elapsed: Duration, retries: u32) -> Self {
        let (record, stop) = (&ran.record, ran.stop.as_ref());
        Self { record, options, elapsed, stop, retries, last_words: Vec::new() }
    }

    /// Has these lines printed before the last one.
    #[must_use]
    pub fn with_last_words(mut self, lines: Vec<String>) -> Self {
        self.last_words.extend(lines);
        self
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
            if chars.contains('w') && !self.record.warnings.is_empty() {
                terminal.fold("warnings")?;
                warnings::print(&self.record.warnings, terminal)?;
                terminal.unfold()?;
            }
            if chars.contains('P') {
                self.extra(terminal, "passed", "PASSES", Style::Green)?;
            }
            if chars.contains('X') {
                self.extra(terminal, "xpassed", "XPASSES", Style::Green)?;
            }
            if self.options.durations.is_some() {
                terminal.fold("slowest durations")?;
                self.durations(terminal)?;
                terminal.unfold()?;
            }
            flaky::print(self.record, self.retries, terminal)?;
            short_summary::print(self.record, self.options, &chars, terminal)?;
        }
        for text in &self.record.internal_errors {
            for line in text.lines() {
                terminal.line(&format!("INTERNALERROR> {line}"))?;
            }
        }
        self.early_end(terminal)?;
        self.last_words.iter().try_for_each(|line| terminal.line(line))?;
        last_line::print(self.record, self.options.verbosity, self.elapsed, terminal)
    }

    fn errors<W: Write>(&self, terminal: &mut Terminal<W>) -> io::Result<()> {
        let errors: Vec<&Report> = self.record.of_category("error").map(|(report, _)| report).collect();
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
        let failures: Vec<_> =
            self.record.of_category("failed").chain(self.record.of_category("subtests failed")).collect();
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
        let mut found = self.record.of_category(category).peekable();
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
}
