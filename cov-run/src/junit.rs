//! The JUnit file, laid out as pytest's: `xunit2` unless the project says `xunit1`.

use std::io::{self, Write};
use std::time::Duration;

use cov_model::manifest::Outcome;

use crate::hello::Options;
use crate::protocol::Report;
use crate::record::{Record, Test};
use crate::xml::{element, escaped, parent};

/// When and for how long a run took place.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    /// Seconds since the epoch.
    pub started: u64,
    /// How long it took.
    pub elapsed: Duration,
}

/// A `testcase` element.
#[derive(Debug, Default)]
struct Case {
    id: String,
    location: Option<(String, Option<u64>)>,
    us: u64,
    properties: Vec<(String, String)>,
    /// The elements within, written.
    nodes: String,
}

/// The sums of a `testsuite` element. pytest counts reports here, not elements.
#[derive(Debug, Default, PartialEq, Eq)]
struct Stats {
    errors: u32,
    failures: u32,
    skipped: u32,
    passed: u32,
    /// Tests that passed, or were skipped, and whose teardown failed.
    twice: u32,
}

/// Writes the JUnit file of a run.
pub fn write(record: &Record, options: &Options, times: Times, sink: &mut dyn Write) -> io::Result<()> {
    let mut suite = Suite { options, stats: Stats::default(), cases: Vec::new() };
    for report in record.reports_without_test() {
        suite.add_alone(report);
    }
    for test in record.tests() {
        suite.add_test(test);
    }
    for text in &record.internal_errors {
        let mut case = Case { id: "pytest::internal".to_owned(), ..Case::default() };
        suite.stats.errors += 1;
        element(&mut case.nodes, "error", &[("message", "internal error")], text);
        suite.cases.push(case);
    }
    suite.write(times, sink)
}

impl Stats {
    fn total(&self) -> u32 {
        self.passed + self.failures + self.skipped + self.errors - self.twice
    }
}

struct Suite<'a> {
    options: &'a Options,
    stats: Stats,
    cases: Vec<Case>,
}

