//! Where the lines that an edit did not touch stand before and after it.

use super::Runs;

/// From lines before an edit to lines after it, and back.
///
/// The lines that the edit left alone are in the same order before and after it, so the n-th of them is the n-th.
#[derive(Clone, Debug)]
pub(crate) struct LineMap {
    removed: Counted,
    added: Counted,
}

impl LineMap {
    /// The map of the edit that removed and added these lines.
    pub(crate) fn new(removed: &Runs, added: &Runs) -> Self {
        Self { removed: Counted::new(removed), added: Counted::new(added) }
    }

    /// The map of a text that did not change.
    pub(crate) fn identity() -> Self {
        Self::new(&Runs::default(), &Runs::default())
    }

    /// The line after the edit of a line before it; none if it went.
    pub(crate) fn forward(&self, line: u32) -> Option<u32> {
        Some(self.added.nth_other(self.removed.rank_of_other(line)?))
    }

    /// The line before the edit of a line after it; none if it came.
    pub(crate) fn back(&self, line: u32) -> Option<u32> {
        Some(self.removed.nth_other(self.added.rank_of_other(line)?))
    }
}

/// Runs of lines, each with how many lines are in those before it.
#[derive(Clone, Debug)]
struct Counted(Vec<(u32, u32, u32)>);

impl Counted {
    fn new(runs: &Runs) -> Self {
        let mut before = 0;
        let counted = runs.iter().map(|(first, last)| {
            let run = (first, last, before);
            before += last - first + 1;
            run
        });
        Self(counted.collect())
    }

    /// How many lines up to `line` are in none of the runs; nothing if `line` is in one.
    fn rank_of_other(&self, line: u32) -> Option<u32> {
        let index = self.0.partition_point(|&(_, last, _)| last < line);
        if self.0.get(index).is_some_and(|&(first, ..)| first <= line) {
            return None;
        }
        let passed = index.checked_sub(1).map_or(0, |index| {
            let (first, last, before) = self.0[index];
            before + (last - first + 1)
        });
        Some(line - passed)
    }

    /// The `rank`-th line, from 1, that is in none of the runs.
    fn nth_other(&self, rank: u32) -> u32 {
        // Before a run stand its first line less those of the runs before it, less itself.
        let index = self.0.partition_point(|&(first, _, before)| first - before <= rank);
        let passed = index.checked_sub(1).map_or(0, |index| {
            let (first, last, before) = self.0[index];
            before + (last - first + 1)
        });
        rank.saturating_add(passed)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn map(removed: &[u32], added: &[u32]) -> LineMap {
        LineMap::new(&removed.iter().copied().collect(), &added.iter().copied().collect())
    }

    #[test]
    fn lines_shift_by_what_stands_before_them() {
        let map = map(&[2, 3], &[1, 5]);
        assert_eq!(
            (1..=5).map(|line| map.forward(line)).collect::<Vec<_>>(),
            [Some(2), None, None, Some(3), Some(4)]
        );
        assert_eq!(map.forward(6), Some(6));
        assert_eq!(
            (1..=6).map(|line| map.back(line)).collect::<Vec<_>>(),
            [None, Some(1), Some(4), Some(5), None, Some(6)]
        );
    }

    proptest! {
        #[test]
        fn untouched_lines_pair_up_in_order(
            removed in prop::collection::btree_set(1u32..30, 0..20), added in prop::collection::btree_set(1u32..30, 0..20)
        ) {
            let map = LineMap::new(&removed.iter().copied().collect(), &added.iter().copied().collect());
            let old: Vec<u32> = (1..40).filter(|line| !removed.contains(line)).collect();
            let new: Vec<u32> = (1..40).filter(|line| !added.contains(line)).collect();
            for (old, new) in old.iter().zip(&new) {
                prop_assert_eq!((map.forward(*old), map.back(*new)), (Some(*new), Some(*old)));
            }
            prop_assert!(removed.iter().all(|&line| map.forward(line).is_none()));
            prop_assert!(added.iter().all(|&line| map.back(line).is_none()));
        }
    }
}
