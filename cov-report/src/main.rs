//! Renders a coverage report for people and for other tools.

use std::io;
use std::process::ExitCode;

use clap::Parser as _;
use cov_model::status::{self, Status};
use cov_report::cli::Args;

fn main() -> ExitCode {
    match Args::try_parse() {
        Ok(args) => {
            status::conclude("cov-report", cov_report::run(&args, &mut io::stderr()), &mut io::stderr())
        }
        Err(refusal) => {
            // When nobody listens, the status still tells.
            let _ = refusal.print();
            if refusal.use_stderr() { Status::Usage } else { Status::Done }.into()
        }
    }
}
