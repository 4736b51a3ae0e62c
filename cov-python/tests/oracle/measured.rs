//! Measurements that coverage.py made and judged (`harvest.py`), judged by us.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use cov_model::Totals;
use cov_python::analysis::Analysis;
use cov_python::data_file::{DataFile, Kind, ReadOptions};
use cov_python::pattern::Patterns;
use cov_python::python_version::PythonVersion;
use cov_python::{results, source};
use serde::Deserialize;

use super::{assert_same_facts, assert_success, script, seed, venv, version};

/// How many random programs are run; `make exactness` compares thousands, without running them.
const PROGRAMS: u32 = 100;

/// What coverage.py made of one file and the data measured of it.
#[derive(Debug, Deserialize)]
struct Case {
    name: String,
    /// The file with the source, as it was measured.
    source: String,
    /// The data file.
    data: String,
    /// The name of the source in the data file.
    path: String,
    exclude: Vec<String>,
    partial: Vec<String>,
    has_arcs: bool,
    #[serde(flatten)]
    judgement: Judgement,
}

/// coverage.py's `Analysis`, or ours in its shape.
#[derive(Debug, Deserialize, PartialEq)]
struct Judgement {
    statements: Vec<u32>,
    missing: Vec<u32>,
    excluded: Vec<u32>,
    /// Line, exits, and how many of them count as taken.
    branch_stats: Vec<(u32, u32, u32)>,
    missing_branch_arcs: Vec<(u32, Vec<i32>)>,
    executed_branch_arcs: Vec<(u32, Vec<i32>)>,
    numbers: BTreeMap<String, u64>,
}

/// Replays the judgements that `harvest.py` left in `directory`, and expects ours to be the same. Gives their number.
pub(super) fn replay(directory: &Path, version: PythonVersion) -> usize {
    let cases = fs::read_to_string(directory.join("cases.jsonl")).unwrap();
    let mut differing = Vec::new();
    for line in cases.lines() {
        let case: Case = serde_json::from_str(line).unwrap();
        let ours = judged(&case, version);
        if ours != case.judgement {
            let source = fs::read_to_string(&case.source).unwrap_or_default();
            differing.push(format!(
                "{}\ncoverage.py: {:?}\nwe:          {ours:?}\n{source}",
                case.name, case.judgement
            ));
        }
    }
    assert!(differing.is_empty(), "{} differ:\n{}", differing.len(), differing.join("\n"));
    cases.lines().count()
}

fn judged(case: &Case, version: PythonVersion) -> Judgement {
    let text = source::decode(&fs::read(&case.source).unwrap()).unwrap();
    let patterns = Patterns::new(texts(&case.exclude), texts(&case.partial)).unwrap();
    let analysis =
        Analysis::of(&text, &patterns, version).unwrap_or_else(|error| panic!("{}: {error:?}", case.name));
    let data = DataFile::read(Path::new(&case.data), ReadOptions::default()).unwrap();
    let kind = if case.has_arcs { Kind::Arcs } else { Kind::Lines };
    assert_eq!(data.kind.unwrap_or(kind), kind, "{}", case.name);
    let measured = data.files.get(&case.path).cloned().unwrap_or_default();
    let file = results::coverage(&analysis, &measured, kind);

    let totals = Totals::of_file(&file);
    let mut judgement = Judgement {
        statements: file.lines.iter().map(|(line, _)| line).collect(),
        missing: file.lines.missed().collect(),
        excluded: file.excluded.iter().copied().collect(),
        branch_stats: Vec::new(),
        missing_branch_arcs: Vec::new(),
        executed_branch_arcs: Vec::new(),
        numbers: [
            ("n_statements", totals.lines.total),
            ("n_excluded", totals.excluded),
            ("n_missing", totals.lines.missing()),
            ("n_branches", totals.branches.total),
            ("n_partial_branches", totals.partial_branches),
            ("n_missing_branches", totals.branches.missing()),
        ]
        .map(|(name, number)| (name.to_owned(), number))
        .into(),
    };
    for (site, branch) in &file.branches.named {
        judgement.branch_stats.push((site.line, branch.arm_count(), branch.taken_arms()));
        let lists = [
            (&mut judgement.missing_branch_arcs, numbers(branch.untaken.iter())),
            (
                &mut judgement.executed_branch_arcs,
                numbers(branch.taken.keys().chain(branch.uncounted.keys())),
            ),
        ];
        for (list, arms) in lists.into_iter().filter(|(_, arms)| !arms.is_empty()) {
            list.push((site.line, arms));
        }
    }
    judgement
}

fn numbers<'a>(arms: impl Iterator<Item = &'a String>) -> Vec<i32> {
    let mut numbers: Vec<i32> = arms.map(|arm| arm.parse().unwrap()).collect();
    numbers.sort_unstable();
    numbers
}

fn texts(patterns: &[String]) -> impl Iterator<Item = &str> {
    patterns.iter().map(String::as_str)
}

#[test]
#[expect(clippy::print_stdout, reason = "a failed run is to be repeated")]
fn random_programs_have_the_same_facts_and_the_same_numbers() {
    let venv = venv();
    let seed = seed();
    println!("random programs: SEED={seed}");
    let directory = tempfile::tempdir().unwrap();
    let arguments = [seed.to_string(), PROGRAMS.to_string()];
    let harvest =
        script(&venv, "harvest.py").arg("programs").arg(directory.path()).args(arguments).output().unwrap();
    assert_success(&harvest);
    let programs: Vec<String> = (0..PROGRAMS)
        .map(|index| directory.path().join(format!("program{index}.py")).to_str().unwrap().to_owned())
        .collect();
    assert_same_facts(&venv, &programs);
    // Measured with branches, its lines alone, and arcs that no run gives; but some programs coverage.py itself fails on.
    let replayed = replay(directory.path(), version(&venv));
    assert!(replayed > 2 * PROGRAMS as usize, "{replayed} measurements were judged");
}
