//! Checks the coverage of the lines that a change touches.

use std::io;
use std::process::ExitCode;

use clap::Parser as _;
use cov_model::status::{self, Status};
use diff_cov::cli::Args;

fn main() -> ExitCode {
    match Args::try_parse() {
        Ok(args) => status::conclude("diff-cov", diff_cov::run(&args), &mut io::stderr()),
        Err(refusal) => {
            // When nobody listens, the status still tells.
            let _ = refusal.print();
            if refusal.use_stderr() { Status::Usage } else { Status::Done }.into()
        }
    }
}
