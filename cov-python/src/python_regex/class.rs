//! Classes of characters in brackets.

use super::scanner::Scanner;
use super::{escape, push_literal};

/// A member of a class.
enum Member {
    Character(char),
    /// `\s` and the like, as a class of its own.
    Category(String),
}

/// Translates a class whose opening bracket has been read. A closing bracket right at its start is a member, and an
/// opening one always is: Python's classes have no inner ones.
pub(super) fn translate(
    scanner: &mut Scanner<'_>,
    is_ascii: bool,
    output: &mut String,
) -> Result<(), String> {
    output.push('[');
    if scanner.take('^') {
        output.push('^');
    }
    let mut is_first = true;
    loop {
        let character = scanner.next().ok_or_else(unterminated)?;
        if character == ']' && !is_first {
            break;
        }
        is_first = false;
        let low = member(scanner, character, is_ascii)?;
        if !scanner.take('-') {
            push(output, &low);
            continue;
        }
        // A range, or a hyphen that is the last member.
        let character = scanner.next().ok_or_else(unterminated)?;
        if character == ']' {
            push(output, &low);
            push_literal(output, '-');
            break;
        }
        match (low, member(scanner, character, is_ascii)?) {
            (Member::Character(low), Member::Character(high)) if low <= high => {
                push_literal(output, low);
                output.push('-');
                push_literal(output, high);
            }
            _ => return Err("bad character range".to_owned()),
        }
    }
    output.push(']');
    Ok(())
}

/// `_class_escape` of `re/_parser.py`, or a character as it is.
fn member(scanner: &mut Scanner<'_>, character: char, is_ascii: bool) -> Result<Member, String> {
    if character != '\\' {
        return Ok(Member::Character(character));
    }
    let letter = scanner.next().ok_or_else(unterminated)?;
    if let Some(category) = escape::category(letter, is_ascii) {
        return Ok(Member::Category(category));
    }
    Ok(Member::Character(match letter {
        'b' => '\x08',
        '0'..='7' => {
            let digits = scanner.take_while(2, escape::is_octal);
            escape::octal(&format!("{letter}{digits}"))?
        }
        '8' | '9' => return Err(format!(r"bad escape \{letter}")),
        _ => escape::character(scanner, letter)?,
    }))
}

fn push(output: &mut String, member: &Member) {
    match member {
        Member::Character(character) => push_literal(output, *character),
        Member::Category(category) => output.push_str(category),
    }
}

fn unterminated() -> String {
    "unterminated character set".to_owned()
}
