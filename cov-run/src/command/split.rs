//! Which tests of a list are which shard's.

use crate::balance::balance;

/// The tests of each shard, in the order of the list, so that all shards cost about the same.
///
/// A test whose cost is unknown costs what the median of the others does; where none is known, the shards take turns.
pub(super) fn split(tests: &[String], cost: impl Fn(&str) -> Option<u64>, total: u32) -> Vec<Vec<String>> {
    let costs: Vec<Option<u64>> = tests.iter().map(|test| cost(test)).collect();
    let mut known: Vec<u64> = costs.iter().flatten().copied().collect();
    known.sort_unstable();
    let median = known.get(known.len() / 2).copied().unwrap_or(1);
    let units: Vec<(&str, u64)> =
        tests.iter().zip(costs).map(|(test, cost)| (test.as_str(), cost.unwrap_or(median))).collect();
    let mut shards = vec![Vec::new(); total as usize];
    for (test, share) in tests.iter().zip(balance(&units, total as usize)) {
        shards[share].push(test.clone());
    }
    shards
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(tests: &[(&str, Option<u64>)], total: u32, expected: &[&[&str]]) {
        let names: Vec<String> = tests.iter().map(|(name, _)| (*name).to_owned()).collect();
        let cost = |name: &str| tests.iter().find(|(test, _)| *test == name).and_then(|(_, cost)| *cost);
        assert_eq!(split(&names, cost, total), expected);
    }

    #[test]
    fn shards_take_turns_where_nothing_is_known() {
        let unknown = ["a", "b", "c", "d", "e"].map(|name| (name, None));
        check(&unknown, 2, &[&["a", "c", "e"], &["b", "d"]]);
        check(&unknown[..1], 3, &[&["a"], &[], &[]]);
        check(&[], 2, &[&[], &[]]);
    }

    #[test]
    fn shards_cost_the_same() {
        check(
            &[("a", Some(1)), ("b", Some(9)), ("c", Some(5)), ("d", Some(5))],
            2,
            &[&["a", "b"], &["c", "d"]],
        );
        check(&[("a", Some(9)), ("b", None), ("c", Some(9)), ("d", Some(0))], 2, &[&["a", "c"], &["b", "d"]]);
    }
}
