//! The command line of cov-report: console sessions, and what coverage.py prints for the same data.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod coveragepy;

#[test]
fn sessions() {
    trycmd::TestCases::new().case("tests/cmd/*.trycmd").case("README.md");
}
