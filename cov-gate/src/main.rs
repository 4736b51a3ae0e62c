//! Checks a coverage report against thresholds.

use std::io;
use std::process::ExitCode;

use clap::Parser as _;
use cov_gate::cli::Args;
use cov_model::status::{self, Status};

fn main() -> ExitCode {
    match Args::try_parse() {
        Ok(args) => status::conclude("cov-gate", cov_gate::run(&args), &mut io::stderr()),
        Err(refusal) => {
            // When nobody listens, the status still tells.
            let _ = refusal.print();
            if refusal.use_stderr() { Status::Usage } else { Status::Done }.into()
        }
    }
}
