//! Runs a test suite as parallel shards under coverage measurement.

use std::process::ExitCode;

use clap::Parser as _;
use cov_run::cli::Args;
use cov_run::refusal;
use cov_run::verdict::{PASSED, USAGE};

fn main() -> ExitCode {
    match Args::try_parse() {
        Ok(args) => refusal::conclude(cov_run::run(&args)),
        Err(refusal) => {
            // When nobody listens, the status still tells.
            let _ = refusal.print();
            if refusal.use_stderr() { USAGE } else { PASSED }.into()
        }
    }
}