impl Suite<'_> {
    /// A collection error, a skipped module, or what a dead worker left.
    fn add_alone(&mut self, report: &Report) {
        // A file may be collected in more than one way, as a module and for its doctests, and fail in each.
        let known = self.cases.iter().position(|case| case.id == report.id);
        let mut case = match known {
            Some(index) => self.cases.remove(index),
            None => Case { id: report.id.clone(), location: report.location.clone(), ..Case::default() },
        };
        if report.outcome == "skipped" {
            self.stats.skipped += 1;
            let text = report.plain.as_deref().unwrap_or_default();
            element(&mut case.nodes, "skipped", &[("message", "collection skipped")], text);
        } else {
            self.stats.errors += 1;
            let message = if report.when == "collect" { "collection failure" } else { message_of(report) };
            element(
                &mut case.nodes,
                "error",
                &[("message", message)],
                report.plain.as_deref().unwrap_or_default(),
            );
        }
        self.cases.insert(known.unwrap_or(self.cases.len()), case);
    }

    /// A test: one case, and a second where it failed and its teardown failed too.
    fn add_test(&mut self, test: &Test) {
        let mut case = Case { id: test.id.clone(), ..Case::default() };
        let mut has_failed = false;
        let mut is_empty = true;
        add_attempts(&mut case, test);
        for report in &test.reports {
            case.location = case.location.take().or_else(|| report.location.clone());
            match report.outcome.as_str() {
                "failed" => {
                    if report.when == "teardown" && has_failed {
                        let next =
                            Case { id: case.id.clone(), location: case.location.clone(), ..Case::default() };
                        self.cases.push(std::mem::replace(&mut case, next));
                    } else if report.when == "teardown" {
                        self.stats.twice += 1;
                    }
                    is_empty = false;
                    self.add_failure(&mut case, report);
                    has_failed |= report.when == "call";
                }
                "skipped" => {
                    is_empty = false;
                    self.add_skip(&mut case, report);
                }
                "passed" if report.when == "call" => {
                    is_empty = false;
                    self.stats.passed += 1;
                }
                _ => {}
            }
            if ["total", report.when.as_str()].contains(&self.options.junit_duration_report.as_str()) {
                case.us += report.us;
            }
            if report.when == "teardown" {
                self.add_output(&mut case, report);
            }
            case.properties.extend(report.properties.iter().filter(|_| report.when == "teardown").cloned());
        }
        if !is_empty {
            self.cases.push(case);
        }
    }

    fn add_failure(&mut self, case: &mut Case, report: &Report) {
        let text = report.plain.as_deref().unwrap_or_default();
        if report.wasxfail.is_some() {
            self.stats.skipped += 1;
            element(&mut case.nodes, "skipped", &[("message", "xfail-marked test passes unexpectedly")], "");
        } else if report.when == "call" {
            self.stats.failures += 1;
            element(&mut case.nodes, "failure", &[("message", message_of(report))], text);
            if !self.options.junit_log_passing_tests {
                self.add_output(case, report);
            }
        } else {
            self.stats.errors += 1;
            element(&mut case.nodes, "error", &[("message", message_of(report))], text);
        }
    }

    fn add_skip(&mut self, case: &mut Case, report: &Report) {
        self.stats.skipped += 1;
        if let Some(reason) = &report.wasxfail {
            let reason = reason.strip_prefix("reason: ").unwrap_or(reason);
            element(&mut case.nodes, "skipped", &[("type", "pytest.xfail"), ("message", reason)], "");
        } else if let Some(skip) = &report.skip {
            let reason = skip.reason.strip_prefix("Skipped: ").unwrap_or(&skip.reason);
            let line = skip.line.map_or_else(|| "None".to_owned(), |line| line.to_string());
            let text = format!("{}:{line}: {reason}", skip.path);
            element(&mut case.nodes, "skipped", &[("type", "pytest.skip"), ("message", reason)], &text);
            self.add_output(case, report);
        }
    }

    /// Captured output, by `junit_logging` and `junit_log_passing_tests`.
    fn add_output(&self, case: &mut Case, report: &Report) {
        let logging = self.options.junit_logging.as_str();
        if logging == "no" || (report.outcome == "passed" && !self.options.junit_log_passing_tests) {
            return;
        }
        let captured = |prefix: &str, between: &str| {
            let found: Vec<&str> = report
                .sections
                .iter()
                .filter(|(name, _)| name.starts_with(prefix))
                .map(|(_, content)| content.as_str())
                .collect();
            found.join(between)
        };
        let part = |title: &str, content: &str| format!("{}\n{content}\n", centred(title));
        let mut text = String::new();
        if matches!(logging, "log" | "all") {
            text = part(" Captured Log ", &captured("Captured log", "\n"));
        }
        if matches!(logging, "system-out" | "out-err" | "all") {
            text.push_str(&part(" Captured Out ", &captured("Captured stdout", "")));
            element(&mut case.nodes, "system-out", &[], &std::mem::take(&mut text));
        }
        if matches!(logging, "system-err" | "out-err" | "all") {
            text.push_str(&part(" Captured Err ", &captured("Captured stderr", "")));
            element(&mut case.nodes, "system-err", &[], &std::mem::take(&mut text));
        }
        if !text.is_empty() {
            element(&mut case.nodes, "system-out", &[], &text);
        }
    }

    fn write(&self, times: Times, sink: &mut dyn Write) -> io::Result<()> {
        write!(
            sink,
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<testsuites name=\"pytest tests\">\
             <testsuite name=\"{}\" errors=\"{}\" failures=\"{}\" skipped=\"{}\" tests=\"{}\" time=\"{:.3}\" \
             timestamp=\"{}\">",
            escaped(&self.options.junit_suite_name),
            self.stats.errors,
            self.stats.failures,
            self.stats.skipped,
            self.stats.total(),
            times.elapsed.as_secs_f64(),
            timestamp(times.started)
        )?;
        for case in &self.cases {
            self.write_case(case, sink)?;
        }
        sink.write_all(b"</testsuite></testsuites>\n")
    }

    fn write_case(&self, case: &Case, sink: &mut dyn Write) -> io::Result<()> {
        let (classname, name) = address(&case.id, self.options.junit_prefix.as_deref());
        write!(sink, "\n<testcase classname=\"{}\" name=\"{}\"", escaped(&classname), escaped(&name))?;
        if let (false, Some((file, line))) = (self.options.junit_family == "xunit2", &case.location) {
            write!(sink, " file=\"{}\"", escaped(file))?;
            if let Some(line) = line {
                write!(sink, " line=\"{line}\"")?;
            }
        }
        write!(sink, " time=\"{:.3}\"", Duration::from_micros(case.us).as_secs_f64())?;
        if case.properties.is_empty() && case.nodes.is_empty() {
            return sink.write_all(b" />");
        }
        sink.write_all(b">")?;
        if !case.properties.is_empty() {
            sink.write_all(b"<properties>")?;
            for (name, value) in &case.properties {
                write!(sink, "<property name=\"{}\" value=\"{}\" />", escaped(name), escaped(value))?;
            }
            sink.write_all(b"</properties>")?;
        }
        sink.write_all(case.nodes.as_bytes())?;
        sink.write_all(b"</testcase>")
    }
}

