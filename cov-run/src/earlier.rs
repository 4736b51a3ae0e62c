//! An earlier run, as its output directory tells it.

use std::fs::{self, File};
use std::io::{self, BufReader};
use std::time::UNIX_EPOCH;

use anyhow::Context as _;
use cov_model::manifest::Manifest;
use cov_model::{Report, json};

use crate::out::OutDirectory;
use crate::refusal::Refusal;
use crate::selection::Rest;

/// What an earlier run of the same shard did, and covered.
#[derive(Clone, Debug)]
pub struct Earlier {
    /// What it did.
    pub rest: Rest,
    /// What it covered, if anything was measured.
    pub profile: Option<Report>,
}

impl Earlier {
    /// Reads it. It must be there.
    pub fn read(out: &OutDirectory) -> anyhow::Result<Self> {
        let rest = Self::read_manifest(out)?;
        let path = out.profile();
        let profile = match File::open(&path) {
            Ok(file) => Some(json::read(BufReader::new(file)).with_context(|| path.display().to_string())?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error).with_context(|| path.display().to_string()),
        };
        Ok(Self { rest, profile })
    }

    /// Reads what it did.
    pub fn read_manifest(out: &OutDirectory) -> anyhow::Result<Rest> {
        let path = out.manifest();
        let text = fs::read(&path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => {
                Refusal::usage(format!("{}: there is no earlier run (run cov-run first)", path.display()))
            }
            _ => Refusal::usage(format!("{}: {error}", path.display())),
        })?;
        let manifest = Manifest::from_slice(&text)
            .map_err(|error| Refusal::usage(format!("{}:{error}", path.display())))?;
        if !manifest.command.is_empty() {
            let what = "that was a run of a command, not of pytest";
            return Err(Refusal::usage(format!("{}: {what}", path.display())));
        }
        let modified = fs::metadata(&path)?.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
        Ok(Rest { manifest, ended: u64::try_from(modified.as_micros()).unwrap_or(u64::MAX) })
    }
}

/// Adds what an earlier run covered to a profile. What it covered of files that have changed since is lost; the answer
/// names them.
pub fn add_profile(earlier: Report, report: &mut Report) -> anyhow::Result<Vec<String>> {
    let mut earlier = earlier;
    earlier.shards.clear();
    let mut changed = Vec::new();
    earlier.files.retain(|path, file| {
        let is_same = report.files.get(path).is_none_or(|now| now.digest == file.digest);
        if !is_same {
            changed.push(path.clone());
        }
        is_same
    });
    report.merge(earlier)?;
    Ok(changed)
}
