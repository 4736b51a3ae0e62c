//! Which lines are excluded: what patterns match, and the suites, definitions and cases that go with it.

mod continuation;
mod definitions;
mod suites;

use crate::line_map::LineMap;
use crate::line_set::LineSet;
use crate::syntax::Syntax;

/// The excluded lines of a file whose lines `matches` match an exclusion pattern. They are first lines of statements,
/// but also blank lines and comments that were matched.
///
/// `statements` are the first lines of what has bytecode. From coverage.py's `_raw_parse`, whose order of steps matters.
pub(crate) fn find(
    syntax: &Syntax<'_>,
    map: &LineMap,
    statements: &LineSet,
    mut matches: LineSet,
) -> LineSet {
    if matches.is_empty() {
        return matches;
    }
    suites::exclude(syntax, &mut matches);
    let mut excluded = matches.iter().map(|line| map.first_line(line)).collect();
    definitions::exclude(syntax, map, statements, &mut excluded);
    excluded
}

#[cfg(test)]
mod tests;
