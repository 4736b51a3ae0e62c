//! From the bytes of a source file to the text that coverage.py works on.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8};

use crate::syntax::SyntaxError;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Reads source as `get_python_source` of coverage.py's `python.py` does.
///
/// Line ends become `\n`, form feeds become spaces, what is not in the file's encoding becomes U+FFFD, and a text that
/// is not empty ends with a newline. An encoding that is unknown, or named by a line that cannot be read, is an error.
///
/// The encodings are UTF-8, Latin-1, ASCII and those of the web, under the names that Python has for them.
pub fn decode(bytes: &[u8]) -> Result<String, SyntaxError> {
    let bytes = unify_line_ends(bytes);
    let charset = Charset::of(&bytes)?;
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&bytes);
    let mut text = match charset {
        Charset::Other(encoding) => encoding.decode_without_bom_handling(bytes).0.into_owned(),
        Charset::Latin1 => bytes.iter().copied().map(char::from).collect(),
        Charset::Ascii => {
            let character =
                |&byte: &u8| if byte.is_ascii() { char::from(byte) } else { char::REPLACEMENT_CHARACTER };
            bytes.iter().map(character).collect()
        }
    };
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    Ok(text)
}

/// `read_python_source`, which knows three line ends, and the replacement of form feeds, which old tokenizers took for
/// line ends.
fn unify_line_ends(bytes: &[u8]) -> Cow<'_, [u8]> {
    if !bytes.iter().any(|byte| matches!(byte, b'\r' | b'\x0c')) {
        return Cow::Borrowed(bytes);
    }
    let mut unified = Vec::with_capacity(bytes.len());
    let mut rest = bytes.iter().copied().peekable();
    while let Some(byte) = rest.next() {
        unified.push(match byte {
            b'\r' => {
                rest.next_if_eq(&b'\n');
                b'\n'
            }
            b'\x0c' => b' ',
            _ => byte,
        });
    }
    Cow::Owned(unified)
}

/// How characters are written as bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Charset {
    Ascii,
    /// Every byte is the character of that number. What the web calls Latin-1 is something else.
    Latin1,
    Other(&'static Encoding),
}

impl Charset {
    /// The encoding that a byte order mark or one of the first two lines declares: `detect_encoding` of Python's
    /// `tokenize.py` (PEP 263).
    fn of(bytes: &[u8]) -> Result<Self, SyntaxError> {
        let without_mark = bytes.strip_prefix(BYTE_ORDER_MARK);
        let mut lines = without_mark.unwrap_or(bytes).split(|&byte| byte == b'\n');
        for (line, number) in lines.by_ref().take(2).zip(1..) {
            let error = |message: String| SyntaxError { message, line: number };
            let text = std::str::from_utf8(line)
                .map_err(|_| error("invalid or missing encoding declaration".to_owned()))?;
            if let Some(name) = declared(text) {
                let charset = Self::named(name).ok_or_else(|| error(format!("unknown encoding: {name}")))?;
                // Not "utf8", though that is an alias.
                if without_mark.is_some() && !is_utf_8(&python_name(name)) {
                    return Err(error(format!("encoding problem: {name} with a byte order mark of utf-8")));
                }
                return Ok(charset);
            }
            let code = text.trim_start_matches([' ', '\t']);
            if !(code.is_empty() || code.starts_with('#')) {
                break;
            }
        }
        Ok(Self::Other(UTF_8))
    }

    /// An encoding by the names that Python's `encodings/aliases.py` has for it.
    fn named(name: &str) -> Option<Self> {
        let name: String = name
            .chars()
            .map(
                |character| if matches!(character, '_' | '.') { '-' } else { character.to_ascii_lowercase() },
            )
            .collect();
        if name == "utf-8" || name.starts_with("utf-8-") {
            return Some(Self::Other(UTF_8));
        }
        if ["latin-1-", "iso-8859-1-", "iso-latin-1-"]
            .iter()
            .any(|start| format!("{name}-").starts_with(start))
        {
            return Some(Self::Latin1);
        }
        Some(match name.as_str() {
            "utf8" | "u8" | "utf" | "cp65001" => Self::Other(UTF_8),
            "latin1" | "latin" | "l1" | "8859" | "iso8859" | "iso8859-1" | "cp819" => Self::Latin1,
            "ascii" | "us-ascii" | "646" | "us" => Self::Ascii,
            _ => {
                let encoding = Encoding::for_label_no_replacement(web_name(&name).as_bytes())?;
                Self::Other(Some(encoding).filter(|encoding| encoding.is_ascii_compatible())?)
            }
        })
    }
}

/// An encoding's name, spelled as Python compares it.
fn python_name(name: &str) -> String {
    name.to_ascii_lowercase().replace(['_', '.'], "-")
}

fn is_utf_8(name: &str) -> bool {
    name == "utf-8" || name.starts_with("utf-8-")
}

