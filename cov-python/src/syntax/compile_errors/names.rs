//! Which names the statements of a scope bind.

use ruff_python_ast::visitor::{Visitor, walk_except_handler, walk_expr, walk_pattern, walk_stmt};
use ruff_python_ast::{ExceptHandler, Expr, ExprContext, Pattern, Stmt};
use ruff_text_size::TextRange;

/// Hands each name to `found` that the statement itself binds without an expression for it: `def`, `class`, `import`.
pub(super) fn bound_by_statement(statement: &Stmt, found: &mut impl FnMut(&str, TextRange)) {
    match statement {
        Stmt::FunctionDef(function) => found(&function.name, function.name.range),
        Stmt::ClassDef(class) => found(&class.name, class.name.range),
        Stmt::Import(import) => {
            for alias in &import.names {
                let first = alias.name.split('.').next().unwrap_or(&alias.name);
                found(alias.asname.as_deref().unwrap_or(first), alias.range);
            }
        }
        Stmt::ImportFrom(import) => {
            for alias in &import.names {
                found(alias.asname.as_deref().unwrap_or(&alias.name), alias.range);
            }
        }
        _ => {}
    }
}

/// Whether a statement of `body`, or one in it that is of the same scope, binds `name`.
pub(super) fn binds(body: &[Stmt], name: &str) -> bool {
    let mut search = Search { name, is_bound: false, in_comprehension: false };
    search.visit_body(body);
    search.is_bound
}

struct Search<'n> {
    name: &'n str,
    is_bound: bool,
    /// Only `:=` binds outside of a comprehension.
    in_comprehension: bool,
}

impl Search<'_> {
    fn find(&mut self, name: Option<&str>) {
        self.is_bound |= name == Some(self.name);
    }
}

impl<'a> Visitor<'a> for Search<'_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        bound_by_statement(statement, &mut |name, _| self.is_bound |= name == self.name);
        if !self.is_bound && !matches!(statement, Stmt::FunctionDef(_) | Stmt::ClassDef(_)) {
            walk_stmt(self, statement);
        }
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Name(name) if name.ctx != ExprContext::Load && !self.in_comprehension => {
                self.find(Some(&name.id));
            }
            Expr::Named(named) => {
                if let Expr::Name(target) = &*named.target {
                    self.find(Some(&target.id));
                }
                self.visit_expr(&named.value);
            }
            Expr::Lambda(_) => {}
            Expr::ListComp(_) | Expr::SetComp(_) | Expr::DictComp(_) | Expr::Generator(_) => {
                let was_in_comprehension = std::mem::replace(&mut self.in_comprehension, true);
                walk_expr(self, expression);
                self.in_comprehension = was_in_comprehension;
            }
            _ => walk_expr(self, expression),
        }
    }

    fn visit_except_handler(&mut self, handler: &'a ExceptHandler) {
        let ExceptHandler::ExceptHandler(clause) = handler;
        self.find(clause.name.as_deref());
        walk_except_handler(self, handler);
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        match pattern {
            Pattern::MatchAs(capture) => self.find(capture.name.as_deref()),
            Pattern::MatchStar(star) => self.find(star.name.as_deref()),
            Pattern::MatchMapping(mapping) => self.find(mapping.rest.as_deref()),
            _ => {}
        }
        walk_pattern(self, pattern);
    }
}
