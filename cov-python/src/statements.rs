//! Which lines have bytecode.

use ruff_python_ast::statement_visitor::{StatementVisitor, walk_stmt};
use ruff_python_ast::{ExceptHandler, Stmt};
use ruff_text_size::Ranged;

use crate::line_map::LineMap;
use crate::line_set::LineSet;
use crate::syntax::Syntax;

/// The first lines of all statements that Python's compiler makes bytecode of, before exclusion.
pub fn find(syntax: &Syntax<'_>, map: &LineMap) -> LineSet {
    let mut finder = Finder { syntax, map, lines: LineSet::with_room(syntax.line_count()) };
    finder.visit_body(&syntax.module().body);
    finder.lines
}

struct Finder<'s> {
    syntax: &'s Syntax<'s>,
    map: &'s LineMap,
    lines: LineSet,
}

impl<'s> StatementVisitor<'s> for Finder<'s> {
    fn visit_stmt(&mut self, statement: &'s Stmt) {
        let mut add = |line| self.lines.insert(self.map.first_line(line));
        match statement {
            Stmt::Global(_) | Stmt::Nonlocal(_) => {}
            Stmt::FunctionDef(function) => {
                for decorator in &function.decorator_list {
                    add(self.syntax.line_of(decorator.start()));
                }
                add(self.syntax.function_line(function));
            }
            Stmt::ClassDef(class) => {
                for decorator in &class.decorator_list {
                    add(self.syntax.line_of(decorator.start()));
                }
                add(self.syntax.class_line(class));
            }
            Stmt::Match(matching) => {
                add(self.syntax.line_of(statement.start()));
                for case in &matching.cases {
                    add(self.syntax.line_of(case.pattern.start()));
                }
            }
            Stmt::If(branches) => {
                add(self.syntax.line_of(statement.start()));
                for clause in branches.elif_else_clauses.iter().filter(|clause| clause.test.is_some()) {
                    add(self.syntax.line_of(clause.start()));
                }
            }
            Stmt::Try(trying) => {
                add(self.syntax.line_of(statement.start()));
                for ExceptHandler::ExceptHandler(handler) in &trying.handlers {
                    add(self.syntax.line_of(handler.start()));
                }
            }
            _ => {
                add(self.syntax.line_of(statement.start()));
            }
        }
        walk_stmt(self, statement);
    }
}
