//! What an edit leaves behind while it is read: the lines that went and came, and what little of their text tells whether
//! they are new.

use super::refine::{PATIENCE, TookTooLong, different};

/// A line that went or came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// The 1-based line, before the edit if it went and after it if it came.
    pub(crate) number: u32,
    /// A hash of its text without white space; 0 where there is no other text.
    pub(crate) text: u64,
}

/// The lines that an edit of one file removes and adds, ascending.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Trace {
    pub(crate) removed: Vec<Line>,
    pub(crate) added: Vec<Line>,
    /// Those added lines that replace one of the same text but for white space.
    pub(crate) respaced: Vec<u32>,
}

impl Trace {
    /// Takes over lines that replace each other, and leaves none.
    pub(crate) fn push(&mut self, removed: &mut Vec<Line>, added: &mut Vec<Line>) -> Result<(), TookTooLong> {
        if !removed.is_empty() && !added.is_empty() {
            let texts = |lines: &[Line]| lines.iter().map(|line| line.text).collect::<Vec<u64>>();
            let different = different(&texts(removed), &texts(added), PATIENCE)?;
            let mut others = different.added.into_iter().peekable();
            for (index, line) in added.iter().enumerate() {
                if others.next_if_eq(&index).is_none() {
                    self.respaced.push(line.number);
                }
            }
        }
        append(&mut self.removed, removed);
        append(&mut self.added, added);
        Ok(())
    }

    /// Takes over what stands behind it.
    pub(crate) fn append(&mut self, mut other: Self) {
        append(&mut self.removed, &mut other.removed);
        append(&mut self.added, &mut other.added);
        append(&mut self.respaced, &mut other.respaced);
    }
}

/// Puts `new` behind `all`; without a copy where there is nothing yet, since a block may be a million lines.
fn append<T>(all: &mut Vec<T>, new: &mut Vec<T>) {
    if all.is_empty() {
        std::mem::swap(all, new);
    } else {
        all.append(new);
    }
}

/// A hash of `text` without its white space, as FNV-1a: it decides nothing but what a line is called.
pub(crate) fn bare(text: &[u8]) -> u64 {
    let mut hash = 0;
    for &byte in text.iter().filter(|byte| !byte.is_ascii_whitespace()) {
        let start = if hash == 0 { 0xcbf2_9ce4_8422_2325 } else { hash };
        hash = (start ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(first: u32, texts: &[&str]) -> Vec<Line> {
        (first..).zip(texts).map(|(number, text)| Line { number, text: bare(text.as_bytes()) }).collect()
    }

    #[test]
    fn white_space_is_no_text() {
        assert_eq!(bare(b"  x = 1\t"), bare(b"x=1"));
        assert_eq!((bare(b""), bare(b" \t\r")), (0, 0));
        assert_ne!(bare(b"x = 1"), bare(b"x = 2"));
    }

    #[test]
    fn a_line_that_only_moved_to_the_right_is_told() {
        let mut trace = Trace::default();
        let (mut old, mut new) = (lines(4, &["a", "b"]), lines(4, &["if x:", "  a", "  c"]));
        trace.push(&mut old, &mut new).unwrap();
        assert_eq!(trace.respaced, [5]);
        trace.push(&mut Vec::new(), &mut lines(9, &["a"])).unwrap();
        assert_eq!((trace.respaced.len(), trace.removed.len(), trace.added.len()), (1, 2, 4));
    }
}
