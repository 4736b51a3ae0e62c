//! The command line.

use std::path::PathBuf;

use clap::{ArgAction, Parser, ValueEnum};
use cov_model::Percent;
use cov_model::stream::Input;

use crate::output::Target;
use crate::rule::Rule;

/// Check the coverage of the lines that a change touches
///
/// The change is what git knows between a base and the working tree (committed, staged and not), a part of that, a diff
/// file, or the difference of two directories. A changed line counts if it is executable, and is covered if a test ran
/// it. Branches and functions of changed lines, and lines that lost their coverage, are told, and judged on request.
#[derive(Debug, Parser)]
#[expect(clippy::struct_excessive_bools, reason = "they are independent flags")]
#[command(version, after_help = EXAMPLES, max_term_width = 100)]
pub struct Args {
    /// Coverage reports, JSON or Cobertura XML, told by content; several are merged; - or none is standard input
    #[arg(value_name = "REPORT")]
    pub reports: Vec<Input>,

    /// Compare with the merge base of REF and HEAD
    ///
    /// Without it, the first that exists of origin/HEAD, origin/main, origin/master, main and master.
    #[arg(long, value_name = "REF", help_heading = CHANGE)]
    pub base: Option<String>,

    /// Take only a part of what changed: committed since the base, staged, or neither staged nor committed
    ///
    /// Its lines are those of the working tree, where the rest stands too.
    #[arg(long, value_name = "PART", conflicts_with_all = ["diff", "before", "baseline"], help_heading = CHANGE)]
    pub only: Option<Only>,

    /// Take the commits of a range, as in git diff: A..B, or A...B from the merge base of both on
    #[arg(long, value_name = "A..B", conflicts_with_all = ["base", "only", "diff", "before", "baseline"], help_heading = CHANGE)]
    pub range: Option<String>,

    /// Count new files that git does not track yet as changed
    #[arg(long, conflicts_with_all = ["only", "range", "diff", "before"], help_heading = CHANGE)]
    pub untracked: bool,

    /// Take the change from a diff file instead of git; - is standard input
    ///
    /// Unified diffs of git, hg, svn and diff -u, plain, in mails, or combined by a merge.
    #[arg(long, value_name = "FILE", conflicts_with = "base", help_heading = CHANGE)]
    pub diff: Option<Input>,

    /// Compare the project with an older copy of it, without git
    #[arg(long, value_name = "DIR", conflicts_with_all = ["base", "diff"], help_heading = CHANGE)]
    pub before: Option<PathBuf>,

    /// The project's directory, which the names of files in the reports start from
    #[arg(long, value_name = "DIR", default_value = ".", help_heading = CHANGE)]
    pub project: PathBuf,

    /// Leave files out that match, as in coverage.py's omit; repeatable
    #[arg(long, value_name = "PATTERN", help_heading = CHANGE)]
    pub exclude: Vec<String>,

    /// Do not count changed lines that differ in white space alone, or that stood elsewhere before
    #[arg(long, value_name = "KIND", value_delimiter = ',', help_heading = CHANGE)]
    pub excuse: Vec<Excuse>,

    /// An earlier report, made before the change: tell what became of everything since
    #[arg(long, value_name = "REPORT", help_heading = "The reports")]
    pub baseline: Option<Input>,

    /// Follow lines through the difference where a file is not the one that was measured, as far as git still has that one
    #[arg(long, help_heading = "The reports")]
    pub allow_stale: bool,

    /// Demand that every changed file of code is in the report, not only some
    #[arg(long, help_heading = "The reports")]
    pub all_files: bool,

    /// The least percentage of changed lines that must be covered, compared exactly
    #[arg(long, value_name = "PCT", help_heading = RULES)]
    pub fail_under: Option<Percent>,

    /// The least percentage of the arms of branches on changed lines
    #[arg(long, value_name = "PCT", help_heading = RULES)]
    pub branches: Option<Percent>,

    /// The least percentage of changed functions that must be called
    #[arg(long, value_name = "PCT", help_heading = RULES)]
    pub functions: Option<Percent>,

    /// How many lines that did not change may have lost their coverage since the baseline
    #[arg(long, value_name = "N", requires = "baseline", help_heading = RULES)]
    pub max_lost: Option<u64>,

    /// What must hold of some files: 'GLOB: METRIC >= PCT' or 'GLOB: lost <= N', each GLOB for each file alone; repeatable
    ///
    /// METRIC is lines, branches, functions or total (lines and branches). GLOB is a pattern as in coverage.py's include.
    #[arg(long = "rule", value_name = "RULE", help_heading = RULES)]
    pub rules: Vec<Rule>,

    /// Do not judge percentages of a change of fewer lines
    #[arg(long, value_name = "N", help_heading = RULES)]
    pub min_lines: Option<u64>,

    /// What to write, and where; repeatable; standard output without a path [default: text]
    ///
    /// text, markdown (a comment), html (one page), json, github (annotations), sarif, gitlab (code quality), cobertura
    /// (the changed files alone).
    #[arg(long = "to", value_name = "FORMAT[=PATH]", help_heading = OUTPUT)]
    pub targets: Vec<Target>,

    /// Print the tests that ran the changed lines instead, for cov-run --tests-from -
    #[arg(long, conflicts_with_all = ["targets", "baseline"], help_heading = OUTPUT)]
    pub tests: bool,

    /// Print one line only
    #[arg(short, long, conflicts_with = "verbose", help_heading = OUTPUT)]
    pub quiet: bool,

    /// Say on standard error how files were found, and what was left out
    #[arg(short, long, action = ArgAction::SetTrue, help_heading = OUTPUT)]
    pub verbose: bool,
}

/// A part of what changed up to the working tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Only {
    /// What was committed since the base.
    Committed,
    /// What is staged.
    Staged,
    /// What is not staged.
    Unstaged,
}

/// A kind of changed lines that need no test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Excuse {
    /// Those that differ in white space alone.
    Whitespace,
    /// Those of blocks that stood elsewhere before.
    Moved,
}

const CHANGE: &str = "The change";
const RULES: &str = "Rules";
const OUTPUT: &str = "Output";

const EXAMPLES: &str = "\
EXAMPLES:
  diff-cov coverage.json --base origin/main --fail-under 90
  cov-merge .cov | diff-cov --to text --to markdown=comment.md
  git diff v1.2 v1.3 | diff-cov coverage.xml --diff -
  diff-cov coverage.json --baseline main.json --max-lost 0 --rule 'each src/*: branches >= 80'
  diff-cov yesterday.json --tests | cov-run --tests-from -

EXIT STATUS:
  0   every rule holds, or nothing executable changed
  1   could not do it: unreadable input, an unknown base, a write that failed
  2   a rule is broken
  3   nothing to judge: the reports are empty, or have none of the changed files
  4   stale: a changed file differs from what was measured, or from the diff
  64  the command line is wrong";
