//! Renders a coverage report for people and for other tools: see the README.

pub mod cli;
pub mod cobertura;
pub mod html;
pub mod markdown;
pub mod missing;
pub mod options;
pub mod order;
pub mod summary;
pub mod table;
pub mod target;
pub mod text;
pub mod total;

use std::io::Write;

use anyhow::{Context as _, bail};
use cov_model::Report;
use cov_model::status::Status;
use cov_model::stream::Output;

use cli::Args;
use options::Options;
use summary::Summary;
use table::Table;
use target::{Destination, Format};

/// Reads the report and writes it in every format that `args` asks for. Warnings go to `messages`.
pub fn run(args: &Args, messages: &mut dyn Write) -> anyhow::Result<Status> {
    let (options, mut warnings) = Options::read(args)?;
    let destinations = target::destinations(&args.targets, options.default_format, &options.html.directory)?;
    let report = read(args, &options)?;
    let has_branches = options.measures_branches || report.1;
    let summary = Summary::new(&report.0, has_branches);
    for destination in &destinations {
        write(&summary, &options, destination, &mut warnings)
            .with_context(|| format!("{}: cannot write {}", destination.output, destination.format.name()))?;
    }
    if !args.quiet {
        for warning in warnings {
            writeln!(messages, "cov-report: warning: {warning}")?;
        }
    }
    Ok(Status::Done)
}

/// The files of the report that are to be reported, and whether any file of it has branches.
fn read(args: &Args, options: &Options) -> anyhow::Result<(Report, bool)> {
    let name = || args.report.to_string();
    let mut report = cov_model::read::read(&args.report, &args.project)?;
    let has_branches = report.files.values().any(|file| !file.branches.is_empty());
    let all = report.files.len();
    report.files.retain(|path, _| options.filter.keeps(path));
    match (all, report.files.len()) {
        (0, _) => {
            bail!("{}: No data to report. No file was measured: run the tests under coverage first", name())
        }
        (_, 0) => bail!(
            "{}: No data to report. None of its {all} files passes include and omit: see the configuration in {}",
            name(),
            args.project.display()
        ),
        _ => Ok((report, has_branches)),
    }
}

/// Writes one format to its place.
fn write(
    summary: &Summary<'_>,
    options: &Options,
    destination: &Destination,
    warnings: &mut Vec<String>,
) -> anyhow::Result<()> {
    let output = &destination.output;
    match destination.format {
        Format::Text => {
            let table = Table::new(summary, options)?;
            output.write(|sink| text::write(&table, sink))?;
        }
        Format::Markdown => {
            let table = Table::new(summary, options)?;
            output.write(|sink| markdown::write(&table, sink))?;
        }
        Format::Json => output.write(|sink| cov_model::json::write(summary.report, sink))?,
        Format::Total => output.write(|sink| total::write(summary, options, sink))?,
        Format::Html => match output {
            Output::File(directory) => warnings.extend(html::write(summary, options, directory)?),
            Output::Stdout => bail!("html is a directory and cannot go to standard output"),
        },
        Format::Cobertura => output.write(|sink| cobertura::write(summary, options, sink))?,
    }
    Ok(())
}
