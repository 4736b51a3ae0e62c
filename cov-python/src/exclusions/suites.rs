//! The suite behind an excluded line that ends with a colon goes with it.

use ruff_python_ast::token::TokenKind;
use ruff_text_size::Ranged;

use crate::line_set::LineSet;
use crate::syntax::Syntax;

/// Adds the suites behind the excluded lines; in all of this, lines are those of the file, not first lines.
///
/// Any colon outside of brackets starts a suite as far as coverage.py is concerned, that of a lambda or of an annotation
/// too; such a suite ends with the next logical line, since that is not indented deeper.
pub(super) fn exclude(syntax: &Syntax<'_>, excluded: &mut LineSet) {
    let mut indent = 0_u32;
    let mut nesting = 0_u32;
    // The first line of the logical line that is being read.
    let mut first = None;
    // The indent of the suite's head while one is being excluded.
    let mut head: Option<u32> = None;
    for token in syntax.tokens() {
        match token.kind() {
            TokenKind::Indent => indent += 1,
            TokenKind::Dedent => indent = indent.saturating_sub(1),
            TokenKind::Newline => first = None,
            TokenKind::NonLogicalNewline | TokenKind::Comment | TokenKind::EndOfFile => {}
            kind => {
                let first = *first.get_or_insert_with(|| {
                    let line = syntax.line_of(token.start());
                    head = head.filter(|&head| indent > head);
                    if head.is_some() {
                        excluded.insert(line);
                    }
                    line
                });
                match kind {
                    TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => nesting += 1,
                    TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => {
                        nesting = nesting.saturating_sub(1);
                    }
                    TokenKind::Colon if nesting == 0 && head.is_none() => {
                        let line = syntax.line_of(token.start());
                        if excluded.meets(first, line) {
                            excluded.insert(line);
                            head = Some(indent);
                        }
                    }
                    _ => {}
                }
            }
        }
    }
}
