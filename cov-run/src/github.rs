//! GitHub's view of a run: an annotation for each failure, and a summary of the job.

use std::env;
use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use cov_model::manifest::Outcome;

use crate::last_line;
use crate::protocol::Report;
use crate::record::{Record, Test};
use crate::shard::Shard;

/// So many failed tests are listed in the summary of the job.
const FAILURES: usize = 50;

/// So many of the slowest tests are listed there.
const SLOWEST: usize = 5;

/// A workflow of GitHub Actions that this is a step of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GitHub {
    /// The repository's root.
    workspace: PathBuf,
    /// The file for the summary of the job.
    summary: Option<PathBuf>,
}

impl GitHub {
    /// The workflow that `GITHUB_ACTIONS` tells of, if there is one.
    pub fn from_environment() -> Option<Self> {
        let path = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let is_here = env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true");
        is_here.then(|| Self {
            workspace: path("GITHUB_WORKSPACE").or_else(|| env::current_dir().ok()).unwrap_or_default(),
            summary: path("GITHUB_STEP_SUMMARY"),
        })
    }

    /// A command of the workflow for each failure, which GitHub shows beside the line that failed.
    pub fn annotations(&self, record: &Record) -> Vec<String> {
        let root = record.hello.as_ref().map_or(Path::new(""), |hello| Path::new(&hello.root));
        record
            .reports()
            .filter(|report| report.is_failure())
            .map(|report| self.annotation(report, root))
            .collect()
    }

    fn annotation(&self, report: &Report, root: &Path) -> String {
        let (path, line) = match &report.place {
            Some((path, line)) => (path.as_str(), *line),
            None => (report.id.split("::").next().unwrap_or_default(), None),
        };
        let path = root.join(path);
        let path = path.strip_prefix(&self.workspace).unwrap_or(&path).display().to_string();
        let line = line.map(|line| format!(",line={line}")).unwrap_or_default();
        let message = report.message.as_deref().or(report.plain.as_deref()).unwrap_or("failed");
        let when = match report.when.as_str() {
            "call" | "collect" => String::new(),
            when => format!(" ({when})"),
        };
        let title = property(&format!("{}{when}", report.id));
        format!("::error file={}{line},title={title}::{}", property(&path), data(message.trim_end()))
    }

    /// Adds what happened to the summary of the job.
    pub fn summarise(&self, record: &Record, elapsed: Duration, shard: Shard) -> io::Result<()> {
        let Some(path) = &self.summary else { return Ok(()) };
        let mut file = OpenOptions::new().append(true).create(true).open(path)?;
        file.write_all(summary(record, elapsed, shard).as_bytes())
    }
}

/// What happened, in GitHub's markdown.
fn summary(record: &Record, elapsed: Duration, shard: Shard) -> String {
    let counts: Vec<String> = last_line::counts(record)
        .iter()
        .map(|(category, count)| last_line::counted(category, *count))
        .collect();
    let counts = if counts.is_empty() { "no tests ran".to_owned() } else { counts.join(", ") };
    let shard = if shard.is_all() { String::new() } else { format!(", shard {shard}") };
    let mut text = format!("### Tests{shard}: {counts} in {}\n\n", last_line::duration(elapsed));
    let failures: Vec<&Report> = record.reports().filter(|report| report.is_failure()).collect();
    let rows = failures.iter().take(FAILURES).map(|report| {
        let message = report.message.as_deref().unwrap_or_default();
        [code(&report.id), cell(message.lines().next().unwrap_or_default())]
    });
    table(&mut text, ["failed", "why"], rows);
    if failures.len() > FAILURES {
        let _ = writeln!(text, "… and {} more\n", failures.len() - FAILURES);
    }
    let is_flaky = |test: &&Test| test.outcome == Outcome::Passed && test.attempts > 1;
    let flaky = record.tests().filter(is_flaky).map(|test| [code(&test.id), test.attempts.to_string()]);
    table(&mut text, ["flaky", "attempts"], flaky);
    let mut slowest: Vec<&Test> = record.tests().filter(|test| test.us > 0).collect();
    slowest.sort_by_key(|test| std::cmp::Reverse(test.us));
    let seconds =
        |test: &&Test| [code(&test.id), format!("{:.2}", Duration::from_micros(test.us).as_secs_f64())];
    table(&mut text, ["slowest", "seconds"], slowest.iter().take(SLOWEST).map(seconds));
    text
}

/// Appends a table, unless it is empty.
fn table(text: &mut String, head: [&str; 2], rows: impl Iterator<Item = [String; 2]>) {
    let mut rows = rows.peekable();
    if rows.peek().is_none() {
        return;
    }
    let _ = writeln!(text, "| {} | {} |\n|---|---|", head[0], head[1]);
    for [left, right] in rows {
        let _ = writeln!(text, "| {left} | {right} |");
    }
    text.push('\n');
}

fn code(text: &str) -> String {
    format!("<code>{}</code>", cell(text))
}

/// Text that is nothing but text in a cell of a table.
fn cell(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '\n' | '\r' => escaped.push(' '),
            '|' | '\\' | '`' | '*' | '_' | '[' | ']' | '~' | '#' => {
                let _ = write!(escaped, "&#{};", u32::from(char));
            }
            _ => escaped.push(char),
        }
    }
    escaped
}

/// The message of a workflow command, as actions/toolkit writes it (`command.ts`, `escapeData`).
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a workflow command (`escapeProperty`).
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn github() -> GitHub {
        GitHub { workspace: PathBuf::from("/work/repository"), summary: None }
    }

    fn failure() -> Report {
        Report {
            id: "test_a.py::test_x[a,b]".to_owned(),
            when: "call".to_owned(),
            outcome: "failed".to_owned(),
            message: Some("assert 50% == 1\n  + where".to_owned()),
            place: Some(("/work/repository/sub/test_a.py".to_owned(), Some(7))),
            ..Report::default()
        }
    }

    #[test]
    fn a_failure_is_shown_at_its_line() {
        assert_eq!(
            github().annotation(&failure(), Path::new("/work/repository/sub")),
            "::error file=sub/test_a.py,line=7,title=test_a.py%3A%3Atest_x[a%2Cb]::\
             assert 50%25 == 1%0A  + where"
        );
    }

    #[test]
    fn a_failure_without_a_place_is_shown_at_its_file() {
        let report = Report { place: None, message: None, when: "setup".to_owned(), ..failure() };
        assert_eq!(
            github().annotation(&report, Path::new("/work/repository/sub")),
            "::error file=sub/test_a.py,title=test_a.py%3A%3Atest_x[a%2Cb] (setup)::failed"
        );
    }

    #[test]
    fn a_cell_shows_what_it_holds() {
        assert_eq!(cell("a|b <c>\n*d*"), "a&#124;b &lt;c&gt; &#42;d&#42;");
        let mut text = String::new();
        table(&mut text, ["a", "b"], std::iter::empty());
        assert_eq!(text, "");
    }
}
