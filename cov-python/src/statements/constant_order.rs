//! In which order Python 3.11 meets the constants of a code object, which decides what dead code leaves behind.

use std::collections::HashMap;

use ruff_python_ast::visitor::{Visitor, walk_except_handler, walk_expr, walk_stmt};
use ruff_python_ast::{AnyParameterRef, Arguments, ExceptHandler, Expr, Parameters, Stmt, StringLiteral};
use ruff_text_size::{Ranged, TextLen as _, TextRange, TextSize};

use super::annotation::Annotations;
use super::constant::Constant;
use crate::python_version::PythonVersion;

const NONE: &str = "None";

/// The place of the last constant that is used, or the start of the text.
///
/// Constants are numbered in the order in which the compiler meets them, in dead code too, and a constant that it has met
/// before keeps its number. Python 3.11 drops those behind the last one that is used (`trim_unused_consts`), the code of
/// functions among them. `dead` are the parts of `body` that are never reached, `annotations` says whose body it is, and
/// `completes` whether it ends with a return of `None`.
pub(super) fn last_used(
    text: &str,
    body: &[Stmt],
    dead: &[TextRange],
    annotations: Annotations,
    completes: bool,
) -> TextSize {
    let mut order = ConstantOrder {
        text,
        dead,
        met: HashMap::new(),
        last_used: TextSize::default(),
        is_used: true,
        annotations_are_texts: annotations.are_texts(),
        folded: Vec::new(),
    };
    if annotations.are_in_function() {
        order.met.insert(NONE.to_owned(), TextSize::default());
    }
    order.visit_body(body);
    if let Some(last) = body.last().filter(|_| completes) {
        order.meet(NONE, last.end());
    }
    order.meet_folded();
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
    /// Whether annotations are not evaluated, but kept as texts.
    annotations_are_texts: bool,
    /// The tuples that the optimizer makes of constants, where they are reached.
    folded: Vec<Constant>,
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

    /// A tuple of these values is built in `place`. The optimizer makes a constant of it if they all are
    /// (`fold_tuple_on_constants`), when all the others have their numbers.
    fn build_tuple(&mut self, values: Option<Vec<Constant>>, place: TextSize) {
        let is_dead = self.dead.iter().any(|range| range.contains(place));
        self.folded.extend(values.filter(|values| !values.is_empty() && !is_dead).map(Constant::Tuple));
    }

    /// The folded tuples come last, unless the code has the same one.
    fn meet_folded(&mut self) {
        for tuple in std::mem::take(&mut self.folded) {
            let first = self.met.get(&format!("{tuple:?}")).copied();
            self.last_used = self.last_used.max(first.unwrap_or(self.text.text_len()));
        }
    }

    /// Defaults and annotations, in the order of `compiler_function`.
    fn signature(&mut self, parameters: &Parameters, returns: Option<&Expr>, place: TextSize) {
        let positional = parameters.posonlyargs.iter().chain(&parameters.args);
        let defaults: Vec<&Expr> = positional.filter_map(|parameter| parameter.default.as_deref()).collect();
        for default in &defaults {
            self.visit_expr(default);
        }
        let constants = defaults.iter().map(|default| Constant::of(default, PythonVersion::Python311));
        self.build_tuple(constants.collect(), place);
        let named = parameters.kwonlyargs.iter().filter_map(|parameter| parameter.default.as_deref());
        named.for_each(|default| self.visit_expr(default));

        let mut annotations = Vec::new();
        for parameter in parameters.iter().map(AnyParameterRef::as_parameter) {
            let annotation = parameter.annotation.as_deref();
            annotations.extend(annotation.map(|annotation| (parameter.name.as_str(), annotation)));
        }
        annotations.extend(returns.map(|returns| ("return", returns)));
        let mut values = Some(Vec::new());
        for (name, annotation) in annotations {
            self.meet(&format!("text {name}"), annotation.start());
            let value = self.annotation(annotation);
            values = values.zip(value).map(|(mut values, value)| {
                values.extend([Constant::Text(name.chars().count()), value]);
                values
            });
        }
        self.build_tuple(values, place);
    }

    /// The value of an annotation, if it is constant.
    fn annotation(&mut self, annotation: &Expr) -> Option<Constant> {
        if self.annotations_are_texts {
            let text = &self.text[annotation.range()];
            self.meet_text(text, annotation.range());
            return Some(Constant::Text(text.chars().count()));
        }
        self.visit_expr(annotation);
        Constant::of(annotation, PythonVersion::Python311)
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
                self.signature(&function.parameters, function.returns.as_deref(), place);
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
                lambda.parameters.iter().for_each(|parameters| self.signature(parameters, None, place));
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
