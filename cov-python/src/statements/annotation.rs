//! Which annotations without a value are executed.

use ruff_python_ast::{Expr, Stmt, StmtAnnAssign};

use crate::python_version::PythonVersion;
use crate::syntax::Syntax;

/// What surrounds an annotation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Annotations {
    scope: Scope,
    /// Whether what surrounds it within its scope may not be run.
    is_conditional: bool,
    /// Whether the file has `from __future__ import annotations`.
    are_texts: bool,
    version: PythonVersion,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scope {
    Module,
    Class,
    Function,
}

impl Annotations {
    /// Those of a module.
    pub(super) fn of(syntax: &Syntax<'_>) -> Self {
        let are_texts = syntax.module().body.iter().any(imports_annotations);
        Self { scope: Scope::Module, is_conditional: false, are_texts, version: syntax.version() }
    }

    pub(super) fn in_function(self) -> Self {
        Self { scope: Scope::Function, is_conditional: false, ..self }
    }

    pub(super) fn are_in_function(self) -> bool {
        self.scope == Scope::Function
    }

    pub(super) fn are_texts(self) -> bool {
        self.are_texts
    }

    pub(super) fn in_class(self) -> Self {
        Self { scope: Scope::Class, is_conditional: false, ..self }
    }

    pub(super) fn in_condition(self) -> Self {
        Self { is_conditional: true, ..self }
    }

    /// Whether `assignment` makes bytecode: CPython's `compiler_annassign`.
    ///
    /// Locals have no annotations at run time. From 3.14 on (PEP 649) those of a class are made into a function of their
    /// own, which coverage.py leaves out; only where they depend on a condition, or stand in a module, is it noted which
    /// were met.
    pub(super) fn is_executed(self, assignment: &StmtAnnAssign) -> bool {
        if assignment.value.is_some() || !matches!(*assignment.target, Expr::Name(_)) {
            return true;
        }
        match self.scope {
            Scope::Function => false,
            Scope::Module | Scope::Class if self.are_texts => assignment.simple,
            Scope::Module => true,
            Scope::Class => {
                self.version < PythonVersion::Python314 || self.is_conditional || !assignment.simple
            }
        }
    }
}

fn imports_annotations(statement: &Stmt) -> bool {
    let Stmt::ImportFrom(import) = statement else { return false };
    import.level == 0
        && import.module.as_deref() == Some("__future__")
        && import.names.iter().any(|alias| alias.name.as_str() == "annotations")
}
