//! What changed between two texts that are both at hand.

use super::refine::{PATIENCE, TookTooLong, different};
use super::trace::{Line, Trace, bare};

/// The lines that `old` and `new` do not have in common, in order. A line's end is part of it.
pub(crate) fn compare(old: &[u8], new: &[u8]) -> Result<Trace, TookTooLong> {
    let (old, new) = (lines(old), lines(new));
    let left = different(&old, &new, PATIENCE)?;
    let line = |lines: &[&[u8]], index: usize| Line {
        number: u32::try_from(index + 1).unwrap_or(u32::MAX),
        text: bare(lines[index]),
    };
    let (mut removed, mut added) = (Vec::new(), Vec::new());
    let mut trace = Trace::default();
    let mut added_indices = left.added.iter().copied().peekable();
    let mut removed_indices = left.removed.iter().copied().peekable();
    // Both texts are walked from one pair of equal lines to the next; what stands between two of them is a block.
    let (mut old_index, mut new_index) = (0, 0);
    while old_index < old.len() || new_index < new.len() {
        if removed_indices.next_if_eq(&old_index).is_some() {
            removed.push(line(&old, old_index));
            old_index += 1;
        } else if added_indices.next_if_eq(&new_index).is_some() {
            added.push(line(&new, new_index));
            new_index += 1;
        } else {
            trace.push(&mut removed, &mut added)?;
            old_index += 1;
            new_index += 1;
        }
    }
    trace.push(&mut removed, &mut added)?;
    Ok(trace)
}

fn lines(text: &[u8]) -> Vec<&[u8]> {
    text.split_inclusive(|&byte| byte == b'\n').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn added(old: &str, new: &str) -> Vec<u32> {
        let trace = compare(old.as_bytes(), new.as_bytes()).unwrap();
        trace.added.iter().map(|line| line.number).collect()
    }

    #[test]
    fn changed_lines_are_told_by_myers() {
        assert_eq!(added("a\nb\nc\n", "a\nx\nc\n"), [2]);
        assert_eq!(added("", "a\nb"), [1, 2]);
        assert_eq!(added("a\nb\n", ""), [0; 0]);
        assert_eq!(added("a", "a\n"), [1], "the line end is part of the line");
        assert_eq!(added("a\na\n", "a\na\na\n"), [3]);
        assert_eq!(added("a\nb\nc\nd\n", "x\nb\nc\ny\nd\n"), [1, 4]);
    }

    #[test]
    fn blocks_are_told_apart_by_what_stands_between_them() {
        let trace = compare(b"a\nb\nc\n", b"  a\nb\n a b\n").unwrap();
        let removed: Vec<u32> = trace.removed.iter().map(|line| line.number).collect();
        assert_eq!((removed.as_slice(), trace.respaced.as_slice()), (&[1, 3][..], &[1][..]));
    }
}
