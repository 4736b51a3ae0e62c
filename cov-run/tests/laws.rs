//! Laws of what machines must agree on: timings, and the split of a suite by them.

use std::collections::BTreeSet;

use cov_run::balance::balance;
use cov_run::shard::select;
use cov_run::timings::Timings;
use proptest::prelude::*;

/// Something learnt: a file, a test of it or its import, and microseconds.
type Note = (u8, Option<u8>, u64);

fn note() -> impl Strategy<Value = Note> {
    (0..4u8, proptest::option::of(0..4u8), prop_oneof![0..5_000_000u64, any::<u64>()])
}

fn learnt(notes: &[Note]) -> Timings {
    let mut timings = Timings::default();
    for &(file, test, us) in notes {
        let file = format!("tests/test_{file}.py");
        match test {
            Some(test) => timings.note_test(&file, &format!("{file}::test_{test}"), us),
            None => timings.note_file(&file, us),
        }
    }
    timings
}

fn merged(one: &Timings, other: &Timings) -> Timings {
    let mut merged = one.clone();
    merged.merge(other);
    merged
}

fn costs() -> impl Strategy<Value = Vec<u64>> {
    let cost = prop_oneof![Just(0), 0..100u64, 0..100_000_000u64, any::<u64>()];
    proptest::collection::vec(cost, 0..60)
}

fn named(costs: &[u64]) -> Vec<(String, u64)> {
    costs.iter().enumerate().map(|(index, &cost)| (format!("tests/test_{index}.py"), cost)).collect()
}

fn borrowed(units: &[(String, u64)]) -> Vec<(&str, u64)> {
    units.iter().map(|(name, cost)| (name.as_str(), *cost)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn merging_timings_is_commutative_associative_and_idempotent(
        a in proptest::collection::vec(note(), 0..12),
        b in proptest::collection::vec(note(), 0..12),
        c in proptest::collection::vec(note(), 0..12),
    ) {
        let (a, b, c) = (learnt(&a), learnt(&b), learnt(&c));
        prop_assert_eq!(merged(&a, &b), merged(&b, &a));
        prop_assert_eq!(merged(&merged(&a, &b), &c), merged(&a, &merged(&b, &c)));
        prop_assert_eq!(&merged(&a, &a), &a);
        prop_assert_eq!(&merged(&a, &Timings::default()), &a);
    }

    #[test]
    fn timings_are_read_as_they_were_written(notes in proptest::collection::vec(note(), 0..12)) {
        let timings = learnt(&notes);
        let mut text = Vec::new();
        timings.print(&mut text).unwrap();
        prop_assert_eq!(Timings::parse(&text).unwrap(), timings);
    }

    #[test]
    fn shards_share_everything_once_in_the_order_given(costs in costs(), total in 1..70u32) {
        let units = named(&costs);
        let units = borrowed(&units);
        let mut seen = BTreeSet::new();
        for number in 1..=total {
            let part = select(format!("{number}/{total}").parse().unwrap(), &units);
            let places: Vec<usize> =
                part.iter().map(|name| units.iter().position(|unit| unit.0 == *name).unwrap()).collect();
            prop_assert!(places.is_sorted());
            for name in part {
                prop_assert!(seen.insert(name.to_owned()), "{} is in two shards", name);
            }
        }
        prop_assert_eq!(seen.len(), units.len());
    }

    #[test]
    fn the_order_of_a_listing_does_not_matter(
        (units, shuffled) in costs().prop_map(|costs| named(&costs))
            .prop_flat_map(|units| (Just(units.clone()), Just(units).prop_shuffle())),
        total in 1..9u32,
    ) {
        for number in 1..=total {
            let shard = format!("{number}/{total}").parse().unwrap();
            let (one, other) = (borrowed(&units), borrowed(&shuffled));
            let one: BTreeSet<&str> = select(shard, &one).into_iter().collect();
            let other: BTreeSet<&str> = select(shard, &other).into_iter().collect();
            prop_assert_eq!(one, other);
        }
    }

    /// Graham's bound of 4/3 holds for longest first, and exchanges only make the dearest share cheaper.
    #[test]
    fn the_dearest_share_costs_at_most_four_thirds_of_the_best(
        costs in proptest::collection::vec(1..50u64, 0..9),
        shares in 1..4usize,
    ) {
        let units = named(&costs);
        let mut loads = vec![0; shares];
        for (share, cost) in balance(&borrowed(&units), shares).into_iter().zip(&costs) {
            loads[share] += cost;
        }
        let dearest: u64 = loads.into_iter().max().unwrap_or_default();
        let best = best(&costs, &mut vec![0; shares]);
        let shares = shares as u64;
        prop_assert!(dearest * 3 * shares <= best * (4 * shares - 1), "{} against {}", dearest, best);
    }
}

/// The cost of the dearest share in the best of all ways to share out.
fn best(costs: &[u64], loads: &mut Vec<u64>) -> u64 {
    let Some((&cost, rest)) = costs.split_first() else {
        return loads.iter().copied().max().unwrap_or_default();
    };
    let ways = (0..loads.len()).map(|share| {
        loads[share] += cost;
        let found = best(rest, loads);
        loads[share] -= cost;
        found
    });
    ways.min().unwrap_or_default()
}
