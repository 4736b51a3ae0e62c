//! Which lines have bytecode: what Python's compiler emits and what it drops.

mod annotation;
mod condition;
mod constant;
mod constant_order;
mod dead_code;

use ruff_python_ast::{
    Decorator, ExceptHandler, Expr, Stmt, StmtFor, StmtFunctionDef, StmtIf, StmtMatch, StmtTry, StmtWhile,
};
use ruff_text_size::{Ranged, TextSize};

use self::annotation::Annotations;
use self::condition::Outcomes;
use self::dead_code::Remains;
use crate::docstrings;
use crate::line_map::LineMap;
use crate::line_set::LineSet;
use crate::python_version::PythonVersion;
use crate::syntax::Syntax;

/// Whether Python's compiler computes `expression`, so that it is loaded as a whole.
pub(crate) fn is_constant(expression: &Expr, version: PythonVersion) -> bool {
    constant::Constant::of(expression, version).is_some()
}

/// The first lines of all statements that have bytecode, before exclusion: what coverage.py's `ByteParser` finds, after
/// `first_lines`.
///
/// Python keeps a line of bytecode for every statement that it can reach (PEP 626), even for `pass`. So no bytecode is
/// needed, only a model of what CPython's compiler takes to be reachable.
pub fn find(syntax: &Syntax<'_>, map: &LineMap) -> LineSet {
    let mut finder = Finder {
        syntax,
        map,
        lines: LineSet::with_room(syntax.line_count()),
        annotations: Annotations::of(syntax),
        frames: Vec::new(),
        remains: Vec::new(),
    };
    finder.code_object(finder.annotations, &syntax.module().body);
    finder.lines
}

/// The last statement of a block, or of the block that it ends with.
fn last_compiled(block: &[Stmt]) -> &Stmt {
    let last = block.last().expect("the parser takes no empty block");
    let within = match last {
        Stmt::If(conditional) => {
            conditional.elif_else_clauses.last().map_or(&conditional.body, |clause| &clause.body)
        }
        Stmt::For(StmtFor { orelse, .. }) | Stmt::While(StmtWhile { orelse, .. }) if !orelse.is_empty() => {
            orelse
        }
        _ => return last,
    };
    last_compiled(within)
}

/// What Python 3.14 calls the code of annotations. coverage.py passes over every function of that name, though not over
/// what is defined in it.
const ANNOTATE: &str = "__annotate__";

struct Finder<'s> {
    syntax: &'s Syntax<'s>,
    map: &'s LineMap,
    lines: LineSet,
    annotations: Annotations,
    /// What a `break` leaves, innermost last.
    frames: Vec<Frame>,
    /// What may be kept of the unreachable parts of the code object.
    remains: Vec<Remains>,
}

/// What a `break` can be on its way out of.
enum Frame {
    /// A loop, and whether one got out of it.
    Loop { is_broken: bool },
    /// A `try` with a `finally`, and whether one goes through that.
    Finally { is_broken: bool },
}

