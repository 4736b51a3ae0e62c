//! The command line of cov-gate.

use std::path::PathBuf;

use clap::Parser;
use clap::builder::styling::Styles;
use cov_model::Percent;
use cov_model::stream::Input;

use crate::rule::Rule;

const AFTER_HELP: &str = "\
RULES:
  [each] GLOB: METRIC >= PCT
      judges the files whose path matches GLOB together, or each of them alone.
      METRIC is total (lines and branches together), lines, branches or functions.
      GLOB is a pattern as in coverage.py's include: 'src/*', '*/api/*', '*.py'.
  A rule for which there is nothing in the report is not passed: the status is 3.

CONFIGURATION:
  fail_under of coverage.py's [report] is --fail-under. All thresholds can stand in [tool.cov.gate]
  of pyproject.toml, or in [gate] of cov.toml, by the names of the flags: fail-under, lines,
  branches, per-file, and rules = [\"src/*: lines >= 90\"]. A flag replaces the threshold of its
  name only. include, omit and precision of coverage.py's [report] hold here too.

EXAMPLES:
  cov-run && cov-merge .cov | cov-gate --fail-under 95
  cov-gate coverage.xml --lines 90 --branches 80 --rule 'each src/core/*: total >= 85'
  cov-gate coverage.json --baseline main.json --no-decrease

EXIT STATUS:
  0  every rule holds
  1  could not do it: unreadable or malformed input
  2  a rule is broken
  3  nothing to judge: no executable line in the report, or none of what a rule is about
  64 the command line is wrong, or there is no threshold (but see --allow-no-threshold)";

/// Checks a coverage report against thresholds
///
/// Reads a report (JSON of the cov tools, or Cobertura XML) and says on one line whether it is good enough, and if not, how
/// much is missing and where. Comparisons are exact: 94.996 % is below 95 %.
#[derive(Debug, Parser)]
#[expect(clippy::struct_excessive_bools, reason = "they are independent flags")]
#[command(name = "cov-gate", version, after_help = AFTER_HELP, max_term_width = 100, styles = Styles::plain())]
pub struct Args {
    /// The report [default: standard input, as -]
    #[arg(value_name = "FILE")]
    pub report: Option<Input>,

    /// Least percentage of lines and branches together, as coverage.py judges
    #[arg(long, value_name = "PCT")]
    pub fail_under: Option<Percent>,

    /// Least percentage of lines
    #[arg(long, value_name = "PCT")]
    pub lines: Option<Percent>,

    /// Least percentage of branches
    #[arg(long, value_name = "PCT")]
    pub branches: Option<Percent>,

    /// Least percentage of lines and branches together in each file
    #[arg(long, value_name = "PCT")]
    pub per_file: Option<Percent>,

    /// What must hold of some files, see below; may be repeated, and replaces the configuration's rules
    #[arg(long = "rule", value_name = "RULE")]
    pub rules: Vec<Rule>,

    /// An earlier report: say by how much the percentage has changed
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<Input>,

    /// Demand that the percentage is no less than the baseline's
    #[arg(long, requires = "baseline")]
    pub no_decrease: bool,

    /// Pass where no threshold is set, and say so: for a pipeline that serves projects with and without one
    #[arg(long)]
    pub allow_no_threshold: bool,

    /// Judge as coverage.py does: round to its precision first; 100 % must be exact
    #[arg(long)]
    pub coverage_py_rounding: bool,

    /// The project's directory, where its configuration is looked for
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub project: PathBuf,

    /// The configuration, instead of what is found in the project's directory
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Print only what is not in order
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,

    /// Print every rule, and every file that lacks something a broken rule asks for
    #[arg(short, long)]
    pub verbose: bool,
}
