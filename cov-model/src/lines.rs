//! Lines with their hits, kept sorted.

/// The executable lines of a file and how often each was hit, in ascending order of line.
///
/// Lines are 1-based. A sorted vector, because reports are read far more often than they are changed, and two of them
/// merge in one pass.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lines(Vec<(u32, u64)>);

impl Lines {
    /// The hits of `line`, or `None` where the line is not executable.
    pub fn get(&self, line: u32) -> Option<u64> {
        let index = self.0.binary_search_by_key(&line, |&(line, _)| line).ok()?;
        Some(self.0[index].1)
    }

    /// Whether `line` is executable and was hit.
    pub fn is_hit(&self, line: u32) -> bool {
        self.get(line).is_some_and(|hits| hits > 0)
    }

    /// All lines with their hits, ascending.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (u32, u64)> + Clone + '_ {
        self.0.iter().copied()
    }

    /// The lines from `first` to `last` with their hits, ascending.
    pub fn between(&self, first: u32, last: u32) -> impl ExactSizeIterator<Item = (u32, u64)> + '_ {
        let start = self.0.partition_point(|&(line, _)| line < first);
        let end = self.0.partition_point(|&(line, _)| line <= last).max(start);
        self.0[start..end].iter().copied()
    }

    /// The lines that were never hit, ascending.
    pub fn missed(&self) -> impl Iterator<Item = u32> + '_ {
        self.iter().filter(|&(_, hits)| hits == 0).map(|(line, _)| line)
    }

    /// How many lines are executable.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether no line is executable.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes over the lines of `other`; where both have a line, `combine` makes one number of two.
    pub fn merge(&mut self, other: &Self, combine: impl Fn(u64, u64) -> u64) {
        let mut merged = Vec::with_capacity(self.0.len().max(other.0.len()));
        let (mut left, mut right) = (self.0.iter().copied().peekable(), other.0.iter().copied().peekable());
        loop {
            match (left.peek().copied(), right.peek().copied()) {
                (Some(ours), Some(theirs)) if ours.0 == theirs.0 => {
                    merged.push((ours.0, combine(ours.1, theirs.1)));
                    left.next();
                    right.next();
                }
                (Some(ours), Some(theirs)) if ours.0 < theirs.0 => merged.extend(left.next()),
                (Some(_), None) => merged.extend(left.next()),
                (_, Some(_)) => merged.extend(right.next()),
                (None, None) => break,
            }
        }
        self.0 = merged;
    }

    /// Replaces every number of hits.
    pub fn map_hits(&mut self, change: impl Fn(u64) -> u64) {
        for (_, hits) in &mut self.0 {
            *hits = change(*hits);
        }
    }
}

/// From pairs in any order. A line given twice keeps the sum of its hits, saturating.
impl FromIterator<(u32, u64)> for Lines {
    fn from_iter<I: IntoIterator<Item = (u32, u64)>>(pairs: I) -> Self {
        let mut lines: Vec<(u32, u64)> = pairs.into_iter().collect();
        if !lines.is_sorted_by(|a, b| a.0 < b.0) {
            lines.sort_unstable_by_key(|&(line, _)| line);
            lines.dedup_by(|later, kept| {
                let same = later.0 == kept.0;
                if same {
                    kept.1 = kept.1.saturating_add(later.1);
                }
                same
            });
        }
        Self(lines)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_sorted_and_doubles_summed() {
        let lines: Lines = [(3, 1), (1, 0), (3, u64::MAX)].into_iter().collect();
        assert_eq!(lines.iter().collect::<Vec<_>>(), [(1, 0), (3, u64::MAX)]);
        assert_eq!(lines.get(3), Some(u64::MAX));
        assert_eq!(lines.get(2), None);
        assert!(!lines.is_hit(1));
        assert_eq!(lines.between(2, 9).collect::<Vec<_>>(), [(3, u64::MAX)]);
        assert_eq!(lines.between(9, 2).len(), 0);
    }

    #[test]
    fn an_absent_line_takes_the_hits_of_the_other_side() {
        let mut ours: Lines = [(1, 1), (2, 0)].into_iter().collect();
        let theirs: Lines = [(2, 4), (9, 0)].into_iter().collect();
        ours.merge(&theirs, u64::saturating_add);
        assert_eq!(ours.iter().collect::<Vec<_>>(), [(1, 1), (2, 4), (9, 0)]);
        assert_eq!(ours.missed().collect::<Vec<_>>(), [9]);
    }
}
