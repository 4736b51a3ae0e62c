//! A measurement of one text, as far as it holds for another.

use cov_model::{Branch, Branches, FileCoverage, Naming, Site, Tally};

use crate::diff::LineMap;

/// What was measured of a text, in the lines of the text that `map` leads to. What stands in neither is left out.
pub(crate) fn remapped(file: &FileCoverage, map: &LineMap) -> FileCoverage {
    let forward = |line: u32| map.forward(line);
    // A range holds what is still there of it.
    let range = |first: u32, last: u32| {
        let last = (first..=last).rev().find_map(forward)?;
        Some((forward(first)?, last))
    };
    // Destructured, so that a new field cannot be forgotten.
    let FileCoverage {
        language,
        digest: _,
        hits,
        lines,
        excluded,
        branches,
        functions,
        classes,
        spans,
        length: _,
        contexts,
    } = file;
    FileCoverage {
        language: language.clone(),
        digest: None,
        hits: *hits,
        lines: lines.iter().filter_map(|(line, hits)| Some((forward(line)?, hits))).collect(),
        excluded: excluded.iter().copied().filter_map(forward).collect(),
        branches: remapped_branches(branches, map),
        functions: functions
            .iter()
            .filter_map(|((first, name), function)| {
                let mut function = *function;
                let end = function.end.and_then(|end| range(*first, end)).map(|(_, last)| last);
                function.body = function.body.and_then(forward);
                function.end = end;
                Some(((forward(*first)?, name.clone()), function))
            })
            .collect(),
        classes: classes
            .iter()
            .filter_map(|((first, name), class)| {
                let mut class = *class;
                class.end = class.end.and_then(|end| range(*first, end)).map(|(_, last)| last);
                Some(((forward(*first)?, name.clone()), class))
            })
            .collect(),
        spans: spans.iter().filter_map(|(&first, &last)| range(first, last)).collect(),
        length: None,
        contexts: contexts
            .iter()
            .map(|(context, lines)| (context.clone(), lines.iter().copied().filter_map(forward).collect()))
            .collect(),
    }
}

/// Branches whose arms lead to lines lead to where those are now; where that is nowhere, it is only known how many were
/// taken.
fn remapped_branches(branches: &Branches, map: &LineMap) -> Branches {
    let mut remapped = Branches { measured: branches.measured, ..Branches::default() };
    for (site, branch) in &branches.named {
        let Some(line) = map.forward(site.line) else { continue };
        let name = |arm: &String| match arm.parse::<u32>() {
            Ok(line) if site.naming != Naming::Label => map.forward(line).map(|line| line.to_string()),
            _ => Some(arm.clone()),
        };
        let taken = branch.taken.iter().map(|(arm, &count)| Some((name(arm)?, count))).collect::<Option<_>>();
        let untaken = branch.untaken.iter().map(name).collect::<Option<_>>();
        if let (Some(taken), Some(untaken)) = (taken, untaken) {
            let branch = Branch { arms: branch.arms, taken, untaken, ..Branch::default() };
            remapped.named.insert(Site { line, ..site.clone() }, branch);
        } else {
            let tally = Tally::exactly(branch.taken_arms());
            remapped.tallied.insert((line, branch.arm_count()), tally);
        }
    }
    for (&(line, arms), &tally) in &branches.tallied {
        if let Some(line) = map.forward(line) {
            remapped.tallied.insert((line, arms), tally);
        }
    }
    remapped
}

#[cfg(test)]
mod tests {
    use cov_model::Function;

    use super::*;

    #[test]
    fn everything_moves_with_its_lines() {
        let site = |line| Site { line, block: String::new(), naming: Naming::Destination };
        let branch =
            |untaken: &str| Branch { arms: 2, untaken: [untaken.to_owned()].into(), ..Branch::default() };
        let file = FileCoverage {
            lines: [(1, 1), (2, 0), (3, 5)].into_iter().collect(),
            branches: Branches {
                named: [(site(1), branch("3")), (site(3), branch("2"))].into(),
                ..Branches::default()
            },
            functions: [((1, "f".to_owned()), Function { end: Some(3), hits: Some(1), body: Some(2) })]
                .into(),
            spans: [(1, 2)].into(),
            contexts: [("t".to_owned(), [1, 2].into())].into(),
            ..FileCoverage::default()
        };
        // Line 2 went, two lines came in front.
        let map = LineMap::new(&[2].into_iter().collect(), &[1, 2].into_iter().collect());
        let moved = remapped(&file, &map);
        assert_eq!(moved.lines.iter().collect::<Vec<_>>(), [(3, 1), (4, 5)]);
        assert_eq!(moved.branches.named, [(site(3), branch("4"))].into());
        assert_eq!(moved.branches.tallied, [((4, 2), Tally::exactly(1))].into());
        let function = Function { end: Some(4), hits: Some(1), body: None };
        assert_eq!(moved.functions, [((3, "f".to_owned()), function)].into());
        assert_eq!(moved.spans, [(3, 3)].into());
        assert_eq!(moved.contexts["t"], [3].into());
    }
}
