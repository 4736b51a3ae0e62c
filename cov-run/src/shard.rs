//! Which files are which shard's: a split that every machine works out alike.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use crate::balance::balance;

/// `K/N`: the K-th of N shards, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    number: NonZeroU32,
    total: NonZeroU32,
}

impl Default for Shard {
    /// The only one.
    fn default() -> Self {
        Self { number: NonZeroU32::MIN, total: NonZeroU32::MIN }
    }
}

impl Shard {
    /// The shard's number, from 1.
    pub fn number(self) -> u32 {
        self.number.get()
    }

    /// How many shards there are.
    pub fn total(self) -> u32 {
        self.total.get()
    }

    /// Whether there is only this one.
    pub fn is_all(self) -> bool {
        self.total() == 1
    }

    /// The part of a file's name that tells shards apart: `1of3`.
    pub fn suffix(self) -> String {
        format!("{}of{}", self.number, self.total)
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refusal = || "give K/N, as in 1/3 for the first of three".to_owned();
        let (number, total) = text.split_once('/').ok_or_else(refusal)?;
        let shard = Self {
            number: number.parse().map_err(|_| refusal())?,
            total: total.parse().map_err(|_| refusal())?,
        };
        if shard.number > shard.total {
            return Err(format!("there is no shard {} of {}", shard.number, shard.total));
        }
        Ok(shard)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.number, self.total)
    }
}

/// The files of a shard, in the order given: the same files and costs give the same split on every machine.
pub fn select<'a>(shard: Shard, files: &[(&'a str, u64)]) -> Vec<&'a str> {
    let shares = balance(files, shard.total.get() as usize);
    let mine = |share: usize| share + 1 == shard.number.get() as usize;
    files.iter().zip(shares).filter(|&(_, share)| mine(share)).map(|((name, _), _)| *name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_are_read_and_refused() {
        let shard: Shard = "2/3".parse().unwrap();
        assert_eq!((shard.number(), shard.total(), shard.suffix().as_str()), (2, 3, "2of3"));
        for text in ["", "1", "0/3", "4/3", "1/0", "-1/3", "a/b", "1/2/3", "1/99999999999"] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
    }

    #[test]
    fn shards_share_everything_once_and_evenly() {
        let names: Vec<String> = (0..97).map(|each| format!("tests/test_{each}.py")).collect();
        let files: Vec<(&str, u64)> = names
            .iter()
            .enumerate()
            .map(|(index, name)| (name.as_str(), (index as u64 * 7919) % 100))
            .collect();
        let cost = |part: &[&str]| -> u64 {
            files.iter().filter(|(name, _)| part.contains(name)).map(|(_, cost)| cost).sum()
        };
        for total in 1..8 {
            let parts: Vec<Vec<&str>> = (1..=total)
                .map(|number| select(format!("{number}/{total}").parse().unwrap(), &files))
                .collect();
            let mut all: Vec<&str> = parts.concat();
            all.sort_unstable();
            let mut expected: Vec<&str> = names.iter().map(String::as_str).collect();
            expected.sort_unstable();
            assert_eq!(all, expected);
            let costs: Vec<u64> = parts.iter().map(|part| cost(part)).collect();
            assert!(costs.iter().max().unwrap() - costs.iter().min().unwrap() <= 100, "{costs:?}");
        }
    }

    #[test]
    fn the_order_of_the_listing_does_not_matter() {
        let files = [("a", 3), ("b", 3), ("c", 1), ("d", 0), ("e", 0)];
        let mut reversed = files;
        reversed.reverse();
        let shard = "1/2".parse().unwrap();
        let mut backwards = select(shard, &reversed);
        backwards.reverse();
        assert_eq!(select(shard, &files), backwards);
    }

    #[test]
    fn there_may_be_more_shards_than_files() {
        assert!(select("3/3".parse().unwrap(), &[("a", 3), ("b", 3)]).is_empty());
    }
}
