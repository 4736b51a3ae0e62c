//! The command line of cov-merge: console sessions, the man page, the laws of merging, bad input, and the peers.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod bad_input;
mod command;
mod coverage_py;
mod diff_cover;
mod fragments;
mod laws;
mod shards;

use clap::CommandFactory as _;

#[test]
fn sessions() {
    trycmd::TestCases::new().case("tests/cmd/*.trycmd").case("README.md");
}

#[test]
fn man_page_and_completions_are_those_of_the_command_line() {
    cov_testing::assert_documents_are_current(&cov_merge::cli::Args::command(), env!("CARGO_MANIFEST_DIR"));
}
