//! The branches of a file.

use std::io::{self, Write};

use cov_model::{Branch, BranchView, Naming, Site};

use super::count;
use super::description::Describer;
use crate::summary::{FileSummary, printable};

/// Writes the branches of `file`: those that coverage.py measured as `lcov_arcs` of its lcovreport.py does.
pub(super) fn write(file: &FileSummary<'_>, sink: &mut dyn Write) -> io::Result<()> {
    let describer = Describer::new(file.coverage);
    let mut block = Block::default();
    for view in &file.branches {
        let site = view.naming.map(|naming| Site { line: view.line, block: view.block.clone(), naming });
        let branch = site.and_then(|site| file.coverage.branches.named.get(&site));
        let arms = match (view.naming, branch) {
            // What is no statement has no line that a branch could be shown at; it counts all the same.
            (Some(Naming::Destination), _) if file.coverage.lines.get(view.line).is_none() => Vec::new(),
            (Some(Naming::Destination), Some(branch)) => destinations(file, view, branch, &describer),
            _ => arms(file, view, branch, &describer),
        };
        let block = block.of(view);
        for Arm { name, taken } in arms {
            writeln!(sink, "BRDA:{},{block},{},{taken}", view.line, printable(&name))?;
        }
    }
    let branches = file.totals.branches;
    if branches.total > 0 {
        writeln!(sink, "BRF:{}\nBRH:{}", branches.total, branches.covered)?;
    }
    Ok(())
}

/// An arm, and how often it was taken: `-` where its branch was never reached.
struct Arm {
    name: String,
    taken: String,
}

/// The ways that are known by where they lead to: lines ascending, then exits. Where none was taken that counts, the line
/// may always have raised an exception, and the branch was not reached.
fn destinations(
    file: &FileSummary<'_>,
    view: &BranchView,
    branch: &Branch,
    describer: &Describer<'_>,
) -> Vec<Arm> {
    let untaken = if view.at_least == 0 { "-" } else { "0" };
    let counted = |(arm, &taken): (_, &u64)| (arm, count(file.coverage.hits, taken).to_string());
    let taken = branch.taken.iter().chain(&branch.uncounted).map(counted);
    let missing = branch.untaken.iter().map(|arm| (arm, untaken.to_owned()));
    let mut arms: Vec<(i64, &String, String)> =
        taken.chain(missing).map(|(arm, taken)| (arm.parse().unwrap_or(i64::MIN), arm, taken)).collect();
    arms.sort_by_key(|&(target, _, _)| (target < 0, target));
    let arm = |(_, arm, taken): (_, &String, _)| Arm {
        name: describer.describe(view.line, arm, Some(branch)),
        taken,
    };
    arms.into_iter().map(arm).collect()
}

/// The most arms that are written without being known one by one: a report may claim any number of them.
const MOST_UNKNOWN_ARMS: u32 = 1 << 12;

/// Arms that go by labels, or by the lines that the untaken ones lead to, and those of which only the number is known,
/// which go by ordinals: LCOV has no word for "two of three, and nobody knows which".
fn arms(
    file: &FileSummary<'_>,
    view: &BranchView,
    branch: Option<&Branch>,
    describer: &Describer<'_>,
) -> Vec<Arm> {
    let is_reached = view.at_most > 0 || file.coverage.lines.is_hit(view.line);
    let untaken = if is_reached { "0" } else { "-" };
    let mut arms: Vec<Arm> = Vec::new();
    if let Some(branch) = branch {
        let name = |arm: &String| match view.naming {
            Some(Naming::DestinationOrExit) => describer.describe(view.line, arm, Some(branch)),
            _ => arm.clone(),
        };
        let mut named: Vec<(&String, String)> = Vec::new();
        named.extend(
            branch.taken.iter().map(|(arm, &taken)| (arm, count(file.coverage.hits, taken).to_string())),
        );
        named.extend(branch.untaken.iter().map(|arm| (arm, untaken.to_owned())));
        named.sort_by_key(|(arm, _)| (arm.parse::<u64>().unwrap_or(u64::MAX), *arm));
        arms.extend(named.into_iter().map(|(arm, taken)| Arm { name: name(arm), taken }));
    }
    let is_taken = |arm: &Arm| !matches!(arm.taken.as_str(), "0" | "-");
    let known = u32::try_from(arms.len()).unwrap_or(u32::MAX);
    let mut taken = u32::try_from(arms.iter().filter(|arm| is_taken(arm)).count()).unwrap_or(u32::MAX);
    let unknown = view.arms.saturating_sub(known).min(MOST_UNKNOWN_ARMS);
    // The names that are free: no number among the names that there are.
    let free = (0..).map(|ordinal: u64| ordinal.to_string());
    let names: Vec<String> = arms.iter().map(|arm| arm.name.clone()).collect();
    for name in free.filter(|name| !names.contains(name)).take(unknown as usize) {
        let is_taken = taken < view.at_least;
        taken += u32::from(is_taken);
        arms.push(Arm { name, taken: if is_taken { "1" } else { untaken }.to_owned() });
    }
    arms
}

/// Numbers the branches of a line: LCOV's blocks are numbers.
#[derive(Default)]
struct Block {
    line: u32,
    ordinal: u64,
}

