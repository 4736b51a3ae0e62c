//! cov-run from the outside: console sessions, and small projects run by it and by real pytest.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod commands;
mod constructs;
mod contexts;
mod continuing;
mod coverage;
mod crashes;
mod disk;
mod display;
mod events;
mod filters;
mod fixtures;
mod github;
mod junit;
mod laws;
mod leaks;
mod live;
mod messages;
mod neighbours;
mod old_pytest;
mod outcomes;
mod project;
mod readme;
mod reordering;
mod replaying;
mod reporter;
mod rescue;
mod retries;
mod scheduling;
mod selection;
mod shards;
mod signals;
mod taken_over;
mod timeouts;
mod zygote;

use clap::CommandFactory as _;

#[test]
fn sessions() {
    trycmd::TestCases::new().case("tests/cmd/*.trycmd");
}

#[test]
fn man_page_and_completions_are_those_of_the_command_line() {
    cov_testing::assert_documents_are_current(&cov_run::cli::Args::command(), env!("CARGO_MANIFEST_DIR"));
}
