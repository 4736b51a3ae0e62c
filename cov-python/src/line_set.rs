//! A set of lines of one file, a bit for each.

/// Lines, numbered from 1. Grows with the largest line that is put in.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct LineSet {
    words: Vec<u64>,
}

const BITS: usize = u64::BITS as usize;

impl LineSet {
    /// An empty set with room for the lines up to `last`.
    pub fn with_room(last: u32) -> Self {
        Self { words: Vec::with_capacity(last as usize / BITS + 1) }
    }

    /// Puts `line` in, and says whether it was new.
    pub fn insert(&mut self, line: u32) -> bool {
        let (word, bit) = place(line);
        if word >= self.words.len() {
            self.words.resize(word + 1, 0);
        }
        let is_new = self.words[word] & bit == 0;
        self.words[word] |= bit;
        is_new
    }

    /// Puts the lines from `first` to `last` in, both included.
    pub fn insert_range(&mut self, first: u32, last: u32) {
        for line in first..=last {
            self.insert(line);
        }
    }

    /// Whether `line` is in.
    pub fn contains(&self, line: u32) -> bool {
        let (word, bit) = place(line);
        self.words.get(word).is_some_and(|bits| bits & bit != 0)
    }

    /// The lines from `first` to `last`, both included, that are in, ascending.
    pub fn within(&self, first: u32, last: u32) -> impl Iterator<Item = u32> + '_ {
        (first..=last).filter(|&line| self.contains(line))
    }

    /// Whether any line from `first` to `last`, both included, is in.
    pub fn meets(&self, first: u32, last: u32) -> bool {
        self.within(first, last).next().is_some()
    }

    /// Whether no line is in.
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|&word| word == 0)
    }

    /// The lines, ascending.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.words.iter().zip(0_u32..).flat_map(|(&word, index)| {
            let next = |bits: &u64| Some(bits & (bits - 1)).filter(|&rest| rest != 0);
            std::iter::successors(Some(word).filter(|&word| word != 0), next)
                .map(move |bits| index * u64::BITS + bits.trailing_zeros())
        })
    }
}

fn place(line: u32) -> (usize, u64) {
    (line as usize / BITS, 1 << (line as usize % BITS))
}

impl Extend<u32> for LineSet {
    fn extend<I: IntoIterator<Item = u32>>(&mut self, lines: I) {
        for line in lines {
            self.insert(line);
        }
    }
}

impl FromIterator<u32> for LineSet {
    fn from_iter<I: IntoIterator<Item = u32>>(lines: I) -> Self {
        let mut set = Self::default();
        set.extend(lines);
        set
    }
}

impl std::fmt::Debug for LineSet {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_back_ascending_and_once() {
        let mut set: LineSet = [200, 1, 63, 64, 65, 1, 128].into_iter().collect();
        assert_eq!(set.iter().collect::<Vec<_>>(), [1, 63, 64, 65, 128, 200]);
        assert!(!set.insert(64));
        assert!(set.insert(66));
        assert!(set.contains(66) && !set.contains(67) && !set.contains(1_000_000));
    }

    #[test]
    fn ranges_include_both_ends() {
        let mut set = LineSet::with_room(10);
        assert!(set.is_empty());
        set.insert_range(62, 66);
        assert_eq!(set.iter().collect::<Vec<_>>(), [62, 63, 64, 65, 66]);
        assert!(set.meets(1, 62) && set.meets(66, 70));
        assert!(!set.meets(1, 61) && !set.meets(67, 100) && !set.meets(5, 4));
    }
}
