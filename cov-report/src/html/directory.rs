//! The directory that HTML goes to: what a run writes there, and what it clears away of the run before.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use cov_model::stream::{Output, make_artefact_directory};

/// The names of what a run of ours wrote, one a line.
const MANIFEST: &str = ".cov-report";

/// A directory of pages.
#[derive(Debug)]
pub(super) struct Directory {
    path: PathBuf,
    /// What earlier runs of ours wrote.
    earlier: BTreeSet<String>,
}

impl Directory {
    /// Makes the directory if it is not there, and sees what an earlier run left.
    pub(super) fn open(path: &Path) -> anyhow::Result<Self> {
        make_artefact_directory(path)
            .with_context(|| format!("{}: cannot make the directory", path.display()))?;
        let manifest = fs::read(path.join(MANIFEST)).unwrap_or_default();
        let names = String::from_utf8_lossy(&manifest)
            .lines()
            .filter(|name| is_page(name))
            .map(str::to_owned)
            .collect();
        Ok(Self { path: path.to_owned(), earlier: names })
    }

    /// Replaces one file as a whole.
    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
        let path = self.path.join(name);
        let context = format!("{}: cannot write", path.display());
        Output::File(path).write(|sink| sink.write_all(bytes)).context(context)
    }

    /// Tells the next run what this one will write, before it does, so that nothing is forgotten if it does not finish.
    pub(super) fn announce<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> anyhow::Result<()> {
        let mut all = self.earlier.clone();
        all.extend(names.into_iter().map(str::to_owned));
        self.write_manifest(&all)
    }

    /// Removes the pages of earlier runs that are not among `names`, which are this run's.
    pub(super) fn clear<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> anyhow::Result<()> {
        let names: BTreeSet<String> = names.into_iter().map(str::to_owned).collect();
        for stale in self.earlier.difference(&names) {
            let path = self.path.join(stale);
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(error).context(format!("{}: cannot remove", path.display()));
                }
                _ => {}
            }
        }
        self.write_manifest(&names)
    }

    fn write_manifest(&self, names: &BTreeSet<String>) -> anyhow::Result<()> {
        let lines: String = names.iter().flat_map(|name| [name, "\n"]).collect();
        self.write(MANIFEST, lines.as_bytes())
    }
}

/// Whether `name` can be a page of ours: whatever a manifest says, nothing else is ever removed.
fn is_page(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    name.strip_suffix(".html").is_some_and(|stem| !stem.starts_with('.') && stem.bytes().all(plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_earlier_runs_are_removed() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("html");
        let first = Directory::open(&path).unwrap();
        first.announce(["a.html", "b.html"]).unwrap();
        first.write("a.html", b"a").unwrap();
        // The run ends early; somebody else puts a file beside.
        fs::write(path.join("theirs.html"), "").unwrap();
        fs::write(root.path().join("outside.html"), "").unwrap();
        let manifest = fs::read_to_string(path.join(MANIFEST)).unwrap();
        fs::write(path.join(MANIFEST), manifest + "../outside.html\n\u{e9}.html\nscript.js\n").unwrap();
        fs::write(path.join("script.js"), "").unwrap();
        let second = Directory::open(&path).unwrap();
        second.announce(["c.html"]).unwrap();
        second.write("c.html", b"c").unwrap();
        second.clear(["c.html"]).unwrap();
        let mut left: Vec<_> = fs::read_dir(&path)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        assert_eq!(left, [".cov-report", ".gitignore", "c.html", "script.js", "theirs.html"]);
        assert!(root.path().join("outside.html").exists());
        assert_eq!(fs::read_to_string(path.join(MANIFEST)).unwrap(), "c.html\n");
    }
}
