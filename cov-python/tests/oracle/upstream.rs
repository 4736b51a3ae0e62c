//! coverage.py's own tests: what they parse, what they measure, and the tables that they hold its functions against.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use cov_model::Ratio;
use cov_model::ranges::{runs_within, shown};
use serde::Deserialize;
use serde_json::Value;
use tempfile::TempDir;

use super::measured::replay;
use super::{assert_same_facts, assert_success, script, venv, version};

/// What running coverage.py's tests left behind: see `harvest.py`.
fn harvest() -> &'static Path {
    static HARVEST: OnceLock<TempDir> = OnceLock::new();
    let harvested = HARVEST.get_or_init(|| {
        let directory = tempfile::tempdir().unwrap();
        assert_success(
            &script(&venv(), "harvest.py").arg("upstream").arg(directory.path()).output().unwrap(),
        );
        directory
    });
    harvested.path()
}

fn harvested(name: &str) -> Vec<String> {
    fs::read_to_string(harvest().join(name)).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn all_that_its_tests_parse_has_the_same_facts() {
    let mut questions = harvested("parsed.jsonl");
    assert!(questions.len() > 900, "{} texts were parsed", questions.len());
    // Two texts, with two sets of patterns each, have a carriage return, which reading a file leaves in none.
    let all = questions.len();
    questions.retain(|question| !question.contains("\"text\": \"\\r"));
    assert!(all - questions.len() <= 4, "{} texts were left out", all - questions.len());
    assert_same_facts(&venv(), &questions);
}

#[test]
fn all_that_its_tests_measure_gives_the_same_numbers() {
    let replayed = replay(harvest(), version(&venv()));
    assert!(replayed > 250, "{replayed} measurements were judged");
}

/// A call of a function of coverage.py's results.py, and what it gave.
#[derive(Debug, Deserialize)]
struct Call {
    function: String,
    arguments: Vec<Value>,
    answer: Value,
}

#[test]
fn its_tables_of_rounding_and_of_missing_lines_hold() {
    let calls: Vec<Call> =
        harvested("tables.jsonl").iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut checked = 0;
    for call in &calls {
        let argument = |index: usize| call.arguments[index].clone();
        let ours = match call.function.as_str() {
            "display_covered" => {
                let (numerator, denominator): (u64, u64) = serde_json::from_value(argument(0)).unwrap();
                Ratio::new(numerator, 100 * denominator).rounded(serde_json::from_value(argument(1)).unwrap())
            }
            // With arms among them, the list is cov-report's.
            "format_lines"
                if call.arguments.len() < 3
                    || argument(2).is_null()
                    || argument(2) == Value::Array(vec![]) =>
            {
                let lines: [Vec<u32>; 2] =
                    [0, 1].map(|index| serde_json::from_value(argument(index)).unwrap());
                let runs = runs_within(&lines[1], &lines[0]);
                runs.into_iter().map(shown).collect::<Vec<_>>().join(", ")
            }
            _ => continue,
        };
        assert_eq!(ours, call.answer, "{call:?}");
        checked += 1;
    }
    assert!(checked > 100, "{checked} of {} calls were checked", calls.len());
}
