//! Merges coverage profiles of any known format into one report.

use std::io;
use std::process::ExitCode;

use clap::Parser as _;
use cov_merge::cli::Args;
use cov_model::status::{self, Status};

fn main() -> ExitCode {
    match Args::try_parse() {
        Ok(args) => {
            status::conclude("cov-merge", cov_merge::run(&args, &mut io::stderr()), &mut io::stderr())
        }
        Err(refusal) => {
            // When nobody listens, the status still tells.
            let _ = refusal.print();
            if refusal.use_stderr() { Status::Usage } else { Status::Done }.into()
        }
    }
}
