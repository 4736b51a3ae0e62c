//! Finding the text that was measured: by its digest, in what version control or an older copy of the project has kept.

use std::fs;
use std::path::PathBuf;

use anyhow::Context as _;
use cov_model::Digest;

use crate::git::{Objects, Repository};
use crate::place::path_of;

/// Where older texts may be.
#[derive(Debug, Default)]
pub(crate) struct History {
    repository: Option<Repository>,
    /// Revisions to look at first; the first of them is the version before the change.
    revisions: Vec<String>,
    objects: Option<Objects>,
    /// The older copy of the project.
    before: Option<PathBuf>,
}

/// A text that was found.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) text: Vec<u8>,
    /// Whether it is the version before the change.
    pub(crate) is_before: bool,
}

impl History {
    /// What git has; the first of `revisions` is the version before the change.
    pub(crate) fn of_git(repository: Repository, revisions: Vec<String>) -> Self {
        Self { repository: Some(repository), revisions, ..Self::default() }
    }

    /// What an older copy of the project has.
    pub(crate) fn of_tree(before: PathBuf) -> Self {
        Self { before: Some(before), ..Self::default() }
    }

    /// Whether the version before the change can be looked at.
    pub(crate) fn knows_before(&self) -> bool {
        !self.revisions.is_empty() || self.before.is_some()
    }

    /// The text of the file `path` (as the change names it) that has `digest`.
    pub(crate) fn find(&mut self, path: &[u8], digest: Digest) -> anyhow::Result<Option<Found>> {
        let has_digest = |text: &Vec<u8>| Digest::of(text) == digest;
        if let Some(before) = &self.before {
            let text = fs::read(before.join(path_of(path))).ok().filter(has_digest);
            return Ok(text.map(|text| Found { text, is_before: true }));
        }
        let Some(repository) = &self.repository else { return Ok(None) };
        let objects = match &mut self.objects {
            Some(objects) => objects,
            unopened => unopened.insert(repository.objects()?),
        };
        for (index, revision) in self.revisions.iter().enumerate() {
            let text = objects.text(revision, path).context("git cat-file")?;
            if let Some(text) = text.filter(has_digest) {
                return Ok(Some(Found { text, is_before: index == 0 }));
            }
        }
        for commit in repository.commits_of(path)? {
            let text = objects.text(&commit, path).context("git cat-file")?;
            if let Some(text) = text.filter(has_digest) {
                return Ok(Some(Found { text, is_before: false }));
            }
        }
        Ok(None)
    }
}
