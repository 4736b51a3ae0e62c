//! The command line of cov-report: console sessions, and what coverage.py prints for the same data.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod bad;
mod coveragepy;
mod html;

use clap::CommandFactory as _;

#[test]
fn sessions() {
    trycmd::TestCases::new().case("tests/cmd/*.trycmd").case("README.md");
}

#[test]
fn man_page_and_completions_are_those_of_the_command_line() {
    cov_testing::assert_documents_are_current(&cov_report::cli::Args::command(), env!("CARGO_MANIFEST_DIR"));
}
