//! pytest's warnings summary.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::protocol::Warning;
use crate::terminal::{Style, Terminal};

/// Prints the warnings, each text once with the places it came from.
pub fn print<W: Write>(all: &[Warning], terminal: &mut Terminal<W>) -> io::Result<()> {
    if all.is_empty() {
        return Ok(());
    }
    let mut groups: Vec<(&str, Vec<&Warning>)> = Vec::new();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for warning in all {
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

#[cfg(test)]
mod tests {
    use super::*;

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
