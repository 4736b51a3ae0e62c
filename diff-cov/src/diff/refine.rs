//! Which of the lines that replace others are really different.
//!
//! A diff may say that ten lines replace ten, of which eight are the same: one made by hand, by a tool that does not look
//! into blocks, or one that shows a file as rewritten. A line that stands in both, in the same order, did not change.

use std::collections::HashSet;
use std::hash::Hash;

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// The indices of those lines of `added` that are not in `removed`, ascending.
///
/// Lines are paired in order, so that a block that moved counts as changed. What little the two have in common is
/// compared by Myers' algorithm without a deadline, which would make everything "changed" once it expires.
pub(crate) fn changed_lines<L: Eq + Hash + Ord + Copy>(removed: &[L], added: &[L]) -> Vec<usize> {
    let in_removed: HashSet<L> = removed.iter().copied().collect();
    let candidates: Vec<(usize, L)> =
        added.iter().copied().enumerate().filter(|(_, line)| in_removed.contains(line)).collect();
    if candidates.is_empty() {
        return (0..added.len()).collect();
    }
    let in_both: HashSet<L> = candidates.iter().map(|&(_, line)| line).collect();
    let old: Vec<L> = removed.iter().copied().filter(|line| in_both.contains(line)).collect();
    let new: Vec<L> = candidates.iter().map(|&(_, line)| line).collect();
    let mut same = vec![false; added.len()];
    for operation in capture_diff_slices(Algorithm::Myers, &old, &new) {
        if let DiffOp::Equal { new_index, len, .. } = operation {
            for &(index, _) in &candidates[new_index..new_index + len] {
                same[index] = true;
            }
        }
    }
    (0..added.len()).filter(|&index| !same[index]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_lines_of_a_replaced_block_did_not_change() {
        assert_eq!(changed_lines(b"abcdefghij", b"abXdefghYj"), [2, 8]);
    }

    #[test]
    fn lines_with_nothing_in_common_all_changed() {
        assert_eq!(changed_lines(b"abc", b"xyz"), [0, 1, 2]);
        assert_eq!(changed_lines(b"", b"xy"), [0, 1]);
        assert_eq!(changed_lines(b"xy", b""), [0; 0]);
    }

    #[test]
    fn a_moved_line_changed_and_a_line_more_of_the_same_did_too() {
        assert_eq!(changed_lines(b"abc", b"bca"), [2]);
        assert_eq!(changed_lines(b"a", b"aa").len(), 1);
    }

    #[test]
    fn no_smaller_set_of_changed_lines_exists() {
        // Every pair of words of up to five letters over three, against the longest common subsequence.
        let words: Vec<Vec<u8>> = (0..3usize.pow(5))
            .map(|number| (0..5).map(|digit| b"abc"[number / 3usize.pow(digit) % 3]).collect())
            .collect();
        for old in words.iter().step_by(7) {
            for new in &words {
                let unchanged = new.len() - changed_lines(old, new).len();
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
