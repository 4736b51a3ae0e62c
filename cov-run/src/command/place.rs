//! Where a shard of a command has its files.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use cov_model::manifest::Manifest;

use crate::out::{OutDirectory, gone};
use crate::shard::Shard;
use crate::temporary::Temporary;

/// The files of a shard.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// The output directory of the run, and the names in it.
    pub(super) files: OutDirectory,
    /// The command's own directory, whose files are looked through.
    pub(super) out: PathBuf,
    /// The command's temporary directory.
    pub(super) tmp: PathBuf,
    /// Where a JUnit file is expected.
    pub(super) junit: PathBuf,
    /// The tests of the shard, one a line.
    pub(super) tests: PathBuf,
    /// What a command touches that knows of shards.
    pub(super) status: PathBuf,
    /// All that the command prints.
    pub(super) output: PathBuf,
}

impl Place {
    /// Makes the directories, without what an earlier run of this shard left in them.
    pub(super) fn prepare(out: &Path, shard: Shard, temporary: &Temporary) -> anyhow::Result<Self> {
        let files = OutDirectory::prepare(out, shard, false)?;
        for entry in fs::read_dir(&files.path)?.flatten() {
            if entry.file_name().to_string_lossy().starts_with(&format!("fragments-{}-", shard.suffix())) {
                fs::remove_dir_all(entry.path()).with_context(|| entry.path().display().to_string())?;
            }
        }
        let own = temporary.tests().join(format!("shard-{}", shard.suffix()));
        let tmp = own.join("tmp");
        fs::create_dir_all(&tmp).with_context(|| tmp.display().to_string())?;
        let out = files.fragments();
        Ok(Self {
            junit: out.join("junit.xml"),
            tests: own.join("tests"),
            status: own.join("shard-status"),
            output: files.path.join(format!("output-{}.txt", shard.suffix())),
            out,
            tmp,
            files,
        })
    }

    /// Puts what an attempt left aside, where it is no fragment, and makes room for another.
    pub(super) fn renew(&self, attempt: u32) -> io::Result<()> {
        let mut aside = self.out.clone().into_os_string();
        aside.push(format!("-attempt-{attempt}"));
        fs::rename(&self.out, aside)?;
        fs::create_dir(&self.out)
    }
}

/// Removes what earlier runs of commands left in `out` that had another number of shards: as the shards of one run, those
/// and these would contradict each other.
pub(super) fn forget_others(out: &Path, total: u32) -> anyhow::Result<()> {
    let Ok(entries) = fs::read_dir(out) else { return Ok(()) };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some(suffix) = name.strip_prefix("run-").and_then(|name| name.strip_suffix(".json")) else {
            continue;
        };
        let manifest = fs::read(entry.path()).ok().and_then(|bytes| Manifest::from_slice(&bytes).ok());
        if manifest.is_none_or(|manifest| !manifest.is_of_command() || manifest.shards == total) {
            continue;
        }
        for name in
            [format!("run-{suffix}.json"), format!("junit-{suffix}.xml"), format!("output-{suffix}.txt")]
        {
            gone(fs::remove_file(out.join(&name))).with_context(|| name)?;
        }
        for entry in fs::read_dir(out)?.flatten() {
            let directory = entry.file_name().to_string_lossy().into_owned();
            let rest = directory.strip_prefix(&format!("fragments-{suffix}"));
            if rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-')) {
                gone(fs::remove_dir_all(entry.path())).with_context(|| directory)?;
            }
        }
    }
    Ok(())
}
