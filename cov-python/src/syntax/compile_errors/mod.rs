//! What Python's parser takes and its compiler refuses: `return` outside of a function, a name used before its `global`.
//!
//! coverage.py compiles each file, so that such a file is no Python to it.

mod names;
mod scope;

use std::cell::RefCell;

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_pattern, walk_stmt};
use ruff_python_ast::{Comprehension, ExceptHandler, Expr, ModModule, Pattern, PythonVersion, Stmt};
use ruff_python_parser::semantic_errors::{
    LazyImportContext, SemanticSyntaxChecker, SemanticSyntaxContext, SemanticSyntaxError,
};
use ruff_text_size::{Ranged, TextRange, TextSize};

use scope::{Kind, Scope};

/// How deep expressions are looked into: a chain of as many operators is nothing that is written by hand, and one of
/// many more would exhaust the stack.
const DEEPEST: usize = 1_000;

/// The first error, by its place in the text, that compiling the module would give; with what is wrong.
pub(crate) fn first(module: &ModModule, text: &str, version: PythonVersion) -> Option<(TextSize, String)> {
    let mut compiler = Compiler {
        checker: SemanticSyntaxChecker::new(),
        errors: RefCell::default(),
        version,
        text,
        has_future_annotations: has_future_annotations(&module.body),
        scopes: vec![Scope::new(Kind::Module, None, &module.body)],
        in_loop: false,
        in_except_star: false,
        depth: 0,
    };
    compiler.visit_body(&module.body);
    compiler.errors.into_inner().into_iter().min_by_key(|&(place, _)| place)
}

fn has_future_annotations(body: &[Stmt]) -> bool {
    body.iter().any(|statement| {
        let Stmt::ImportFrom(import) = statement else { return false };
        import.module.as_deref() == Some("__future__")
            && import.names.iter().any(|name| &name.name == "annotations")
    })
}

/// A walk through a module, as the compiler makes it.
struct Compiler<'a> {
    checker: SemanticSyntaxChecker,
    errors: RefCell<Vec<(TextSize, String)>>,
    version: PythonVersion,
    text: &'a str,
    has_future_annotations: bool,
    /// The innermost is last.
    scopes: Vec<Scope<'a>>,
    /// Whether `break` and `continue` have a loop to act on.
    in_loop: bool,
    /// Whether an `except*` is around, which nothing may jump out of.
    in_except_star: bool,
    depth: usize,
}

impl<'a> Compiler<'a> {
    fn refuse(&self, range: TextRange, message: impl Into<String>) {
        self.errors.borrow_mut().push((range.start(), message.into()));
    }

    fn scope(&self) -> &Scope<'a> {
        self.scopes.last().expect("the module's is always there")
    }

    /// Lets ruff's own checker look at a node, with what it asks about the surroundings.
    fn check(&mut self, look: impl FnOnce(&mut SemanticSyntaxChecker, &Self)) {
        let mut checker = std::mem::take(&mut self.checker);
        look(&mut checker, self);
        self.checker = checker;
    }

    /// Walks through what is in a scope of its own.
    fn within(&mut self, scope: Scope<'a>, walk: impl FnOnce(&mut Self)) {
        let loops = (self.in_loop, self.in_except_star);
        if !matches!(scope.kind, Kind::Comprehension { .. }) {
            (self.in_loop, self.in_except_star) = (false, false);
        }
        self.scopes.push(scope);
        walk(self);
        self.scopes.pop();
        (self.in_loop, self.in_except_star) = loops;
    }

    /// A loop's body; its `else` belongs to what is around it.
    fn walk_loop(&mut self, body: &'a [Stmt], orelse: &'a [Stmt]) {
        let was_in_loop = std::mem::replace(&mut self.in_loop, true);
        self.visit_body(body);
        self.in_loop = was_in_loop;
        self.visit_body(orelse);
    }

    fn walk_comprehension(
        &mut self,
        elements: &[&'a Expr],
        generators: &'a [Comprehension],
        is_generator: bool,
    ) {
        // The first iterable is evaluated outside.
        if let Some(first) = generators.first() {
            self.visit_expr(&first.iter);
        }
        let is_async = generators.iter().any(|generator| generator.is_async);
        self.within(Scope::new(Kind::Comprehension { is_generator, is_async }, None, &[]), |compiler| {
            for (index, generator) in generators.iter().enumerate() {
                if index > 0 {
                    compiler.visit_expr(&generator.iter);
                }
                compiler.visit_expr(&generator.target);
                generator.ifs.iter().for_each(|condition| compiler.visit_expr(condition));
            }
            for element in elements {
                compiler.visit_expr(element);
            }
        });
    }

    /// The rules that ruff's checker leaves to others.
    fn check_statement(&self, statement: &Stmt) {
        match statement {
            Stmt::Return(_) | Stmt::Break(_) | Stmt::Continue(_) if self.in_except_star => {
                let jumps_out = matches!(statement, Stmt::Return(_)) || !self.in_loop;
                if jumps_out {
                    self.refuse(
                        statement.range(),
                        "'break', 'continue' and 'return' cannot appear in an 'except*' block",
                    );
                }
            }
            Stmt::Expr(expression) if expression.value.is_starred_expr() => {
                self.refuse(statement.range(), "can't use starred expression here");
            }
            Stmt::AnnAssign(assignment)
                if assignment.value.as_ref().is_some_and(|value| value.is_starred_expr()) =>
            {
                self.refuse(statement.range(), "can't use starred expression here");
            }
            Stmt::Try(try_) => {
                let others = try_.handlers.split_last().map_or(&[][..], |(_, others)| others);
                for ExceptHandler::ExceptHandler(handler) in others {
                    if handler.type_.is_none() {
                        self.refuse(handler.range, "default 'except:' must be last");
                    }
                }
            }
            Stmt::Global(global) => {
                for name in &global.names {
                    if self.scope().is_declared_nonlocal(name) {
                        self.refuse(name.range, format!("name '{name}' is nonlocal and global"));
                    }
                }
            }
            _ => {}
        }
        names::bound_by_statement(statement, &mut |name, range| self.check_use(name, range));
    }

    /// A name must not be used before it is declared `global` or `nonlocal` in the same scope.
    fn check_use(&self, name: &str, range: TextRange) {
        if self.scope().is_declared_after(name, range.start()) {
            self.refuse(range, format!("name '{name}' is used before its global or nonlocal declaration"));
        }
    }
}

