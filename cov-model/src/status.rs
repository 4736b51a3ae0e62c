//! Exit statuses of the tools, and the one place that turns an outcome into one.
//!
//! `cov-run` keeps pytest's own numbers and has its own list; the other four tools share this one.

use std::error::Error;
use std::fmt;
use std::io::{self, Write};
use std::ops::Deref;
use std::process::ExitCode;

/// How a tool ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Done; every rule holds.
    Done,
    /// Could not do it: unreadable or malformed input, a write that failed.
    Failed,
    /// A rule is broken (gates), or shards are missing, doubled or disagree (cov-merge).
    Broken,
    /// There was nothing to judge.
    Nothing,
    /// A source differs from what was measured.
    Stale,
    /// The command line is wrong.
    Usage,
}

impl Status {
    /// The number that the shell sees.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Broken => 2,
            Self::Nothing => 3,
            Self::Stale => 4,
            Self::Usage => 64,
        }
    }
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        Self::from(status.code())
    }
}

/// An error that ends the tool with another status than [`Status::Failed`].
#[derive(Debug)]
pub struct Failure {
    status: Status,
    message: String,
}

impl Failure {
    /// `message` is printed behind the tool's name; the tool ends with `status`.
    pub fn new(status: Status, message: impl Into<String>) -> Self {
        Self { status, message: message.into() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl Error for Failure {}

/// Ends a tool: prints its error, if it is one, as `tool: context: cause` on `messages`, and gives the exit status.
///
/// `E` is what tools carry their errors in: `anyhow::Error`, or a boxed error. It is looked into, not converted, since a
/// converted `anyhow::Error` no longer knows that it is a [`Failure`].
///
/// A reader that closed the pipe is no error: it has seen what it wanted. A gate must therefore not report its verdict
/// through an error of printing.
pub fn conclude<E>(tool: &str, outcome: Result<Status, E>, messages: &mut impl Write) -> ExitCode
where
    E: Deref<Target = dyn Error + Send + Sync>,
{
    let error = match outcome {
        Ok(status) => return status.into(),
        Err(error) => error,
    };
    let outermost: &(dyn Error + 'static) = &*error;
    let chain = || chain(outermost);
    if chain().any(is_broken_pipe) {
        return Status::Done.into();
    }
    let mut message = tool.to_owned();
    let mut said = String::new();
    for cause in chain().map(ToString::to_string) {
        // Some errors already say what their source says.
        if !said.ends_with(&cause) {
            message.push_str(": ");
            message.push_str(&cause);
            said = cause;
        }
    }
    let status = chain()
        .find_map(|error| error.downcast_ref::<Failure>())
        .map_or(Status::Failed, |failure| failure.status);
    // When even stderr is gone there is nobody left to tell.
    let _ = writeln!(messages, "{message}");
    status.into()
}

/// An error and its causes, outermost first.
fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

fn is_broken_pipe(error: &(dyn Error + 'static)) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn concluded(error: impl Into<Box<dyn Error + Send + Sync>>) -> (ExitCode, String) {
        concluded_as(error.into())
    }

    fn concluded_as<E: Deref<Target = dyn Error + Send + Sync>>(error: E) -> (ExitCode, String) {
        let mut messages = Vec::new();
        let code = conclude("cov-x", Err::<Status, _>(error), &mut messages);
        (code, String::from_utf8(messages).unwrap())
    }

    #[test]
    fn an_error_is_printed_once_and_fails() {
        let (code, message) = concluded(io::Error::other("disk full"));
        assert_eq!((code, message.as_str()), (ExitCode::from(1), "cov-x: disk full\n"));
    }

    #[test]
    fn a_failure_chooses_its_status() {
        let (code, message) = concluded(Failure::new(Status::Nothing, "no data"));
        assert_eq!((code, message.as_str()), (ExitCode::from(3), "cov-x: no data\n"));
    }

    #[test]
    fn a_failure_chooses_its_status_however_it_is_carried() {
        use anyhow::Context as _;
        let failure = || anyhow::Error::from(Failure::new(Status::Usage, "no threshold"));
        let (code, message) = concluded_as(failure());
        assert_eq!((code, message.as_str()), (ExitCode::from(64), "cov-x: no threshold\n"));
        let (code, message) = concluded_as(Err::<(), _>(failure()).context("a.json").unwrap_err());
        assert_eq!((code, message.as_str()), (ExitCode::from(64), "cov-x: a.json: no threshold\n"));
    }

    #[test]
    fn a_closed_pipe_is_no_error() {
        let (code, message) = concluded(io::Error::from(io::ErrorKind::BrokenPipe));
        assert_eq!((code, message.as_str()), (ExitCode::SUCCESS, ""));
    }
}
