//! What a backslash and the characters behind it mean.

use super::Translator;
use super::scanner::Scanner;

/// Python's spaces: those of Rust, and four separators.
const SPACE: &str = r"\s\x1C-\x1F";
/// `str.isalnum` and the underscore.
const WORD: &str = r"\p{L}\p{N}_";

/// Inside of a class or outside, `\s`, `\d`, `\w` and their negations stand for many characters.
pub(super) fn category(letter: char, is_ascii: bool) -> Option<String> {
    let members = match (letter.to_ascii_lowercase(), is_ascii) {
        ('s', false) => SPACE,
        ('s', true) => r"\t\n\x0B\f\r ",
        ('w', false) => WORD,
        ('w', true) => "0-9A-Za-z_",
        ('d', false) => r"\p{Nd}",
        ('d', true) => "0-9",
        _ => return None,
    };
    let not = if letter.is_ascii_uppercase() { "^" } else { "" };
    Some(format!("[{not}{members}]"))
}

/// The character that an escape stands for, inside of a class or outside; `letter` is what is behind the backslash.
pub(super) fn character(scanner: &mut Scanner<'_>, letter: char) -> Result<char, String> {
    let code = match letter {
        'a' => 7,
        'f' => 12,
        'n' => 10,
        'r' => 13,
        't' => 9,
        'v' => 11,
        'x' => hexadecimal(scanner, letter, 2)?,
        'u' => hexadecimal(scanner, letter, 4)?,
        'U' => hexadecimal(scanner, letter, 8)?,
        'N' => return Err(r"\N{...} is not supported: write the character or \u and its code".to_owned()),
        _ if letter.is_ascii_alphabetic() => return Err(format!(r"bad escape \{letter}")),
        _ => return Ok(letter),
    };
    to_character(code)
}

/// An octal escape from its digits.
pub(super) fn octal(digits: &str) -> Result<char, String> {
    match u32::from_str_radix(digits, 8) {
        Ok(code @ 0..=0o377) => to_character(code),
        _ => Err(format!(r"octal escape value \{digits} outside of range 0-0o377")),
    }
}

pub(super) fn is_octal(character: char) -> bool {
    matches!(character, '0'..='7')
}

fn hexadecimal(scanner: &mut Scanner<'_>, letter: char, length: usize) -> Result<u32, String> {
    let digits = scanner.take_while(length, |character| character.is_ascii_hexdigit());
    if digits.len() == length {
        u32::from_str_radix(digits, 16).map_err(|error| error.to_string())
    } else {
        Err(format!(r"incomplete escape \{letter}{digits}"))
    }
}

fn to_character(code: u32) -> Result<char, String> {
    char::from_u32(code).ok_or_else(|| format!("{code:#x} is no character of a text"))
}

impl Translator<'_> {
    /// Takes an escape outside of a class: `_escape` of `re/_parser.py`.
    pub(super) fn escape(&mut self) -> Result<(), String> {
        let Some(letter) = self.scanner.next() else { return Err("bad escape (end of pattern)".to_owned()) };
        if let Some(category) = category(letter, self.flags.is_ascii) {
            self.atom(&category);
            return Ok(());
        }
        match letter {
            'A' => self.anchor(r"\A"),
            // `\z` is new in Python 3.14.
            'Z' | 'z' => self.anchor(r"\z"),
            'b' if self.flags.is_ascii => self.anchor(r"(?-u:\b)"),
            'B' if self.flags.is_ascii => {
                // Not `(?-u:\B)`, which would also be between the bytes of a character.
                self.needs_backtracking = true;
                self.anchor(r"(?!(?-u:\b))");
            }
            'b' => self.anchor(r"\b"),
            'B' => self.anchor(r"\B"),
            '0' => {
                let digits = self.scanner.take_while(2, is_octal);
                self.literal(octal(&format!("0{digits}"))?);
            }
            '1'..='9' => return self.octal_or_reference(letter),
            _ => {
                let character = character(&mut self.scanner, letter)?;
                self.literal(character);
            }
        }
        Ok(())
    }

    /// Three octal digits are a character; anything else is the number of a group, which has at most two digits.
    fn octal_or_reference(&mut self, first: char) -> Result<(), String> {
        let mut digits = String::from(first);
        digits.push_str(self.scanner.take_while(1, |character| character.is_ascii_digit()));
        let is_octal_so_far = digits.len() == 2 && digits.chars().all(is_octal);
        if is_octal_so_far && self.scanner.peek().is_some_and(is_octal) {
            digits.push_str(self.scanner.take_while(1, is_octal));
            self.literal(octal(&digits)?);
            return Ok(());
        }
        let number = digits.parse().map_err(|_| format!("invalid group reference {digits}"))?;
        self.reference(number)
    }
}
