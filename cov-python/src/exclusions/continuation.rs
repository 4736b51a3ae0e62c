//! Bytecode on lines that only continue a statement.

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, Stmt};
use ruff_text_size::{Ranged, TextSize};

use crate::line_map::LineMap;
use crate::line_set::LineSet;
use crate::statements::is_constant;
use crate::syntax::Syntax;

/// Whether any statement of `body` has bytecode on a line that is neither its first one nor in `lines`.
///
/// This is the one place where coverage.py compares lines of bytecode with first lines without bringing them together.
///
/// `statements` are the first lines of what has bytecode: dead code has none.
pub(super) fn has_other_lines(
    syntax: &Syntax<'_>,
    map: &LineMap,
    statements: &LineSet,
    body: &[Stmt],
    lines: &LineSet,
) -> bool {
    let mut search = Search { syntax, map, statements, lines, found: false };
    search.visit_body(body);
    search.found
}

struct Search<'e, 's> {
    syntax: &'e Syntax<'s>,
    map: &'e LineMap,
    statements: &'e LineSet,
    lines: &'e LineSet,
    found: bool,
}

impl Search<'_, '_> {
    fn look_at(&mut self, place: TextSize) {
        let line = self.syntax.line_of(place);
        self.found |= self.map.first_line(line) != line && !self.lines.contains(line);
    }
}

impl<'a> Visitor<'a> for Search<'_, '_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        let first = self.map.first_line(self.syntax.statement_line(statement));
        if self.statements.contains(first) {
            walk_stmt(self, statement);
        }
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        // What is computed beforehand is loaded as a whole.
        if is_constant(expression, self.syntax.version()) {
            self.look_at(expression.start());
            return;
        }
        match expression {
            // Their elements have the bytecode, or they start where one of those does.
            Expr::Starred(_) | Expr::Slice(_) => {}
            // The line of the name, where that is not the line of what it is an attribute of.
            Expr::Attribute(attribute) => self.look_at(attribute.attr.start()),
            _ => self.look_at(expression.start()),
        }
        if !self.found {
            walk_expr(self, expression);
        }
    }
}
