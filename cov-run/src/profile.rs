//! From the workers' fragments to a profile: coverage.py combines and analyses, we write what it says.

use std::fs;
use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, bail};
use cov_model::stream::Output;
use cov_model::{Digest, Report, json};
use cov_python::coveragepy_json;
use serde::Serialize;

use crate::hello::Measured;
use crate::worker::forget_measurement;

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

/// The Python step, started and waiting for what to do.
#[derive(Debug)]
pub struct Finish {
    child: Child,
    work: PathBuf,
}

impl Finish {
    /// Starts the step, which loads coverage.py meanwhile. `work` is a new directory for what it writes.
    pub fn start(python: &Path, script: &Path, work: PathBuf) -> anyhow::Result<Self> {
        fs::create_dir(&work)?;
        let mut command = Command::new(python);
        forget_measurement(&mut command);
        let child = command
            .arg(script)
            .process_group(0) // Ctrl-C is for cov-run to hear, which then needs the profile of what was measured
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        Ok(Self { child, work })
    }

    /// Combines all fragments into one report, in this many processes. With it comes what coverage.py warned of.
    pub fn report(
        self,
        fragments: &Path,
        measured: &Measured,
        processes: u32,
    ) -> anyhow::Result<(Report, Vec<String>)> {
        let work = self.work.clone();
        let notes = self
            .analyse(fragments, measured, processes)
            .context("coverage.py could not combine what was measured")?;
        let mut report = Report::default();
        for entry in fs::read_dir(work)? {
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
        Ok((report, notes))
    }

    fn analyse(
        mut self,
        fragments: &Path,
        measured: &Measured,
        processes: u32,
    ) -> anyhow::Result<Vec<String>> {
        let specification = Specification {
            fragments,
            work: &self.work,
            config_file: measured.config_file.as_deref().unwrap_or(".coveragerc"),
            source: measured.source.as_deref(),
            branch: measured.branch,
            processes,
        };
        let mut stdin = self.child.stdin.take().context("no pipe")?;
        let told = stdin.write_all(&serde_json::to_vec(&specification)?);
        drop(stdin);
        let output = self.child.wait_with_output()?;
        if !output.status.success() {
            bail!("{}", String::from_utf8_lossy(&output.stderr).trim_end());
        }
        told?;
        Ok(String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect())
    }
}

/// Writes a profile.
pub fn write(report: &Report, path: &Path) -> anyhow::Result<()> {
    Output::File(path.to_owned())
        .write(|sink| json::write(report, sink))
        .with_context(|| path.display().to_string())
}
