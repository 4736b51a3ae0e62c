//! Branches: places where control goes one of several ways, and which ways it went.

use std::collections::{BTreeMap, BTreeSet};

/// Whose names the arms of a branch go by. Names of different schemes are never compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Naming {
    /// The line that the arm leads to; `-N` leaves the scope that starts at line N (coverage.py's data and JSON).
    Destination,
    /// The line that the arm leads to, or `exit` (coverage.py's Cobertura).
    DestinationOrExit,
    /// The arm's ordinal among those of its branch, from 0, or any other label its compiler gives it.
    Label,
}

/// Where a branch is and by whose names its arms go. Two shards speak of the same branch when all three agree.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Site {
    /// The 1-based line.
    pub line: u32,
    /// Tells several branches of one line apart; empty where the format knows one branch a line.
    pub block: String,
    /// The scheme of the arms' names.
    pub naming: Naming,
}

/// A branch whose untaken arms are known by name.
///
/// The knowledge is complete: an arm that is not in `untaken` was taken, even where nobody recorded under which name
/// (Cobertura of coverage.py names the missing arms only), or counts as taken (coverage.py's `pragma: no branch`).
/// That is what makes the merge exact: an arm stays untaken only if no shard took it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Branch {
    /// How many arms the measuring tool told of; see [`Branch::arm_count`].
    pub arms: u32,
    /// The arms known to be taken, with their counts (1 where only yes or no was measured).
    pub taken: BTreeMap<String, u64>,
    /// The arms that were never taken.
    pub untaken: BTreeSet<String>,
    /// Ways that were taken and are not among the arms, since they lead into excluded code; with their counts.
    pub uncounted: BTreeMap<String, u64>,
    /// What taking an arm does, where its name does not say it (see [`Naming::Destination`]).
    pub described: BTreeMap<String, String>,
}

impl Branch {
    /// How many arms there are: as many as were told, or as are named, should shards of different text have met.
    pub fn arm_count(&self) -> u32 {
        self.arms.max(count(self.taken.len() + self.untaken.len()))
    }

    /// How many arms were taken.
    pub fn taken_arms(&self) -> u32 {
        self.arm_count() - count(self.untaken.len())
    }

    /// Takes over what `other` knows of the same branch.
    pub fn merge(&mut self, other: &Self, combine: impl Fn(u64, u64) -> u64) {
        self.arms = self.arms.max(other.arms);
        for (ours, theirs) in [(&mut self.taken, &other.taken), (&mut self.uncounted, &other.uncounted)] {
            for (arm, &count) in theirs {
                ours.entry(arm.clone()).and_modify(|ours| *ours = combine(*ours, count)).or_insert(count);
            }
        }
        self.untaken.retain(|arm| other.untaken.contains(arm));
        for (arm, theirs) in &other.described {
            // Two descriptions of one arm: the text differed, and the lesser one stands whoever came first.
            let ours = self.described.entry(arm.clone()).or_insert_with(|| theirs.clone());
            if theirs < ours {
                ours.clone_from(theirs);
            }
        }
    }
}

fn count(arms: usize) -> u32 {
    u32::try_from(arms).unwrap_or(u32::MAX)
}

/// A branch of which only "k of n arms" is known. Its line and `arms` are its identity.
///
/// Two shards with 1 of 2 may have taken the same arm or both: the truth lies between the greatest and the sum.
/// Gates use the lower bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tally {
    /// Arms that were taken for certain.
    pub at_least: u32,
    /// Arms that may have been taken, at the most.
    pub at_most: u32,
}

impl Tally {
    /// Exactly `taken` arms.
    pub fn exactly(taken: u32) -> Self {
        Self { at_least: taken, at_most: taken }
    }

    /// Takes over what `other` knows of the same branch of `arms` arms.
    pub fn merge(&mut self, other: Self, arms: u32) {
        self.at_least = self.at_least.max(other.at_least);
        self.at_most = self.at_most.saturating_add(other.at_most).min(arms);
    }
}

