//! What is said on standard error beside the result.

use std::io::{self, Write as _};

use crate::cli::Args;

/// What is said, and how much of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Notes {
    is_quiet: bool,
    is_verbose: bool,
}

impl Notes {
    pub(crate) fn new(args: &Args) -> Self {
        Self { is_quiet: args.quiet, is_verbose: args.verbose }
    }

    /// Says what the user should know.
    pub(crate) fn say(self, note: &str) {
        if !self.is_quiet {
            message(note);
        }
    }

    /// Says what the user may want to know.
    pub(crate) fn explain(self, note: &str) {
        if self.is_verbose {
            self.say(note);
        }
    }
}

/// Says `message` in any case.
pub(crate) fn message(message: &str) {
    // When nobody can be told, the verdict is still worth having.
    let _ = writeln!(io::stderr(), "diff-cov: {message}");
}
