//! The command line.

use std::path::PathBuf;

use clap::{ArgAction, Parser};
use cov_model::Percent;
use cov_model::stream::Input;

use crate::output::Target;

/// Check the coverage of the lines that a change touches
///
/// The change is what git knows between a base and the working tree (committed, staged and not), or a diff file, or the
/// difference of two directories. A changed line counts if it is executable, and is covered if a test ran it. Branches
/// that no test took both ways are shown where a changed line has them; they do not count yet.
#[derive(Debug, Parser)]
#[command(version, after_help = EXAMPLES, max_term_width = 100)]
pub struct Args {
    /// Coverage reports, JSON or Cobertura XML, told by content; several are merged; - or none is standard input
    #[arg(value_name = "REPORT")]
    pub reports: Vec<Input>,

    /// Compare with the merge base of REF and HEAD
    ///
    /// Without it, the first that exists of origin/HEAD, origin/main, origin/master, main and master.
    #[arg(long, value_name = "REF")]
    pub base: Option<String>,

    /// Take the change from a diff file instead of git; - is standard input
    ///
    /// Unified diffs of git, hg, svn and diff -u, plain, in mails, or combined by a merge.
    #[arg(long, value_name = "FILE", conflicts_with = "base")]
    pub diff: Option<Input>,

    /// Compare the project with an older copy of it, without git
    #[arg(long, value_name = "DIR", conflicts_with_all = ["base", "diff"])]
    pub before: Option<PathBuf>,

    /// Count new files that git does not track yet as changed
    #[arg(long, conflicts_with_all = ["diff", "before"])]
    pub untracked: bool,

    /// The project's directory, which the names of files in the reports start from
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub project: PathBuf,

    /// Leave files out that match, as in coverage.py's omit; repeatable
    #[arg(long, value_name = "PATTERN")]
    pub exclude: Vec<String>,

    /// The least percentage of changed lines that must be covered, compared exactly
    #[arg(long, value_name = "PCT")]
    pub fail_under: Option<Percent>,

    /// What to write, and where: text, markdown or json; repeatable; standard output without a path [default: text]
    #[arg(long = "to", value_name = "FORMAT[=PATH]")]
    pub targets: Vec<Target>,

    /// Print one line only
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,

    /// Say on standard error how files were found, and what was left out
    #[arg(short, long, action = ArgAction::SetTrue)]
    pub verbose: bool,
}

const EXAMPLES: &str = "\
EXAMPLES:
  diff-cov coverage.json --base origin/main --fail-under 90
  cov-merge .cov | diff-cov --to text --to markdown=comment.md
  git diff v1.2 v1.3 | diff-cov coverage.xml --diff -

EXIT STATUS:
  0   enough is covered, or nothing executable changed
  1   could not do it: unreadable input, an unknown base, a write that failed
  2   less is covered than --fail-under asks for
  3   nothing to judge: the reports are empty, or have none of the changed files
  4   stale: a changed file differs from what was measured
  64  the command line is wrong";
