//! The command line of cov-report.

use std::path::PathBuf;

use clap::Parser;
use clap::builder::styling::Styles;
use cov_model::stream::Input;

use crate::order::Order;
use crate::target::Target;

const AFTER_HELP: &str = "\
FORMATS:
  text       coverage.py's table; with --show-missing, 12 (1/2) says that line 12 took 1 of 2 branches
  markdown   the same table for a pull request or a job summary
  html       a directory: an index and a page for each file, readable from disk, without scripts too
  cobertura  Cobertura XML for diff-cover, GitLab, Jenkins and others: with functions, counts and all arms
  json       the report of the cov tools, in its one canonical layout
  lcov       LCOV for genhtml, editors and many services; of Python, byte for byte what \"coverage lcov\" writes
  total      the percentage alone

  coveragepy-json, coveragepy-xml
             byte for byte what \"coverage json\" and \"coverage xml\" write, for what was made to read just these

EXAMPLES:
  cov-report coverage.json --to text --to html --to cobertura=coverage.xml
  cov-merge .cov | cov-report --to markdown >> \"$GITHUB_STEP_SUMMARY\"

EXIT STATUS:
  0   written
  1   could not do it: unreadable or malformed input, no data, a write that failed
  64  usage error";

/// Renders a coverage report for people and for other tools
///
/// Reads the JSON of the cov tools or Cobertura, and writes any number of formats in one pass. What the project's
/// coverage.py configuration says of reports holds; options win over it.
#[derive(Debug, Parser)]
#[command(name = "cov-report", version, after_help = AFTER_HELP, max_term_width = 100, styles = Styles::plain())]
#[expect(clippy::struct_excessive_bools, reason = "a switch that can be turned off again is two")]
pub struct Args {
    /// The report; "-" or nothing is standard input
    #[arg(value_name = "FILE", default_value = "-", hide_default_value = true)]
    pub report: Input,

    /// A format to write and where: a file ("-" is standard output, the default), or a directory for html
    #[arg(long = "to", value_name = "FORMAT[=PATH]")]
    pub targets: Vec<Target>,

    /// The root of the project, where sources and configuration are
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub project: PathBuf,

    /// The coverage.py configuration to read instead of the project's own
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Report only files that match one of these patterns
    #[arg(
        long,
        value_name = "PATTERN,...",
        value_delimiter = ',',
        help_heading = "What the configuration sets"
    )]
    pub include: Vec<String>,

    /// Report no file that matches one of these patterns
    #[arg(
        long,
        value_name = "PATTERN,...",
        value_delimiter = ',',
        help_heading = "What the configuration sets"
    )]
    pub omit: Vec<String>,

    /// Report only what contexts ran that match one of these regular expressions
    #[arg(
        long,
        value_name = "REGEX,...",
        value_delimiter = ',',
        help_heading = "What the configuration sets"
    )]
    pub contexts: Vec<String>,

    /// Digits behind the point of percentages
    #[arg(long, value_name = "N", help_heading = "What the configuration sets")]
    pub precision: Option<u8>,

    /// The order of the table: [+-]name, stmts, miss, branch, brpart or cover
    #[arg(
        long,
        value_name = "COLUMN",
        allow_hyphen_values = true,
        help_heading = "What the configuration sets"
    )]
    pub sort: Option<Order>,

    /// Show the lines and branches that were missed
    #[arg(long, overrides_with = "no_show_missing", help_heading = "What the configuration sets")]
    pub show_missing: bool,

    /// Do not show them
    #[arg(long, help_heading = "What the configuration sets")]
    pub no_show_missing: bool,

    /// Leave out files that miss nothing
    #[arg(long, overrides_with = "no_skip_covered", help_heading = "What the configuration sets")]
    pub skip_covered: bool,

    /// Keep them
    #[arg(long, help_heading = "What the configuration sets")]
    pub no_skip_covered: bool,

    /// Leave out files without code
    #[arg(long, overrides_with = "no_skip_empty", help_heading = "What the configuration sets")]
    pub skip_empty: bool,

    /// Keep them
    #[arg(long, help_heading = "What the configuration sets")]
    pub no_skip_empty: bool,

    /// Show the contexts of each line in html and coveragepy-json
    #[arg(long, help_heading = "What the configuration sets")]
    pub show_contexts: bool,

    /// Indent coveragepy-json
    #[arg(long, help_heading = "What the configuration sets")]
    pub pretty_print: bool,

    /// Do without sources that cannot be read
    #[arg(short, long, help_heading = "What the configuration sets")]
    pub ignore_errors: bool,

    /// The title of HTML pages
    #[arg(long, value_name = "TEXT", help_heading = "What the configuration sets")]
    pub title: Option<String>,

    /// Print no warnings
    #[arg(short, long)]
    pub quiet: bool,
}
