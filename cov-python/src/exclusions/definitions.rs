//! Functions and classes go with an excluded decorator or signature, a last `case` goes with an excluded suite.

use ruff_python_ast::statement_visitor::{StatementVisitor, walk_stmt};
use ruff_python_ast::{Decorator, MatchCase, Stmt};
use ruff_text_size::{Ranged, TextRange};

use super::continuation;
use crate::constant_test::always_matches;
use crate::line_map::LineMap;
use crate::line_set::LineSet;
use crate::syntax::Syntax;

/// Adds what goes with the excluded lines, outer definitions before inner ones.
pub(super) fn exclude(syntax: &Syntax<'_>, map: &LineMap, statements: &LineSet, excluded: &mut LineSet) {
    Definitions { syntax, map, statements, excluded }.visit_body(&syntax.module().body);
}

struct Definitions<'e, 's> {
    syntax: &'e Syntax<'s>,
    map: &'e LineMap,
    statements: &'e LineSet,
    excluded: &'e mut LineSet,
}

impl Definitions<'_, '_> {
    /// From the first decorator to the line of `def` or `class`, one excluded line excludes all.
    fn definition(&mut self, decorators: &[Decorator], keyword_line: u32, range: TextRange) {
        let first = match decorators.first() {
            Some(decorator) => self.syntax.line_of(decorator.expression.start()),
            None => keyword_line,
        };
        if self.excluded.meets(first, keyword_line) {
            self.excluded.insert_range(first, self.syntax.end_line(range));
        }
    }

    /// An irrefutable `case` is what `else` is to `if`, and `else` has no line that could be missing.
    fn case(&mut self, case: &MatchCase) {
        let ([first, ..], [.., last]) = (&case.body[..], &case.body[..]) else { return };
        let (first, last) = (self.syntax.statement_line(first), self.syntax.end_line(last.range()));
        let mut lines = self.statements.within(first, last).peekable();
        let is_excluded = lines.peek().is_some()
            && lines.all(|line| self.excluded.contains(line))
            && !continuation::has_other_lines(
                self.syntax,
                self.map,
                self.statements,
                &case.body,
                self.excluded,
            );
        if is_excluded {
            let pattern = case.pattern.range();
            self.excluded.insert_range(self.syntax.line_of(pattern.start()), self.syntax.end_line(pattern));
        }
    }
}

impl<'a> StatementVisitor<'a> for Definitions<'_, '_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(function) => {
                let line = self.syntax.function_line(function);
                self.definition(&function.decorator_list, line, function.range);
            }
            Stmt::ClassDef(class) => {
                let line = self.syntax.class_line(class);
                self.definition(&class.decorator_list, line, class.range);
            }
            _ => {}
        }
        walk_stmt(self, statement);
    }

    fn visit_match_case(&mut self, case: &'a MatchCase) {
        if always_matches(case) {
            self.case(case);
        }
        self.visit_body(&case.body);
    }
}
