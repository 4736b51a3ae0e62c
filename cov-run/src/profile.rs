//! From the workers' fragments to a profile: coverage.py combines and analyses, we write what it says.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};
use cov_model::stream::Output;
use cov_model::{Digest, Report, Shard, json};
use cov_python::coveragepy_json;
use serde::Serialize;

use crate::protocol::Measured;

/// What the Python step is told.
#[derive(Serialize)]
struct Specification<'a> {
    fragments: &'a Path,
    work: &'a Path,
    config_file: &'a str,
    source: Option<&'a [String]>,
    branch: bool,
    processes: u32,
}

/// What a profile is made of, and with.
#[derive(Debug)]
pub struct Finish<'a> {
    /// The project's Python.
    pub python: &'a Path,
    /// The script.
    pub script: &'a Path,
    /// Where the fragments are.
    pub fragments: &'a Path,
    /// An empty directory to work in.
    pub work: &'a Path,
    /// How it was measured.
    pub measured: &'a Measured,
    /// How many processes may analyse sources.
    pub processes: u32,
}

impl Finish<'_> {
    /// Combines all fragments into one report.
    pub fn report(&self) -> anyhow::Result<Report> {
        self.analyse().context("coverage.py could not combine what was measured")?;
        let mut report = Report::default();
        for entry in fs::read_dir(self.work)? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "json") {
                let bytes = fs::read(&path)?;
                // The parts have no file in common.
                report.files.extend(coveragepy_json::read(&bytes).context("coverage.py's JSON")?.files);
            }
        }
        for (path, file) in &mut report.files {
            // A source that is gone by now has been measured all the same.
            file.digest = fs::read(path).ok().map(|source| Digest::of(&source));
        }
        Ok(report)
    }

    fn analyse(&self) -> anyhow::Result<()> {
        let specification = Specification {
            fragments: self.fragments,
            work: self.work,
            config_file: self.measured.config_file.as_deref().unwrap_or(".coveragerc"),
            source: self.measured.source.as_deref(),
            branch: self.measured.branch,
            processes: self.processes,
        };
        let mut child = Command::new(self.python)
            .arg(self.script)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        let mut stdin = child.stdin.take().context("no pipe")?;
        stdin.write_all(&serde_json::to_vec(&specification)?)?;
        drop(stdin);
        let output = child.wait_with_output()?;
        if !output.status.success() {
            bail!("{}", String::from_utf8_lossy(&output.stderr).trim_end());
        }
        Ok(())
    }
}

/// Writes a profile.
pub fn write(report: &Report, path: &Path) -> anyhow::Result<()> {
    Output::File(path.to_owned())
        .write(|sink| json::write(report, sink))
        .with_context(|| path.display().to_string())
}

/// Says of which shard a report is; a whole run needs no name.
pub fn name_shard(report: &mut Report, shard: Shard) {
    if shard.total > 1 {
        report.shards.insert(shard);
    }
}
