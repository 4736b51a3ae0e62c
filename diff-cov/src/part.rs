//! Which part of what git knows is the change: all of it, or what is committed, staged, unstaged, or in a range of commits.

use cov_model::status::{Failure, Status};

use crate::cli::{Args, Only};
use crate::git::{GitError, Repository};
use crate::notes::Notes;

/// Which part of what git knows is the change.
pub(crate) struct Part {
    /// The versions that the change is between, as `git diff` wants them.
    pub(crate) versions: Vec<String>,
    /// The versions from the end of the change to the working tree, unless it ends there.
    pub(crate) rest: Option<Vec<String>>,
    /// Revisions that a report may have been made of, the version before the change first.
    pub(crate) revisions: Vec<String>,
    /// What it is against, as a part of a sentence.
    pub(crate) comparison: String,
    /// Whether everything up to the working tree is the change.
    pub(crate) is_all: bool,
}

impl Part {
    /// The part that the command line asks for; `base` is the revision to compare with, if one is named.
    pub(crate) fn get(
        args: &Args,
        base: Option<&str>,
        repository: &Repository,
        notes: Notes,
    ) -> anyhow::Result<Self> {
        let owned = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect::<Vec<String>>();
        if let Some(range) = &args.range {
            let (from, to) = repository.range(range)?;
            return Ok(Self {
                versions: owned(&[&from, &to]),
                rest: Some(owned(&[&to])),
                revisions: owned(&[&from, &to, "HEAD", ":0"]),
                comparison: format!("in {range}"),
                is_all: false,
            });
        }
        match args.only {
            Some(Only::Staged) => {
                return Ok(Self {
                    versions: owned(&["--cached", "HEAD"]),
                    rest: Some(Vec::new()),
                    revisions: owned(&["HEAD", ":0"]),
                    comparison: "staged".to_owned(),
                    is_all: false,
                });
            }
            Some(Only::Unstaged) => {
                return Ok(Self {
                    versions: Vec::new(),
                    rest: None,
                    revisions: owned(&[":0", "HEAD"]),
                    comparison: "not staged".to_owned(),
                    is_all: false,
                });
            }
            Some(Only::Committed) | None => {}
        }
        let named = base;
        let base = repository.base(named).map_err(|error| match error {
            GitError::NoBase => anyhow::Error::new(Failure::new(Status::Usage, error.to_string())),
            error => error.into(),
        })?;
        let comparison = format!("compared with {}, from the merge base {:.12} on", base.name, base.commit);
        if named.is_none() {
            notes.say(&comparison);
        } else {
            notes.explain(&comparison);
        }
        let is_all = args.only.is_none();
        Ok(Self {
            versions: if is_all { owned(&[&base.commit]) } else { owned(&[&base.commit, "HEAD"]) },
            rest: (!is_all).then(|| owned(&["HEAD"])),
            revisions: owned(&[&base.commit, &base.tip, "HEAD", ":0"]),
            comparison: format!("against {}", base.name),
            is_all,
        })
    }
}

/// As `git diff` takes them.
pub(crate) fn words(all: &[String]) -> Vec<&str> {
    all.iter().map(String::as_str).collect()
}
