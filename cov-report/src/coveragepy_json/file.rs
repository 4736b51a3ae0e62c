//! What is told of a file, and of each function and class in it.

use std::collections::HashSet;

use cov_model::regions::{Region, class_lines, function_lines};
use cov_model::{Ratio, Totals};
use serde::Serialize;
use serde::ser::{SerializeMap as _, Serializer};

use super::numbers::Numbers;
use crate::contexts::Contexts;
use crate::summary::FileSummary;
use crate::ways::{Ways, ways};

/// A file, or a region of it. The two differ in what follows the lines, and are otherwise the same.
#[derive(Debug, Serialize)]
pub(super) struct Portion<'a> {
    executed_lines: Vec<u32>,
    summary: Numbers,
    missing_lines: Vec<u32>,
    excluded_lines: Vec<u32>,
    /// Of a region.
    #[serde(skip_serializing_if = "Option::is_none")]
    start_line: Option<u32>,
    /// Those of the whole file, in a region too.
    #[serde(skip_serializing_if = "Option::is_none")]
    contexts: Option<&'a Contexts<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    executed_branches: Option<Vec<(u32, i64)>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    missing_branches: Option<Vec<(u32, i64)>>,
    /// Of a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    functions: Option<Regions<'a>>,
    /// Of a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    classes: Option<Regions<'a>>,
}

/// Regions by name, in the order that they are written in.
#[derive(Debug)]
struct Regions<'a>(Vec<(String, Portion<'a>)>);

impl Serialize for Regions<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, portion) in &self.0 {
            map.serialize_entry(name, portion)?;
        }
        map.end()
    }
}

impl<'a> Portion<'a> {
    /// All of `file`, with its functions and classes.
    pub(super) fn of_file(file: &FileSummary<'a>, style: Style<'a>) -> Self {
        let coverage = file.coverage;
        let mut all = Found::default();
        for (line, hits) in coverage.lines.iter() {
            all.add_line(line, hits);
        }
        all.excluded.extend(&coverage.excluded);
        for ways in ways(file) {
            all.add_ways(&ways, &file.totals_of(&ways));
        }
        let summary = Numbers::new(&file.totals, style.has_branches, style.precision);
        let bounded = |region: &Region<'_>| {
            let key = (region.start, region.name.to_owned());
            let function = coverage.functions.get(&key).map(|function| function.body.and(function.end));
            let class = coverage.classes.get(&key).map(|class| class.end);
            function.or(class).flatten().is_some()
        };
        let functions: Vec<_> = function_lines(coverage).into_iter().filter(bounded).collect();
        let classes: Vec<_> = class_lines(coverage).into_iter().filter(bounded).collect();
        Self {
            summary,
            functions: Some(regions(file, &functions, style)),
            classes: Some(regions(file, &classes, style)),
            ..all.portion(style, None)
        }
    }
}

impl FileSummary<'_> {
    /// The branches of `ways`, as totals.
    fn totals_of(&self, ways: &Ways) -> Totals {
        let is_missed = self.coverage.lines.get(ways.line) == Some(0);
        Totals {
            branches: Ratio::new(u64::from(ways.total - ways.missing), u64::from(ways.total)),
            partial_branches: if is_missed { 0 } else { u64::from(ways.missing) },
            ..Totals::default()
        }
    }
}

/// What all portions of a file have in common.
#[derive(Clone, Copy)]
pub(super) struct Style<'a> {
    /// Whether branches were measured.
    pub(super) has_branches: bool,
    /// Digits behind the point of percentages.
    pub(super) precision: u8,
    /// The contexts, if they are to be shown.
    pub(super) contexts: Option<&'a Contexts<'a>>,
}

/// What was found in a portion of a file.
#[derive(Default)]
struct Found {
    executed: Vec<u32>,
    missing: Vec<u32>,
    excluded: Vec<u32>,
    taken: Vec<(u32, i64)>,
    untaken: Vec<(u32, i64)>,
    totals: Totals,
}

impl Found {
    fn add_line(&mut self, line: u32, hits: u64) {
        self.totals.lines += Ratio::new(u64::from(hits > 0), 1);
        if hits > 0 { &mut self.executed } else { &mut self.missing }.push(line);
    }

