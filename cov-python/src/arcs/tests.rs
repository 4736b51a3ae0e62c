//! The arcs of each kind of statement, as coverage.py 7.17.3 gives them.

mod conditions;
mod exceptions;
mod flow;
mod loops;
mod with_blocks;
mod words;

use super::*;
use crate::python_version::PythonVersion;
use crate::statements;

fn possible_arcs(source: &str) -> PossibleArcs {
    let syntax = Syntax::parse(source, PythonVersion::default()).unwrap();
    let line_map = LineMap::of(&syntax);
    find(&syntax, &line_map, &statements::find(&syntax, &line_map))
}

/// `source` starts on the line behind the quote.
#[track_caller]
fn check(source: &str, expected: &str) {
    let found = possible_arcs(source.trim_start_matches('\n'));
    let shown: Vec<String> = found.arcs.iter().map(|(from, to)| format!("{from}>{to}")).collect();
    assert_eq!(shown.join(" "), expected);
}