/// What is known of one branch after all sources on its line were weighed: what reports show and gates judge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BranchView {
    /// The 1-based line.
    pub line: u32,
    /// Tells several branches of one line apart, see [`Site::block`].
    pub block: String,
    /// How many arms there are.
    pub arms: u32,
    /// Arms taken for certain.
    pub at_least: u32,
    /// Arms that may have been taken, at the most.
    pub at_most: u32,
    /// Whose names the arms go by; `None` where only a tally is known.
    pub naming: Option<Naming>,
    /// The names of the untaken arms, where they are known: destination lines ascending, then `exit`.
    pub untaken: Vec<String>,
}

impl BranchView {
    /// How many arms were not taken for certain.
    pub fn missing(&self) -> u32 {
        self.arms - self.at_least
    }

    /// Whether the untaken arms are all known, and go by the lines that they lead to.
    pub fn leads_to_lines(&self) -> bool {
        matches!(self.naming, Some(Naming::Destination | Naming::DestinationOrExit))
            && self.untaken.len() == self.missing() as usize
    }

    /// Whether every arm was taken.
    pub fn is_complete(&self) -> bool {
        self.at_least == self.arms
    }

    fn named(site: &Site, branch: &Branch) -> Self {
        let mut untaken: Vec<String> = branch.untaken.iter().map(|arm| site.naming.shown(arm)).collect();
        // Numbers in the order of numbers; words behind them.
        untaken.sort_by_cached_key(|arm| (arm.parse::<u32>().unwrap_or(u32::MAX), arm.clone()));
        let taken = branch.taken_arms();
        Self {
            line: site.line,
            block: site.block.clone(),
            arms: branch.arm_count(),
            at_least: taken,
            at_most: taken,
            naming: Some(site.naming),
            untaken,
        }
    }

    fn tallied(line: u32, arms: u32, tally: Tally) -> Self {
        Self {
            line,
            block: String::new(),
            arms,
            at_least: tally.at_least,
            at_most: tally.at_most,
            naming: None,
            untaken: Vec::new(),
        }
    }
}

impl Naming {
    /// How an arm of this scheme is shown to people: leaving a scope is `exit`, whichever scope it is.
    fn shown(self, arm: &str) -> String {
        match self {
            Self::Destination if arm.starts_with('-') => "exit".to_owned(),
            _ => arm.to_owned(),
        }
    }
}

/// All that is known of a file's branches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Branches {
    /// Whether branches were measured, even if the file happens to have none. See [`Branches::were_measured`].
    pub measured: bool,
    /// Branches with named arms.
    pub named: BTreeMap<Site, Branch>,
    /// Branches of which only a tally is known, by line and number of arms.
    pub tallied: BTreeMap<(u32, u32), Tally>,
}

impl Branches {
    /// Whether branches were measured: it was said, or one is known.
    pub fn were_measured(&self) -> bool {
        self.measured || !self.named.is_empty() || !self.tallied.is_empty()
    }

    /// One view for each branch, by line then block.
    ///
    /// Where a line is described several times (by named arms and by a tally, or under two schemes of names), the
    /// description with most arms counts, and the better named one of equals; a description of as many arms raises its
    /// lower bound. Denominators are never added up.
    pub fn views(&self) -> Vec<BranchView> {
        let mut lines: BTreeMap<u32, BTreeMap<Scheme, Vec<BranchView>>> = BTreeMap::new();
        let mut describe = |scheme, view: BranchView| {
            lines.entry(view.line).or_default().entry(scheme).or_default().push(view);
        };
        for (site, branch) in &self.named {
            describe(Scheme::Named(site.naming), BranchView::named(site, branch));
        }
        for (&(line, arms), &tally) in &self.tallied {
            describe(Scheme::Tallied(arms), BranchView::tallied(line, arms, tally));
        }
        lines.into_values().flat_map(|descriptions| strongest(descriptions.into_values())).collect()
    }

