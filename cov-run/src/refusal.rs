//! Errors that end a run, and the status that each ends it with.

use std::error::Error;
use std::fmt;
use std::io::{self, Write as _};
use std::process::ExitCode;

use crate::verdict::{INTERNAL, USAGE};

/// An error that ends the run with a status of its own.
#[derive(Debug)]
pub struct Refusal {
    status: u8,
    message: String,
    is_pytests: bool,
}

impl Refusal {
    /// The command line, or the project's configuration, is wrong.
    pub fn usage(message: impl Into<String>) -> anyhow::Error {
        Self { status: USAGE, message: message.into(), is_pytests: false }.into()
    }

    /// cov-run, or a worker, does not work.
    pub fn internal(message: impl Into<String>) -> anyhow::Error {
        Self { status: INTERNAL, message: message.into(), is_pytests: false }.into()
    }

    /// pytest has said what is wrong.
    pub fn in_pytests_words(status: u8, message: String) -> anyhow::Error {
        Self { status, message, is_pytests: true }.into()
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl Error for Refusal {}

/// Ends the program: prints the error, if it is one, and gives the exit status.
pub fn conclude(outcome: anyhow::Result<u8>) -> ExitCode {
    let error = match outcome {
        Ok(status) => return status.into(),
        Err(error) => error,
    };
    let refusal = error.downcast_ref::<Refusal>();
    // When even stderr is gone there is nobody left to tell.
    let _ = match refusal {
        Some(refusal) if refusal.is_pytests => write!(io::stderr(), "{refusal}"),
        _ => writeln!(io::stderr(), "cov-run: {error:#}"),
    };
    refusal.map_or(INTERNAL, |refusal| refusal.status).into()
}
