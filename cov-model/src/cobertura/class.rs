//! The classes of a document, gathered by the file that they are in.

use std::collections::{BTreeMap, BTreeSet};

use super::line::{Line, Told};
use crate::branch::{Branch, Branches, Naming, Site, Tally};
use crate::lines::Lines;
use crate::report::{FileCoverage, Function, HitKind};

/// A `<class>` while it is read.
#[derive(Debug, Default)]
pub(super) struct Class {
    lines: Measured,
    /// The lines of its methods, which tell of numbers that `lines` does not have.
    method_lines: Measured,
    functions: BTreeMap<(u32, String), Function>,
    method: Option<Method>,
    /// The document says that hits in here are 0 or 1.
    pub(super) yes_no: bool,
}

/// A `<method>` while it is read.
#[derive(Debug)]
struct Method {
    name: String,
    /// The first line and its hits.
    first: Option<(u32, u64)>,
    greatest: u64,
}

#[derive(Debug, Default)]
struct Measured {
    hits: Vec<(u32, u64)>,
    branches: Vec<(u32, Told)>,
}

impl Class {
    /// Begins a method; `name` is empty for code that has none.
    pub(super) fn open_method(&mut self, name: String) {
        self.method = Some(Method { name, first: None, greatest: 0 });
    }

    /// Adds a line to the method that is open, or else to the class.
    pub(super) fn add(&mut self, line: Line) {
        let measured = match &mut self.method {
            Some(method) => {
                if method.first.is_none_or(|(first, _)| line.number < first) {
                    method.first = Some((line.number, line.hits));
                }
                method.greatest = method.greatest.max(line.hits);
                &mut self.method_lines
            }
            None => &mut self.lines,
        };
        measured.hits.push((line.number, line.hits));
        let number = line.number;
        if let Some(told) = line.told() {
            measured.branches.push((number, told));
        }
    }

    /// Ends the method. It was entered as often as its first line was hit; where that is never, and others were, as often
    /// as the most hit. One without lines has no place, and is dropped.
    pub(super) fn close_method(&mut self) {
        if let Some(Method { name, first: Some((start, hits)), greatest }) = self.method.take()
            && !name.is_empty()
        {
            let function = self.functions.entry((start, name)).or_default();
            function.hits = function.hits.max(Some(if hits > 0 { hits } else { greatest }));
        }
    }
}

/// What the classes of one file tell.
#[derive(Debug, Default)]
pub(super) struct File {
    lines: Lines,
    branches: Branches,
    functions: BTreeMap<(u32, String), Function>,
    yes_no: bool,
    has_missing_names: bool,
}

impl File {
    /// Takes over a class. What several classes of one document tell of one line is one measurement told several times
    /// (partial and inner classes, instances of generics): the greatest counts, never the sum.
    pub(super) fn add(&mut self, class: Class) {
        let Class { lines: Measured { mut hits, mut branches }, method_lines, functions, method: _, yes_no } =
            class;
        self.yes_no |= yes_no;
        if !method_lines.hits.is_empty() {
            let own: BTreeSet<u32> = hits.iter().map(|&(line, _)| line).collect();
            hits.extend(method_lines.hits.into_iter().filter(|(line, _)| !own.contains(line)));
            branches.extend(method_lines.branches.into_iter().filter(|(line, _)| !own.contains(line)));
        }
        let hits = greatest(hits);
        if self.lines.is_empty() {
            self.lines = hits;
        } else {
            self.lines.merge(&hits, u64::max);
        }
        for (line, told) in branches {
            self.add_branch(line, told);
        }
        for (key, theirs) in functions {
            let ours = self.functions.entry(key).or_default();
            ours.hits = ours.hits.max(theirs.hits);
        }
    }

    fn add_branch(&mut self, line: u32, told: Told) {
        let (naming, branch) = match told {
            Told::Fraction { taken, arms } => {
                let tally = self.branches.tallied.entry((line, arms)).or_insert(Tally::exactly(taken));
                *tally = Tally::exactly(tally.at_least.max(taken));
                return;
            }
            Told::Missing { names, arms } => {
                self.has_missing_names = true;
                (Naming::DestinationOrExit, Branch { arms, untaken: names, ..Branch::default() })
            }
            Told::Arms(each) => (Naming::Label, branch_of(&each)),
        };
        self.merge_branch(Site { line, block: String::new(), naming }, branch);
    }

    fn merge_branch(&mut self, site: Site, branch: Branch) {
        match self.branches.named.get_mut(&site) {
            Some(ours) => ours.merge(&branch, u64::max),
            None => {
                self.branches.named.insert(site, branch);
            }
        }
    }

    /// What the file's classes told. coverage.py wrote the document when `by_coveragepy`; its hits are 0 or 1 when
    /// `yes_no`.
    pub(super) fn into_coverage(mut self, by_coveragepy: bool, yes_no: bool) -> FileCoverage {
        let has_no_counts = self.lines.iter().all(|(_, hits)| hits <= 1);
        if by_coveragepy || self.has_missing_names {
            self.name_complete_branches();
        }
        let yes_no = by_coveragepy || yes_no || self.yes_no || (self.has_missing_names && has_no_counts);
        if yes_no {
            self.lines.map_hits(|hits| hits.min(1));
            self.functions
                .values_mut()
                .for_each(|function| function.hits = function.hits.map(|hits| hits.min(1)));
        }
        FileCoverage {
            hits: if yes_no { HitKind::YesNo } else { HitKind::Counts },
            lines: self.lines,
            branches: Branches { measured: self.branches.were_measured(), ..self.branches },
            functions: self.functions,
            ..FileCoverage::default()
        }
    }

    /// Where a writer names the missing arms, a branch without any is complete, and merges as such.
    fn name_complete_branches(&mut self) {
        let tallied = std::mem::take(&mut self.branches.tallied);
        for ((line, arms), tally) in tallied {
            if tally.at_least == arms {
                let site = Site { line, block: String::new(), naming: Naming::DestinationOrExit };
                self.merge_branch(site, Branch { arms, ..Branch::default() });
            } else {
                self.branches.tallied.insert((line, arms), tally);
            }
        }
    }
}

/// Pairs in any order as lines; of a line given several times the greatest hits.
fn greatest(mut hits: Vec<(u32, u64)>) -> Lines {
    if !hits.is_sorted_by(|a, b| a.0 < b.0) {
        hits.sort_unstable();
        // Descending hits, so that the first of a line is the greatest.
        hits.reverse();
        hits.dedup_by_key(|&mut (line, _)| line);
        hits.reverse();
    }
    hits.into_iter().collect()
}

/// The branch of arms called by their ordinals.
fn branch_of(each: &[bool]) -> Branch {
    let mut branch = Branch { arms: u32::try_from(each.len()).unwrap_or(u32::MAX), ..Branch::default() };
    for (ordinal, &is_taken) in each.iter().enumerate() {
        if is_taken {
            branch.taken.insert(ordinal.to_string(), 1);
        } else {
            branch.untaken.insert(ordinal.to_string());
        }
    }
    branch
}