    fn add_excluded(&mut self, line: u32, is_measured: bool) {
        self.totals.excluded += u64::from(!is_measured);
        self.excluded.push(line);
    }

    fn add_ways(&mut self, ways: &Ways, totals: &Totals) {
        self.taken.extend(ways.taken.iter().map(|&target| (ways.line, target)));
        self.untaken.extend(ways.untaken.iter().map(|&target| (ways.line, target)));
        self.totals += *totals;
    }

    fn portion(self, style: Style<'_>, start_line: Option<u32>) -> Portion<'_> {
        Portion {
            executed_lines: self.executed,
            summary: Numbers::new(&self.totals, style.has_branches, style.precision),
            missing_lines: self.missing,
            excluded_lines: self.excluded,
            start_line,
            contexts: style.contexts,
            executed_branches: style.has_branches.then_some(self.taken),
            missing_branches: style.has_branches.then_some(self.untaken),
            functions: None,
            classes: None,
        }
    }
}

/// What was found in each of `regions`, which share no line, and under the name `""` what was found outside of them all.
fn regions<'a>(file: &FileSummary<'a>, regions: &[Region<'_>], style: Style<'a>) -> Regions<'a> {
    let coverage = file.coverage;
    let owners = Owners::new(regions);
    let (outside, length) = (regions.len(), file.length());
    let mut found: Vec<Found> = (0..=outside).map(|_| Found::default()).collect();
    // What reaches behind the last line, as an excluded suite does in coverage.py's eyes, is nobody's.
    let owner_of = |line: u32| owners.of(line).or((line <= length).then_some(outside));
    for (line, hits) in coverage.lines.iter() {
        if let Some(owner) = owner_of(line) {
            found[owner].add_line(line, hits);
        }
    }
    for &line in &coverage.excluded {
        if let Some(owner) = owner_of(line) {
            found[owner].add_excluded(line, coverage.lines.get(line).is_some());
        }
    }
    for ways in ways(file) {
        if let Some(owner) = owner_of(ways.line) {
            found[owner].add_ways(&ways, &file.totals_of(&ways));
        }
    }

    let mut found = found.into_iter();
    // Of regions of one name, the first that has statements keeps it.
    let with_statements: HashSet<&str> = regions
        .iter()
        .zip(found.as_slice())
        .filter(|(_, found)| found.totals.lines.total > 0)
        .map(|(region, _)| region.name)
        .collect();
    let mut names: HashSet<String> = HashSet::new();
    let mut portions: Vec<(String, Portion<'a>)> = Vec::with_capacity(outside + 1);
    for (region, found) in regions.iter().zip(found.by_ref()) {
        let mut name = region.name.to_owned();
        let is_for_another = with_statements.contains(region.name) && found.totals.lines.total == 0;
        if names.contains(&name) || is_for_another {
            name = format!("{name}@{}", region.start);
        }
        names.insert(name.clone());
        portions.push((name, found.portion(style, Some(region.start))));
    }
    let first_outside = owners.first_outside(length);
    portions.extend(found.map(|found| (String::new(), found.portion(style, Some(first_outside)))));
    Regions(portions)
}

/// Whose a line is: runs of lines, ascending, each with the index of its region.
struct Owners(Vec<(u32, u32, usize)>);

impl Owners {
    fn new(regions: &[Region<'_>]) -> Self {
        let runs = regions.iter().enumerate();
        let mut runs: Vec<_> = runs
            .flat_map(|(index, region)| region.lines.iter().map(move |&(first, last)| (first, last, index)))
            .collect();
        runs.sort_unstable();
        Self(runs)
    }

    fn of(&self, line: u32) -> Option<usize> {
        let behind = self.0.partition_point(|&(first, _, _)| first <= line);
        let &(_, last, index) = self.0.get(behind.checked_sub(1)?)?;
        (line <= last).then_some(index)
    }

    /// The first line of a file of so many lines that is nobody's; 1 where there is none.
    fn first_outside(&self, length: u32) -> u32 {
        let mut line = 1;
        for &(first, last, _) in &self.0 {
            if line < first {
                break;
            }
            line = line.max(last.saturating_add(1));
        }
        if line <= length { line } else { 1 }
    }
}