impl<'a> Visitor<'a> for Compiler<'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        self.check_statement(statement);
        self.check(|checker, compiler| checker.visit_stmt(statement, compiler));
        match statement {
            Stmt::FunctionDef(function) => {
                function.decorator_list.iter().for_each(|decorator| self.visit_decorator(decorator));
                if let Some(parameters) = &function.type_params {
                    self.visit_type_params(parameters);
                }
                self.visit_parameters(&function.parameters);
                if let Some(returns) = &function.returns {
                    self.visit_annotation(returns);
                }
                let kind = Kind::Function { is_async: function.is_async };
                let scope = Scope::new(kind, Some(&function.parameters), &function.body);
                self.within(scope, |compiler| compiler.visit_body(&function.body));
            }
            Stmt::ClassDef(class) => {
                class.decorator_list.iter().for_each(|decorator| self.visit_decorator(decorator));
                if let Some(parameters) = &class.type_params {
                    self.visit_type_params(parameters);
                }
                if let Some(arguments) = &class.arguments {
                    self.visit_arguments(arguments);
                }
                let scope = Scope::new(Kind::Class, None, &class.body);
                self.within(scope, |compiler| compiler.visit_body(&class.body));
            }
            Stmt::For(for_) => {
                self.visit_expr(&for_.iter);
                self.visit_expr(&for_.target);
                self.walk_loop(&for_.body, &for_.orelse);
            }
            Stmt::While(while_) => {
                self.visit_expr(&while_.test);
                self.walk_loop(&while_.body, &while_.orelse);
            }
            Stmt::Try(try_) if try_.is_star => {
                self.visit_body(&try_.body);
                let around = (self.in_loop, self.in_except_star);
                (self.in_loop, self.in_except_star) = (false, true);
                try_.handlers.iter().for_each(|handler| self.visit_except_handler(handler));
                (self.in_loop, self.in_except_star) = around;
                self.visit_body(&try_.orelse);
                self.visit_body(&try_.finalbody);
            }
            _ => walk_stmt(self, statement),
        }
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        if let Some(range) = early_irrefutable_alternative(pattern) {
            self.refuse(range, "a pattern that always matches makes the remaining ones unreachable");
        }
        walk_pattern(self, pattern);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        if self.depth == DEEPEST {
            return;
        }
        self.depth += 1;
        match expression {
            Expr::Name(name) => self.check_use(&name.id, name.range),
            Expr::Attribute(attribute) if &attribute.attr == "__debug__" && !attribute.ctx.is_load() => {
                self.refuse(attribute.range, "cannot assign to __debug__");
            }
            _ => {}
        }
        self.check(|checker, compiler| checker.visit_expr(expression, compiler));
        match expression {
            Expr::Lambda(lambda) => {
                if let Some(parameters) = &lambda.parameters {
                    self.visit_parameters(parameters);
                }
                let scope = Scope::new(Kind::Lambda, lambda.parameters.as_deref(), &[]);
                self.within(scope, |compiler| compiler.visit_expr(&lambda.body));
            }
            Expr::ListComp(list) => self.walk_comprehension(&[&list.elt], &list.generators, false),
            Expr::SetComp(set) => self.walk_comprehension(&[&set.elt], &set.generators, false),
            Expr::Generator(generator) => {
                self.walk_comprehension(&[&generator.elt], &generator.generators, true);
            }
            Expr::DictComp(dict) => {
                let elements: Vec<&Expr> = dict.key.as_deref().into_iter().chain([&*dict.value]).collect();
                self.walk_comprehension(&elements, &dict.generators, false);
            }
            _ => walk_expr(self, expression),
        }
        self.depth -= 1;
    }
}

