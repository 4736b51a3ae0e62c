//! The JSON report of coverage.py, format 3, byte for byte: for every tool that reads it.

mod file;
mod numbers;
mod python;

use std::io::{self, Write};

use cov_model::Report;
use cov_model::path::absolute;
use serde::Serialize;
use serde::ser::{SerializeMap as _, Serializer};

use crate::clock::Moment;
use crate::contexts::contexts_by_line;
use crate::options::Options;
use crate::summary::{FileSummary, Summary};
use file::{Portion, Style};
use numbers::Numbers;
use python::PythonJson;

/// What the format is called.
const FORMAT: u32 = 3;

/// The version of coverage.py whose reports these are, where the report does not say which one measured.
const COVERAGEPY: &str = "7.17.3";

/// Writes the report as `JsonReporter` of coverage.py's jsonreport.py does. No newline ends it.
///
/// Lines and ways are coverage.py's; of what it does not know, hits are 0 or 1, and branches whose arms do not go by where
/// they lead are counted and not listed. A function or class whose bounds are not known is left out.
pub fn write(summary: &Summary<'_>, options: &Options, sink: &mut dyn Write) -> io::Result<()> {
    let document = Document {
        meta: Meta {
            format: FORMAT,
            version: version(summary.report),
            timestamp: Moment::of_report().iso(),
            branch_coverage: summary.has_branches,
            show_contexts: options.json.show_contexts,
        },
        files: Files { summary, options },
        totals: Numbers::new(&summary.total, summary.has_branches, options.precision),
    };
    let format = PythonJson::new(options.json.pretty_print);
    document.serialize(&mut serde_json::Serializer::with_formatter(sink, format))?;
    Ok(())
}

/// The version of coverage.py that measured; of several, the one that sorts last.
pub fn version(report: &Report) -> &str {
    let mut versions = report.measured_with.iter().filter_map(|tool| tool.strip_prefix("coverage.py "));
    versions.next_back().unwrap_or(COVERAGEPY)
}

#[derive(Serialize)]
struct Document<'a> {
    meta: Meta<'a>,
    files: Files<'a>,
    totals: Numbers,
}

#[derive(Serialize)]
struct Meta<'a> {
    format: u32,
    version: &'a str,
    timestamp: String,
    branch_coverage: bool,
    show_contexts: bool,
}

/// The files, each made when it is its turn: a report is large, and its JSON larger.
struct Files<'a> {
    summary: &'a Summary<'a>,
    options: &'a Options,
}

impl Serialize for Files<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { summary, options } = self;
        let mut files: Vec<&FileSummary<'_>> = summary.files.iter().collect();
        // Coverage.py's order is that of absolute names, unless it was told to work with relative ones.
        if !options.relative_files {
            files.sort_by_cached_key(|file| absolute(&options.root.join(file.path)));
        }
        let mut map = serializer.serialize_map(Some(files.len()))?;
        for file in files {
            let contexts = options.json.show_contexts.then(|| contexts_by_line(file.coverage));
            let style = Style {
                has_branches: summary.has_branches,
                precision: options.precision,
                contexts: contexts.as_ref(),
            };
            map.serialize_entry(file.path, &Portion::of_file(file, style))?;
        }
        map.end()
    }
}
