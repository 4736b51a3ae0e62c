//! The proof that the shards of a run are complete.

use std::collections::{BTreeMap, BTreeSet};

use cov_model::manifest::Manifest;
use cov_model::status::{Failure, Status};
use cov_model::stream::Input;
use cov_model::{Digest, Shard, ranges};

/// What the inputs tell of the run that they are of.
#[derive(Debug, Default)]
pub(crate) struct Shards {
    profiles: BTreeMap<Shard, Input>,
    manifests: BTreeMap<Shard, (Input, Manifest)>,
    /// Manifests of runs that were not split: any number of whole runs may be merged.
    whole_runs: Vec<(Input, Manifest)>,
    /// Reports that are of no split run.
    whole_reports: usize,
    /// Whether anything was measured.
    has_measurements: bool,
    /// Fragments that are not there, each with the manifest that names it.
    missing_fragments: Vec<(Input, Input)>,
}

impl Shards {
    /// Takes note of a report of `shards`; the same shard twice is refused.
    pub(crate) fn add_report(&mut self, input: &Input, shards: &BTreeSet<Shard>) -> Result<(), Failure> {
        self.has_measurements = true;
        self.add_profile(input, shards)
    }

    fn add_profile(&mut self, input: &Input, shards: &BTreeSet<Shard>) -> Result<(), Failure> {
        let split = || shards.iter().filter(|shard| shard.total > 1);
        self.whole_reports += usize::from(split().next().is_none());
        for shard in split() {
            if let Some(first) = self.profiles.insert(shard.clone(), input.clone()) {
                return Err(doubled(shard, "profile", &first, input));
            }
        }
        Ok(())
    }

    /// Takes over a report that nobody split.
    pub(crate) fn add_whole_report(&mut self) {
        self.has_measurements = true;
        self.whole_reports += 1;
    }

    /// Takes over a fragment of a command.
    pub(crate) fn add_fragment(&mut self) {
        self.has_measurements = true;
    }

    /// Takes note of a fragment that `manifest` names, and that is not there.
    pub(crate) fn add_missing_fragment(&mut self, manifest: &Input, fragment: Input) {
        self.missing_fragments.push((manifest.clone(), fragment));
    }

    /// Takes note of a manifest; two of the same shard are refused. That of a command stands for its profile too.
    pub(crate) fn add_manifest(&mut self, input: &Input, manifest: Manifest) -> Result<(), Failure> {
        let shard = manifest.shard();
        if manifest.is_of_command() {
            self.add_profile(input, &BTreeSet::from([shard.clone()]))?;
        }
        if shard.total == 1 {
            self.whole_runs.push((input.clone(), manifest));
        } else if let Some((first, _)) = self.manifests.insert(shard.clone(), (input.clone(), manifest)) {
            return Err(doubled(&shard, "manifest", &first, input));
        }
        Ok(())
    }

    /// Whether anything was measured.
    pub(crate) fn has_reports(&self) -> bool {
        self.has_measurements
    }

    /// What keeps the inputs from being whole, each in a sentence; nothing when they are.
    pub(crate) fn gaps(&self) -> Vec<String> {
        let mut gaps = Vec::new();
        match self.split_runs().as_slice() {
            [] => {
                if let Some((input, _)) = self.whole_runs.get(self.whole_reports) {
                    gaps.push(format!("{input}: there is no profile of this run (profile-1of1.json)"));
                }
            }
            [(run, total)] if self.whole_runs.is_empty() => {
                gaps.extend(self.gaps_of_presence(*run, *total));
                // Assignments are worth comparing when all are there.
                if gaps.is_empty() {
                    gaps.extend(self.gaps_of_assignment());
                }
            }
            _ => gaps.push(self.different_runs()),
        }
        gaps.extend(self.gaps_of_execution());
        gaps.extend(self.gaps_of_fragments());
        gaps
    }