impl Finder<'_> {
    /// Takes statements one after the other. Says whether control comes out at the end.
    fn block(&mut self, statements: &[Stmt]) -> bool {
        let mut statements = statements.iter();
        while let Some(statement) = statements.next() {
            if !self.statement(statement) {
                self.dead_block(statements.as_slice());
                return false;
            }
        }
        true
    }

    fn block_if(&mut self, is_reachable: bool, statements: &[Stmt]) -> bool {
        if is_reachable {
            self.block(statements)
        } else {
            self.dead_block(statements);
            false
        }
    }

    /// Takes a reachable statement. Says whether control comes out behind it.
    fn statement(&mut self, statement: &Stmt) -> bool {
        match statement {
            Stmt::Global(_) | Stmt::Nonlocal(_) => true,
            Stmt::Delete(delete) => {
                if !delete.targets.iter().all(deletes_nothing) {
                    self.add(statement.start());
                }
                true
            }
            Stmt::AnnAssign(assignment) => {
                if self.annotations.is_executed(assignment) {
                    self.add(statement.start());
                }
                true
            }
            Stmt::FunctionDef(function) => {
                self.add_decorators(&function.decorator_list);
                self.add_line(self.syntax.function_line(function));
                self.function_body(function);
                true
            }
            Stmt::ClassDef(class) => {
                self.add_decorators(&class.decorator_list);
                self.add_line(self.syntax.class_line(class));
                self.class_body(&class.body);
                true
            }
            Stmt::Return(_) | Stmt::Raise(_) | Stmt::Continue(_) => {
                self.add(statement.start());
                false
            }
            Stmt::Break(_) => {
                self.add(statement.start());
                self.break_out();
                false
            }
            Stmt::Assert(assertion) => {
                self.add(statement.start());
                self.outcomes(&assertion.test).may_be_true
            }
            Stmt::With(with) => {
                self.add(statement.start());
                let completes = self.conditional(|finder| finder.block(&with.body));
                if completes && with.is_async {
                    self.add_last_compiled(&with.body);
                }
                // It may swallow an exception.
                true
            }
            Stmt::If(branches) => self.conditional(|finder| finder.branches(branches)),
            Stmt::While(looping) => self.conditional(|finder| finder.while_loop(looping)),
            Stmt::For(looping) => self.conditional(|finder| finder.for_loop(looping)),
            Stmt::Try(trying) => self.conditional(|finder| finder.try_block(trying)),
            Stmt::Match(matching) => self.conditional(|finder| finder.match_block(matching)),
            Stmt::TypeAlias(_)
            | Stmt::Assign(_)
            | Stmt::AugAssign(_)
            | Stmt::Import(_)
            | Stmt::ImportFrom(_)
            | Stmt::Expr(_)
            | Stmt::Pass(_)
            | Stmt::IpyEscapeCommand(_) => {
                self.add(statement.start());
                true
            }
        }
    }

    fn branches(&mut self, branches: &StmtIf) -> bool {
        self.add(branches.start());
        let test = self.outcomes(&branches.test);
        let mut completes = self.block_if(test.may_be_true, &branches.body);
        let mut is_reachable = test.may_be_false;
        for clause in &branches.elif_else_clauses {
            let mut is_entered = is_reachable;
            if let Some(test) = &clause.test {
                if is_reachable {
                    self.add(clause.start());
                } else {
                    self.dead_expression(test);
                }
                let test = self.outcomes(test);
                is_entered &= test.may_be_true;
                is_reachable &= test.may_be_false;
            } else {
                is_reachable = false;
            }
            completes |= self.block_if(is_entered, &clause.body);
        }
        completes || is_reachable
    }

    fn while_loop(&mut self, looping: &StmtWhile) -> bool {
        self.add(looping.start());
        let test = self.outcomes(&looping.test);
        let is_broken = self.loop_body(test.may_be_true, &looping.body);
        self.block_if(test.may_be_false, &looping.orelse) || is_broken
    }

    fn for_loop(&mut self, looping: &StmtFor) -> bool {
        self.add(looping.start());
        let is_broken = self.loop_body(true, &looping.body);
        self.block(&looping.orelse) || is_broken
    }

    /// Takes the body of a loop. Says whether a `break` leaves it.
    fn loop_body(&mut self, is_reachable: bool, body: &[Stmt]) -> bool {
        self.frames.push(Frame::Loop { is_broken: false });
        self.block_if(is_reachable, body);
        matches!(self.frames.pop(), Some(Frame::Loop { is_broken: true }))
    }

    /// A `break` leaves the loop, unless a `finally` on its way is still to be run.
    fn break_out(&mut self) {
        if let Some(Frame::Loop { is_broken } | Frame::Finally { is_broken }) = self.frames.last_mut() {
            *is_broken = true;
        }
    }

    fn try_block(&mut self, trying: &StmtTry) -> bool {
        self.add(trying.start());
        if trying.finalbody.is_empty() {
            return self.try_handlers(trying);
        }
        self.frames.push(Frame::Finally { is_broken: false });
        let completes = self.try_handlers(trying);
        let is_broken = matches!(self.frames.pop(), Some(Frame::Finally { is_broken: true }));
        let finally_completes = self.block(&trying.finalbody);
        if finally_completes {
            self.add_last_compiled(&trying.finalbody);
        }
        if is_broken && finally_completes {
            self.break_out();
        }
        completes && finally_completes
    }

    /// The end of a `finally` block, where an exception is raised again, and that of an `async with` block have bytecode,
    /// which Python 3.11 puts on the line of what it compiled last, even if that has no bytecode of its own.
    fn add_last_compiled(&mut self, block: &[Stmt]) {
        if self.version() == PythonVersion::Python311 {
            self.add(last_compiled(block).start());
        }
    }

    /// Takes a `try` statement without its `finally`. Any exception may happen in it, even in `pass`.
    fn try_handlers(&mut self, trying: &StmtTry) -> bool {
        let body_completes = self.block(&trying.body);
        let mut completes = self.block_if(body_completes, &trying.orelse);
        for ExceptHandler::ExceptHandler(handler) in &trying.handlers {
            self.add(handler.start());
            completes |= self.block(&handler.body);
        }
        completes || trying.is_star
    }

    fn match_block(&mut self, matching: &StmtMatch) -> bool {
        self.add(matching.start());
        let mut is_reachable = true;
        let mut completes = false;
        for case in &matching.cases {
            let guard = case.guard.as_deref().map(|guard| self.outcomes(guard));
            if is_reachable {
                self.add(case.pattern.start());
            } else if let Some(guard) = &case.guard {
                self.dead_expression(guard);
            }
            let is_entered = is_reachable && guard.is_none_or(|guard| guard.may_be_true);
            completes |= self.block_if(is_entered, &case.body);
            if case.pattern.is_irrefutable() {
                is_reachable &= guard.is_some_and(|guard| guard.may_be_false);
            }
        }
        completes || is_reachable
    }

    /// Takes the body of a function, which has its own frames and executes no annotations.
    fn function_body(&mut self, function: &StmtFunctionDef) {
        let body = &function.body[..];
        if function.name.as_str() == ANNOTATE {
            self.code_objects_of(body);
            return;
        }
        let body = if docstrings::is_docstring(body) { &body[1..] } else { body };
        self.code_object(self.annotations.in_function(), body);
    }

    fn class_body(&mut self, body: &[Stmt]) {
        self.code_object(self.annotations.in_class(), body);
    }

    fn code_object(&mut self, annotations: Annotations, body: &[Stmt]) {
        let annotations = std::mem::replace(&mut self.annotations, annotations);
        let frames = std::mem::take(&mut self.frames);
        let remains = std::mem::take(&mut self.remains);
        let completes = self.block(body);
        let remains = std::mem::replace(&mut self.remains, remains);
        self.settle(&remains, body, completes);
        self.annotations = annotations;
        self.frames = frames;
    }

    /// Takes something that may be run or not, which matters to annotations.
    fn conditional<T>(&mut self, take: impl FnOnce(&mut Self) -> T) -> T {
        let annotations = self.annotations.in_condition();
        let annotations = std::mem::replace(&mut self.annotations, annotations);
        let taken = take(self);
        self.annotations = annotations;
        taken
    }

    fn outcomes(&self, condition: &Expr) -> Outcomes {
        Outcomes::of(condition, self.version())
    }

    fn version(&self) -> PythonVersion {
        self.syntax.version()
    }

    fn add_decorators(&mut self, decorators: &[Decorator]) {
        for decorator in decorators {
            self.add(decorator.start());
        }
    }

    fn add(&mut self, place: TextSize) {
        self.add_line(self.syntax.line_of(place));
    }

    fn add_line(&mut self, line: u32) {
        self.lines.insert(self.map.first_line(line));
    }
}

/// Whether a target of `del` makes no bytecode: it holds no name.
fn deletes_nothing(target: &Expr) -> bool {
    match target {
        Expr::Tuple(tuple) => tuple.elts.iter().all(deletes_nothing),
        Expr::List(list) => list.elts.iter().all(deletes_nothing),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
