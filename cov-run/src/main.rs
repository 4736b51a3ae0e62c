//! Runs a test suite as parallel shards under coverage measurement.

use std::process::ExitCode;

use cov_run::cli::Args;

fn main() -> ExitCode {
    cov_run::conclude(cov_run::run(&Args::read()))
}