    /// The runs that were split, by their lists and their numbers of shards.
    fn split_runs(&self) -> Vec<(Digest, u32)> {
        let shards = self.profiles.keys().chain(self.manifests.keys());
        let runs: BTreeSet<_> = shards.map(|shard| (shard.run, shard.total)).collect();
        runs.into_iter().collect()
    }

    fn different_runs(&self) -> String {
        let mut examples: BTreeMap<(Digest, u32), &Input> = BTreeMap::new();
        let manifests = self.manifests.iter().map(|(shard, (input, _))| (shard, input));
        for (shard, input) in self.profiles.iter().chain(manifests) {
            examples.entry((shard.run, shard.total)).or_insert(input);
        }
        let mut names: Vec<String> = examples.values().map(ToString::to_string).collect();
        names.extend(self.whole_runs.iter().map(|(input, _)| input.to_string()));
        let same_list = self.split_runs().iter().map(|(run, _)| run).collect::<BTreeSet<_>>().len() == 1;
        let difference = if same_list && self.whole_runs.is_empty() {
            "into different numbers of shards"
        } else if self.manifests().any(|(_, manifest)| manifest.is_of_command()) {
            "from different commands or lists of tests"
        } else {
            "from different lists of test files"
        };
        format!(
            "{} are of different runs, split {difference}: run all shards on one commit with one N, or merge each run by itself first",
            names.join(" and ")
        )
    }

    /// Which shards have no profile, or no manifest.
    fn gaps_of_presence(&self, run: Digest, total: u32) -> Vec<String> {
        let indices = |shards: &mut dyn Iterator<Item = &Shard>| {
            shards.map(|shard| shard.index).collect::<BTreeSet<u32>>()
        };
        let profiles = indices(&mut self.profiles.keys());
        let manifests = indices(&mut self.manifests.keys());
        let known: BTreeSet<u32> = profiles.union(&manifests).copied().collect();
        let mut gaps = Vec::new();
        if let Some(missing) = missing(&known, total) {
            let one = if missing.parse::<u32>().is_ok() { missing.as_str() } else { "K" };
            let is_of_command = self.manifests().any(|(_, manifest)| manifest.is_of_command());
            let (command, profile) =
                if is_of_command { ("cov-run --cmd", "fragments") } else { ("cov-run", "profile") };
            gaps.push(format!(
                "shard {missing} of {total} is missing: run it ({command} --shard {one}/{total}) and merge its {profile} and its manifest too"
            ));
        }
        for index in manifests.difference(&profiles) {
            let (input, _) = &self.manifests[&Shard { run, index: *index, total }];
            gaps.push(format!(
                "{input}: there is no profile of shard {index} of {total} (profile-{index}of{total}.json)"
            ));
        }
        for index in profiles.difference(&manifests) {
            let input = &self.profiles[&Shard { run, index: *index, total }];
            gaps.push(format!(
                "{input}: there is no manifest of shard {index} of {total} (run-{index}of{total}.json), which tells whether all of its tests ran"
            ));
        }
        gaps
    }

    /// Which test files belong to no shard, or to two.
    fn gaps_of_assignment(&self) -> Vec<String> {
        let mut owners: BTreeMap<&str, &Input> = BTreeMap::new();
        let mut gaps = Vec::new();
        for (input, manifest) in self.manifests.values() {
            for file in &manifest.assigned {
                if let Some(first) = owners.insert(file, input) {
                    gaps.push(format!("{file} is assigned twice, in {first} and in {input}"));
                }
            }
        }
        let all = self.manifests.values().next().map_or(&[][..], |(_, manifest)| &manifest.files);
        let orphans: Vec<&str> =
            all.iter().map(String::as_str).filter(|file| !owners.contains_key(file)).collect();
        if let Some((first, others)) = orphans.split_first() {
            let more = if others.is_empty() { String::new() } else { format!(" and {} more", others.len()) };
            gaps.push(format!(
                "{first}{more} is assigned to no shard: the shards were not split by one rule"
            ));
        }
        gaps
    }