/// What the web calls an encoding of Python's: mostly the same.
fn web_name(name: &str) -> Cow<'_, str> {
    Cow::Borrowed(match name.strip_prefix("windows-").or_else(|| name.strip_prefix("cp")).unwrap_or(name) {
        number if number == "874" || (number.len() == 4 && number.starts_with("125")) => {
            return Cow::Owned(format!("windows-{number}"));
        }
        "866" => "ibm866",
        "932" | "ms932" | "mskanji" | "ms-kanji" | "shift-jis" => "shift_jis",
        "936" | "ms936" => "gbk",
        "949" | "ms949" | "uhc" | "euckr" | "ksc5601" => "euc-kr",
        "950" | "ms950" => "big5",
        "eucjp" | "ujis" | "u-jis" => "euc-jp",
        "mac-roman" | "macroman" => "macintosh",
        "mac-cyrillic" | "maccyrillic" => "x-mac-cyrillic",
        other => other,
    })
}

/// The name in a comment such as `# -*- coding: latin-1 -*-`: `^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)` in Python.
fn declared(line: &str) -> Option<&str> {
    let comment = line.trim_start_matches([' ', '\t']).strip_prefix('#')?;
    comment.match_indices("coding").find_map(|(index, coding)| {
        let name = comment[index + coding.len()..].strip_prefix([':', '='])?.trim_start_matches([' ', '\t']);
        let is_part =
            |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.');
        let end = name.find(|character| !is_part(character)).unwrap_or(name.len());
        Some(&name[..end]).filter(|name| !name.is_empty())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(bytes: &[u8]) -> String {
        decode(bytes).unwrap_err().to_string()
    }

    #[test]
    fn every_line_end_is_a_line_feed_and_the_last_line_has_one() {
        assert_eq!(decode(b"a\r\nb\rc\n\rd").unwrap(), "a\nb\nc\n\nd\n");
        assert_eq!(decode(b"a\x0cb\n").unwrap(), "a b\n");
        assert_eq!(decode(b"").unwrap(), "");
    }

    #[test]
    fn without_a_declaration_it_is_utf_8() {
        assert_eq!(decode("x = 'é'\n".as_bytes()).unwrap(), "x = 'é'\n");
        assert_eq!(decode(b"\xef\xbb\xbfx\n").unwrap(), "x\n");
        assert_eq!(decode(b"x\ny\nz = '\xe9'\n").unwrap(), "x\ny\nz = '\u{fffd}'\n");
        // Only the first of two marks is one.
        assert_eq!(decode(b"\xef\xbb\xbf\xef\xbb\xbfx\n").unwrap(), "\u{feff}x\n");
    }

    #[test]
    fn the_first_two_lines_may_declare_an_encoding() {
        for name in ["latin-1", "iso-8859-1", "iso8859-1", "L1", "latin_1", "iso-latin-1-unix"] {
            let source = [format!("# vim: set fileencoding={name} :\n").as_bytes(), b"'\xe9\x93'\n"].concat();
            assert!(decode(&source).unwrap().ends_with("'\u{e9}\u{93}'\n"), "{name}");
        }
        assert!(decode(b"#!/bin/sh\n# coding: cp1252\n'\x93'\n").unwrap().ends_with("'\u{201c}'\n"));
        assert!(decode(b"# coding: koi8-r\n'\xc1'\n").unwrap().ends_with("'\u{430}'\n"));
        assert!(decode(b"# coding: iso8859-15\n'\xa4'\n").unwrap().ends_with("'\u{20ac}'\n"));
        assert!(decode(b"# coding: euc_jp\n'\xa4\xa2'\n").unwrap().ends_with("'\u{3042}'\n"));
        assert!(decode(b"# coding: shift_jis\n'\x82\xa0'\n").unwrap().ends_with("'\u{3042}'\n"));
        assert!(decode(b"# coding=ascii\n'\xe9'\n").unwrap().ends_with("'\u{fffd}'\n"));
    }

    #[test]
    fn a_declaration_behind_code_or_further_down_is_none() {
        assert_eq!(
            decode("x = 1\n# coding: latin-1\n'é'\n".as_bytes()).unwrap(),
            "x = 1\n# coding: latin-1\n'é'\n"
        );
        assert!(decode("\n\n# coding: latin-1\n'é'\n".as_bytes()).unwrap().ends_with("'é'\n"));
        assert!(decode("x = 1  # coding: latin-1\n'é'\n".as_bytes()).unwrap().ends_with("'é'\n"));
    }

    #[test]
    fn what_python_cannot_decode_is_an_error() {
        assert_eq!(problem(b"# coding: uft-8\n"), "1: unknown encoding: uft-8");
        assert_eq!(problem(b"\n# coding: utf-16\n"), "2: unknown encoding: utf-16");
        assert_eq!(problem(b"'\xe9'\n"), "1: invalid or missing encoding declaration");
        assert_eq!(
            problem(b"\xef\xbb\xbf# coding: latin-1\n"),
            "1: encoding problem: latin-1 with a byte order mark of utf-8"
        );
        assert!(decode(b"\xef\xbb\xbf# coding: utf8\n").is_err());
        assert!(decode(b"\xef\xbb\xbf# coding: UTF_8\n").is_ok());
    }
}