impl Block {
    /// The number of the branch `view`: the one that it has, or else its place among those of its line.
    fn of(&mut self, view: &BranchView) -> u64 {
        self.ordinal = if self.line == view.line { self.ordinal + 1 } else { 0 };
        self.line = view.line;
        view.block.parse().unwrap_or(self.ordinal)
    }
}

#[cfg(test)]
mod tests {
    use cov_model::{Branches, Class, FileCoverage, Function, HitKind, Report, Tally};

    use super::*;
    use crate::summary::Summary;

    fn site(line: u32, block: &str, naming: Naming) -> Site {
        Site { line, block: block.to_owned(), naming }
    }

    fn branch(arms: u32, taken: &[(&str, u64)], untaken: &[&str]) -> Branch {
        Branch {
            arms,
            taken: taken.iter().map(|&(arm, count)| (arm.to_owned(), count)).collect(),
            untaken: untaken.iter().map(|&arm| arm.to_owned()).collect(),
            ..Branch::default()
        }
    }

    /// The records of a file whose line 1 never ran and whose lines 2 to 9 did.
    #[track_caller]
    fn check(hits: HitKind, branches: Branches, expected: &[&str]) {
        let function = Function { body: Some(4), end: Some(9), hits: Some(1) };
        let file = FileCoverage {
            hits,
            lines: (1..10).map(|line| (line, u64::from(line > 1))).collect(),
            functions: [((3, "C.f".to_owned()), function)].into(),
            classes: [((2, "C".to_owned()), Class { end: Some(9) })].into(),
            branches,
            ..FileCoverage::default()
        };
        let report = Report { files: [("a".to_owned(), file)].into(), ..Report::default() };
        let mut bytes = Vec::new();
        write(&Summary::new(&report, true).files[0], &mut bytes).unwrap();
        assert_eq!(String::from_utf8(bytes).unwrap().lines().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn ways_go_by_what_they_do() {
        let naming = Naming::Destination;
        let described = Branch {
            described: [("-5".to_owned(), "run the generator expression on line 5".to_owned())].into(),
            uncounted: [("3".to_owned(), 1)].into(),
            ..branch(3, &[("8", 1)], &["-5", "6"])
        };
        let named = [
            (site(1, "", naming), branch(2, &[], &["2", "-1"])),
            (site(2, "", naming), branch(2, &[("4", 1)], &["-2"])),
            (site(4, "", naming), branch(2, &[("-3", 1)], &["5"])),
            (site(5, "", naming), described),
            // With `pragma: no branch`, what was not taken is not missing; and line 10 is no statement.
            (site(9, "", naming), branch(2, &[("10", 1)], &[])),
            (site(10, "", naming), branch(2, &[], &["11", "12"])),
        ];
        check(
            HitKind::YesNo,
            Branches { measured: true, named: named.into(), ..Branches::default() },
            &[
                "BRDA:1,0,jump to line 2,-",
                "BRDA:1,0,exit the module,-",
                "BRDA:2,0,jump to line 4,1",
                "BRDA:2,0,exit class 'C',0",
                "BRDA:4,0,jump to line 5,0",
                "BRDA:4,0,return from function 'f',1",
                "BRDA:5,0,jump to line 3,1",
                "BRDA:5,0,jump to line 6,0",
                "BRDA:5,0,jump to line 8,1",
                "BRDA:5,0,run the generator expression on line 5,0",
                "BRDA:9,0,jump to line 10,1",
                "BRF:13",
                "BRH:5",
            ],
        );
    }

    #[test]
    fn arms_of_other_languages_have_labels_or_numbers() {
        let named = [
            (site(1, "", Naming::Label), branch(2, &[], &["0", "1"])),
            (site(2, "7", Naming::Label), branch(2, &[("0", 12)], &["1"])),
            (site(2, "x", Naming::Label), branch(3, &[("then", 3)], &["else"])),
            (site(4, "", Naming::DestinationOrExit), branch(3, &[], &["exit", "6"])),
        ];
        let tallied = [((5, 3), Tally { at_least: 1, at_most: 3 }), ((6, u32::MAX), Tally::exactly(0))];
        let mut expected = vec![
            "BRDA:1,0,0,-",
            "BRDA:1,0,1,-",
            "BRDA:2,7,0,12",
            "BRDA:2,7,1,0",
            "BRDA:2,1,else,0",
            "BRDA:2,1,then,3",
            "BRDA:2,1,0,1",
            "BRDA:4,0,jump to line 6,0",
            "BRDA:4,0,return from function 'f',0",
            "BRDA:4,0,0,1",
            "BRDA:5,0,0,1",
            "BRDA:5,0,1,0",
            "BRDA:5,0,2,0",
        ];
        let unknown: Vec<String> = (0..MOST_UNKNOWN_ARMS).map(|arm| format!("BRDA:6,0,{arm},0")).collect();
        expected.extend(unknown.iter().map(String::as_str));
        expected.extend(["BRF:4294967308", "BRH:5"]);
        check(
            HitKind::Counts,
            Branches { measured: true, named: named.into(), tallied: tallied.into() },
            &expected,
        );
    }
}