    /// Which shards did not do all they had to.
    fn gaps_of_execution(&self) -> Vec<String> {
        let mut gaps = Vec::new();
        for (input, manifest) in self.manifests() {
            if !manifest.complete && manifest.is_of_command() {
                gaps.push(format!(
                    "{input}: its command did not pass (the run ended with status {}), so tests may not have run: run it again",
                    manifest.status
                ));
            } else if !manifest.complete {
                gaps.push(format!(
                    "{input}: not all of its tests ran (the run ended with status {}): run it again",
                    manifest.status
                ));
            }
            if !manifest.coverage_complete {
                gaps.push(format!("{input}: what some of its tests measured is lost: run it again"));
            }
        }
        gaps
    }

    /// Which commands left no measurement that should have, or one that is lost.
    fn gaps_of_fragments(&self) -> Vec<String> {
        let missing = |(manifest, fragment): &(Input, Input)| {
            format!(
                "{fragment}: it is not there, though {manifest} names it: keep the files beside the manifest"
            )
        };
        let mut gaps: Vec<String> = self.missing_fragments.iter().map(missing).collect();
        let commands = || self.manifests().filter(|(_, manifest)| manifest.is_of_command());
        if commands().any(|(_, manifest)| !manifest.fragments.is_empty()) {
            for (input, manifest) in commands() {
                // A shard that was given nothing to run has nothing to measure.
                let had_nothing_to_run = !manifest.files.is_empty() && manifest.assigned.is_empty();
                if manifest.fragments.is_empty() && !had_nothing_to_run {
                    gaps.push(format!(
                        "{input}: its command left no measurement, though those of other shards did: run it again"
                    ));
                }
            }
        }
        gaps
    }

    /// What is odd and keeps nothing from being merged, each in a sentence: a test that several shards of a command ran.
    pub(crate) fn oddities(&self) -> Vec<String> {
        let mut owners: BTreeMap<&str, &Input> = BTreeMap::new();
        let mut doubles = Vec::new();
        for (input, manifest) in self.manifests.values().filter(|(_, manifest)| manifest.is_of_command()) {
            for test in &manifest.tests {
                if let Some(first) = owners.insert(&test.id, input) {
                    doubles.push(format!("{} ran in {first} and in {input}", test.id));
                }
            }
        }
        let more = match doubles.len() {
            0 => return Vec::new(),
            1 => String::new(),
            count => format!(", and so did {} more", count - 1),
        };
        vec![format!("{}{more}: the shards overlap", doubles[0])]
    }

    fn manifests(&self) -> impl Iterator<Item = &(Input, Manifest)> {
        self.manifests.values().chain(&self.whole_runs)
    }
}

fn doubled(shard: &Shard, what: &str, first: &Input, second: &Input) -> Failure {
    let Shard { index, total, .. } = shard;
    Failure::new(
        Status::Broken,
        format!("{second}: a {what} of shard {index} of {total} of the same run came before, in {first}"),
    )
}

/// The numbers from 1 to `total` that are not in `present`, as `2, 5-7`.
fn missing(present: &BTreeSet<u32>, total: u32) -> Option<String> {
    let mut gaps = Vec::new();
    let mut next = 1u32;
    for &index in present {
        if index > next {
            gaps.push((next, index - 1));
        }
        next = index.saturating_add(1);
    }
    if present.last().is_none_or(|&last| last < total) {
        gaps.push((next, total));
    }
    let shown: Vec<String> = gaps.into_iter().map(ranges::shown).collect();
    (!shown.is_empty()).then(|| shown.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named_in_ranges() {
        let missing = |present: &[u32], total| missing(&present.iter().copied().collect(), total);
        assert_eq!(missing(&[1, 2, 3], 3), None);
        assert_eq!(missing(&[2], 3).unwrap(), "1, 3");
        assert_eq!(missing(&[1], u32::MAX).unwrap(), "2-4294967295");
        assert_eq!(missing(&[u32::MAX], u32::MAX).unwrap(), "1-4294967294");
        assert_eq!(missing(&[], 1).unwrap(), "1");
    }
}
