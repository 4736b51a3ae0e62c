//! In which order Python 3.11 meets the constants of a code object, which decides what dead code leaves behind.

use std::collections::HashMap;

use ruff_python_ast::visitor::{Visitor, walk_except_handler, walk_expr, walk_stmt};
use ruff_python_ast::{Arguments, ExceptHandler, Expr, Parameter, Stmt, StringLiteral};
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::constant::Constant;
use crate::python_version::PythonVersion;

const NONE: &str = "None";

/// The place of the last constant that is used, or the start of the text.
///
/// Constants are numbered in the order in which the compiler meets them, in dead code too, and a constant that it has met
/// before keeps its number. Python 3.11 drops those behind the last one that is used (`trim_unused_consts`), the code of
/// functions among them. `dead` are the parts of `body` that are never reached, `is_function` says whose body it is, and
/// `completes` whether it ends with a return of `None`.
pub(super) fn last_used(
    text: &str,
    body: &[Stmt],
    dead: &[TextRange],
    is_function: bool,
    completes: bool,
) -> TextSize {
    let mut order =
        ConstantOrder { text, dead, met: HashMap::new(), last_used: TextSize::default(), is_used: true };
    if is_function {
        order.met.insert(NONE.to_owned(), TextSize::default());
    }
    order.visit_body(body);
    if let Some(last) = body.last().filter(|_| completes) {
        order.meet(NONE, last.end());
    }
    order.last_used
}

struct ConstantOrder<'d> {
    text: &'d str,
    dead: &'d [TextRange],
    /// Where each constant was met for the first time.
    met: HashMap<String, TextSize>,
    last_used: TextSize,
    /// Not within a condition that is decided.
    is_used: bool,
}

impl ConstantOrder<'_> {
    fn meet(&mut self, constant: &str, place: TextSize) {
        let first = *self.met.entry(constant.to_owned()).or_insert(place);
        if self.is_used && !self.dead.iter().any(|range| range.contains(place)) {
            self.last_used = self.last_used.max(first);
        }
    }

    /// A surrogate is U+FFFD to our parser; then the literal has to serve for the text.
    fn meet_text(&mut self, text: &str, range: TextRange) {
        let text = if text.contains(char::REPLACEMENT_CHARACTER) { &self.text[range] } else { text };
        self.meet(&format!("text {text}"), range.start());
    }

    /// Nothing is like the code of something.
    fn meet_code(&mut self, place: TextSize) {
        self.meet(&format!("code at {place:?}"), place);
    }

    fn condition(&mut self, condition: &Expr) {
        self.is_used = Constant::of(condition, PythonVersion::Python311).is_none();
        self.visit_expr(condition);
        self.is_used = true;
    }

    fn keyword_names(&mut self, arguments: &Arguments) {
        let names: Vec<_> = arguments.keywords.iter().filter_map(|keyword| keyword.arg.as_deref()).collect();
        if !names.is_empty() {
            self.meet(&format!("names {names:?}"), arguments.start());
        }
    }
}

impl<'a> Visitor<'a> for ConstantOrder<'_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        let place = statement.start();
        match statement {
            Stmt::FunctionDef(function) => {
                function.decorator_list.iter().for_each(|decorator| self.visit_decorator(decorator));
                self.visit_parameters(&function.parameters);
                self.meet_code(place);
            }
            Stmt::ClassDef(class) => {
                class.decorator_list.iter().for_each(|decorator| self.visit_decorator(decorator));
                self.meet_code(place);
                class.arguments.iter().for_each(|arguments| self.visit_arguments(arguments));
            }
            Stmt::Expr(expression) if Constant::of(&expression.value, PythonVersion::Python311).is_some() => {
            }
            Stmt::If(branches) => {
                self.condition(&branches.test);
                self.visit_body(&branches.body);
                for clause in &branches.elif_else_clauses {
                    clause.test.iter().for_each(|test| self.condition(test));
                    self.visit_body(&clause.body);
                }
            }
            Stmt::While(looping) => {
                self.condition(&looping.test);
                self.visit_body(&looping.body);
                self.visit_body(&looping.orelse);
            }
            Stmt::With(_) => {
                walk_stmt(self, statement);
                self.meet(NONE, place);
            }
            Stmt::Return(returning) if returning.value.is_none() => self.meet(NONE, place),
            Stmt::Import(_) => ["Int(0)", NONE].iter().for_each(|constant| self.meet(constant, place)),
            Stmt::ImportFrom(import) => {
                self.meet(&format!("Int({})", import.level), place);
                let names: Vec<_> = import.names.iter().map(|alias| alias.name.as_str()).collect();
                self.meet(&format!("names {names:?}"), place);
            }
            _ => walk_stmt(self, statement),
        }
    }

    fn visit_except_handler(&mut self, handler: &'a ExceptHandler) {
        walk_except_handler(self, handler);
        let ExceptHandler::ExceptHandler(handler) = handler;
        if handler.name.is_some() {
            self.meet(NONE, handler.start());
        }
    }

    fn visit_parameter(&mut self, parameter: &'a Parameter) {
        if let Some(annotation) = &parameter.annotation {
            self.meet_text(&parameter.name, parameter.range());
            self.visit_expr(annotation);
        }
    }

    fn visit_arguments(&mut self, arguments: &'a Arguments) {
        arguments.args.iter().for_each(|argument| self.visit_expr(argument));
        arguments.keywords.iter().for_each(|keyword| self.visit_keyword(keyword));
        self.keyword_names(arguments);
    }

    fn visit_string_literal(&mut self, literal: &'a StringLiteral) {
        self.meet_text(&literal.value, literal.range());
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        let place = expression.start();
        match expression {
            Expr::StringLiteral(string) => self.meet_text(string.value.to_str(), expression.range()),
            Expr::Lambda(lambda) => {
                lambda.parameters.iter().for_each(|parameters| self.visit_parameters(parameters));
                self.meet_code(place);
            }
            Expr::ListComp(_) | Expr::SetComp(_) | Expr::DictComp(_) | Expr::Generator(_) => {
                self.meet_code(place);
            }
            Expr::Yield(yielding) if yielding.value.is_none() => self.meet(NONE, place),
            _ => match Constant::of(expression, PythonVersion::Python311) {
                Some(constant) => self.meet(&format!("{constant:?}"), place),
                None => walk_expr(self, expression),
            },
        }
    }
}
