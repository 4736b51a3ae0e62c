//! What a source and the data measured of it come to: the numbers of coverage.py's `results.py`.

use std::collections::BTreeMap;

use cov_model::arm::Scopes;
use cov_model::regions::{Runs, function_lines};
use cov_model::{Branch, Branches, Class, FileCoverage, Function, HitKind, Naming, Site};

use crate::analysis::Analysis;
use crate::data_file::{FileData, Kind, LineArc};
use crate::regions::RegionKind;

/// What was covered of a file, from its analysed source and what was measured of it.
///
/// Lines are the statements, hit or not. A branch is a line from which more than one way leads on that is not excluded;
/// arms go by the line that they lead to. The ways from a line with `pragma: no branch` are never missing.
pub fn coverage(analysis: &Analysis, data: &FileData, kind: Kind) -> FileCoverage {
    let executed = executed_lines(analysis, data);
    let is_executed = |line: u32| executed.binary_search(&line).is_ok();
    let lines = analysis.statements.iter().map(|&line| (line, u64::from(is_executed(line)))).collect();
    let branches = match kind {
        Kind::Lines => Branches::default(),
        Kind::Arcs => branches(analysis, &data.arcs),
    };
    let mut file = FileCoverage {
        language: Some("python".to_owned()),
        hits: HitKind::YesNo,
        lines,
        excluded: analysis.excluded.iter().copied().collect(),
        branches,
        length: Some(analysis.length),
        ..FileCoverage::default()
    };
    add_regions(&mut file, analysis);
    describe_arms(&mut file, analysis);
    let spans = analysis.line_map.spans().iter().copied();
    file.spans = spans.filter(|&(first, _)| file.lines.get(first).is_some()).collect();
    for (context, lines) in &data.contexts {
        file.contexts.insert(context.to_string(), lines.iter().copied().collect());
    }
    file
}

/// The statements that ran, ascending.
fn executed_lines(analysis: &Analysis, data: &FileData) -> Vec<u32> {
    let mut lines: Vec<u32> =
        data.executed_lines().into_iter().map(|line| analysis.line_map.first_line(line)).collect();
    lines.sort_unstable();
    lines.dedup();
    lines.retain(|line| analysis.statements.binary_search(line).is_ok());
    lines
}

/// The arcs that were taken, between first lines of statements, ascending.
///
/// From `analysis_from_file_reporter`. An arc from a line to itself is what `sys.monitoring` tells of a line that ran: it
/// stands for the one way that leads on from there, if there is just one. That the arcs are translated a second time is
/// not idle: the fixes of `with` then apply to numbers which only the first translation has made those of statements.
fn executed_arcs(analysis: &Analysis, measured: &[LineArc]) -> Vec<LineArc> {
    let mut arcs = analysis.translate_arcs(measured);
    arcs.retain_mut(|(from, to)| {
        if from != to {
            return true;
        }
        let mut ways = analysis.arcs_from(*from).iter();
        match (ways.next(), ways.next()) {
            (Some(&(_, only)), None) => {
                *to = only;
                true
            }
            _ => false,
        }
    });
    let mut arcs = analysis.translate_arcs(&arcs);
    arcs.sort_unstable();
    arcs.dedup();
    arcs
}

/// The branches, with the arms that were taken.
fn branches(analysis: &Analysis, measured: &[LineArc]) -> Branches {
    let executed = executed_arcs(analysis, measured);
    let is_excluded =
        |line: i32| u32::try_from(line).is_ok_and(|line| analysis.excluded.binary_search(&line).is_ok());
    let mut named = BTreeMap::new();
    for ways in analysis.arcs.chunk_by(|a, b| a.0 == b.0) {
        let start = ways[0].0;
        let arms = ways.iter().filter(|&&(_, to)| !is_excluded(to)).count();
        if arms < 2 || is_excluded(start) {
            continue;
        }
        let line = u32::try_from(start).expect("an arc that can be starts in a line");
        let may_miss = analysis.no_branch.binary_search(&line).is_err();
        let mut branch = Branch { arms: u32::try_from(arms).unwrap_or(u32::MAX), ..Branch::default() };
        for &(_, to) in ways {
            let name = to.to_string();
            match (executed.binary_search(&(start, to)).is_ok(), is_excluded(to)) {
                (true, false) => drop(branch.taken.insert(name, 1)),
                (true, true) => drop(branch.uncounted.insert(name, 1)),
                (false, false) if may_miss => drop(branch.untaken.insert(name)),
                (false, _) => {}
            }
        }
        named.insert(Site { line, block: String::new(), naming: Naming::Destination }, branch);
    }
    Branches { measured: true, named, tallied: BTreeMap::new() }
}

/// Adds functions and classes. A function was entered if a line of it ran.
fn add_regions(file: &mut FileCoverage, analysis: &Analysis) {
    for region in &analysis.regions {
        let key = (region.start, region.name.clone());
        let end = Some(region.end);
        match region.kind {
            RegionKind::Class => {
                file.classes.insert(key, Class { end });
            }
            RegionKind::Function => {
                file.functions.insert(key, Function { body: Some(region.body), end, hits: None });
            }
        }
    }
    let hits: Vec<_> = function_lines(file).iter().map(|function| most_hits(file, &function.lines)).collect();
    for (function, hits) in file.functions.values_mut().zip(hits) {
        function.hits = hits;
    }
}

/// Adds what the arms do, where it does not follow from their names.
fn describe_arms(file: &mut FileCoverage, analysis: &Analysis) {
    let scopes = Scopes::of(file);
    let mut described = Vec::new();
    for site in file.branches.named.keys() {
        let Ok(line) = i32::try_from(site.line) else { continue };
        for &(_, to) in analysis.arcs_from(line) {
            let arm = to.to_string();
            let action = analysis.arc_descriptions.action((line, to));
            if action != scopes.action(site.line, &arm) {
                described.push((site.clone(), arm, action));
            }
        }
    }
    for (site, arm, action) in described {
        if let Some(branch) = file.branches.named.get_mut(&site) {
            branch.described.insert(arm, action);
        }
    }
}

/// The most hits of a line in these runs of lines; none where no line is executable.
fn most_hits(file: &FileCoverage, runs: &Runs) -> Option<u64> {
    runs.iter().flat_map(|&(first, last)| file.lines.between(first, last)).map(|(_, hits)| hits).max()
}
