//! Where `break`, `continue`, `raise` and `return` lead to.

use super::{Exit, Walk};
use crate::arcs::causes::{Action, Cause};

/// What jumps look for around them.
pub(super) enum Block {
    /// A loop that starts at this line.
    Loop { start: u32 },
    /// A `try` statement; `handler` is the line of its first `except` while its body is walked.
    Try { handler: Option<u32> },
    /// A function that starts at this line, and the index of its name.
    Function { start: u32, name: u32 },
}

/// Where an arc leads that leaves the code starting at `line`.
pub(super) fn out_of(line: u32) -> i32 {
    -line.cast_signed()
}

impl Walk<'_> {
    /// A `break` goes where the innermost loop around it goes on, which is not known yet.
    pub(super) fn break_from(&mut self, line: u32) {
        if self.blocks.iter().any(|block| matches!(block, Block::Loop { .. })) {
            self.breaks.push(Exit { line, cause: Cause::BreakNotExecuted });
        }
    }

    pub(super) fn continue_from(&mut self, line: u32) {
        let start = self.blocks.iter().rev().find_map(|block| match block {
            Block::Loop { start } => Some(*start),
            _ => None,
        });
        if let Some(start) = start {
            self.arc(line, start.cast_signed(), Some(Cause::ContinueNotExecuted), Action::Jump);
        }
    }

    /// A `raise` goes to the first handler of the innermost `try`, be it for this exception or not; within the handlers
    /// of a `try` with a `finally`, nowhere.
    pub(super) fn raise_from(&mut self, line: u32) {
        let target = self.blocks.iter().rev().find_map(|block| match block {
            Block::Loop { .. } => None,
            Block::Try { handler } => Some(handler.map(|handler| (handler.cast_signed(), Action::Jump))),
            Block::Function { start, name } => Some(Some((out_of(*start), Action::ExceptFrom(*name)))),
        });
        if let Some(Some((to, action))) = target {
            self.arc(line, to, Some(Cause::RaiseNotExecuted), action);
        }
    }

    /// A `return` leaves the function; coverage.py does not lead it through `finally` clauses.
    pub(super) fn return_from(&mut self, line: u32) {
        if let Some(Block::Function { start, name }) = self.blocks.first() {
            let (to, action) = (out_of(*start), Action::ReturnFrom(*name));
            self.arc(line, to, Some(Cause::ReturnNotExecuted), action);
        }
    }
}
