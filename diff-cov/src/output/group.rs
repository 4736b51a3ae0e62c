//! Excerpts of source in groups: the uncovered lines of one function, or of a file outside of functions.

use std::collections::BTreeMap;

use super::snippet::{Line, snippets};
use super::wording::plural;
use crate::assessment::{Assessment, FileAssessment};
use crate::functions::{extents, innermost};

/// Uncovered lines that belong together.
pub(super) struct Group<'a> {
    pub(super) file: &'a FileAssessment,
    /// The function's name; none outside of functions.
    pub(super) function: Option<String>,
    /// Whether no test calls the function.
    is_uncalled: bool,
    /// Its changed lines that are not covered, ascending.
    pub(super) missing: Vec<u32>,
    /// How many of its changed lines are covered.
    covered: usize,
}

impl Group<'_> {
    /// The file, the function and how much of it is missing.
    pub(super) fn head(&self) -> String {
        let Some(function) = &self.function else { return self.file.name.clone() };
        format!("{}: {function} ({})", self.file.name, self.extent())
    }

    /// How much of the function is missing.
    pub(super) fn extent(&self) -> String {
        let missing = self.missing.len();
        let lines = plural((missing + self.covered) as u64, "changed line");
        let uncalled = if self.is_uncalled { "never called, " } else { "" };
        format!("{uncalled}{missing} of {lines} missing")
    }

    /// Excerpts around the missing lines.
    pub(super) fn snippets(&self) -> Vec<Vec<Line>> {
        snippets(self.file, &self.missing)
    }
}

/// All groups, those with most missing lines first, and of equals the first by name and line.
pub(super) fn groups(assessment: &Assessment) -> Vec<Group<'_>> {
    let mut groups: Vec<Group> = assessment.files.iter().flat_map(of_file).collect();
    groups.sort_by(|a, b| {
        let rest = (&a.file.name, &a.missing).cmp(&(&b.file.name, &b.missing));
        b.missing.len().cmp(&a.missing.len()).then(rest)
    });
    groups
}

fn of_file(file: &FileAssessment) -> Vec<Group<'_>> {
    let extents = extents(&file.coverage);
    let mut missing: BTreeMap<Option<usize>, Vec<u32>> = BTreeMap::new();
    for &line in &file.missing {
        missing.entry(innermost(&extents, line)).or_default().push(line);
    }
    let mut covered: BTreeMap<Option<usize>, usize> = BTreeMap::new();
    for &line in &file.covered {
        *covered.entry(innermost(&extents, line)).or_default() += 1;
    }
    let group = |(index, missing): (Option<usize>, Vec<u32>)| {
        let function = index.map(|index| &extents[index]);
        Group {
            file,
            function: function.map(|function| function.name.clone()),
            is_uncalled: function.is_some_and(|function| function.is_called == Some(false)),
            missing,
            covered: covered.get(&index).copied().unwrap_or(0),
        }
    };
    missing.into_iter().map(group).collect()
}
