//! What is run, and in which order.

use std::collections::HashSet;

use crate::bound;
use crate::protocol::TestFile;
use crate::shard::{self, Shard};
use crate::timings::Timings;

/// The files of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// All files of all shards, in pytest's order.
    pub all: Vec<String>,
    /// The files of this shard, in the order in which workers take them.
    pub queue: Vec<String>,
    /// What is to be said if one file keeps the shards from sharing evenly.
    pub bound: Option<String>,
}

/// Plans a run: which files are this shard's, and in which order they are taken.
///
/// `split` holds the timings that all shards share, which may be none; `order` those that this machine knows. A single
/// worker keeps pytest's order, since it has nothing to gain.
pub fn plan(files: &[TestFile], shard: Shard, workers: u32, split: &Timings, order: &Timings) -> Plan {
    let mine: HashSet<&str> =
        shard::select(shard, &split.cautious_costs(files, shard.total())).into_iter().collect();
    let queue = order.costs(files).into_iter().filter(|(name, _)| mine.contains(name)).collect();
    Plan {
        all: files.iter().map(|file| file.id.clone()).collect(),
        queue: in_time(queue, workers).into_iter().map(str::to_owned).collect(),
        bound: bound::of_shards(&split.costs(files), split, shard),
    }
}

/// The longest first where it matters, the rest in pytest's order.
///
/// A file is long when it takes half or more of what is left for each worker: begun later, it would be the last to
/// end. So the longest lead where they dominate, and the end of a run always goes from long to short. What is short
/// stays where pytest has it, since suites have tests that pass only behind others (click's, for one).
fn in_time(mut files: Vec<(&str, u64)>, workers: u32) -> Vec<&str> {
    let mut left: u128 = files.iter().map(|&(_, cost)| u128::from(cost)).sum();
    let mut queue = Vec::with_capacity(files.len());
    while !files.is_empty() {
        let longest = (0..files.len()).rev().max_by_key(|&index| files[index].1).unwrap_or_default();
        let is_long = u128::from(files[longest].1) * 2 * u128::from(workers) >= left;
        let (name, cost) = files.remove(if is_long && workers > 1 { longest } else { 0 });
        left -= u128::from(cost);
        queue.push(name);
    }
    queue
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue(costs: &[(&str, u64)], workers: u32) -> Vec<String> {
        let files: Vec<_> = costs
            .iter()
            .map(|&(id, size)| TestFile { id: id.to_owned(), size, ..TestFile::default() })
            .collect();
        let none = Timings::default();
        let plan = plan(&files, "1/1".parse().unwrap(), workers, &none, &none);
        assert_eq!(plan.all, costs.iter().map(|(id, _)| *id).collect::<Vec<_>>());
        plan.queue
    }

    #[test]
    fn a_long_file_comes_first() {
        assert_eq!(queue(&[("a", 1), ("b", 3), ("c", 3)], 2), ["b", "c", "a"]);
    }

    #[test]
    fn a_single_worker_keeps_the_order_of_pytest() {
        assert_eq!(queue(&[("a", 1), ("b", 3), ("c", 3)], 1), ["a", "b", "c"]);
    }

    #[test]
    fn a_file_waits_its_turn_until_waiting_would_make_it_the_last_to_end() {
        let costs = [("a", 10), ("b", 10), ("c", 10), ("d", 10), ("e", 10), ("f", 12), ("g", 1)];
        assert_eq!(queue(&costs, 2), ["a", "b", "f", "c", "d", "e", "g"]);
    }

    #[test]
    fn costs_of_nothing_keep_the_order() {
        assert_eq!(queue(&[("a", 0), ("b", 0)], 2), ["a", "b"]);
    }
}
