//! Renders a coverage report for people and for other tools: see the README.

pub mod cli;
pub mod clock;
pub mod cobertura;
pub mod contexts;
pub mod coveragepy_json;
pub mod coveragepy_xml;
pub mod html;
pub mod lcov;
pub mod markdown;
pub mod missing;
pub mod options;
pub mod order;
mod source;
pub mod summary;
pub mod table;
pub mod target;
pub mod text;
pub mod total;
pub mod ways;

use std::io::Write;

use anyhow::{Context as _, bail};
use cov_model::status::Status;
use cov_model::stream::Output;
use cov_model::{Report, json};

use cli::Args;
use options::Options;
use summary::Summary;
use table::Table;
use target::{Destination, Format};

/// What a reader of some contexts is told.
const BRANCHES_LEFT_OUT: &str =
    "of contexts lines are reported and no branches: the report does not tell which way a context went";

/// Reads the report and writes it in every format that `args` asks for. Warnings go to `messages`.
pub fn run(args: &Args, messages: &mut dyn Write) -> anyhow::Result<Status> {
    let mut warn = |warnings: Vec<String>| {
        let warnings = warnings.iter().filter(|_| !args.quiet);
        warnings.into_iter().try_for_each(|warning| writeln!(messages, "cov-report: warning: {warning}"))
    };
    let (options, warnings) = Options::read(args)?;
    warn(warnings)?;
    let destinations = target::destinations(&args.targets, options.default_format, &options.html.directory)?;
    let (report, has_branches) = read(args, &options)?;
    let narrowed = match &options.contexts {
        Some(contexts) if destinations.iter().any(|destination| destination.format.heeds_contexts()) => {
            if has_branches {
                warn(vec![BRANCHES_LEFT_OUT.to_owned()])?;
            }
            Some(contexts.narrow(&report).with_context(|| args.report.to_string())?)
        }
        _ => None,
    };
    let summary = Summary::new(&report, has_branches || options.measures_branches);
    let narrowed = narrowed.as_ref().map(|report| Summary::new(report, false));
    for destination in &destinations {
        let narrowed = narrowed.as_ref().filter(|_| destination.format.heeds_contexts());
        warn(write(narrowed.unwrap_or(&summary), &options, destination)?)?;
    }
    Ok(Status::Done)
}

/// The files of the report that are to be reported, and whether branches were measured of any file of it.
fn read(args: &Args, options: &Options) -> anyhow::Result<(Report, bool)> {
    let mut report = cov_model::read::read(&args.report, &args.project)?;
    let has_branches = report.files.values().any(|file| file.branches.were_measured());
    let all = report.files.len();
    report.files.retain(|path, _| options.filter.keeps(path));
    match (all, report.files.len()) {
        (0, _) => {
            let remedy = "run the tests under coverage, with --source naming what they test";
            bail!("{}: No data to report. No file was measured: {remedy}", args.report)
        }
        (_, 0) => {
            let configured = options.configured_in.as_ref().map(|path| format!(" and {}", path.display()));
            let configured = configured.unwrap_or_default();
            bail!(
                "{}: No data to report. None of its {all} files is to be reported: see --include, --omit{configured}",
                args.report
            )
        }
        _ => Ok((report, has_branches)),
    }
}

/// Writes one format to its place; what its reader is to be warned of.
fn write(
    summary: &Summary<'_>,
    options: &Options,
    Destination { format, output }: &Destination,
) -> anyhow::Result<Vec<String>> {
    let written = match (format, output) {
        (Format::Html, Output::File(directory)) => return html::write(summary, options, directory),
        (Format::Html, Output::Stdout) => bail!("html is a directory and cannot go to standard output"),
        (Format::Text, _) => {
            let table = Table::new(summary, options)?;
            output.write(|sink| text::write(&table, sink))
        }
        (Format::Markdown, _) => {
            let table = Table::new(summary, options)?;
            output.write(|sink| markdown::write(&table, sink))
        }
        (Format::Cobertura, _) => output.write(|sink| cobertura::write(summary, options, sink)),
        (Format::CoveragepyXml, _) => output.write(|sink| coveragepy_xml::write(summary, options, sink)),
        (Format::CoveragepyJson, _) => output.write(|sink| coveragepy_json::write(summary, options, sink)),
        (Format::Lcov, _) => output.write(|sink| lcov::write(summary, options, sink)),
        (Format::Json, _) => output.write(|sink| json::write(summary.report, sink)),
        (Format::Total, _) => output.write(|sink| total::write(summary, options, sink)),
    };
    written.with_context(|| format!("{output}: cannot write {}", format.name()))?;
    Ok(Vec::new())
}
