//! The command line of cov-gate: console sessions, the man page, bad input, and what coverage.py says of the same counts.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod bad_input;
mod coverage_py;

use clap::CommandFactory as _;

#[test]
fn sessions() {
    trycmd::TestCases::new().case("tests/cmd/*.trycmd").case("README.md");
}

#[test]
fn man_page_and_completions_are_those_of_the_command_line() {
    cov_testing::assert_documents_are_current(&cov_gate::cli::Args::command(), env!("CARGO_MANIFEST_DIR"));
}
