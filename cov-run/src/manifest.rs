//! From the record of a run to its manifest.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;
use cov_model::manifest::{FORMAT, Manifest, TestRecord, VERSION, list_digest};
use cov_model::stream::Output;

use crate::record::Record;
use crate::shard::Shard;

/// What the record does not know.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The shard.
    pub shard: Shard,
    /// What pytest was given.
    pub arguments: Vec<String>,
    /// The exit status.
    pub status: u8,
    /// Whether the measurement of every test that ran is in the profile.
    pub coverage_complete: bool,
    /// The names of the measured fragments, ascending.
    pub fragments: Vec<String>,
}

/// The manifest of a run.
pub fn manifest(record: &Record, facts: Facts) -> Manifest {
    let files = record.sorted_files();
    let mut assigned = record.assigned.clone();
    assigned.sort();
    let mut tests: Vec<TestRecord> = record
        .tests()
        .map(|test| TestRecord {
            id: test.id.clone(),
            outcome: test.outcome,
            duration_us: test.us,
            attempts: test.attempts,
            worker: format!("gw{}", test.slot),
            process: test.generation,
            order: test.order,
        })
        .collect();
    tests.sort_by(|a, b| a.id.cmp(&b.id));
    let mut versions = BTreeMap::new();
    if let Some(hello) = &record.hello {
        versions.insert("python".to_owned(), hello.python.clone());
        versions.insert("pytest".to_owned(), hello.pytest.clone());
        if let Some(version) = hello.measured.as_ref().and_then(|measured| measured.version.clone()) {
            versions.insert("coverage".to_owned(), version);
        }
    }
    Manifest {
        format: FORMAT.to_owned(),
        version: VERSION,
        shard: facts.shard.number(),
        shards: facts.shard.total(),
        run: list_digest(&files).to_string(),
        command: Vec::new(),
        arguments: facts.arguments,
        files,
        assigned,
        status: facts.status,
        complete: record.is_complete(),
        coverage_complete: facts.coverage_complete,
        fragments: facts.fragments,
        versions,
        tests,
    }
}

/// Writes a manifest.
pub fn write(manifest: &Manifest, path: &Path) -> anyhow::Result<()> {
    Output::File(path.to_owned())
        .write(|sink| manifest.write(sink))
        .with_context(|| path.display().to_string())
}
