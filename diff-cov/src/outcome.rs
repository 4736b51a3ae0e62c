//! What came of a rule.

use cov_model::Ratio;
use cov_model::glob::Globs;
use cov_model::rule::Metric;

use crate::assessment::{FileAssessment, LostFile};
use crate::place::Place;
use crate::rule::{Demand, Rule};

/// A rule, what was found, and whether it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) rule: Rule,
    pub(crate) found: Found,
    pub(crate) state: State,
    /// Of a rule for each file, those that break it, with what was found of each.
    pub(crate) offenders: Vec<(String, Found)>,
}

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// So many of so many are covered.
    Covered(Ratio),
    /// So many lines lost their coverage.
    Lost(u64),
}

/// Whether a rule holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Holds,
    Broken,
    /// The change is too small to be judged.
    Small,
    /// What the rule is about was not measured.
    Unknown,
}

/// What rules are judged by.
pub(crate) struct Evidence<'a> {
    pub(crate) files: &'a [FileAssessment],
    pub(crate) lost: &'a [LostFile],
    /// Whether the reports tell of branches, and of functions.
    pub(crate) has_branches: bool,
    pub(crate) has_functions: bool,
    /// Changes of fewer lines are too small to be judged by a percentage.
    pub(crate) min_lines: u64,
    /// The project's directory as an absolute path, which patterns may name.
    pub(crate) root: &'a str,
    pub(crate) place: &'a Place,
}

impl Evidence<'_> {
    /// Judges `rule`.
    pub(crate) fn judge(&self, rule: &Rule) -> anyhow::Result<Outcome> {
        let globs = rule.glob.as_ref().map(|glob| Globs::below(&[glob], self.root)).transpose()?;
        // Patterns start at the project's directory, the names of the diff perhaps above it.
        let is_meant = |name: &str| {
            globs.as_ref().is_none_or(|globs| globs.matches(&self.place.seen_from_project(name)))
        };
        let each: Vec<(String, Found)> = match rule.demand {
            Demand::AtLeast(metric, _) => {
                let files = self.files.iter().filter(|file| is_meant(&file.name));
                files.map(|file| (file.name.clone(), Found::Covered(file.ratio_of(metric)))).collect()
            }
            Demand::LostAtMost(_) => {
                let files = self.lost.iter().filter(|file| is_meant(&file.name));
                files.map(|file| (file.name.clone(), Found::Lost(file.lines.len() as u64))).collect()
            }
        };
        let found = total(rule.demand, &each);
        let holds = |found: Found| match (rule.demand, found) {
            (Demand::AtLeast(_, percent), Found::Covered(ratio)) => percent.is_reached_by(ratio),
            (Demand::LostAtMost(most), Found::Lost(count)) => count <= most,
            _ => unreachable!("what is found is what was demanded"),
        };
        let offenders: Vec<_> = each.into_iter().filter(|&(_, found)| rule.each && !holds(found)).collect();
        let is_broken = if rule.each { !offenders.is_empty() } else { !holds(found) };
        let state = match rule.demand {
            Demand::AtLeast(metric, _) if self.is_unknown(metric) => State::Unknown,
            Demand::AtLeast(..) if is_broken && self.is_small() => State::Small,
            _ if is_broken => State::Broken,
            _ => State::Holds,
        };
        Ok(Outcome { rule: rule.clone(), found, state, offenders })
    }

    /// Whether nobody can tell, though there is something to be told of.
    fn is_unknown(&self, metric: Metric) -> bool {
        let is_told = match metric {
            Metric::Lines | Metric::Total => true,
            Metric::Branches => self.has_branches,
            Metric::Functions => self.has_functions,
        };
        !is_told && self.changed_lines() > 0
    }

    fn is_small(&self) -> bool {
        self.changed_lines() < self.min_lines
    }

    fn changed_lines(&self) -> u64 {
        self.files.iter().map(|file| file.ratio().total).sum()
    }
}

/// What was found of all files together.
fn total(demand: Demand, each: &[(String, Found)]) -> Found {
    let mut ratio = Ratio::default();
    let mut lost = 0;
    for (_, found) in each {
        match *found {
            Found::Covered(part) => ratio += part,
            Found::Lost(part) => lost += part,
        }
    }
    match demand {
        Demand::AtLeast(..) => Found::Covered(ratio),
        Demand::LostAtMost(_) => Found::Lost(lost),
    }
}
