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
        // A first line is not after its line, so that the number stays in range; `i32::MIN` stays what it is.
        let line = self.first_line(end.unsigned_abs()).cast_signed();
        if end < 0 { line.wrapping_neg() } else { line }
    }

    /// First and last line of each logical line that takes several, ascending.
    pub fn spans(&self) -> &[(u32, u32)] {
        &self.spans
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::python_version::PythonVersion;

    #[test]
    fn ends_of_arcs_keep_their_sign() {
        let syntax = Syntax::parse("a = 1\nb = (\n  2\n)\n", PythonVersion::default()).unwrap();
        let map = LineMap::of(&syntax);
        assert_eq!(map.spans(), [(2, 4)]);
        assert_eq!([1, 3, -3, 5, -5].map(|end| map.signed(end)), [1, 2, -2, 5, -5]);
        // What a damaged data file may hold.
        assert_eq!([0, i32::MAX, i32::MIN].map(|end| map.signed(end)), [0, i32::MAX, i32::MIN]);
    }
}
