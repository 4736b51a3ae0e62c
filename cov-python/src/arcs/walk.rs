//! The walk through a file that finds its arcs: coverage.py's `AstArcAnalyzer`.

mod compound;
mod jumps;

use ruff_python_ast::name::Name;
use ruff_python_ast::{Decorator, Stmt};
use ruff_text_size::{Ranged, TextSize};

use super::Record;
use super::causes::{Action, Cause};
use crate::line_map::LineMap;
use crate::line_set::LineSet;
use crate::suites::suites_of;
use crate::syntax::Syntax;
use crate::with_jumps::WithBlocks;
use jumps::{Block, out_of};

/// A line from which control goes on, and why it may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Exit {
    line: u32,
    cause: Cause,
}

/// The state of the walk.
///
/// The ways out of a statement lie at the end of `exits`, from an index that its caller calls `mark`, in any order and
/// maybe twice: they are sorted when they are led somewhere. So the sets of coverage.py need no memory of their own.
pub(super) struct Walk<'t> {
    syntax: &'t Syntax<'t>,
    line_map: &'t LineMap,
    statements: &'t LineSet,
    records: Vec<Record>,
    names: Vec<Name>,
    exits: Vec<Exit>,
    /// The `break`s of the loops around: those of the innermost one last.
    breaks: Vec<Exit>,
    blocks: Vec<Block>,
    with_blocks: WithBlocks,
    /// The lines of the `with` statements around.
    open_withs: Vec<u32>,
}

impl<'t> Walk<'t> {
    pub(super) fn new(syntax: &'t Syntax<'t>, line_map: &'t LineMap, statements: &'t LineSet) -> Self {
        Self {
            syntax,
            line_map,
            statements,
            records: Vec::new(),
            names: Vec::new(),
            exits: Vec::new(),
            breaks: Vec::new(),
            blocks: Vec::new(),
            with_blocks: WithBlocks::default(),
            open_withs: Vec::new(),
        }
    }

    pub(super) fn finish(self) -> (Vec<Record>, WithBlocks, Vec<Name>) {
        (self.records, self.with_blocks, self.names)
    }

    /// Walks the module, and the functions and classes in it, each by itself.
    ///
    /// The order in which those are walked is not coverage.py's, and cannot be told from it: two of them have an arc in
    /// common only where one is the module, with a definition that fits on line 1; and the module comes first.
    pub(super) fn module(&mut self) {
        let module = &self.syntax.module().body;
        let start = self.line_map.first_line(1);
        if module.is_empty() {
            self.arc(start, out_of(start), None, Action::Jump);
        }
        self.suite(module, 0);
        self.lead(0, out_of(start), Action::ExitModule);

        let mut suites: Vec<&'t [Stmt]> = vec![module];
        while let Some(suite) = suites.pop() {
            for statement in suite {
                match statement {
                    Stmt::FunctionDef(function) => {
                        let start = self.line(function.start());
                        let name = self.name(&function.name.id);
                        self.blocks.push(Block::Function { start, name });
                        self.suite(&function.body, 0);
                        self.lead(0, out_of(start), Action::ReturnFrom(name));
                        self.blocks.pop();
                    }
                    Stmt::ClassDef(class) => {
                        let start = self.line(class.start());
                        let name = self.name(&class.name.id);
                        self.suite(&class.body, 0);
                        self.lead(0, out_of(start), Action::ExitClass(name));
                    }
                    _ => {}
                }
                suites_of(statement, |suite| suites.push(suite));
            }
        }
    }

    /// The first line of the statement that `offset` is in.
    ///
    /// coverage.py asks for the lines of the parts of a statement (the value of an assignment, the test of an `if`, the
    /// items of a `with`). They have the same first line as all of it, since a statement, up to the colon and its
    /// suite, is one logical line.
    fn line(&self, offset: TextSize) -> u32 {
        self.line_map.first_line(self.syntax.line_of(offset))
    }

    fn name(&mut self, name: &Name) -> u32 {
        self.names.push(name.clone());
        u32::try_from(self.names.len() - 1).expect("a file of less than 4 GiB has fewer definitions")
    }

    fn arc(&mut self, from: u32, to: i32, cause: Option<Cause>, action: Action) {
        let arc = (from.cast_signed(), to);
        self.records.push(Record { arc, cause, action });
        if self.open_withs.contains(&from) {
            self.with_blocks.entries.push(arc);
        }
    }

    /// Makes arcs of the exits from `mark` on, which are gone then.
    fn lead(&mut self, mark: usize, to: i32, action: Action) {
        self.sort_exits(mark);
        for index in mark..self.exits.len() {
            let exit = self.exits[index];
            self.arc(exit.line, to, Some(exit.cause), action);
        }
        self.exits.truncate(mark);
    }

    /// Sorts the exits from `mark` on, each once.
    fn sort_exits(&mut self, mark: usize) {
        self.exits[mark..].sort_unstable();
        let mut kept = mark;
        for index in mark..self.exits.len() {
            if index == mark || self.exits[index] != self.exits[kept - 1] {
                self.exits[kept] = self.exits[index];
                kept += 1;
            }
        }
        self.exits.truncate(kept);
    }

    fn leave_by(&mut self, line: u32, cause: Cause) {
        self.exits.push(Exit { line, cause });
    }

    /// Walks a suite. The exits from `mark` on lead into it; afterwards they are the ways out of it.
    fn suite(&mut self, suite: &'t [Stmt], mark: usize) {
        for statement in suite {
            let line = self.line(statement.start());
            if self.is_statement(line) {
                self.lead(mark, line.cast_signed(), Action::Jump);
                self.statement(statement, line);
            }
        }
    }

    /// Walks a suite that is entered from `line`, and leaves its ways out.
    fn suite_from(&mut self, line: u32, cause: Cause, suite: &'t [Stmt]) {
        let mark = self.exits.len();
        self.leave_by(line, cause);
        self.suite(suite, mark);
    }

    fn is_statement(&self, line: u32) -> bool {
        self.statements.contains(line)
    }

    /// Walks a statement, and leaves its ways out.
    fn statement(&mut self, statement: &'t Stmt, line: u32) {
        match statement {
            Stmt::FunctionDef(function) => {
                self.definition(&function.decorator_list, self.syntax.function_line(function));
            }
            Stmt::ClassDef(class) => {
                self.definition(&class.decorator_list, self.syntax.class_line(class));
            }
            Stmt::If(statement) => self.if_statement(statement, line),
            Stmt::For(statement) => self.for_statement(statement, line),
            Stmt::While(statement) => self.while_statement(statement, line),
            Stmt::With(statement) => self.with_statement(statement, line),
            Stmt::Match(statement) => self.match_statement(statement, line),
            Stmt::Try(statement) => self.try_statement(statement, line),
            Stmt::Break(_) => self.break_from(line),
            Stmt::Continue(_) => self.continue_from(line),
            Stmt::Raise(_) => self.raise_from(line),
            Stmt::Return(_) => self.return_from(line),
            _ => self.leave_by(line, Cause::GoesOn),
        }
    }

    fn definition(&mut self, decorators: &[Decorator], keyword: u32) {
        let mut last = None;
        for decorator in decorators {
            let line = self.line(decorator.start());
            if let Some(last) = last.filter(|&last| last != line) {
                self.arc(last, line.cast_signed(), None, Action::Jump);
            }
            last = Some(line);
        }
        if let Some(last) = last {
            self.arc(last, keyword.cast_signed(), None, Action::Jump);
        }
        self.leave_by(keyword, Cause::GoesOn);
    }
}
