//! How deep a program is nested, and the stack that walking through it takes.
//!
//! The walks over a syntax tree are recursive, and so is its destruction. A text of a megabyte of `-` would need more
//! stack than a thread has; Python gives up on it as well ("maximum recursion depth exceeded").

use std::thread;

use ruff_python_ast::token::{Token, TokenKind};
use ruff_text_size::{Ranged, TextSize};

/// The deepest expression that is analysed. Python 3.13 compiles about as deep a one, 3.11 a third of that.
const DEEPEST: usize = 9_000;

/// The most levels of indentation: `MAXINDENT` of CPython's tokenizer, less the one that is no indentation.
const MOST_INDENTS: usize = 99;

/// The most brackets within each other: `MAXLEVEL` of CPython's tokenizer.
const MOST_BRACKETS: usize = 200;

/// Up to here the stack of any thread does.
const SHALLOW: usize = 100;

/// Bytes of stack for one level of nesting, generously, for a build without optimisation.
const PER_LEVEL: usize = 16 << 10;

/// Runs `work` where there is stack for a program of this depth.
pub(crate) fn with_stack<T: Send>(depth: usize, work: impl FnOnce() -> T + Send) -> T {
    if depth <= SHALLOW {
        return work();
    }
    thread::scope(|scope| {
        let worker =
            thread::Builder::new().stack_size(depth.saturating_mul(PER_LEVEL)).spawn_scoped(scope, work);
        let result = worker.expect("the system has room for one more thread").join();
        result.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// How deep the expressions are nested at the most, more or less.
#[derive(Debug, Default)]
pub(super) struct Depth {
    /// At least the depth of the syntax tree, below its statements.
    pub(super) deepest: usize,
    /// Where Python would give up.
    pub(super) too_deep: Option<(TextSize, &'static str)>,
}

impl Depth {
    /// Measures by the tokens: within brackets, whatever may nest since the last comma.
    pub(super) fn of(tokens: &[Token]) -> Self {
        let mut depth = Self::default();
        let mut levels = vec![Level::default()];
        let (mut total, mut indents) = (0, 0_usize);
        for token in tokens {
            let level = levels.last_mut().expect("the outermost level stays");
            match token.kind() {
                TokenKind::Name
                | TokenKind::Int
                | TokenKind::Float
                | TokenKind::Complex
                | TokenKind::String
                | TokenKind::Comment
                | TokenKind::NonLogicalNewline => continue,
                TokenKind::Indent => indents += 1,
                TokenKind::Dedent => indents = indents.saturating_sub(1),
                TokenKind::Newline | TokenKind::Semi => {
                    levels.truncate(1);
                    levels[0] = Level::default();
                    total = 0;
                }
                TokenKind::Comma | TokenKind::FStringMiddle | TokenKind::TStringMiddle
                    if level.open_lambdas == 0 =>
                {
                    total -= level.links;
                    level.links = 0;
                }
                TokenKind::Lpar
                | TokenKind::Lsqb
                | TokenKind::Lbrace
                | TokenKind::FStringStart
                | TokenKind::TStringStart => levels.push(Level::default()),
                TokenKind::Rpar
                | TokenKind::Rsqb
                | TokenKind::Rbrace
                | TokenKind::FStringEnd
                | TokenKind::TStringEnd => {
                    if levels.len() > 1
                        && let Some(inner) = levels.pop()
                    {
                        total -= inner.links;
                    }
                    // What follows may call it, or take an item of it.
                    if let Some(level) = levels.last_mut() {
                        level.links += 1;
                        total += 1;
                    }
                }
                kind => {
                    match kind {
                        TokenKind::Lambda => level.open_lambdas += 1,
                        TokenKind::Colon => level.open_lambdas = level.open_lambdas.saturating_sub(1),
                        _ => {}
                    }
                    level.links += 1;
                    total += 1;
                }
            }
            depth.deepest = depth.deepest.max(total + levels.len());
            let problem = match () {
                () if indents > MOST_INDENTS => "too many levels of indentation",
                () if levels.len() > MOST_BRACKETS + 1 => "too many nested parentheses",
                () if total > DEEPEST => "nested too deeply",
                () => continue,
            };
            depth.too_deep = depth.too_deep.or(Some((token.start(), problem)));
        }
        depth
    }
}

/// What is between two brackets.
#[derive(Default)]
struct Level {
    /// What may nest since the last comma.
    links: usize,
    /// The lambdas whose parameters are not over: commas are theirs.
    open_lambdas: usize,
}

#[cfg(test)]
mod tests {
    use crate::analysis::Analysis;
    use crate::pattern::Patterns;
    use crate::python_version::PythonVersion;
    use crate::syntax::SyntaxError;

    fn analysed(text: &str) -> Result<Analysis, SyntaxError> {
        Analysis::of(text, &Patterns::defaults(), PythonVersion::default())
    }

    /// Blocks within each other.
    fn blocks(count: usize) -> String {
        let mut text = String::new();
        for indent in 0..count {
            text.extend([&*" ".repeat(indent), "if x:\n"]);
        }
        text + &" ".repeat(count) + "y\n"
    }

    #[test]
    fn what_python_gives_up_on_is_refused_at_any_depth() {
        for (start, middle, end) in [
            ("x = ", "-", "1"),
            ("x = ", "not ", "1"),
            ("x = 1", "+ 1", ""),
            ("x = 1", "** 1", ""),
            ("x = ", "lambda: ", "1"),
            ("x = ", "lambda a, b: ", "1"),
            ("x = ", "1 if 1 else ", "1"),
            ("x = y", ".y", ""),
            ("x = y", "()", ""),
            ("x = y", "[0]", ""),
            ("x = ", "(", ""),
            ("x = ", "[", ""),
            ("x = ", "f'{", ""),
            ("", "await ", "x"),
            ("async def f(): ", "await ", "x"),
            ("", "x = ", "x"),
            ("", "async ", "x"),
            ("", "@", "x"),
            ("match x:\n case ", "(", ""),
        ] {
            // A chain of assignments is long and not deep, which we do not know.
            let text = format!("{start}{}{end}\n", middle.repeat(10_000));
            assert!(analysed(&text).is_err(), "{start}{middle}");
        }
        assert!(analysed(&blocks(100)).is_err());
        assert!(analysed(&blocks(5_000)).is_err());
    }

    #[test]
    fn what_python_takes_is_taken() {
        for text in [
            format!("x = 1{}\n", " + 1".repeat(8_900)),
            format!("x = {}1\n", "-".repeat(2_500)),
            format!("x = [{}]\n", "lambda a, b: 1,\n".repeat(5_000)),
            format!("x = {{{}}}\n", "'a': [-1, (2, {3: f'{x}'})],\n".repeat(20_000)),
            format!("x = ({})\n", "'a'\n".repeat(20_000)),
            format!("x = {}1{}\n", "(".repeat(200), ")".repeat(200)),
            format!("x = f'''{}'''\n", "{x} and {y!r:>{z}}\n".repeat(5_000)),
            format!("if x: y\n{}", "elif x: y\n".repeat(20_000)),
            blocks(99),
        ] {
            assert_eq!(analysed(&text).err(), None, "{}", &text[..40]);
        }
    }
}
