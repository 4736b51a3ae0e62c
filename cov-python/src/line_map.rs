//! Which lines belong to one logical line, and where that starts.

use ruff_python_ast::token::TokenKind;
use ruff_text_size::Ranged;

use crate::syntax::Syntax;

/// From the lines of a file to the first lines of their statements: coverage.py's `multiline_map`.
///
/// A logical line is what Python's tokenizer ends with a NEWLINE token, whatever statements are in it. Only those that
/// take more than one line are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineMap {
    /// First and last line of each logical line of several lines, ascending; they never overlap.
    spans: Vec<(u32, u32)>,
}

impl LineMap {
    /// Reads the logical lines from the tokens: `multiline_map_from_tokens` of coverage.py's `parser.py`.
    pub fn of(syntax: &Syntax<'_>) -> Self {
        let mut spans = Vec::new();
        let mut first = None;
        for token in syntax.tokens() {
            match token.kind() {
                TokenKind::Newline => {
                    if let Some(first) = first.take() {
                        let last = syntax.line_of(token.start());
                        if last != first {
                            spans.push((first, last));
                        }
                    }
                }
                TokenKind::Comment
                | TokenKind::NonLogicalNewline
                | TokenKind::Indent
                | TokenKind::Dedent
                | TokenKind::EndOfFile => {}
                _ => first = first.or_else(|| Some(syntax.line_of(token.start()))),
            }
        }
        Self { spans }
    }

    /// The first line of the statement that `line` belongs to; `line` itself where it is alone or in none.
    pub fn first_line(&self, line: u32) -> u32 {
        let index = self.spans.partition_point(|&(_, last)| last < line);
        match self.spans.get(index) {
            Some(&(first, _)) if first <= line => first,
            _ => line,
        }
    }

    /// [`Self::first_line`] of the end of an arc, which is negative for the exit of what starts at that line.
    pub fn signed(&self, end: i32) -> i32 {
        let line = self.first_line(end.unsigned_abs());
        let line = i32::try_from(line).expect("a first line is not after its line");
        if end < 0 { -line } else { line }
    }

    /// First and last line of each logical line that takes several, ascending.
    pub fn spans(&self) -> &[(u32, u32)] {
        &self.spans
    }
}
