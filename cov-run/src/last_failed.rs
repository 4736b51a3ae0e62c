//! pytest's memory of what failed, for `--lf` and `--ff`: workers do not write it, so that is done once at the end.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use anyhow::Context as _;
use cov_model::stream::Output;

use crate::record::Record;

type Failed = BTreeMap<String, bool>;

/// Brings pytest's memory in `cache` up to date.
pub fn update(record: &Record, cache: &Path) -> anyhow::Result<()> {
    let path = cache.join("v/cache/lastfailed");
    // A memory that cannot be read is begun anew, as pytest does.
    let before: Failed =
        fs::read(&path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
    let after = learn(before.clone(), record);
    if after == before {
        return Ok(());
    }
    keep_out_of_git(cache).with_context(|| cache.display().to_string())?;
    Output::File(path.clone())
        .write(|sink| serde_json::to_writer_pretty(sink, &after).map_err(io::Error::from))
        .with_context(|| path.display().to_string())
}

/// What has failed last, after this run, by pytest's own rules.
fn learn(mut failed: Failed, record: &Record) -> Failed {
    for report in record.reports() {
        if report.outcome == "failed" {
            failed.insert(report.id.clone(), true);
        } else if report.outcome == "skipped" || report.when == "call" {
            failed.remove(&report.id);
        }
    }
    let collected = record.imports();
    let broken: Vec<&str> = record.reports_without_test().map(|report| report.id.as_str()).collect();
    failed.retain(|id, _| !collected.contains_key(id.as_str()) || broken.contains(&id.as_str()));
    failed
}

/// A cache that pytest has not made yet gets what pytest would put there.
fn keep_out_of_git(cache: &Path) -> io::Result<()> {
    if !cache.exists() {
        fs::create_dir_all(cache)?;
        fs::write(cache.join(".gitignore"), "# Created by cov-run for pytest.\n*\n")?;
        fs::write(cache.join("CACHEDIR.TAG"), "Signature: 8a477f597d28d172789f06886806bc55\n")?;
    }
    Ok(())
}
