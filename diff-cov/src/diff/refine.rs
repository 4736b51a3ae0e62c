//! Which of the lines that replace others are really different.
//!
//! A diff may say that ten lines replace ten, of which eight are the same: one made by hand, by a tool that does not look
//! into blocks, or one that shows a file as rewritten. A line that stands in both, in the same order, did not change.

use std::collections::HashSet;
use std::hash::Hash;
use std::time::{Duration, Instant};

use similar::{Algorithm, DiffOp, capture_diff_slices_deadline};
use thiserror::Error;

/// How long two texts are compared at the most. What takes longer is no text that anybody wrote.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// The comparison took too long. What it has found until then says "all changed", which nobody should believe.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("comparing its lines takes longer than {} s; a diff made by git needs no comparison", PATIENCE.as_secs())]
pub(crate) struct TookTooLong;

/// The lines that two texts do not have in common, in order: as indices, ascending.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Different {
    /// Those of the first.
    pub(crate) removed: Vec<usize>,
    /// Those of the second.
    pub(crate) added: Vec<usize>,
}

/// The lines of `removed` and `added` that have no partner in the other.
///
/// Lines are paired in order, so that a block that moved counts as changed. What little the two have in common is
/// compared by Myers' algorithm, for as long as `patience` lasts.
pub(crate) fn different<L: Eq + Hash + Ord + Copy>(
    removed: &[L],
    added: &[L],
    patience: Duration,
) -> Result<Different, TookTooLong> {
    let mut is_same = (vec![false; removed.len()], vec![false; added.len()]);
    // What both begin and end with is most of them, as a rule.
    let head = removed.iter().zip(added).take_while(|(old, new)| old == new).count();
    let rest = (&removed[head..], &added[head..]);
    let tail = rest.0.iter().rev().zip(rest.1.iter().rev()).take_while(|(old, new)| old == new).count();
    for same in [&mut is_same.0, &mut is_same.1] {
        let length = same.len();
        same[..head].fill(true);
        same[length - tail..].fill(true);
    }
    let old = common(removed, added, head, tail);
    let new = common(added, removed, head, tail);
    if !old.is_empty() {
        let deadline = Instant::now() + patience;
        let texts = |side: &[(usize, L)]| side.iter().map(|&(_, line)| line).collect::<Vec<L>>();
        let operations =
            capture_diff_slices_deadline(Algorithm::Myers, &texts(&old), &texts(&new), Some(deadline));
        if Instant::now() >= deadline {
            return Err(TookTooLong);
        }
        for operation in operations {
            if let DiffOp::Equal { old_index, new_index, len } = operation {
                old[old_index..old_index + len].iter().for_each(|&(index, _)| is_same.0[index] = true);
                new[new_index..new_index + len].iter().for_each(|&(index, _)| is_same.1[index] = true);
            }
        }
    }
    let others = |same: &[bool]| (0..same.len()).filter(|&index| !same[index]).collect();
    Ok(Different { removed: others(&is_same.0), added: others(&is_same.1) })
}

/// The lines behind the first `head` and before the last `tail` ones that `other` has there too, with their indices.
fn common<L: Eq + Hash + Copy>(lines: &[L], other: &[L], head: usize, tail: usize) -> Vec<(usize, L)> {
    let other: HashSet<L> = other[head..other.len() - tail].iter().copied().collect();
    let lines = lines[..lines.len() - tail].iter().copied().enumerate().skip(head);
    lines.filter(|(_, line)| other.contains(line)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn added(removed: &[u8], added: &[u8]) -> Vec<usize> {
        different(removed, added, PATIENCE).unwrap().added
    }

    #[test]
    fn equal_lines_of_a_replaced_block_did_not_change() {
        assert_eq!(added(b"abcdefghij", b"abXdefghYj"), [2, 8]);
        let both = different(b"abc", b"xbyc", PATIENCE).unwrap();
        assert_eq!((both.removed.as_slice(), both.added.as_slice()), (&[0][..], &[0, 2][..]));
    }

    #[test]
    fn lines_with_nothing_in_common_all_changed() {
        assert_eq!(added(b"abc", b"xyz"), [0, 1, 2]);
        assert_eq!(added(b"", b"xy"), [0, 1]);
        assert_eq!(added(b"xy", b""), [0; 0]);
    }

    #[test]
    fn a_moved_line_changed_and_a_line_more_of_the_same_did_too() {
        assert_eq!(added(b"abc", b"bca"), [2]);
        assert_eq!(added(b"a", b"aa").len(), 1);
    }

    #[test]
    fn a_comparison_that_takes_too_long_is_no_answer() {
        assert_eq!(different(b"abcx", b"xabc", Duration::ZERO), Err(TookTooLong));
        // Nothing in common needs no time.
        assert!(different(b"abc", b"xyz", Duration::ZERO).is_ok());
    }

    #[test]
    fn no_smaller_set_of_changed_lines_exists() {
        // Every pair of words of up to five letters over three, against the longest common subsequence.
        let words: Vec<Vec<u8>> = (0..3usize.pow(5))
            .map(|number| (0..5).map(|digit| b"abc"[number / 3usize.pow(digit) % 3]).collect())
            .collect();
        for old in words.iter().step_by(7) {
            for new in &words {
                let found = different(old, new, PATIENCE).unwrap();
                assert_eq!(old.len() - found.removed.len(), new.len() - found.added.len());
                let unchanged = new.len() - found.added.len();
                assert_eq!(unchanged, longest_common_subsequence(old, new), "{old:?} {new:?}");
            }
        }
    }

    fn longest_common_subsequence(old: &[u8], new: &[u8]) -> usize {
        match (old.split_first(), new.split_first()) {
            (Some((a, old_rest)), Some((b, new_rest))) if a == b => {
                1 + longest_common_subsequence(old_rest, new_rest)
            }
            (Some((_, old_rest)), Some((_, new_rest))) => {
                longest_common_subsequence(old_rest, new).max(longest_common_subsequence(old, new_rest))
            }
            _ => 0,
        }
    }
}
