//! Which lines are documentation.

use ruff_python_ast::statement_visitor::{StatementVisitor, walk_stmt};
use ruff_python_ast::{Expr, Stmt};
use ruff_text_size::Ranged;

use crate::line_set::LineSet;
use crate::syntax::Syntax;

/// All lines of the docstrings of a module, its classes and its functions. A statement that shares a line with one goes
/// with it, as in coverage.py's `_raw_parse`.
pub(crate) fn find(syntax: &Syntax<'_>) -> LineSet {
    let mut docstrings = Docstrings { syntax, lines: LineSet::default() };
    let body = &syntax.module().body;
    docstrings.first_of(body);
    docstrings.visit_body(body);
    docstrings.lines
}

/// Whether a body starts with a string.
pub(crate) fn is_docstring(body: &[Stmt]) -> bool {
    matches!(body, [Stmt::Expr(first), ..] if matches!(*first.value, Expr::StringLiteral(_)))
}

struct Docstrings<'s> {
    syntax: &'s Syntax<'s>,
    lines: LineSet,
}

impl Docstrings<'_> {
    fn first_of(&mut self, body: &[Stmt]) {
        if is_docstring(body) {
            self.lines
                .insert_range(self.syntax.line_of(body[0].start()), self.syntax.end_line(body[0].range()));
        }
    }
}

impl<'s> StatementVisitor<'s> for Docstrings<'_> {
    fn visit_stmt(&mut self, statement: &'s Stmt) {
        match statement {
            Stmt::FunctionDef(function) => self.first_of(&function.body),
            Stmt::ClassDef(class) => self.first_of(&class.body),
            _ => {}
        }
        walk_stmt(self, statement);
    }
}
