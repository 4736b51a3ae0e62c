//! A scope of names: a module, a class, a function or a comprehension, and what is declared in it.

use ruff_python_ast::{Identifier, Parameters, Stmt};
use ruff_text_size::{TextRange, TextSize};

use super::names;
use crate::suites::suites_of;

/// What a scope is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Module,
    Class,
    Function { is_async: bool },
    Lambda,
    Comprehension { is_generator: bool, is_async: bool },
}

/// A scope.
pub(super) struct Scope<'a> {
    pub(super) kind: Kind,
    parameters: Option<&'a Parameters>,
    body: &'a [Stmt],
    /// What its `global` statements name, and where these stand.
    globals: Vec<(&'a Identifier, TextRange)>,
    /// What its `nonlocal` statements name, and where these stand.
    nonlocals: Vec<(&'a Identifier, TextRange)>,
}

impl<'a> Scope<'a> {
    pub(super) fn new(kind: Kind, parameters: Option<&'a Parameters>, body: &'a [Stmt]) -> Self {
        let mut scope = Self { kind, parameters, body, globals: Vec::new(), nonlocals: Vec::new() };
        scope.add_declarations(body);
        scope
    }

    /// Finds the `global` and `nonlocal` statements, wherever they are in the scope.
    fn add_declarations(&mut self, body: &'a [Stmt]) {
        let mut suites = vec![body];
        while let Some(suite) = suites.pop() {
            for statement in suite {
                match statement {
                    Stmt::Global(global) => {
                        self.globals.extend(global.names.iter().map(|name| (name, global.range)));
                    }
                    Stmt::Nonlocal(nonlocal) => {
                        self.nonlocals.extend(nonlocal.names.iter().map(|name| (name, nonlocal.range)));
                    }
                    Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {}
                    _ => suites_of(statement, |suite| suites.push(suite)),
                }
            }
        }
    }

    /// Where `name` is declared global.
    pub(super) fn global(&self, name: &str) -> Option<TextRange> {
        self.globals.iter().find(|(global, _)| *global == name).map(|&(_, range)| range)
    }

    pub(super) fn is_declared_nonlocal(&self, name: &str) -> bool {
        self.nonlocals.iter().any(|(nonlocal, _)| *nonlocal == name)
    }

    /// Whether `name` is declared in a statement that begins behind `place`.
    pub(super) fn is_declared_after(&self, name: &str, place: TextSize) -> bool {
        let mut declared = self.globals.iter().chain(&self.nonlocals);
        declared.any(|&(declared, range)| declared == name && range.start() > place)
    }

    pub(super) fn has_parameter(&self, name: &str) -> bool {
        self.parameters.is_some_and(|parameters| parameters.includes(name))
    }

    /// Whether `nonlocal name` in a function within finds the name here.
    pub(super) fn lends(&self, name: &str) -> bool {
        matches!(self.kind, Kind::Function { .. })
            && self.global(name).is_none()
            && (self.has_parameter(name) || names::binds(self.body, name))
    }
}
