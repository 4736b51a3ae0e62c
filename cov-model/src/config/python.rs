//! What Python means by white space, a line, an integer and a float.

/// Line ends as Python's text mode reads them: `\r\n` and `\r` are `\n`.
pub(super) fn universal_newlines(text: String) -> String {
    if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text }
}

/// `str.isspace` of one character: Unicode's white space and the four ASCII separators.
pub(super) fn is_space(character: char) -> bool {
    character.is_whitespace() || ('\x1c'..='\x1f').contains(&character)
}

/// `str.strip`.
pub(super) fn strip(text: &str) -> &str {
    text.trim_matches(is_space)
}

/// `str.splitlines`, which knows more line ends than files do.
pub(super) fn split_lines(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character| {
        matches!(
            character,
            '\n' | '\r' | '\x0b' | '\x0c' | '\x1c'..='\x1e' | '\u{85}' | '\u{2028}' | '\u{2029}'
        )
    })
}

/// `int(text)`, for what fits 64 bits.
pub(super) fn integer(text: &str) -> Option<i64> {
    without_underscores(strip(text))?.parse().ok()
}

/// The text of `float(text)` without what Rust would not read: white space around it and underscores in it.
pub(super) fn float(text: &str) -> Option<String> {
    let plain = without_underscores(strip(text))?;
    plain.parse::<f64>().is_ok().then_some(plain)
}

/// A number without its underscores, which may only stand between two digits.
fn without_underscores(number: &str) -> Option<String> {
    let bytes = number.as_bytes();
    let is_digit =
        |index: Option<usize>| index.and_then(|index| bytes.get(index)).is_some_and(u8::is_ascii_digit);
    let well_placed = bytes
        .iter()
        .enumerate()
        .filter(|&(_, &byte)| byte == b'_')
        .all(|(index, _)| is_digit(index.checked_sub(1)) && is_digit(Some(index + 1)));
    well_placed.then(|| number.replace('_', ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_python_reads_them() {
        for (text, expected) in [
            ("7", Some(7)),
            (" +7\u{a0}", Some(7)),
            ("-1_000", Some(-1000)),
            ("1__0", None),
            ("_1", None),
            ("1_", None),
            ("7.0", None),
            ("", None),
            ("0x10", None),
        ] {
            assert_eq!(integer(text), expected, "{text}");
        }
        for (text, expected) in [
            ("95", Some("95")),
            ("\t95.50 ", Some("95.50")),
            ("9_5.0_0", Some("95.00")),
            ("1_.0", None),
            (".5", Some(".5")),
            ("5.", Some("5.")),
            ("1e2", Some("1e2")),
            ("NaN", Some("NaN")),
            ("-Infinity", Some("-Infinity")),
            (".", None),
            ("95%", None),
            ("95,5", None),
        ] {
            assert_eq!(float(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn lines_end_at_more_than_line_feeds() {
        assert_eq!(split_lines("a\u{2028}b\x0cc").collect::<Vec<_>>(), ["a", "b", "c"]);
        assert_eq!(universal_newlines("a\r\nb\rc\n".to_owned()), "a\nb\nc\n");
        assert_eq!(strip("\x1f a \u{3000}"), "a");
    }
}
