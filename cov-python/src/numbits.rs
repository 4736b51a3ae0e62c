//! Numbits: coverage.py's sets of line numbers as the bits of a blob.
//!
//! From `numbits.py` of coverage.py: the bit `n % 8` of the byte `n / 8` says whether `n` is in the set.

/// The numbers of a set, ascending.
///
/// Bytes that hold nothing are passed over eight at a time. Numbers beyond `u32` are left out: [`largest`] tells whether
/// there are any.
pub fn numbers(numbits: &[u8]) -> impl Iterator<Item = u32> {
    numbits.chunks(8).enumerate().flat_map(|(index, chunk)| {
        let mut bytes = [0; 8];
        bytes[..chunk.len()].copy_from_slice(chunk);
        let mut word = u64::from_le_bytes(bytes);
        let start = u32::try_from(index * 64).ok();
        std::iter::from_fn(move || {
            let start = start.filter(|_| word != 0)?;
            let bit = word.trailing_zeros();
            word &= word - 1;
            start.checked_add(bit)
        })
    })
}

/// How many numbers are in a set.
pub fn count(numbits: &[u8]) -> usize {
    numbits.iter().map(|byte| byte.count_ones() as usize).sum()
}

/// The largest number of a set.
pub fn largest(numbits: &[u8]) -> Option<usize> {
    let last = numbits.iter().rposition(|&byte| byte != 0)?;
    Some(last * 8 + numbits[last].ilog2() as usize)
}

/// The set of `numbers`, as coverage.py's `nums_to_numbits` makes it: as short as can be, and empty of nothing.
pub fn from_numbers(numbers: &[u32]) -> Vec<u8> {
    let Some(&largest) = numbers.iter().max() else { return Vec::new() };
    let mut numbits = vec![0; largest as usize / 8 + 1];
    for &number in numbers {
        numbits[number as usize / 8] |= 1 << (number % 8);
    }
    numbits
}

/// Whether `number` is in a set.
pub fn contains(numbits: &[u8], number: u32) -> bool {
    numbits.get(number as usize / 8).is_some_and(|byte| byte & (1 << (number % 8)) != 0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    use super::*;

    proptest! {
        #[test]
        fn sets_survive(set in prop::collection::btree_set(0_u32..5000, 0..200)) {
            let numbers: Vec<u32> = set.iter().copied().collect();
            let numbits = from_numbers(&numbers);
            prop_assert_eq!(super::numbers(&numbits).collect::<Vec<_>>(), numbers);
            prop_assert_eq!(count(&numbits), set.len());
            prop_assert_eq!(largest(&numbits), set.last().map(|&number| number as usize));
            prop_assert_ne!(numbits.last(), Some(&0));
        }

        #[test]
        fn any_bytes_are_a_set(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
            let all: Vec<u32> = numbers(&bytes).collect();
            prop_assert!(all.is_sorted_by(|one, next| one < next));
            prop_assert_eq!(all.len(), count(&bytes));
            let set: BTreeSet<u32> = all.iter().copied().collect();
            prop_assert!((0..1000).all(|number| contains(&bytes, number) == set.contains(&number)));
            // As coverage.py's, ours have no empty bytes at the end.
            let end = bytes.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
            prop_assert_eq!(from_numbers(&all), &bytes[..end]);
        }
    }

    #[test]
    fn a_number_stands_at_its_bit() {
        assert_eq!(from_numbers(&[]), b"");
        assert_eq!(from_numbers(&[0]), [1]);
        assert_eq!(from_numbers(&[7, 8, 17]), [0x80, 1, 2]);
        assert_eq!(numbers(&[0; 30]).next(), None);
    }
}
