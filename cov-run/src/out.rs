//! The output directory, and the names in it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::shard::Shard;

/// The output directory of one shard.
#[derive(Clone, Debug)]
pub struct OutDirectory {
    /// The directory.
    pub path: PathBuf,
    suffix: String,
}

impl OutDirectory {
    /// The directory as an earlier run has left it.
    pub fn of(path: &Path, shard: Shard) -> Self {
        Self { path: path.to_owned(), suffix: shard.suffix() }
    }

    /// Makes the directory, keeps it out of git, and removes what an earlier run of this shard wrote: what is there
    /// afterwards is of this run, or is not there. A run that continues the earlier one will replace what that wrote.
    pub fn prepare(path: &Path, shard: Shard, continues: bool) -> anyhow::Result<Self> {
        fs::create_dir_all(path).with_context(|| path.display().to_string())?;
        let path = path.canonicalize().with_context(|| path.display().to_string())?;
        let out = Self { path, suffix: shard.suffix() };
        let ignore = out.path.join(".gitignore");
        if !ignore.exists() {
            fs::write(&ignore, "# Made by cov-run.\n*\n").with_context(|| ignore.display().to_string())?;
        }
        let written = [out.profile(), out.manifest(), out.junit()];
        for file in written.iter().filter(|_| !continues) {
            gone(fs::remove_file(file)).with_context(|| file.display().to_string())?;
        }
        let fragments = out.fragments();
        gone(fs::remove_dir_all(&fragments)).with_context(|| fragments.display().to_string())?;
        fs::create_dir(&fragments).with_context(|| fragments.display().to_string())?;
        Ok(out)
    }

    /// What was covered.
    pub fn profile(&self) -> PathBuf {
        self.path.join(format!("profile-{}.json", self.suffix))
    }

    /// What ran.
    pub fn manifest(&self) -> PathBuf {
        self.path.join(format!("run-{}.json", self.suffix))
    }

    /// What ran, for CI systems.
    pub fn junit(&self) -> PathBuf {
        self.path.join(format!("junit-{}.xml", self.suffix))
    }

    /// A link to the temporary directory of a run that has not ended.
    pub fn under_way(&self) -> PathBuf {
        self.path.join(format!("under-way-{}", self.suffix))
    }

    /// The data files of coverage.py, one for each worker.
    pub fn fragments(&self) -> PathBuf {
        self.path.join(format!("fragments-{}", self.suffix))
    }

    /// What a whole run has learnt of how long tests take.
    pub fn timings(&self) -> PathBuf {
        self.path.join("timings.json")
    }

    /// What one shard has learnt of it.
    pub fn timings_of_shard(&self) -> PathBuf {
        self.path.join(format!("timings-{}.json", self.suffix))
    }
}

/// A removal is done also where there was nothing to remove.
pub(crate) fn gone(removal: io::Result<()>) -> io::Result<()> {
    match removal {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_earlier_run_of_the_shard_is_removed_and_other_shards_stay() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(".cov");
        let first: Shard = "1/2".parse().unwrap();
        let out = OutDirectory::prepare(&path, first, false).unwrap();
        let other = OutDirectory::prepare(&path, "2/2".parse().unwrap(), false).unwrap();
        fs::write(out.profile(), "").unwrap();
        fs::write(other.profile(), "").unwrap();
        fs::write(out.fragments().join("gw0"), "").unwrap();
        OutDirectory::prepare(&path, first, false).unwrap();
        assert!(!out.profile().exists());
        assert!(other.profile().exists());
        assert_eq!(fs::read_dir(out.fragments()).unwrap().count(), 0);
        assert!(path.join(".gitignore").exists());
    }
}
