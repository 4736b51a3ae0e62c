//! Which lines are excluded.

use crate::line_map::LineMap;
use crate::line_set::LineSet;
use crate::syntax::Syntax;

/// The excluded lines, normalised to first lines of statements.
pub(crate) fn find(_syntax: &Syntax<'_>, map: &LineMap, matches: &LineSet) -> LineSet {
    matches.iter().map(|line| map.first_line(line)).collect()
}
