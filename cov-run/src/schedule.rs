//! What is run, and in which order.

use std::collections::HashSet;

use crate::protocol::TestFile;
use crate::shard::{self, Shard};
use crate::timings::Timings;

/// The files of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// All files of all shards, in pytest's order.
    pub all: Vec<String>,
    /// The files of this shard, the longest first.
    pub queue: Vec<String>,
}

/// Plans a run: which files are this shard's, and the longest of them first, so that no long one is left at the end.
///
/// `split` holds the timings that all shards share, which may be none; `order` those that this machine knows. A single
/// worker keeps pytest's order, since it has nothing to gain.
pub fn plan(files: &[TestFile], shard: Shard, workers: u32, split: &Timings, order: &Timings) -> Plan {
    let mine: HashSet<&str> = shard::select(shard, &split.costs(files)).into_iter().collect();
    let mut queue: Vec<(&str, u64)> =
        order.costs(files).into_iter().filter(|(name, _)| mine.contains(name)).collect();
    if workers > 1 {
        queue.sort_by(|(a, a_cost), (b, b_cost)| b_cost.cmp(a_cost).then_with(|| a.cmp(b)));
    }
    Plan {
        all: files.iter().map(|file| file.id.clone()).collect(),
        queue: queue.into_iter().map(|(name, _)| name.to_owned()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_file_comes_first() {
        let files = [("a", 1), ("b", 3), ("c", 3)].map(|(id, size)| TestFile { id: id.to_owned(), size });
        let none = Timings::default();
        let plan = |workers| plan(&files, "1/1".parse().unwrap(), workers, &none, &none);
        assert_eq!(plan(2).all, ["a", "b", "c"]);
        assert_eq!(plan(2).queue, ["b", "c", "a"]);
        assert_eq!(plan(1).queue, ["a", "b", "c"]);
    }
}
