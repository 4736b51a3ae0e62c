//! Bounds and lines, by example and against the way coverage.py computes them.

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::report::{Class, Function};

fn file(functions: &[(u32, &str, u32, u32)], classes: &[(u32, &str, u32)]) -> FileCoverage {
    FileCoverage {
        functions: functions
            .iter()
            .map(|&(start, name, body, end)| {
                ((start, name.to_owned()), Function { body: Some(body), end: Some(end), hits: None })
            })
            .collect(),
        classes: classes
            .iter()
            .map(|&(start, name, end)| ((start, name.to_owned()), Class { end: Some(end) }))
            .collect(),
        ..FileCoverage::default()
    }
}

fn lines(regions: Vec<Region<'_>>) -> Vec<(&str, Runs)> {
    regions.into_iter().map(|region| (region.name, region.lines)).collect()
}

#[test]
fn a_line_is_the_innermost_functions() {
    let file = file(&[(1, "f", 2, 9), (3, "f.g", 4, 5), (7, "f.h", 8, 8), (11, "i", 11, 11)], &[]);
    assert_eq!(
        lines(function_lines(&file)),
        [
            ("f", vec![(2, 3), (6, 7), (9, 9)]),
            ("f.g", vec![(4, 5)]),
            ("f.h", vec![(8, 8)]),
            ("i", vec![(11, 11)])
        ]
    );
}

#[test]
fn a_class_has_the_lines_of_its_methods_and_not_of_inner_classes() {
    // 1 class A:            6     def b(self):     11 def f():
    // 2     x = 1           7         class C:     12     class D:
    // 3     def a(self):    8             def c(s):13         def d(self):
    // 4         def n():    9                 1    14             1
    // 5             1       10        return C
    let file = file(
        &[
            (3, "A.a", 4, 5),
            (4, "A.a.n", 5, 5),
            (6, "A.b", 7, 10),
            (8, "A.b.C.c", 9, 9),
            (11, "f", 12, 14),
            (13, "f.D.d", 14, 14),
        ],
        &[(1, "A", 10), (7, "A.b.C", 9), (12, "f.D", 14)],
    );
    assert_eq!(
        lines(class_lines(&file)),
        [("A", vec![(4, 5), (7, 8), (10, 10)]), ("A.b.C", vec![(9, 9)]), ("f.D", vec![(14, 14)])]
    );
    assert_eq!(lines(function_lines(&file))[4], ("f", vec![(12, 13)]));
}

#[test]
fn the_only_line_of_two_functions_is_the_inner_ones() {
    let file = file(&[(1, "f", 2, 2), (2, "f.g", 2, 2)], &[]);
    assert_eq!(lines(function_lines(&file)), [("f", vec![]), ("f.g", vec![(2, 2)])]);
}

#[test]
fn without_bounds_there_are_no_lines_and_absurd_bounds_do_no_harm() {
    let mut file = file(&[(5, "f", 9, 2), (6, "g", 1, u32::MAX), (7, "h", 2, 3)], &[(1, "A", u32::MAX)]);
    file.functions.insert((2, "unknown".to_owned()), Function::default());
    file.classes.insert((2, "unknown".to_owned()), Class::default());
    assert_eq!(function_lines(&file).len(), 4);
    assert_eq!(class_lines(&file).len(), 2);
}

/// What a scope is made of: lines of code, and functions and classes.
#[derive(Clone, Debug)]
enum Item {
    Lines(u32),
    Definition { is_class: bool, body: Vec<Item> },
}

fn items() -> impl Strategy<Value = Vec<Item>> {
    let item = (1..3_u32).prop_map(Item::Lines);
    let items = item.prop_recursive(5, 40, 5, |inner| {
        (any::<bool>(), vec(inner, 0..5)).prop_map(|(is_class, body)| Item::Definition { is_class, body })
    });
    vec(items, 0..6)
}

/// `RegionFinder` of coverage.py's regions.py, with sets of lines as it has them.
#[derive(Default)]
struct Finder {
    line: u32,
    file: FileCoverage,
    /// Whether it is a class, its key and its lines, of all that was found; and the indices of those around.
    found: Vec<(bool, u32, BTreeSet<u32>)>,
    context: Vec<usize>,
}

impl Finder {
    fn visit(&mut self, items: &[Item]) {
        for item in items {
            match item {
                Item::Lines(lines) => self.line += lines,
                Item::Definition { is_class, body } => self.define(*is_class, body),
            }
        }
    }

    fn define(&mut self, is_class: bool, body: &[Item]) {
        let start = self.line;
        // One without a body is one line, as `def f(): pass`.
        self.line += 1;
        let first = if body.is_empty() { start } else { self.line };
        let end = start + length(body);
        let name = format!("n{start}");
        let mut lines = BTreeSet::new();
        if is_class {
            self.file.classes.insert((start, name), Class { end: Some(end) });
        } else {
            self.file
                .functions
                .insert((start, name), Function { body: Some(first), end: Some(end), hits: None });
            lines.extend(first..=end);
            if let Some(&nearest) = self.context.last()
                && self.found[nearest].0
            {
                self.found[nearest].2.extend(&lines);
            }
            if let Some(&function) = self.context.iter().rev().find(|&&index| !self.found[index].0) {
                self.found[function].2.retain(|line| !lines.contains(line));
            }
        }
        self.context.push(self.found.len());
        self.found.push((is_class, start, lines));
        self.visit(body);
        let this = self.context.pop().expect("it was pushed");
        if is_class {
            let lines = self.found[this].2.clone();
            for &around in &self.context {
                if self.found[around].0 {
                    self.found[around].2.retain(|line| !lines.contains(line));
                }
            }
        }
    }
}

fn length(items: &[Item]) -> u32 {
    items
        .iter()
        .map(|item| match item {
            Item::Lines(lines) => *lines,
            Item::Definition { body, .. } => 1 + length(body),
        })
        .sum()
}

fn sets(regions: &[Region<'_>]) -> Vec<(u32, BTreeSet<u32>)> {
    let lines = |region: &Region<'_>| region.lines.iter().flat_map(|&(first, last)| first..=last).collect();
    regions.iter().map(|region| (region.start, lines(region))).collect()
}

proptest! {
    #[test]
    fn lines_from_bounds_are_those_of_coverage_pys_finder(items in items()) {
        let mut finder = Finder { line: 1, ..Finder::default() };
        finder.visit(&items);
        for (is_class, ours) in [(false, function_lines(&finder.file)), (true, class_lines(&finder.file))] {
            let of_kind = finder.found.iter().filter(|found| found.0 == is_class);
            let theirs: Vec<_> = of_kind.map(|(_, start, lines)| (*start, lines.clone())).collect();
            prop_assert_eq!(sets(&ours), theirs);
        }
    }
}
