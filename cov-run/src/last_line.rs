//! pytest's last line: how many of what, in what time.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::time::Duration;

use crate::record::Record;
use crate::terminal::{Style, Terminal};

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

/// Prints the last line of a run.
pub fn print<W: Write>(
    record: &Record,
    verbosity: i32,
    elapsed: Duration,
    terminal: &mut Terminal<W>,
) -> io::Result<()> {
    if verbosity < -1 {
        return Ok(());
    }
    let counts = counts(record);
    let main = main_colour(&counts);
    let mut parts: Vec<String> = counts
        .iter()
        .map(|(category, count)| {
            let style = colour_of(category);
            let text = counted(category, *count);
            let styles: &[Style] = if style == main { &[style, Style::Bold] } else { &[style] };
            terminal.markup(&text, styles)
        })
        .collect();
    if parts.is_empty() {
        parts.push(terminal.markup("no tests ran", &[Style::Yellow]));
    }
    let time = terminal.markup(&format!(" in {}", duration(elapsed)), &[main]);
    let line = parts.join(", ") + &time;
    if verbosity < 0 { terminal.line(&line) } else { terminal.rule('=', &line, &[]) }
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

/// A count with its category, as the last line has it.
pub fn counted(category: &str, count: u64) -> String {
    let noun = match (category, count) {
        ("error", 1) => "error",
        ("error", _) => "errors",
        ("warnings", 1) => "warning",
        _ => category,
    };
    format!("{count} {noun}")
}

/// A time, as the last line has it.
pub fn duration(elapsed: Duration) -> String {
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
    fn durations_are_written_as_pytest_does() {
        assert_eq!(duration(Duration::from_millis(1234)), "1.23s");
        assert_eq!(duration(Duration::from_millis(61_500)), "61.50s (0:01:01)");
        assert_eq!(duration(Duration::from_secs(90_061)), "90061.00s (1 day, 1:01:01)");
    }
}