    /// Takes over what `other` knows.
    pub fn merge(&mut self, other: &Self, combine: impl Fn(u64, u64) -> u64 + Copy) {
        self.measured |= other.measured;
        for (site, branch) in &other.named {
            match self.named.get_mut(site) {
                Some(ours) => ours.merge(branch, combine),
                None => {
                    self.named.insert(site.clone(), branch.clone());
                }
            }
        }
        for (&(line, arms), &tally) in &other.tallied {
            self.tallied.entry((line, arms)).and_modify(|ours| ours.merge(tally, arms)).or_insert(tally);
        }
    }
}

/// Under what a line's branches are described; the better named schemes first.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Scheme {
    Named(Naming),
    Tallied(u32),
}

/// The description with most arms (the first of equals, which is the better named one), its lower bound raised by what
/// the others of as many arms are certain of.
fn strongest(descriptions: impl Iterator<Item = Vec<BranchView>>) -> Vec<BranchView> {
    let arms = |views: &Vec<BranchView>| views.iter().map(|view| u64::from(view.arms)).sum::<u64>();
    let descriptions: Vec<_> = descriptions.collect();
    let most = descriptions.iter().map(arms).max().unwrap_or(0);
    let mut rivals = descriptions.into_iter().filter(|views| arms(views) == most);
    let mut chosen = rivals.next().unwrap_or_default();
    for rival in rivals {
        if let ([ours], [theirs]) = (chosen.as_mut_slice(), rival.as_slice()) {
            ours.at_least = ours.at_least.max(theirs.at_least);
            ours.at_most = ours.at_most.max(ours.at_least);
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn branch(arms: u32, taken: &[&str], untaken: &[&str]) -> Branch {
        Branch {
            arms,
            taken: taken.iter().map(|&arm| (arm.to_owned(), 1)).collect(),
            untaken: untaken.iter().map(|&arm| arm.to_owned()).collect(),
            ..Branch::default()
        }
    }

    fn site(line: u32, naming: Naming) -> Site {
        Site { line, block: String::new(), naming }
    }

    #[test]
    fn opposite_arms_of_two_shards_make_a_complete_branch() {
        // What Cobertura of coverage.py tells: 1 of 2, missing "6"; and 1 of 2, missing "exit".
        let mut ours = branch(2, &[], &["6"]);
        ours.merge(&branch(2, &[], &["exit"]), u64::max);
        assert_eq!(ours.taken_arms(), 2);
    }

    #[test]
    fn the_same_arm_of_two_shards_stays_half() {
        let mut ours = branch(2, &["4"], &["6"]);
        ours.merge(&branch(2, &["4"], &["6"]), u64::max);
        assert_eq!(ours, branch(2, &["4"], &["6"]));
        assert_eq!(ours.taken_arms(), 1);
    }

    #[test]
    fn tallies_keep_an_interval() {
        let mut ours = Tally::exactly(1);
        ours.merge(Tally::exactly(1), 2);
        assert_eq!(ours, Tally { at_least: 1, at_most: 2 });
    }

    #[test]
    fn named_arms_win_over_a_tally_and_take_its_certainty() {
        let mut branches = Branches::default();
        branches.named.insert(site(3, Naming::Destination), branch(2, &["4"], &["-1"]));
        branches.tallied.insert((3, 2), Tally::exactly(2));
        branches.tallied.insert((3, 1), Tally::exactly(0));
        let views = branches.views();
        assert_eq!(views.len(), 1);
        assert_eq!(
            (views[0].arms, views[0].at_least, views[0].untaken.as_slice()),
            (2, 2, &["exit".to_owned()][..])
        );
    }

    #[test]
    fn blocks_of_one_line_are_counted_each() {
        let mut branches = Branches::default();
        for block in ["0", "1"] {
            let site = Site { line: 6, block: block.to_owned(), naming: Naming::Label };
            branches.named.insert(site, branch(2, &["0"], &["1"]));
        }
        assert_eq!(branches.views().iter().map(|view| view.arms).sum::<u32>(), 4);
    }

    #[test]
    fn untaken_arms_are_shown_in_the_order_of_lines() {
        let mut branches = Branches::default();
        branches.named.insert(site(3, Naming::Destination), branch(3, &[], &["10", "9", "-1"]));
        assert_eq!(branches.views()[0].untaken, ["9", "10", "exit"]);
    }
}
