//! Running git.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};

use super::GitError;

/// What git said.
pub(super) struct Said {
    command: String,
    /// Its exit status, unless a signal ended it.
    pub(super) status: Option<i32>,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
}

impl Said {
    /// Its output, if it succeeded.
    pub(super) fn bytes(self) -> Result<Vec<u8>, GitError> {
        if self.status == Some(0) {
            return Ok(self.stdout);
        }
        Err(GitError::Failed { command: self.command, message: one_line(&self.stderr) })
    }

    /// Its output without the last line end.
    pub(super) fn line(self) -> Result<Vec<u8>, GitError> {
        let mut bytes = self.bytes()?;
        if bytes.last() == Some(&b'\n') {
            bytes.pop();
        }
        Ok(bytes)
    }

    /// Its output as text, without the last line end.
    pub(super) fn text(self) -> Result<String, GitError> {
        Ok(String::from_utf8_lossy(&self.line()?).into_owned())
    }
}

/// Asks git in `directory`.
pub(super) fn git<const N: usize>(directory: &Path, arguments: [&str; N]) -> Result<Said, GitError> {
    let output = command(directory, arguments).output().map_err(GitError::NoGit)?;
    Ok(Said {
        command: arguments[0].to_owned(),
        status: output.status.code(),
        stdout: output.stdout,
        stderr: output.stderr,
    })
}

/// A command of git's in `directory`, which neither asks nor changes anything.
pub(super) fn command(directory: &Path, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
    let mut command = Command::new("git");
    command
        .arg("-C")
        .arg(directory)
        .args(["--no-pager", "--no-optional-locks", "--literal-pathspecs"])
        .args(arguments)
        .stdin(Stdio::null())
        .env("LC_ALL", "C")
        // It would win over --unified.
        .env_remove("GIT_DIFF_OPTS");
    command
}

/// Messages of git as one, without `fatal:` in front.
pub(super) fn one_line(messages: &[u8]) -> String {
    let text = String::from_utf8_lossy(messages);
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let joined = lines.join("; ");
    joined.strip_prefix("fatal: ").unwrap_or(&joined).to_owned()
}
