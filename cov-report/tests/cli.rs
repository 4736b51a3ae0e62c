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
fn man_page_is_that_of_the_command_line() {
    let mut page = Vec::new();
    clap_mangen::Man::new(cov_report::cli::Args::command()).render(&mut page).unwrap();
    snapbox::assert_data_eq!(page, snapbox::file!["../cov-report.1"].raw());
}
