//! The temporary directory of a run, kept for a look when tests failed, and removed by the next run.

use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

const PREFIX: &str = "cov-run-";

/// A directory outside of the project, since tests look for files in the directories above their own.
#[derive(Debug)]
pub struct Temporary {
    directory: TempDir,
    link: PathBuf,
}

impl Temporary {
    /// Makes the directory. `link` is where the last one that was kept is remembered.
    pub fn new(link: PathBuf) -> io::Result<Self> {
        forget(&link);
        let directory = tempfile::Builder::new().prefix(PREFIX).tempdir()?;
        Ok(Self { directory, link })
    }

    /// The directory.
    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// The base of the workers' own temporary directories.
    pub fn tests(&self) -> PathBuf {
        self.path().join("tests")
    }

    /// Keeps what the tests left, with a link to it in the output directory.
    pub fn keep(self) -> io::Result<()> {
        if self.tests().exists() {
            let kept = self.directory.keep();
            symlink(kept.join("tests"), &self.link)?;
        }
        Ok(())
    }
}

/// Removes what the last run kept. The link is ours, but what it leads to is removed only if that looks so as well.
fn forget(link: &Path) {
    let Ok(tests) = fs::read_link(link) else { return };
    let _ = fs::remove_file(link);
    let Some(kept) = tests.parent() else { return };
    let is_ours =
        kept.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with(PREFIX));
    if is_ours && fs::symlink_metadata(kept).is_ok_and(|metadata| metadata.is_dir()) {
        // What cannot be removed is a temporary file still, for the system to clean up.
        let _ = fs::remove_dir_all(kept);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_goes_with_the_next_run() {
        let out = tempfile::tempdir().unwrap();
        let link = out.path().join("tmp");
        let first = Temporary::new(link.clone()).unwrap();
        fs::create_dir(first.tests()).unwrap();
        let path = first.path().to_owned();
        first.keep().unwrap();
        assert!(link.join(".").exists());
        let second = Temporary::new(link.clone()).unwrap();
        assert!(!path.exists());
        second.keep().unwrap();
        assert!(!link.exists());
    }

    #[test]
    fn foreign_directories_are_left_alone() {
        let out = tempfile::tempdir().unwrap();
        let foreign = out.path().join("precious");
        fs::create_dir_all(foreign.join("tests")).unwrap();
        let link = out.path().join("tmp");
        symlink(foreign.join("tests"), &link).unwrap();
        Temporary::new(link.clone()).unwrap();
        assert!(foreign.join("tests").exists());
        assert!(!link.exists());
    }
}