/// Where an alternative of a pattern that always matches stands before others, which it makes unreachable.
fn early_irrefutable_alternative(pattern: &Pattern) -> Option<TextRange> {
    let Pattern::MatchOr(alternatives) = pattern else { return None };
    let (_, others) = alternatives.patterns.split_last()?;
    others.iter().find(|alternative| alternative.is_irrefutable()).map(Ranged::range)
}

impl SemanticSyntaxContext for Compiler<'_> {
    fn future_annotations_or_stub(&self) -> bool {
        self.has_future_annotations
    }

    fn lazy_import_context(&self) -> Option<LazyImportContext> {
        None // the parser refuses lazy imports in every version that is analysed
    }

    fn python_version(&self) -> PythonVersion {
        self.version
    }

    fn source(&self) -> &str {
        self.text
    }

    fn global(&self, name: &str) -> Option<TextRange> {
        self.scope().global(name)
    }

    fn has_nonlocal_binding(&self, name: &str) -> bool {
        let around = &self.scopes[..self.scopes.len() - 1];
        let is_class_cell = name == "__class__" && around.iter().any(|scope| scope.kind == Kind::Class);
        is_class_cell || around.iter().any(|scope| scope.lends(name))
    }

    fn in_async_context(&self) -> bool {
        let scopes = self.scopes.iter().rev();
        let mut decisive = scopes.filter(|scope| !matches!(scope.kind, Kind::Comprehension { .. }));
        decisive.next().is_some_and(|scope| scope.kind == Kind::Function { is_async: true })
    }

    fn in_await_allowed_context(&self) -> bool {
        let mut decisive = self.scopes.iter().rev().filter_map(|scope| match scope.kind {
            Kind::Class => Some(false),
            Kind::Function { .. } | Kind::Lambda | Kind::Comprehension { is_generator: true, .. } => {
                Some(true)
            }
            Kind::Module | Kind::Comprehension { .. } => None,
        });
        decisive.next().unwrap_or(false)
    }

    fn in_yield_allowed_context(&self) -> bool {
        matches!(self.scope().kind, Kind::Function { .. } | Kind::Lambda)
    }

    fn in_sync_comprehension(&self) -> bool {
        let is_sync =
            |scope: &Scope<'_>| scope.kind == Kind::Comprehension { is_generator: false, is_async: false };
        self.scopes.iter().any(is_sync)
    }

    fn in_class_body_comprehension(&self) -> bool {
        let mut scopes = self.scopes.iter().rev();
        scopes
            .find(|scope| !matches!(scope.kind, Kind::Comprehension { .. }))
            .is_some_and(|scope| scope.kind == Kind::Class)
    }

    fn in_module_scope(&self) -> bool {
        self.scopes.len() == 1
    }

    fn in_function_scope(&self) -> bool {
        matches!(self.scope().kind, Kind::Function { .. } | Kind::Lambda)
    }

    fn in_generator_context(&self) -> bool {
        self.scopes.iter().any(|scope| matches!(scope.kind, Kind::Comprehension { is_generator: true, .. }))
    }

    fn in_notebook(&self) -> bool {
        false
    }

    fn report_semantic_error(&self, error: SemanticSyntaxError) {
        self.refuse(error.range, error.to_string());
    }

    fn in_loop_context(&self) -> bool {
        self.in_loop
    }

    fn is_bound_parameter(&self, name: &str) -> bool {
        self.scope().has_parameter(name)
    }
}

#[cfg(test)]
mod tests;
