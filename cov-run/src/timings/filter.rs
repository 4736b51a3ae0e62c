//! `cov-run timings`: merges files that say how long tests took.

use std::env;
use std::io;

use anyhow::Context as _;
use cov_model::stream::{Input, Output};

use super::{Source, merge};
use crate::cli::verb;
use crate::refusal::Refusal;
use crate::terminal::say;
use crate::verdict::PASSED;

/// Merges the inputs, and gives the exit status.
pub fn run(args: &verb::Timings) -> anyhow::Result<u8> {
    let inputs = Input::or_stdin(&args.inputs).map_err(|error| Refusal::usage(error.to_string()))?;
    let sources: Vec<Source> = inputs.iter().map(read).collect::<anyhow::Result<_>>()?;
    let (timings, unmatched) = merge(&sources, &env::current_dir()?);
    for (input, unmatched) in inputs.iter().zip(unmatched) {
        if let Some(unmatched) = unmatched {
            say(format_args!("cov-run: {input}: {unmatched}"));
        }
    }
    let output = args.output.clone().unwrap_or(Output::Stdout);
    match output.write(|sink| timings.print(sink)) {
        // Whoever closed the pipe has seen what it wanted.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(PASSED),
        written => written.map(|()| PASSED).with_context(|| output.to_string()),
    }
}

fn read(input: &Input) -> anyhow::Result<Source> {
    let source = input.read_all().map_err(anyhow::Error::from).and_then(|text| Source::parse(&text));
    source.map_err(|error| Refusal::usage(format!("{input}: {error:#}")))
}
