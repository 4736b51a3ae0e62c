//! What is left of code that Python cannot reach.

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Decorator, Expr, Stmt};
use ruff_text_size::{Ranged, TextRange};

use super::{Finder, constant_order};
use crate::line_set::LineSet;
use crate::python_version::PythonVersion;

/// What Python 3.11 may keep of a part of a code object that is never reached.
pub(super) struct Remains {
    range: TextRange,
    lines: LineSet,
}

impl Finder<'_> {
    /// Takes statements that are never reached.
    ///
    /// Python 3.12 drops them. Python 3.11 drops their bytecode, but may keep the code of the functions, classes, lambdas
    /// and comprehensions in them, which coverage.py then finds.
    pub(super) fn dead_block(&mut self, statements: &[Stmt]) {
        if let (PythonVersion::Python311, [first, ..]) = (self.version(), statements) {
            let last = statements.last().unwrap_or(first);
            let range = TextRange::new(first.start(), last.end());
            self.keep(range, |finder| finder.code_objects_of(statements));
        }
    }

    /// Takes an expression that is never reached.
    pub(super) fn dead_expression(&mut self, expression: &Expr) {
        if self.version() == PythonVersion::Python311 {
            self.keep(expression.range(), |finder| CodeObjects { finder }.visit_expr(expression));
        }
    }

    fn keep(&mut self, range: TextRange, take: impl FnOnce(&mut Self)) {
        let reachable = std::mem::take(&mut self.lines);
        take(self);
        let lines = std::mem::replace(&mut self.lines, reachable);
        self.remains.push(Remains { range, lines });
    }

    /// Takes what has code of its own, and nothing else.
    pub(super) fn code_objects_of(&mut self, statements: &[Stmt]) {
        let mut code_objects = CodeObjects { finder: self };
        for statement in statements {
            code_objects.visit_stmt(statement);
        }
    }

    /// Decides what remains of the unreachable parts of a code object, once all of it has been taken.
    pub(super) fn settle(&mut self, remains: &[Remains], body: &[Stmt], completes: bool) {
        if remains.iter().all(|remains| remains.lines.is_empty()) {
            return;
        }
        let dead: Vec<TextRange> = remains.iter().map(|remains| remains.range).collect();
        let last_used =
            constant_order::last_used(self.syntax.text(), body, &dead, self.annotations, completes);
        for remains in remains.iter().filter(|remains| remains.range.end() <= last_used) {
            self.lines.extend(remains.lines.iter());
        }
    }
}

/// Looks for what has code of its own.
struct CodeObjects<'f, 's> {
    finder: &'f mut Finder<'s>,
}

impl CodeObjects<'_, '_> {
    /// The code of a function or class starts at its first decorator.
    fn definition(&mut self, decorators: &[Decorator], line: u32) {
        match decorators.first() {
            Some(first) => self.finder.add(first.start()),
            None => self.finder.add_line(line),
        }
    }
}

impl<'a> Visitor<'a> for CodeObjects<'_, '_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(function) => {
                self.definition(&function.decorator_list, self.finder.syntax.function_line(function));
                for decorator in &function.decorator_list {
                    self.visit_decorator(decorator);
                }
                self.visit_parameters(&function.parameters);
                self.finder.function_body(function);
            }
            Stmt::ClassDef(class) => {
                self.definition(&class.decorator_list, self.finder.syntax.class_line(class));
                for decorator in &class.decorator_list {
                    self.visit_decorator(decorator);
                }
                if let Some(arguments) = &class.arguments {
                    self.visit_arguments(arguments);
                }
                self.finder.class_body(&class.body);
            }
            _ => walk_stmt(self, statement),
        }
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        let has_code = match expression {
            Expr::Lambda(_) | Expr::Generator(_) => true,
            // Since 3.12 they are a part of the code around them (PEP 709).
            Expr::ListComp(_) | Expr::SetComp(_) | Expr::DictComp(_) => {
                self.finder.version() == PythonVersion::Python311
            }
            _ => false,
        };
        if has_code {
            self.finder.add(expression.start());
        }
        walk_expr(self, expression);
    }
}
