//! Tests that failed and then passed, and what that says of them.

use std::io::{self, Write};

use cov_model::manifest::Outcome;

use crate::record::{Record, Test};
use crate::terminal::{Style, Terminal};

/// Prints the tests that passed at a later attempt than the first. `retries` is how many more each had.
pub fn print<W: Write>(record: &Record, retries: u32, terminal: &mut Terminal<W>) -> io::Result<()> {
    let mut flaky = record.tests().filter(|test| !test.earlier.is_empty() && passed(test)).peekable();
    if flaky.peek().is_none() {
        return Ok(());
    }
    terminal.rule('=', "flaky tests", &[Style::Yellow])?;
    for test in flaky {
        terminal.line(&format!("{} {}", test.id, verdict(test, retries)))?;
    }
    Ok(())
}

fn passed(test: &Test) -> bool {
    matches!(test.outcome, Outcome::Passed | Outcome::Xpassed)
}

/// What a test's attempts say of it: only the last retry is made in a worker that runs nothing else.
fn verdict(test: &Test, retries: u32) -> String {
    let tried = test.earlier.len();
    if u32::try_from(tried).is_ok_and(|tried| tried < retries) {
        return format!("passed at attempt {} of {}", tried + 1, retries + 1);
    }
    "passed only alone in a fresh worker: it may depend on tests before it (try cov-run bisect)".to_owned()
}
