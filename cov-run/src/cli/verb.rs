//! What cov-run does other than running a suite.

use clap::{Args, Subcommand};
use cov_model::stream::{Input, Output};

/// What cov-run does other than running a suite. A path of such a name is written `./list`.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Merge files that say how long tests took
    ///
    /// Shards of a run each learn how long their own tests take. The timings that this makes of theirs are what the
    /// shards of the next run are balanced by, with --timings. The order of the inputs does not matter.
    Timings(Timings),
}

const AFTER_TIMINGS: &str = "\
INPUTS:
  timings of cov-run, .test_durations of pytest-split and JUnit files of pytest, told apart by
  content. Of a file of tests that several inputs know, the one counts that saw it most often.
  JUnit files of pytest name classes, not files: a test counts if another input knows the file,
  or if the file is below the current directory.

EXAMPLES:
  cov-run timings shard-*/timings.json -o timings.json
  cov-run timings .test_durations > timings.json && cov-run --shard 1/3 --timings timings.json";

/// The command line of `cov-run timings`.
#[derive(Debug, Args)]
#[command(after_help = AFTER_TIMINGS)]
pub struct Timings {
    /// What to merge [default: standard input, as -]
    #[arg(value_name = "FILE")]
    pub inputs: Vec<Input>,

    /// Where the timings go [default: standard output, as -]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<Output>,
}
