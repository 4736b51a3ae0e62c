//! Merges coverage profiles of any known format into one report.

pub mod cli;
mod inputs;
mod measured;
mod merging;
mod part;
pub mod path_map;
mod shards;

use std::io::Write;

use anyhow::Context as _;
use cov_model::status::{Failure, Status};
use cov_model::stream::Output;
use cov_model::{Report, cobertura, json};

use crate::cli::{Args, Format};
use crate::inputs::Inputs;
use crate::merging::Merging;
use crate::shards::Shards;

/// Merges what the command line names, and writes the report.
pub fn run(args: &Args, messages: &mut impl Write) -> anyhow::Result<Status> {
    let (mut report, shards) = merge(args, messages)?;
    for oddity in shards.oddities() {
        // Where nobody can be told, the report is still worth having.
        let _ = writeln!(messages, "cov-merge: warning: {oddity}");
    }
    let gaps = shards.gaps();
    if gaps.is_empty() {
        // A whole run is the same, however it was split.
        report.shards.clear();
    } else {
        tell(&gaps, args.allow_incomplete, messages)?;
    }
    if !shards.has_reports() {
        anyhow::bail!("there is no measurement among the inputs, only manifests of runs");
    }
    write(&report, args)?;
    Ok(Status::Done)
}

/// All inputs as one report, and what they tell of shards. At any time one report is in memory beside the result, and as
/// many data files of coverage.py as there are threads.
fn merge(args: &Args, messages: &mut impl Write) -> anyhow::Result<(Report, Shards)> {
    let mut inputs = Inputs::expand(&args.inputs)?;
    let mut merging = Merging::new(args);
    for input in std::mem::take(&mut inputs.named) {
        merging.take(&input, &mut inputs)?;
    }
    merging.finish(args, messages)
}

/// Says what is missing, and refuses to go on unless that is allowed.
fn tell(gaps: &[String], is_allowed: bool, messages: &mut impl Write) -> anyhow::Result<()> {
    let warning = if is_allowed { "warning: " } else { "" };
    for gap in gaps {
        // Where nobody can be told, the status still tells.
        let _ = writeln!(messages, "cov-merge: {warning}{gap}");
    }
    if is_allowed {
        return Ok(());
    }
    let message = "incomplete, so nothing is written; --allow-incomplete merges what there is";
    Err(Failure::new(Status::Broken, message).into())
}

fn write(report: &Report, args: &Args) -> anyhow::Result<()> {
    let output = args.output.clone().unwrap_or(Output::Stdout);
    let written = output.write(|sink| match args.format {
        Format::Json => json::write(report, sink),
        Format::Cobertura => cobertura::write(report, &cobertura::Options::new(&args.project), sink),
    });
    written.with_context(|| output.to_string())
}
