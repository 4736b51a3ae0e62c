//! The ways that control can go through a file, from line to line, and what to call them.

mod causes;
mod walk;

use causes::{Action, Cause};
use ruff_python_ast::name::Name;

use crate::data_file::LineArc;
use crate::line_map::LineMap;
use crate::line_set::LineSet;
use crate::syntax::Syntax;
use crate::with_jumps::WithJumps;
use walk::Walk;

/// The possible arcs of a file: what `PythonParser` of coverage.py 7.17.3 knows about them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PossibleArcs {
    /// The arcs, ascending. They start in lines, and none leads to its own line.
    pub arcs: Vec<LineArc>,
    /// What measured arcs are corrected by before they are compared with these.
    pub with_jumps: WithJumps,
    /// The words for the arcs.
    pub descriptions: ArcDescriptions,
}

/// Why there are arcs, and what taking them does.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ArcDescriptions {
    /// All that the walk recorded, before jumps out of `with` were corrected, sorted by arc and within one arc in the
    /// order of the walk.
    records: Vec<Record>,
    /// The names of functions and classes that the records speak of.
    names: Vec<Name>,
}

/// One reason to have an arc.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Record {
    arc: LineArc,
    cause: Option<Cause>,
    action: Action,
}

/// Finds the possible arcs of a file. `statements` are the first lines of all its statements, excluded ones too; what
/// is not among them is never executed, and control passes by.
///
/// This is `AstArcAnalyzer` and `_analyze_ast` of coverage.py's parser.py. Where that takes several exits in the order
/// of a hash table, which differs from run to run, here they come in the order of lines, then of causes.
pub fn find(syntax: &Syntax<'_>, line_map: &LineMap, statements: &LineSet) -> PossibleArcs {
    let mut walk = Walk::new(syntax, line_map, statements);
    walk.module();
    let (mut records, with_blocks, names) = walk.finish();
    records.sort_by_key(|record| record.arc);

    let mut arcs: Vec<LineArc> = records.iter().map(|record| record.arc).collect();
    arcs.dedup();
    let with_jumps = WithJumps::new(with_blocks, &arcs);
    if !with_jumps.is_empty() {
        arcs = arcs.into_iter().filter_map(|arc| with_jumps.fix(arc)).collect();
        arcs.sort_unstable();
        arcs.dedup();
    }
    arcs.retain(|&(from, to)| from != to);
    PossibleArcs { arcs, with_jumps, descriptions: ArcDescriptions { records, names } }
}

/// The arcs of `arcs`, which are ascending, that start in `line`.
pub fn arcs_from(arcs: &[LineArc], line: i32) -> &[LineArc] {
    let start = arcs.partition_point(|&(from, _)| from < line);
    let count = arcs[start..].iter().take_while(|&&(from, _)| from == line).count();
    &arcs[start..start + count]
}

/// The lines from which control can go on to lines that are not excluded, with the number of such ways, ascending. More
/// than one way makes the line a branch. `arcs` are ascending.
///
/// `PythonParser.exit_counts` of coverage.py.
pub fn exit_counts(arcs: &[LineArc], is_excluded: impl Fn(i32) -> bool) -> Vec<(i32, u32)> {
    let mut counts: Vec<(i32, u32)> = Vec::new();
    for &(from, to) in arcs {
        if is_excluded(from) || is_excluded(to) {
            continue;
        }
        match counts.last_mut() {
            Some((line, count)) if *line == from => *count += 1,
            _ => counts.push((from, 1)),
        }
    }
    counts
}

impl ArcDescriptions {
    /// What taking the arc does: `jump to line 5`, `return from function 'f'`.
    ///
    /// `arc_description` of coverage.py's parser.py.
    pub fn action(&self, arc: LineArc) -> String {
        let action = self.reasons(arc).next().map_or(Action::Jump, |(_, action)| action);
        self.described(action, arc)
    }

    /// What did not happen where the arc was not taken, and why: `line 1 didn't jump to line 5 because the condition
    /// on line 1 was always true`.
    ///
    /// `missing_arc_description` of coverage.py's parser.py.
    pub fn missing(&self, arc: LineArc) -> String {
        let from = arc.0;
        let sentences: Vec<String> = self
            .reasons(arc)
            .map(|(cause, action)| {
                let action = self.described(action, arc);
                match cause {
                    Some(cause) => format!("line {from} didn't {action} because {}", cause.on_line(from)),
                    None => format!("line {from} didn't {action}"),
                }
            })
            .collect();
        if sentences.is_empty() {
            return format!("line {from} didn't {}", self.described(Action::Jump, arc));
        }
        sentences.join(" or ")
    }

    /// The reasons to have the arc that say anything.
    fn reasons(&self, arc: LineArc) -> impl Iterator<Item = (Option<Cause>, Action)> + '_ {
        let start = self.records.partition_point(|record| record.arc < arc);
        self.records[start..]
            .iter()
            .take_while(move |record| record.arc == arc)
            .map(|record| (record.cause, record.action))
            .filter(|&reason| reason != (None, Action::Jump))
    }

    fn described(&self, action: Action, arc: LineArc) -> String {
        action.described(arc.1, |index| &self.names[index as usize])
    }
}

#[cfg(test)]
mod tests;
