//! Text as HTML.

use std::fmt::{self, Write as _};

/// A text, shown as HTML that means just this text: as content, not in an attribute.
///
/// What a browser would hide or obey is made visible: control characters but the tab as their Unicode pictures, and the
/// characters that change the direction of writing, with which source can be made to look like other source, by their
/// code points.
pub(super) struct Escaped<'a>(pub(super) &'a str);

/// The same in an attribute with double quotes.
pub(super) struct Attribute<'a>(pub(super) &'a str);

impl fmt::Display for Attribute<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = self.0.split('"');
        write!(formatter, "{}", Escaped(parts.next().unwrap_or_default()))?;
        parts.try_for_each(|part| write!(formatter, "&quot;{}", Escaped(part)))
    }
}

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while let Some(index) = rest.find(is_special) {
            let (plain, behind) = rest.split_at(index);
            formatter.write_str(plain)?;
            let mut characters = behind.chars();
            if let Some(character) = characters.next() {
                write_special(character, formatter)?;
            }
            rest = characters.as_str();
        }
        formatter.write_str(rest)
    }
}

fn is_special(character: char) -> bool {
    matches!(character, '&' | '<' | '>' | '\u{7f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        || (character < ' ' && character != '\t')
}

fn write_special(character: char, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    match character {
        '&' => formatter.write_str("&amp;"),
        '<' => formatter.write_str("&lt;"),
        '>' => formatter.write_str("&gt;"),
        '\u{7f}' => formatter.write_char('\u{2421}'),
        ..' ' => formatter.write_char(char::from_u32(0x2400 + u32::from(character)).unwrap_or('\u{fffd}')),
        _ => write!(formatter, "\u{27e8}U+{:04X}\u{27e9}", u32::from(character)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_and_what_cannot_be_seen_is_shown() {
        assert_eq!(Escaped("a<b> & \"c\"\t").to_string(), "a&lt;b&gt; &amp; \"c\"\t");
        assert_eq!(Attribute("a<b> & \"c\"").to_string(), "a&lt;b&gt; &amp; &quot;c&quot;");
        assert_eq!(Escaped("\0\u{c}\u{1b}\u{7f}é\u{202e}x").to_string(), "␀␌␛␡é⟨U+202E⟩x");
    }
}
