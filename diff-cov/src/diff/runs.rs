//! Sets of lines, kept as runs.

/// A set of 1-based lines. A change touches few runs of many lines, so that a million lines may be one pair of numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Runs(Vec<(u32, u32)>);

impl Runs {
    /// All lines from 1 to `last`; none if that is 0.
    pub(crate) fn up_to(last: u32) -> Self {
        if last == 0 { Self::default() } else { Self(vec![(1, last)]) }
    }

    /// Adds `line`, which stands behind all lines so far.
    pub(crate) fn push(&mut self, line: u32) {
        match self.0.last_mut() {
            Some(run) if run.1 + 1 == line => run.1 = line,
            last => {
                debug_assert!(last.is_none_or(|run| run.1 < line), "lines come in ascending order");
                self.0.push((line, line));
            }
        }
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    pub(crate) fn len(&self) -> u64 {
        self.0.iter().map(|&(first, last)| u64::from(last - first) + 1).sum()
    }

    /// The runs: first and last line of each, ascending.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.0.iter().copied()
    }

    /// The lines from `first` to `last` that are among them, ascending.
    pub(crate) fn within(&self, first: u32, last: u32) -> impl Iterator<Item = u32> + '_ {
        let index = self.0.partition_point(|&(_, end)| end < first);
        let runs = self.0[index..].iter().take_while(move |&&(start, _)| start <= last);
        runs.flat_map(move |&(start, end)| start.max(first)..=end.min(last))
    }

    /// Those that are not in `other`.
    pub(crate) fn without(&self, other: &Self) -> Self {
        if other.is_empty() {
            return self.clone();
        }
        let lines = self.0.iter().flat_map(|&(first, last)| first..=last);
        lines.filter(|&line| !other.contains(line)).collect()
    }

    /// Whether `line` is one of them.
    pub(crate) fn contains(&self, line: u32) -> bool {
        let index = self.0.partition_point(|&(_, last)| last < line);
        self.0.get(index).is_some_and(|&(first, _)| first <= line)
    }
}

impl FromIterator<u32> for Runs {
    /// From lines in ascending order.
    fn from_iter<I: IntoIterator<Item = u32>>(lines: I) -> Self {
        let mut runs = Self::default();
        lines.into_iter().for_each(|line| runs.push(line));
        runs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_one_run() {
        let runs: Runs = [2, 3, 4, 9].into_iter().collect();
        assert_eq!(runs, Runs(vec![(2, 4), (9, 9)]));
        let contained: Vec<u32> = (1..=10).filter(|&line| runs.contains(line)).collect();
        assert_eq!(contained, [2, 3, 4, 9]);
    }

    #[test]
    fn parts_of_a_set_are_sets() {
        let runs: Runs = [2, 3, 4, 9].into_iter().collect();
        assert_eq!(runs.len(), 4);
        assert_eq!(runs.within(3, 9).collect::<Vec<_>>(), [3, 4, 9]);
        assert_eq!(runs.within(5, 8).count(), 0);
        assert_eq!(runs.without(&Runs(vec![(1, 3)])), Runs(vec![(4, 4), (9, 9)]));
    }

    #[test]
    fn no_line_is_in_an_empty_set() {
        assert!(Runs::up_to(0).is_empty());
        assert!(!Runs::default().contains(1));
        assert_eq!(Runs::up_to(3), [1, 2, 3].into_iter().collect());
    }
}
