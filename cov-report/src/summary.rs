//! What all formats show: the files of a report with their totals, worked out once.

use cov_model::{BranchView, FileCoverage, Report, Totals};

/// A report to be shown.
#[derive(Debug)]
pub struct Summary<'a> {
    /// The report.
    pub report: &'a Report,
    /// Its files, in the order of their paths.
    pub files: Vec<FileSummary<'a>>,
    /// The totals of all of them.
    pub total: Totals,
    /// Whether branches were measured, even if there happen to be none.
    pub has_branches: bool,
}

/// A file to be shown.
#[derive(Debug)]
pub struct FileSummary<'a> {
    /// The path as the report has it.
    pub path: &'a str,
    /// The path as it is printed.
    pub name: String,
    /// What was measured.
    pub coverage: &'a FileCoverage,
    /// Its branches.
    pub branches: Vec<BranchView>,
    /// Its totals.
    pub totals: Totals,
}

impl<'a> Summary<'a> {
    /// Summarizes `report`.
    pub fn new(report: &'a Report, has_branches: bool) -> Self {
        let files: Vec<_> =
            report.files.iter().map(|(path, coverage)| FileSummary::new(path, coverage)).collect();
        let total = files.iter().map(|file| file.totals).sum();
        Self { report, files, total, has_branches }
    }
}

impl<'a> FileSummary<'a> {
    fn new(path: &'a str, coverage: &'a FileCoverage) -> Self {
        let branches = coverage.branches.views();
        Self { path, name: printable(path), coverage, branches, totals: Totals::of_file(coverage) }
    }

    /// The directory with its last slash, and the name in it.
    pub fn directory_and_base(&self) -> (&str, &str) {
        self.name.rfind('/').map_or(("", &self.name), |slash| self.name.split_at(slash + 1))
    }

    /// How many lines the source has, or how many it has at least.
    pub fn length(&self) -> u32 {
        let measured = self.coverage.lines.iter().last().map_or(0, |(line, _)| line);
        let last = self.coverage.excluded.last().copied().unwrap_or(0).max(measured);
        self.coverage.length.unwrap_or(last)
    }

    /// Whether nothing is missing, as coverage.py's `skip_covered` has it.
    pub fn is_covered(&self) -> bool {
        self.totals.lines.missing() == 0 && self.totals.partial_branches == 0
    }

    /// Whether there is no code, as coverage.py's `skip_empty` has it.
    pub fn is_empty(&self) -> bool {
        self.totals.lines.total == 0
    }
}

/// A name with what is not printable replaced by `?`, since a terminal may obey it (coverage.py's `neutralize_control`).
pub fn printable(name: &str) -> String {
    // For debugging, Rust escapes what Python calls not printable, the first of a text's accents, and quotes.
    let is_printable = |character: char| {
        matches!(character, '"' | '\'' | '\\')
            || character.is_ascii_graphic()
            || character == ' '
            || !format!("a{character}").escape_debug().any(|escaped| escaped == '\\')
    };
    if name.chars().all(is_printable) {
        return name.to_owned();
    }
    name.chars().map(|character| if is_printable(character) { character } else { '?' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_not_printed() {
        assert_eq!(printable("a\u{1b}[31m\n\u{202e}\u{a0}b.py"), "a?[31m???b.py");
        assert_eq!(printable("naïve \"x\"/日本\u{301}.py"), "naïve \"x\"/日本\u{301}.py");
    }
}
