//! A parsed file: its text, syntax tree, tokens and lines.

use ruff_python_ast::token::{TokenKind, Tokens};
use ruff_python_ast::{Decorator, ModModule, Stmt, StmtClassDef, StmtFunctionDef};
use ruff_python_parser::{Mode, ParseOptions, Parsed, parse_unchecked};
use ruff_text_size::{Ranged, TextRange, TextSize};
use thiserror::Error;

use crate::python_version::PythonVersion;
use depth::{Depth, with_stack};

mod compile_errors;
pub(crate) mod depth;

/// A file that Python would not compile.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{line}: {message}")]
pub struct SyntaxError {
    /// What is wrong, in the words of our parser, which are not Python's.
    pub message: String,
    /// Where, from 1.
    pub line: u32,
}

/// A file that Python would compile.
pub struct Syntax<'t> {
    text: &'t str,
    parsed: Parsed<ModModule>,
    /// Where each line starts, ascending.
    line_starts: Vec<TextSize>,
    version: PythonVersion,
    depth: usize,
}

impl<'t> Syntax<'t> {
    /// Parses `text` as [`crate::source::decode`] gives it.
    pub fn parse(text: &'t str, version: PythonVersion) -> Result<Self, SyntaxError> {
        let options = ParseOptions::from(Mode::Module).with_target_version(version.grammar());
        let parsed = parse_unchecked(text, options).try_into_module().expect("the mode is that of a module");
        let line_starts = line_starts(text);
        let Depth { deepest: depth, too_deep } = Depth::of(parsed.tokens());
        let syntax = Self { text, parsed, line_starts, version, depth };
        if let Some((place, message)) = too_deep {
            let error = SyntaxError { message: message.to_owned(), line: syntax.line_of(place) };
            // Destroying so deep a tree would take as much stack as it is deep: it is left where it is.
            std::mem::forget(syntax.parsed);
            return Err(error);
        }
        let error = syntax.parsed.errors().first().map(|error| (error.location, error.error.to_string()));
        let unsupported = || {
            let error = syntax.parsed.unsupported_syntax_errors().first()?;
            Some((error.range, error.to_string()))
        };
        // Python's own parser sees a text with a zero byte, or with a second byte order mark, for no Python at all.
        let unreadable = text.find('\0').or_else(|| text.starts_with('\u{feff}').then_some(0));
        let unreadable = unreadable.map(|place| {
            let place = TextSize::try_from(place).expect("the parser took the text");
            (place, "a character that cannot be in a program".to_owned())
        });
        let parse_error = error.or_else(unsupported).map(|(range, message)| (range.start(), message));
        let compile_error =
            || with_stack(depth, || compile_errors::first(syntax.module(), text, version.grammar()));
        match unreadable.or(parse_error).or_else(compile_error) {
            Some((place, message)) => Err(SyntaxError { message, line: syntax.line_of(place) }),
            None => Ok(syntax),
        }
    }

    /// The text.
    pub fn text(&self) -> &'t str {
        self.text
    }

    /// Which Python the file is for.
    pub fn version(&self) -> PythonVersion {
        self.version
    }

    /// How deep expressions are nested, at the most; see [`depth::with_stack`].
    pub(crate) fn depth(&self) -> usize {
        self.depth
    }

    /// The syntax tree.
    pub fn module(&self) -> &ModModule {
        self.parsed.syntax()
    }

    /// The tokens, comments and blank lines included.
    pub fn tokens(&self) -> &Tokens {
        self.parsed.tokens()
    }

    /// How many lines there are, by line feeds. The text after the last one is a line if it is not empty.
    pub fn line_count(&self) -> u32 {
        let lines = self.line_of(self.text_end());
        if self.text.is_empty() || self.text.ends_with('\n') { lines - 1 } else { lines }
    }

    /// The line, from 1, of a place in the text.
    pub fn line_of(&self, offset: TextSize) -> u32 {
        let line = self.line_starts.partition_point(|&start| start <= offset);
        u32::try_from(line).expect("a text of at most 4 GiB has fewer lines")
    }

    /// The line of a node's last character: `end_lineno` in CPython's tree.
    pub fn end_line(&self, range: TextRange) -> u32 {
        self.line_of(range.end())
    }

    /// The line of `def`, or of `async` before it: `lineno` in CPython's tree, where ours starts with the decorators.
    pub fn function_line(&self, function: &StmtFunctionDef) -> u32 {
        self.keyword_line(function.start(), &function.decorator_list)
    }

    /// The line of `class`: `lineno` in CPython's tree, where ours starts with the decorators.
    pub fn class_line(&self, class: &StmtClassDef) -> u32 {
        self.keyword_line(class.start(), &class.decorator_list)
    }

    /// `lineno` of any statement in CPython's tree.
    pub fn statement_line(&self, statement: &Stmt) -> u32 {
        match statement {
            Stmt::FunctionDef(function) => self.function_line(function),
            Stmt::ClassDef(class) => self.class_line(class),
            _ => self.line_of(statement.start()),
        }
    }

    fn keyword_line(&self, start: TextSize, decorators: &[Decorator]) -> u32 {
        let Some(last) = decorators.last() else { return self.line_of(start) };
        let after = self.tokens().partition_point(|token| token.start() < last.end());
        let keyword = self.tokens()[after..]
            .iter()
            .find(|token| matches!(token.kind(), TokenKind::Def | TokenKind::Class | TokenKind::Async))
            .expect("what is decorated is a function or a class");
        self.line_of(keyword.start())
    }

    fn text_end(&self) -> TextSize {
        TextSize::try_from(self.text.len()).expect("the parser took the text")
    }
}

fn line_starts(text: &str) -> Vec<TextSize> {
    let after = |(index, &byte): (usize, &u8)| {
        (byte == b'\n').then(|| TextSize::try_from(index + 1).expect("the parser took the text"))
    };
    let mut starts = vec![TextSize::default()];
    starts.extend(text.as_bytes().iter().enumerate().filter_map(after));
    starts
}
