//! Python's keywords, strings and comments, for the eye: enough of the language to get these right, and no more.

use std::fmt::{self, Write as _};

use super::escape::Escaped;
use crate::summary::FileSummary;

/// <https://docs.python.org/3/reference/lexical_analysis.html#keywords>
const KEYWORDS: [&str; 35] = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def",
    "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is",
    "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
];

/// Whether a file is Python.
pub(super) fn is_python(file: &FileSummary<'_>) -> bool {
    match &file.coverage.language {
        Some(language) => language == "python",
        None => [".py", ".pyi", ".pyw"].iter().any(|ending| file.path.ends_with(ending)),
    }
}

/// Marks up Python, line by line: keywords as `<b>`, strings as `<u>`, comments as `<i>`.
///
/// An f-string is one string, whatever is in its braces.
#[derive(Debug, Default)]
pub(super) struct Highlighter {
    /// The quotes of the string that the next line begins in.
    open: Option<String>,
}

impl Highlighter {
    /// Appends the next line to `html`.
    pub(super) fn line(&mut self, line: &str, html: &mut String) -> fmt::Result {
        let mut rest = line;
        if let Some(quotes) = self.open.take() {
            let end = self.end_of_string(rest, &quotes);
            push("u", &rest[..end], html)?;
            rest = &rest[end..];
        }
        while let Some(character) = rest.chars().next() {
            let end = if character == '#' {
                push("i", rest, html)?;
                rest.len()
            } else if character.is_alphabetic() || character == '_' {
                let is_word = |character: char| character.is_alphanumeric() || character == '_';
                let end = rest.find(|character| !is_word(character)).unwrap_or(rest.len());
                let word = &rest[..end];
                if is_string_prefix(word) && rest[end..].starts_with(['"', '\'']) {
                    self.string(rest, end, html)?
                } else {
                    if KEYWORDS.contains(&word) {
                        push("b", word, html)?;
                    } else {
                        push_plain(word, html)?;
                    }
                    end
                }
            } else if character == '"' || character == '\'' {
                self.string(rest, 0, html)?
            } else {
                // A number swallows the letters in it, as in 0xif.
                let is_number = character.is_ascii_digit();
                let stops = |character: char| {
                    if is_number {
                        !character.is_alphanumeric()
                    } else {
                        character.is_alphanumeric() || matches!(character, '_' | '"' | '\'' | '#')
                    }
                };
                let end = rest.find(stops).unwrap_or(rest.len());
                push_plain(&rest[..end], html)?;
                end
            };
            rest = &rest[end..];
        }
        Ok(())
    }

    /// Appends the string at the beginning of `text`, whose quotes begin at `quote`; where it ends.
    fn string(&mut self, text: &str, quote: usize, html: &mut String) -> Result<usize, fmt::Error> {
        let one = &text[quote..=quote];
        let three = one.repeat(3);
        let quotes = if text[quote..].starts_with(&three) { &three } else { one };
        let start = quote + quotes.len();
        let end = start + self.end_of_string(&text[start..], quotes);
        push("u", &text[..end], html)?;
        Ok(end)
    }

    /// Where the string ends that `text` begins in. It stays open when it goes on in the next line.
    fn end_of_string(&mut self, text: &str, quotes: &str) -> usize {
        let mut is_escaped = false;
        for (index, character) in text.char_indices() {
            if is_escaped {
                is_escaped = false;
            } else if character == '\\' {
                is_escaped = true;
            } else if text[index..].starts_with(quotes) {
                return index + quotes.len();
            }
        }
        if is_escaped || quotes.len() == 3 {
            self.open = Some(quotes.to_owned());
        }
        text.len()
    }
}

/// Whether a word makes the quotes behind it another kind of string: `r`, `b`, `rb`, `f`, `t` and so on.
fn is_string_prefix(word: &str) -> bool {
    ["r", "u", "b", "f", "t", "br", "rb", "fr", "rf", "tr", "rt"]
        .iter()
        .any(|prefix| word.eq_ignore_ascii_case(prefix))
}

fn push(tag: &str, text: &str, html: &mut String) -> fmt::Result {
    if text.is_empty() { Ok(()) } else { write!(html, "<{tag}>{}</{tag}>", Escaped(text)) }
}

fn push_plain(text: &str, html: &mut String) -> fmt::Result {
    write!(html, "{}", Escaped(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(lines: &[(&str, &str)]) {
        let mut highlighter = Highlighter::default();
        for (line, expected) in lines {
            let mut html = String::new();
            highlighter.line(line, &mut html).unwrap();
            assert_eq!(&html, expected);
        }
    }

    #[test]
    fn keywords_strings_and_comments_are_told_apart() {
        check(&[(
            "if x < 'a#b': return_ = rb\"\\\"\" # not in",
            "<b>if</b> x &lt; <u>'a#b'</u>: return_ = <u>rb\"\\\"\"</u> <i># not in</i>",
        )]);
        check(&[("is_a = 0xif if é_in else f'{x}'", "is_a = 0xif <b>if</b> é_in <b>else</b> <u>f'{x}'</u>")]);
        check(&[("'' or ''''''", "<u>''</u> <b>or</b> <u>''''''</u>")]);
    }

    #[test]
    fn triple_quotes_reach_over_lines() {
        check(&[
            ("def f(): r'''one \" ' '' \\''' if", "<b>def</b> f(): <u>r'''one \" ' '' \\''' if</u>"),
            ("", ""),
            ("  # if é \\\\''' if", "<u>  # if é \\\\'''</u> <b>if</b>"),
        ]);
    }

    #[test]
    fn a_string_goes_on_behind_a_backslash_only() {
        check(&[("'one \\", "<u>'one \\</u>"), ("if' if", "<u>if'</u> <b>if</b>")]);
        check(&[("'broken", "<u>'broken</u>"), ("if", "<b>if</b>")]);
    }
}
