//! The text that a diff adds, kept as a number, to tell whether a file on disk is the one that the diff speaks of.

use std::hash::{DefaultHasher, Hasher as _};

/// Neighbouring lines that a diff adds, and what stands in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AddedText {
    /// The 1-based line where it begins.
    first: u32,
    /// How many lines it has.
    count: u32,
    /// A hash of the lines.
    hash: u64,
}

impl AddedText {
    /// The text of one line.
    fn new(line: u32, text: &[u8]) -> Self {
        let mut added = Self { first: line, count: 0, hash: 0 };
        added.extend(text);
        added
    }

    /// Adds the next line.
    fn extend(&mut self, text: &[u8]) {
        let mut hasher = DefaultHasher::new();
        hasher.write_u64(self.hash);
        // A diff that went through a mail, or git's own conversion of line ends, may have lost a carriage return.
        hasher.write(text.strip_suffix(b"\r").unwrap_or(text));
        self.hash = hasher.finish();
        self.count += 1;
    }

    /// Adds `line` with `text` (without its line end) to texts in ascending order.
    pub(crate) fn push(all: &mut Vec<Self>, line: u32, text: &[u8]) {
        match all.last_mut() {
            Some(last) if last.first + last.count == line => last.extend(text),
            _ => all.push(Self::new(line, text)),
        }
    }

    /// Whether `source` has each of the texts in its place.
    pub(crate) fn all_stand_in(all: &[Self], source: &[u8]) -> bool {
        let source = source.strip_suffix(b"\n").unwrap_or(source);
        let mut lines = (1u32..).zip(source.split(|&byte| byte == b'\n'));
        all.iter().all(|wanted| {
            let mut found = Vec::new();
            for (line, text) in lines.by_ref().skip_while(|&(line, _)| line < wanted.first) {
                Self::push(&mut found, line, text);
                if line - wanted.first + 1 == wanted.count {
                    break;
                }
            }
            found.first() == Some(wanted)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn added(lines: &[(u32, &str)]) -> Vec<AddedText> {
        let mut all = Vec::new();
        for (line, text) in lines {
            AddedText::push(&mut all, *line, text.as_bytes());
        }
        all
    }

    #[test]
    fn a_text_stands_in_its_place_or_not_at_all() {
        let source = b"a\nb\nc\nd\r\n\nf";
        assert!(AddedText::all_stand_in(&added(&[]), source));
        assert!(AddedText::all_stand_in(&added(&[(1, "a"), (3, "c"), (4, "d"), (5, ""), (6, "f")]), source));
        assert!(!AddedText::all_stand_in(&added(&[(2, "a")]), source));
        assert!(!AddedText::all_stand_in(&added(&[(1, "a"), (2, "x")]), source));
        assert!(!AddedText::all_stand_in(&added(&[(6, "f"), (7, "g")]), source));
        assert!(!AddedText::all_stand_in(&added(&[(9, "a")]), source));
        assert!(!AddedText::all_stand_in(&added(&[(1, "")]), b"x"));
    }
}
