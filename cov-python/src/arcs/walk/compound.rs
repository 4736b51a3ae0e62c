//! The arcs of each compound statement.

use ruff_python_ast::{ExceptHandler, Expr, Stmt, StmtFor, StmtIf, StmtMatch, StmtTry, StmtWhile, StmtWith};
use ruff_text_size::Ranged;

use super::Walk;
use super::jumps::Block;
use crate::arcs::causes::{Action, Cause};
use crate::constant_test::{always_matches, constant_test};

impl<'t> Walk<'t> {
    /// An `elif` is an `if` in the `else` of the one before: so Python's own syntax tree has it, and so coverage.py
    /// walks it. Here it is a loop, since there may be thousands.
    pub(super) fn if_statement(&mut self, statement: &'t StmtIf, line: u32) {
        let mut line = line;
        let (mut test, mut body): (&Expr, &[Stmt]) = (&statement.test, &statement.body);
        let mut clauses = statement.elif_else_clauses.iter();
        loop {
            let known = constant_test(test);
            if known != Some(false) {
                self.suite_from(line, Cause::ConditionNeverTrue, body);
            }
            if known == Some(true) {
                return;
            }
            let mark = self.exits.len();
            self.leave_by(line, Cause::ConditionAlwaysTrue);
            let Some(clause) = clauses.next() else { return };
            let Some(next) = &clause.test else { return self.suite(&clause.body, mark) };
            line = self.line(clause.start());
            if !self.is_statement(line) {
                return;
            }
            self.lead(mark, line.cast_signed(), Action::Jump);
            (test, body) = (next, &clause.body);
        }
    }

    pub(super) fn for_statement(&mut self, statement: &'t StmtFor, line: u32) {
        self.loop_body(&statement.body, line, Cause::LoopNeverStarted);
        if statement.orelse.is_empty() {
            self.leave_by(line, Cause::LoopDidNotComplete);
        } else {
            self.suite_from(line, Cause::LoopDidNotComplete, &statement.orelse);
        }
    }

    pub(super) fn while_statement(&mut self, statement: &'t StmtWhile, line: u32) {
        self.loop_body(&statement.body, line, Cause::ConditionNeverTrue);
        if !statement.orelse.is_empty() {
            self.suite_from(line, Cause::ConditionAlwaysTrue, &statement.orelse);
        } else if constant_test(&statement.test).is_none() {
            self.leave_by(line, Cause::ConditionAlwaysTrue);
        }
    }

    /// Walks the body of a loop, leads its ways out back to the top, and leaves its `break`s as the ways out.
    fn loop_body(&mut self, body: &'t [Stmt], line: u32, cause: Cause) {
        let (mark, breaks) = (self.exits.len(), self.breaks.len());
        self.blocks.push(Block::Loop { start: line });
        self.suite_from(line, cause, body);
        self.lead(mark, line.cast_signed(), Action::Jump);
        self.blocks.pop();
        self.exits.extend(self.breaks.drain(breaks..));
    }

    /// A `with` block ends by a jump back to its line, which [`crate::with_jumps`] does away with.
    pub(super) fn with_statement(&mut self, statement: &'t StmtWith, line: u32) {
        let mark = self.exits.len();
        self.with_blocks.starts.push(line.cast_signed());
        self.open_withs.push(line);
        self.suite_from(line, Cause::GoesOn, &statement.body);
        self.open_withs.pop();
        if self.exits.len() == mark {
            return;
        }
        self.sort_exits(mark);
        for index in mark..self.exits.len() {
            let end = self.exits[index].line;
            self.arc(end, line.cast_signed(), None, Action::Jump);
            self.with_blocks.exits.push((end.cast_signed(), line.cast_signed()));
        }
        self.exits.truncate(mark);
        self.leave_by(line, Cause::GoesOn);
    }

    pub(super) fn match_statement(&mut self, statement: &'t StmtMatch, line: u32) {
        let mut last = line;
        for case in &statement.cases {
            let line = self.line(case.start());
            self.arc(last, line.cast_signed(), Some(Cause::PatternAlwaysMatched), Action::Jump);
            self.suite_from(line, Cause::PatternNeverMatched, &case.body);
            last = line;
        }
        if !statement.cases.last().is_some_and(always_matches) {
            self.leave_by(last, Cause::PatternAlwaysMatched);
        }
    }

    pub(super) fn try_statement(&mut self, statement: &'t StmtTry, line: u32) {
        let mark = self.exits.len();
        let handler = statement.handlers.first().map(|handler| self.line(handler.start()));
        self.blocks.push(Block::Try { handler });
        self.suite_from(line, Cause::GoesOn, &statement.body);
        self.blocks.pop();
        let has_finally = !statement.finalbody.is_empty();
        if has_finally {
            // What is raised from here on meets no handler of this `try`, yet does not leave it at once.
            self.blocks.push(Block::Try { handler: None });
        }

        let handlers_mark = self.exits.len();
        for handler in &statement.handlers {
            let ExceptHandler::ExceptHandler(handler) = handler;
            let line = self.line(handler.start());
            self.suite_from(line, Cause::ExceptionDidNotHappen, &handler.body);
        }
        if !statement.orelse.is_empty() {
            // The `else` goes on from the exits of the body alone, so those change places with the handlers'.
            let of_handlers = self.exits.len() - handlers_mark;
            self.exits[mark..].rotate_right(of_handlers);
            self.suite(&statement.orelse, mark + of_handlers);
        }

        if has_finally {
            self.blocks.pop();
            let completes = self.exits.len() > mark;
            self.suite(&statement.finalbody, mark);
            if !completes {
                self.exits.truncate(mark);
            }
        }
    }
}
