//! The list of tests that are split over the shards.

use std::collections::HashSet;
use std::process::{Command, Stdio};

use anyhow::Context as _;

use crate::cli::command::CommandArgs;
use crate::refusal::Refusal;
use crate::terminal::say;

/// The tests that the command line names, each once; nothing where it names none.
pub(super) fn read(args: &CommandArgs) -> anyhow::Result<Option<Vec<String>>> {
    let text = match (&args.tests, &args.list_cmd) {
        (Some(input), _) => {
            let text = input.read_all().with_context(|| input.to_string());
            text.map_err(|error| Refusal::usage(format!("{error:#}")))?
        }
        (None, Some(command)) => printed_by(command)?,
        (None, None) => return Ok(None),
    };
    let text =
        String::from_utf8(text).map_err(|_| Refusal::usage("the list of tests is not UTF-8".to_owned()))?;
    let mut seen = HashSet::new();
    let mut tests = Vec::new();
    for test in text.lines().map(str::trim_end).filter(|line| !line.is_empty()) {
        if seen.insert(test) {
            tests.push(test.to_owned());
        } else {
            say(format_args!("cov-run: warning: {test} is in the list of tests twice: it runs once"));
        }
    }
    Ok(Some(tests))
}

/// What the shell prints for `command`.
fn printed_by(command: &str) -> anyhow::Result<Vec<u8>> {
    let printed =
        Command::new("sh").arg("-c").arg(command).stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let printed = printed.context("cannot start sh")?;
    if !printed.status.success() {
        return Err(Refusal::usage(format!(
            "cannot list the tests: {command} ended with {}",
            printed.status
        )));
    }
    Ok(printed.stdout)
}
