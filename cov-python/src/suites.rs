//! The suites of a statement: the lists of statements in it.

use ruff_python_ast::{ExceptHandler, Stmt};

/// Calls `visit` with each suite that `statement` holds itself, in the order of the source.
pub(crate) fn suites_of<'t>(statement: &'t Stmt, mut visit: impl FnMut(&'t [Stmt])) {
    match statement {
        Stmt::FunctionDef(function) => visit(&function.body),
        Stmt::ClassDef(class) => visit(&class.body),
        Stmt::With(statement) => visit(&statement.body),
        Stmt::For(statement) => {
            visit(&statement.body);
            visit(&statement.orelse);
        }
        Stmt::While(statement) => {
            visit(&statement.body);
            visit(&statement.orelse);
        }
        Stmt::If(statement) => {
            visit(&statement.body);
            for clause in &statement.elif_else_clauses {
                visit(&clause.body);
            }
        }
        Stmt::Match(statement) => {
            for case in &statement.cases {
                visit(&case.body);
            }
        }
        Stmt::Try(statement) => {
            visit(&statement.body);
            for ExceptHandler::ExceptHandler(handler) in &statement.handlers {
                visit(&handler.body);
            }
            visit(&statement.orelse);
            visit(&statement.finalbody);
        }
        _ => {}
    }
}
