//! What keeps a run from being faster, whatever is done: one test, or one file.

use crate::shard::Shard;
use crate::timings::Timings;

/// Less than this, in microseconds, is not worth a word.
const NOTICEABLE: u128 = 1_000_000;

/// Says so when one test is the bound on the whole run: it takes longer than a worker's share of all of `tests`, which
/// are ids and microseconds, by a second or more.
pub fn of_run<'a>(tests: impl IntoIterator<Item = (&'a str, u64)>, workers: u32) -> Option<String> {
    let Bound { name, longest, all, .. } = Bound::of(tests, workers)?;
    Some(format!("one test is the bound on the whole run: {name} takes {longest} of {all}"))
}

/// Says so when one file is the bound on all shards, since a file is not split between machines. The files come with
/// what they cost by `timings`.
pub fn of_shards(costs: &[(&str, u64)], timings: &Timings, shard: Shard) -> Option<String> {
    let bound = Bound::of(costs.iter().copied(), shard.total());
    // A cost that is guessed from a size says nothing of the kind.
    let bound = bound.filter(|bound| timings.knows(bound.name));
    let Bound { name, longest, all, most } = bound?;
    let total = shard.total();
    let more =
        if u128::from(total) > most { format!("; more than {most} do not help") } else { String::new() };
    Some(format!("one file is the bound on a run in {total} shards: {name} takes {longest} of {all}{more}"))
}

/// One thing that takes longer than its share.
struct Bound<'a> {
    name: &'a str,
    longest: String,
    all: String,
    /// How many can share the work before more of them do not help.
    most: u128,
}

impl<'a> Bound<'a> {
    fn of(costs: impl IntoIterator<Item = (&'a str, u64)>, shares: u32) -> Option<Self> {
        let mut sum = 0;
        let mut longest = ("", 0);
        for (name, us) in costs {
            sum += u128::from(us);
            if us > longest.1 {
                longest = (name, us);
            }
        }
        let (name, us) = (longest.0, u128::from(longest.1));
        let is_bound = us > sum / u128::from(shares.max(1)) + NOTICEABLE;
        is_bound.then(|| Self { name, longest: seconds(us), all: seconds(sum), most: sum.div_ceil(us) })
    }
}

/// Tenths of a second below ten seconds, else whole ones, rounded down.
fn seconds(us: u128) -> String {
    let tenths = us / 100_000;
    if tenths < 100 { format!("{}.{} s", tenths / 10, tenths % 10) } else { format!("{} s", tenths / 10) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000;

    #[test]
    fn one_test_may_be_the_bound() {
        let tests = [("t.py::quick", 3 * SECOND), ("t.py::big", 9_870_000), ("t.py::other", 3 * SECOND)];
        let expected = "one test is the bound on the whole run: t.py::big takes 9.8 s of 15 s";
        assert_eq!(of_run(tests, 2).as_deref(), Some(expected));
        assert_eq!(of_run(tests, 1), None);
        assert_eq!(of_run(tests.map(|(id, us)| (id, us / 10)), 4), None); // who cares
        assert_eq!(of_run([], 2), None);
    }

    #[test]
    fn one_file_may_be_the_bound() {
        let costs = [("a", 214 * SECOND), ("b", 386 * SECOND)];
        let check = |shard: &str, timings: &Timings| of_shards(&costs, timings, shard.parse().unwrap());
        let mut timings = Timings::default();
        assert_eq!(check("1/6", &timings), None); // the costs are sizes
        timings.note_file("b", 386 * SECOND);
        let expected =
            "one file is the bound on a run in 6 shards: b takes 386 s of 600 s; more than 2 do not help";
        assert_eq!(check("1/6", &timings).as_deref(), Some(expected));
        let expected = "one file is the bound on a run in 2 shards: b takes 386 s of 600 s";
        assert_eq!(check("1/2", &timings).as_deref(), Some(expected));
        assert_eq!(check("1/1", &timings), None);
    }
}
