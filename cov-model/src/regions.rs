//! Which lines belong to which function and which class.
//!
//! A file's report keeps the bounds of functions and classes; the lines follow from them. The rules are those of
//! coverage.py's regions.py (`RegionFinder`): a line belongs to the innermost function whose body it is in, and to the
//! class of the innermost method whose body it is in. A method is a function whose nearest scope is a class; what stands
//! in a class but in none of its methods belongs to no class. The line of the `def` itself is the surroundings'.

use crate::report::FileCoverage;

/// First and last lines of runs of lines, ascending; runs neither overlap nor touch.
pub type Runs = Vec<(u32, u32)>;

/// A function or class with the lines that are its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region<'f> {
    /// The name, with the names around it.
    pub name: &'f str,
    /// The first line, which need not be among `lines`.
    pub start: u32,
    /// The lines.
    pub lines: Runs,
}

/// Where a function or a class is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Where it starts.
    pub start: u32,
    /// The first line of its body, if it is a function.
    pub body: Option<u32>,
    /// Its last line.
    pub end: u32,
}

/// The functions of a file, ascending by first line, with their own lines. Where body or end of a function are not known,
/// it has none.
pub fn function_lines(file: &FileCoverage) -> Vec<Region<'_>> {
    let mut bounds = Vec::new();
    let mut known = Vec::new();
    for (index, (&(start, _), function)) in file.functions.iter().enumerate() {
        if let (Some(body), Some(end)) = (function.body, function.end) {
            bounds.push(Bounds { start, body: Some(body), end });
            known.push(index);
        }
    }
    let mut regions: Vec<Region<'_>> = file.functions.keys().map(region).collect();
    for (index, lines) in known.into_iter().zip(lines_of_functions(&bounds)) {
        regions[index].lines = lines;
    }
    regions
}

/// The classes of a file, ascending by first line, with their own lines. Where the end of a class is not known, it has
/// none.
pub fn class_lines(file: &FileCoverage) -> Vec<Region<'_>> {
    let functions = file.functions.iter().filter_map(|(&(start, _), function)| {
        Some((Bounds { start, body: Some(function.body?), end: function.end? }, None))
    });
    let classes = file.classes.iter().enumerate().filter_map(|(index, (&(start, _), class))| {
        Some((Bounds { start, body: None, end: class.end? }, Some(index)))
    });
    let mut all: Vec<(Bounds, Option<usize>)> = functions.chain(classes).collect();
    all.sort_by_key(|(bounds, _)| bounds.start);
    let bounds: Vec<Bounds> = all.iter().map(|&(bounds, _)| bounds).collect();

    let mut regions: Vec<Region<'_>> = file.classes.keys().map(region).collect();
    for ((_, class), lines) in all.into_iter().zip(lines_of_classes(&bounds)) {
        if let Some(class) = class {
            regions[class].lines = lines;
        }
    }
    regions
}

fn region((start, name): &(u32, String)) -> Region<'_> {
    Region { name, start: *start, lines: Runs::new() }
}

/// The lines of each function in `bounds`, which ascend by start; none for the classes.
pub fn lines_of_functions(bounds: &[Bounds]) -> Vec<Runs> {
    let bodies =
        bounds.iter().enumerate().filter_map(|(index, bounds)| Some((bounds.body?, bounds.end, index)));
    innermost(bodies, bounds.len())
}

/// The lines of each class in `bounds`, which ascend by start and hold all functions too; none for the functions.
pub fn lines_of_classes(bounds: &[Bounds]) -> Vec<Runs> {
    let mut around: Vec<usize> = Vec::new();
    let mut methods = Vec::new();
    for (index, definition) in bounds.iter().enumerate() {
        while around.last().is_some_and(|&outer| bounds[outer].end < definition.start) {
            around.pop();
        }
        if let (Some(body), Some(&scope)) = (definition.body, around.last())
            && bounds[scope].body.is_none()
        {
            methods.push((body, definition.end, scope));
        }
        around.push(index);
    }
    innermost(methods.into_iter(), bounds.len())
}

/// Gives each line to the owner of the innermost interval (first line, last line, owner) that it is in. Intervals ascend
/// by first line, the outer before the inner, and are nested; one that reaches out of another is cut at its end.
fn innermost(intervals: impl Iterator<Item = (u32, u32, usize)>, owners: usize) -> Vec<Runs> {
    let mut runs = vec![Runs::new(); owners];
    let mut give = |owner: usize, first: u32, last: u32| {
        if first > last {
            return;
        }
        match runs[owner].last_mut() {
            Some(run) if run.1 + 1 == first => run.1 = last,
            _ => runs[owner].push((first, last)),
        }
    };
    // The intervals around the place that was reached, and the first line that was not given yet.
    let mut around: Vec<(u32, usize)> = Vec::new();
    let mut next = 1;
    for (first, last, owner) in intervals {
        while let Some(&(outer_last, outer)) = around.last()
            && outer_last < first
        {
            give(outer, next, outer_last);
            next = next.max(outer_last.saturating_add(1));
            around.pop();
        }
        let mut last = last;
        if let Some(&(outer_last, outer)) = around.last() {
            give(outer, next, first.saturating_sub(1));
            last = last.min(outer_last);
        }
        next = next.max(first);
        around.push((last, owner));
    }
    for (last, owner) in around.into_iter().rev() {
        give(owner, next, last);
        next = next.max(last.saturating_add(1));
    }
    runs
}

#[cfg(test)]
mod tests;
