//! The command line of diff-cov: console sessions, the man page, bad input, real git, and what real diff-cover says.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod bad_input;
mod baseline;
mod changed_lines;
mod comment;
mod diff_cover;
mod fixtures;
mod from_git;
mod other_outputs;
mod parts;
mod rules;
mod scene;
mod selection;
mod stale;
mod wrong_passes;

use clap::CommandFactory as _;

#[test]
fn sessions() {
    trycmd::TestCases::new().case("tests/cmd/*.trycmd").case("README.md");
}

#[test]
fn man_page_and_completions_are_those_of_the_command_line() {
    cov_testing::assert_documents_are_current(&diff_cov::cli::Args::command(), env!("CARGO_MANIFEST_DIR"));
}
