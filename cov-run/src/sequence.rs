//! The tests that one process ran, in the order in which it ran them.

use cov_model::manifest::{Manifest, TestRecord};

use crate::refusal::Refusal;
use crate::unit::{Pick, Unit};

/// The tests of the process that is meant: by its worker (`gw1`, or `gw1.2` for its third process), else by a test,
/// with which the sequence then ends.
pub fn sequence(manifest: &Manifest, target: &str) -> anyhow::Result<Vec<String>> {
    let mut tests: Vec<&TestRecord> = manifest.tests.iter().filter(|test| test.order > 0).collect();
    tests.sort_by_key(|test| test.order);
    let of = |worker: &str, process: u32| -> Vec<&TestRecord> {
        tests.iter().filter(|test| test.worker == worker && test.process == process).copied().collect()
    };
    let found = if let Some(test) = tests.iter().find(|test| test.id == target) {
        let mut before = of(&test.worker, test.process);
        before.retain(|other| other.order <= test.order);
        before
    } else {
        let (worker, process) = target.split_once('.').unwrap_or((target, "0"));
        process.parse().map(|process| of(worker, process)).unwrap_or_default()
    };
    if found.is_empty() {
        let workers: std::collections::BTreeSet<&str> =
            tests.iter().map(|test| test.worker.as_str()).collect();
        let workers: Vec<&str> = workers.into_iter().collect();
        return Err(Refusal::usage(format!(
            "{target}: neither a test nor a worker of that run (its workers: {})",
            workers.join(", ")
        )));
    }
    Ok(found.into_iter().map(|test| test.id.clone()).collect())
}

/// These tests, as units to run in one worker.
pub fn script(ids: &[String]) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::new();
    for id in ids {
        let file = id.split("::").next().unwrap_or_default();
        let pick = Pick(None, id.clone());
        match units.last_mut() {
            Some(Unit { file: last, tests: Some(tests), .. }) if last == file => tests.push(pick),
            _ => units.push(Unit { tests: Some(vec![pick]), ..Unit::file(file) }),
        }
    }
    units
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use cov_model::manifest::{FORMAT, Outcome, VERSION};

    use super::*;

    fn manifest() -> Manifest {
        let test = |id: &str, worker: &str, process, order| TestRecord {
            id: id.to_owned(),
            outcome: Outcome::Passed,
            duration_us: 1,
            attempts: 1,
            worker: worker.to_owned(),
            process,
            order,
        };
        Manifest {
            format: FORMAT.to_owned(),
            version: VERSION,
            shard: 1,
            shards: 1,
            run: String::new(),
            command: Vec::new(),
            arguments: Vec::new(),
            files: Vec::new(),
            assigned: Vec::new(),
            status: 0,
            complete: true,
            coverage_complete: true,
            fragments: Vec::new(),
            versions: BTreeMap::new(),
            tests: vec![
                test("a::1", "gw0", 0, 3),
                test("a::2", "gw0", 0, 5),
                test("b::1", "gw0", 0, 4),
                test("b::2", "gw0", 1, 7),
                test("c::1", "gw1", 0, 1),
                test("c::2", "gw1", 0, 0),
            ],
        }
    }

    #[test]
    fn a_process_or_a_test_names_a_sequence() {
        let of = |target| sequence(&manifest(), target).unwrap();
        assert_eq!(of("gw0"), ["a::1", "b::1", "a::2"]);
        assert_eq!(of("gw0.1"), ["b::2"]);
        assert_eq!(of("b::1"), ["a::1", "b::1"]);
        assert!(sequence(&manifest(), "c::2").is_err());
        let error = sequence(&manifest(), "gw2").unwrap_err().to_string();
        assert!(error.ends_with("(its workers: gw0, gw1)"), "{error}");
    }

    #[test]
    fn tests_of_a_file_in_a_row_are_a_unit() {
        let units = script(&["a::1", "a::2", "b::1", "a::3"].map(str::to_owned));
        let shape: Vec<_> =
            units.iter().map(|unit| (unit.file.as_str(), unit.tests.as_ref().unwrap().len())).collect();
        assert_eq!(shape, [("a", 2), ("b", 1), ("a", 1)]);
    }
}
