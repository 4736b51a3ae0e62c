//! The branches of a file as its lines tell of them: one fraction a line, and what is missing of it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use super::escape::Escaped;
use crate::branch::{Branch, BranchView, Branches, Naming, Site};

/// The branches of a file, by line.
pub(super) struct BranchLines<'a> {
    branches: &'a Branches,
    views: BTreeMap<u32, Vec<BranchView>>,
}

/// The branches of one line.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct BranchLine {
    taken: u64,
    arms: u64,
    told: Told,
}

/// What more is told of the arms than how many there are.
#[derive(Debug, Default, PartialEq, Eq)]
enum Told {
    #[default]
    Nothing,
    /// Which were not taken, in the order of coverage.py: exits, then lines.
    Missing(Vec<String>),
    /// Of each, whether it was taken.
    Arms(Vec<bool>),
}

impl<'a> BranchLines<'a> {
    pub(super) fn new(branches: &'a Branches) -> Self {
        let mut views: BTreeMap<u32, Vec<BranchView>> = BTreeMap::new();
        for view in branches.views() {
            views.entry(view.line).or_default().push(view);
        }
        Self { branches, views }
    }

    /// The branches of `line`, if it has any.
    pub(super) fn at(&mut self, line: u32) -> Option<BranchLine> {
        let views = self.views.remove(&line)?;
        let arms = views.iter().map(|view| u64::from(view.arms)).sum();
        let taken = views.iter().map(|view| u64::from(view.at_least)).sum();
        // A branch without arms cannot be told of.
        (arms > 0).then(|| BranchLine { taken, arms, told: self.told(line, taken, arms) })
    }

    /// What is told of the arms of `line`, by the names that its views go by: those of the best scheme with as many arms.
    fn told(&self, line: u32, taken: u64, arms: u64) -> Told {
        let mut schemes: BTreeMap<Naming, Vec<&Branch>> = BTreeMap::new();
        let first = Site { line, block: String::new(), naming: Naming::Destination };
        for (site, branch) in self.branches.named.range(first..).take_while(|(site, _)| site.line == line) {
            schemes.entry(site.naming).or_default().push(branch);
        }
        let arms_of = |branches: &Vec<&Branch>| -> u64 {
            branches.iter().map(|branch| u64::from(branch.arm_count())).sum()
        };
        let Some((naming, branches)) = schemes.into_iter().find(|(_, branches)| arms_of(branches) == arms)
        else {
            return Told::Nothing;
        };
        let untaken: usize = branches.iter().map(|branch| branch.untaken.len()).sum();
        // Another description of the line may be certain of more.
        if untaken as u64 != arms - taken {
            return Told::Nothing;
        }
        match naming {
            Naming::Destination | Naming::DestinationOrExit if untaken == 0 => Told::Nothing,
            Naming::Destination | Naming::DestinationOrExit => Told::Missing(missing(&branches)),
            Naming::Label => each_arm(&branches).map_or(Told::Nothing, Told::Arms),
        }
    }
}

/// The untaken arms by coverage.py's names.
fn missing(branches: &[&Branch]) -> Vec<String> {
    let names = branches.iter().flat_map(|branch| &branch.untaken);
    let mut names: Vec<String> = names
        .map(|arm| {
            let is_exit = arm.starts_with('-') || arm.starts_with("exit#");
            if is_exit { "exit".to_owned() } else { arm.clone() }
        })
        .collect();
    names.sort_by_cached_key(|arm| (arm != "exit", arm.parse::<u32>().unwrap_or(u32::MAX), arm.clone()));
    names
}

/// Of each arm whether it was taken, in the order of labels, where every arm has one.
fn each_arm(branches: &[&Branch]) -> Option<Vec<bool>> {
    let mut all = Vec::new();
    for branch in branches {
        let labels: BTreeSet<(u32, &String)> = branch
            .taken
            .keys()
            .chain(&branch.untaken)
            .map(|label| (label.parse().unwrap_or(u32::MAX), label))
            .collect();
        if labels.len() != branch.arm_count() as usize {
            return None;
        }
        all.extend(labels.into_iter().map(|(_, label)| !branch.untaken.contains(label)));
    }
    Some(all)
}

impl BranchLine {
    /// Writes the attributes and the rest of a `<line>`.
    pub(super) fn write(&self, sink: &mut impl Write) -> io::Result<()> {
        let Self { taken, arms, told } = self;
        let percent = 100 * taken / arms;
        write!(sink, " branch=\"true\" condition-coverage=\"{percent}% ({taken}/{arms})\"")?;
        match told {
            Told::Nothing => writeln!(sink, "/>"),
            Told::Missing(names) => {
                writeln!(sink, " missing-branches=\"{}\"/>", Escaped(&names.join(",")))
            }
            Told::Arms(each) => {
                writeln!(sink, ">\n\t\t\t\t\t\t\t<conditions>")?;
                for (number, &is_taken) in each.iter().enumerate() {
                    let coverage = if is_taken { "100%" } else { "0%" };
                    writeln!(
                        sink,
                        "\t\t\t\t\t\t\t\t<condition number=\"{number}\" type=\"jump\" coverage=\"{coverage}\"/>"
                    )?;
                }
                writeln!(sink, "\t\t\t\t\t\t\t</conditions>\n\t\t\t\t\t\t</line>")
            }
        }
    }
}
