//! The jump back to the `with` line that Python makes when it leaves a `with` block, and its removal.

use crate::arcs::arcs_from;
use crate::data_file::LineArc;

/// Which arcs stand for something else: the rewriting of coverage.py's `fix_with_jumps`.
///
/// Python runs `with` line, body, `with` line, next line. People think of it as `with` line, body, next line. So an arc
/// from the body back to the `with` line becomes one to the next line, and that from the `with` line on is dropped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WithJumps {
    /// What each arc becomes, `None` where it goes, sorted by arc.
    replacements: Vec<(LineArc, Option<LineArc>)>,
}

/// What the walk through a file saw of its `with` blocks.
#[derive(Debug, Default)]
pub(crate) struct WithBlocks {
    /// Where they start.
    pub(crate) starts: Vec<i32>,
    /// The arcs from such a line that were made within its own block: into the block, or out by a jump on that line.
    pub(crate) entries: Vec<LineArc>,
    /// The arcs from the ends of the block back to its start.
    pub(crate) exits: Vec<LineArc>,
}

impl WithJumps {
    /// What to rewrite in a file with these `with` blocks and these arcs, sorted: `with_jump_fixers` in coverage.py.
    pub(crate) fn new(mut blocks: WithBlocks, arcs: &[LineArc]) -> Self {
        blocks.starts.sort_unstable();
        blocks.starts.dedup();
        blocks.entries.sort_unstable();
        blocks.exits.sort_unstable();
        blocks.exits.dedup();

        let nexts = next_lines(&blocks, arcs);
        let next_of = |start: i32| {
            let index = nexts.binary_search_by_key(&start, |&(start, _)| start).ok()?;
            Some(nexts[index].1)
        };
        let is_exit = |arc: LineArc| blocks.exits.binary_search(&arc).is_ok();

        let mut replacements: Vec<(LineArc, Option<LineArc>)> = Vec::new();
        for &(end, start) in &blocks.exits {
            // A block without a way on (the end of a `finally` clause of a `try` that never completes) leaves its arcs.
            let Some(mut next) = next_of(start) else { continue };
            // The end of a block may be the end of the block around it, which jumps to its own start, and so on.
            let mut line = start;
            while is_exit((line, next))
                && let Some(beyond) = next_of(next)
            {
                (line, next) = (next, beyond);
            }
            replacements.push(((end, start), Some((end, next))));
        }
        for &(start, next) in &nexts {
            // A block on the line of its `with` makes no jump back: the arc on from there is the only one out of it.
            if !is_exit((start, start)) {
                replacements.push(((start, next), None));
            }
        }
        // Of two replacements of one arc, the later counts.
        replacements.reverse();
        replacements.sort_by_key(|&(arc, _)| arc);
        replacements.dedup_by_key(|&mut (arc, _)| arc);
        Self { replacements }
    }

    /// The arcs that stand for something else, ascending, each with what it becomes; `None` where it goes.
    pub fn replacements(&self) -> impl Iterator<Item = (LineArc, Option<LineArc>)> + '_ {
        self.replacements.iter().copied()
    }

    /// Whether nothing is rewritten.
    pub fn is_empty(&self) -> bool {
        self.replacements.is_empty()
    }

    /// What the arc stands for; `None` where it is to be dropped.
    pub fn fix(&self, arc: LineArc) -> Option<LineArc> {
        match self.replacements.binary_search_by_key(&arc, |&(arc, _)| arc) {
            Ok(index) => self.replacements[index].1,
            Err(_) => Some(arc),
        }
    }
}

/// Where control goes from each `with` line behind its block, sorted by line.
fn next_lines(blocks: &WithBlocks, arcs: &[LineArc]) -> Vec<LineArc> {
    let mut nexts = Vec::with_capacity(blocks.starts.len());
    for &start in &blocks.starts {
        let onward = arcs_from(arcs, start)
            .iter()
            // A block of nothing but `global x` ends where it starts. coverage.py fails on it (7.17.3: "Expected one
            // arc"); its arc to itself is no way on.
            .find(|arc| arc.1 != start && blocks.entries.binary_search(arc).is_err());
        nexts.extend(onward);
    }
    nexts
}
