//! Why git could not say what changed, and what helps.

use std::io;

use thiserror::Error;

use super::BASES;
use crate::diff::DiffError;

/// Why git could not say what changed.
#[derive(Debug, Error)]
pub(crate) enum GitError {
    /// There is no git.
    #[error("git cannot be started: {0}")]
    NoGit(#[source] io::Error),
    /// The directory belongs to no repository.
    #[error(
        "{directory} is in no git repository; name a diff with --diff FILE, or an older copy with --before DIR"
    )]
    NoRepository { directory: String },
    /// The repository has no files of its own.
    #[error(
        "{directory} is a bare repository, without files: run in a checkout, or name a diff with --diff FILE"
    )]
    Bare { directory: String },
    /// Nothing was committed yet.
    #[error("nothing was committed yet: there is nothing to compare with")]
    NoCommit,
    /// None of [`BASES`] exists.
    #[error("nothing to compare with: there is none of {}; name a revision with --base REF", BASES.join(", "))]
    NoBase,
    /// The user's revision does not exist.
    #[error("{base} is no commit that this repository has{remedy}")]
    UnknownBase { base: String, remedy: String },
    /// The history does not go back to where both began.
    #[error("{base} and HEAD have no commit in common{remedy}")]
    NoMergeBase { base: String, remedy: String },
    /// Git failed for a reason of its own.
    #[error("git {command} failed: {message}")]
    Failed { command: String, message: String },
    /// Git said something that is no diff.
    #[error("the output of git diff")]
    Diff(#[from] DiffError),
}
