//! Shares out units of known cost so that all shares cost about the same: the same shares on every machine.

use std::collections::BTreeSet;

/// Shares out units, each with a name and a cost: which of `shares` each one belongs to, from 0.
///
/// Longest first to the share that has least yet (LPT), which costs at most 4/3 of the best there is; then units
/// change places between the dearest share and others while the shares are more than 2 % apart. All in integers, ties
/// by name: the order in which the units are given does not matter, provided that their names differ.
pub fn balance(units: &[(&str, u64)], shares: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..units.len()).collect();
    order.sort_by(|&a, &b| units[b].1.cmp(&units[a].1).then_with(|| units[a].0.cmp(units[b].0)));
    // A unit without cost still takes its turn, else all of them would go to one share.
    let costs = order.iter().map(|&index| u128::from(units[index].1.max(1))).collect();
    let mut balance = Balance::longest_first(costs, shares.max(1));
    // An exchange for each unit is plenty, and an end to ever smaller ones.
    let mut exchanges = 0..units.len();
    while exchanges.next().is_some() && !balance.is_even() && balance.improve() {}
    let mut share_of = vec![0; units.len()];
    for (share, ranks) in balance.shares.iter().enumerate() {
        for &rank in ranks {
            share_of[order[rank]] = share;
        }
    }
    share_of
}

struct Balance {
    /// What each unit costs, the dearest first. The place in here is the unit's rank.
    costs: Vec<u128>,
    /// The ranks of each share's units, ascending: the dearest first.
    shares: Vec<Vec<usize>>,
    loads: Vec<u128>,
}

/// A way to bring two shares together: a unit of the dearer one goes, and perhaps another comes for it.
struct Exchange {
    /// By how much the dearer share gets cheaper.
    gain: u128,
    goes: usize,
    comes: Option<usize>,
}

impl Balance {
    fn longest_first(costs: Vec<u128>, count: usize) -> Self {
        let mut balance = Self { costs, shares: vec![Vec::new(); count], loads: vec![0; count] };
        let mut queue: BTreeSet<(u128, usize)> = (0..count).map(|share| (0, share)).collect();
        for rank in 0..balance.costs.len() {
            let (load, share) = queue.pop_first().expect("there is at least one share");
            balance.shares[share].push(rank);
            balance.loads[share] = load + balance.costs[rank];
            queue.insert((balance.loads[share], share));
        }
        balance
    }

    fn is_even(&self) -> bool {
        let most = self.loads.iter().max().copied().unwrap_or_default();
        let least = self.loads.iter().min().copied().unwrap_or_default();
        (most - least) * 50 <= most
    }

    /// Makes the dearest share cheaper, if an exchange with any other does.
    fn improve(&mut self) -> bool {
        let dearest = (0..self.loads.len()).rev().max_by_key(|&share| self.loads[share]).unwrap_or_default();
        let mut others: Vec<usize> = (0..self.loads.len()).filter(|&share| share != dearest).collect();
        others.sort_by_key(|&share| (self.loads[share], share));
        for other in others {
            if let Some(exchange) = self.best_exchange(dearest, other) {
                self.exchange(dearest, other, &exchange);
                return true;
            }
        }
        false
    }

    /// The exchange that brings the two shares nearest to each other.
    fn best_exchange(&self, dear: usize, cheap: usize) -> Option<Exchange> {
        let apart = self.loads[dear] - self.loads[cheap];
        let mut best: Option<Exchange> = None;
        let mut consider = |gain: u128, goes: usize, comes: Option<usize>| {
            // The dearer of the two is cheaper afterwards only if less than the difference moves.
            let distance = |gain: u128| (2 * gain).abs_diff(apart);
            let is_better = best.as_ref().is_none_or(|best| distance(gain) < distance(best.gain));
            if gain > 0 && gain < apart && is_better {
                best = Some(Exchange { gain, goes, comes });
            }
        };
        let incoming = &self.shares[cheap];
        for &goes in &self.shares[dear] {
            let cost = self.costs[goes];
            consider(cost, goes, None);
            // What should come for it costs this; the two units around it are the nearest there are.
            let ideal = cost.saturating_sub(apart / 2);
            let below = incoming.partition_point(|&rank| self.costs[rank] > ideal);
            for place in [below.checked_sub(1), Some(below)].into_iter().flatten() {
                if let Some(&comes) = incoming.get(place) {
                    consider(cost.saturating_sub(self.costs[comes]), goes, Some(comes));
                }
            }
        }
        best
    }

    fn exchange(&mut self, dear: usize, cheap: usize, exchange: &Exchange) {
        self.transfer(exchange.goes, dear, cheap);
        if let Some(comes) = exchange.comes {
            self.transfer(comes, cheap, dear);
        }
        self.loads[dear] -= exchange.gain;
        self.loads[cheap] += exchange.gain;
    }

    fn transfer(&mut self, rank: usize, from: usize, to: usize) {
        let place = self.shares[from].binary_search(&rank).expect("the unit is in this share");
        self.shares[from].remove(place);
        let place = self.shares[to].partition_point(|&other| other < rank);
        self.shares[to].insert(place, rank);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loads(costs: &[u64], shares: usize) -> Vec<u64> {
        let names: Vec<String> = (0..costs.len()).map(|index| format!("{index:04}")).collect();
        let units: Vec<(&str, u64)> = names.iter().map(String::as_str).zip(costs.iter().copied()).collect();
        let mut loads = vec![0; shares];
        for (share, cost) in balance(&units, shares).into_iter().zip(costs) {
            loads[share] += cost;
        }
        loads
    }

    #[test]
    fn exchanges_find_what_longest_first_misses() {
        // LPT alone gives 7 and 5, and 15 at most of the second.
        assert_eq!(loads(&[3, 3, 2, 2, 2], 2), [6, 6]);
        assert_eq!(loads(&[7, 7, 6, 6, 5, 5, 4, 4, 4], 4), [12, 12, 12, 12]);
    }

    #[test]
    fn one_unit_may_be_the_bound() {
        assert_eq!(loads(&[100, 3, 3, 2, 2, 2], 3), [100, 7, 5]);
    }

    #[test]
    fn many_units_of_any_size_are_even_within_two_percent() {
        let costs: Vec<u64> = (1..=3000u64).map(|each| each * 7919 % 104_729 + each % 7).collect();
        for shares in [2, 3, 7, 16, 64] {
            let loads = loads(&costs, shares);
            let (most, least) = (loads.iter().max().unwrap(), loads.iter().min().unwrap());
            assert!((most - least) * 50 <= *most, "{loads:?}");
        }
    }

    #[test]
    fn nothing_can_be_shared_out() {
        assert_eq!(loads(&[], 3), [0, 0, 0]);
        assert_eq!(loads(&[0, 0, 0], 3), [0, 0, 0]);
        assert_eq!(balance(&[("a", u64::MAX), ("b", u64::MAX), ("c", u64::MAX)], 1), [0, 0, 0]);
    }
}