/// The failures of a test that was tried again, as Surefire writes them: `flaky…` where it passed at last, `rerun…`
/// where it failed. pytest has no words for them, and a file without any is pytest's.
fn add_attempts(case: &mut Case, test: &Test) {
    if test.earlier.is_empty() {
        return;
    }
    let has_failed = matches!(test.outcome, Outcome::Failed | Outcome::Error | Outcome::Crashed);
    for report in test.earlier.iter().flatten().filter(|report| report.is_tried_again) {
        let name = match (has_failed, report.when.as_str()) {
            (false, "call") => "flakyFailure",
            (false, _) => "flakyError",
            (true, "call") => "rerunFailure",
            (true, _) => "rerunError",
        };
        let mut stack = String::new();
        element(&mut stack, "stackTrace", &[], report.plain.as_deref().unwrap_or_default());
        let attributes = [("message", message_of(report)), ("type", report.when.as_str())];
        parent(&mut case.nodes, name, &attributes, &stack);
    }
    let property = |name: &str, value: String| (name.to_owned(), value);
    case.properties.push(property("attempts", test.attempts.to_string()));
    case.properties.push(property("worker", format!("gw{}", test.slot)));
}

fn message_of(report: &Report) -> &str {
    report.junit_message.as_deref().or(report.message.as_deref()).unwrap_or_default()
}

/// pytest's class name and name of a node id.
fn address(id: &str, prefix: Option<&str>) -> (String, String) {
    let (path, params) = match id.find('[') {
        Some(start) => id.split_at(start),
        None => (id, ""),
    };
    let mut names: Vec<String> = path.split("::").map(str::to_owned).collect();
    names[0] = names[0].replace('/', ".");
    if let Some(stem) = names[0].strip_suffix(".py").map(str::len) {
        names[0].truncate(stem);
    }
    let name = names.pop().unwrap_or_default() + params;
    if let Some(prefix) = prefix.filter(|prefix| !prefix.is_empty()) {
        names.insert(0, prefix.to_owned());
    }
    (names.join("."), name)
}

/// `title` in a row of dashes, 80 wide.
fn centred(title: &str) -> String {
    format!("{title:-^80}")
}

/// A point in time, in UTC.
fn timestamp(seconds: u64) -> String {
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    // Civil date from days, after Howard Hinnant: years begin in March, so that the leap day is the last.
    let days = days + 719_468;
    let era = days / 146_097;
    let day_of_era = days % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}+00:00",
        second / 3600,
        second / 60 % 60,
        second % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_pytests() {
        let check = |id, classname: &str, name: &str| {
            assert_eq!(address(id, None), (classname.to_owned(), name.to_owned()), "{id}");
        };
        check(
            "tests/unit/test_a.py::TestX::test_y[a::b/c.py]",
            "tests.unit.test_a.TestX",
            "test_y[a::b/c.py]",
        );
        check("tests/test_a.py", "", "tests.test_a");
        check("README.md::README.md", "README.md", "README.md");
        assert_eq!(address("a.py::t", Some("p")).0, "p.a");
    }

    #[test]
    fn titles_are_centred() {
        assert_eq!(centred(" Captured Out "), format!("{0} Captured Out {0}", "-".repeat(33)));
    }

    #[test]
    fn timestamps_are_civil_dates() {
        assert_eq!(timestamp(0), "1970-01-01T00:00:00+00:00");
        assert_eq!(timestamp(951_782_400), "2000-02-29T00:00:00+00:00");
        assert_eq!(timestamp(1_798_761_599), "2026-12-31T23:59:59+00:00");
    }
}
