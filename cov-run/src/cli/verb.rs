//! What cov-run does other than running a suite.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use cov_model::stream::{Input, Output};

use super::seconds;
use crate::ci;
use crate::shard::Shard;

/// What cov-run does other than running a suite. A path of such a name is written `./list`.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Print the tests that would run, an id a line
    ///
    /// pytest collects them, with all that decides which there are: paths, -k, -m, plugins, the configuration. The ids are
    /// its own, in its order. When it cannot collect, nothing is printed but what it says, and the exit status is its own.
    List(List),

    /// Of test ids or files in a pipe, print those of one shard
    ///
    /// The tests of a file stay together, and the order stays as it is. All machines split alike, by timings or by the
    /// sizes of files, or with ids of which nothing is known by their number. An empty input is an error, for in a pipe
    /// nobody else would notice that the listing has failed.
    Split(Split),

    /// Merge files that say how long tests took
    ///
    /// Shards of a run each learn how long their own tests take. The timings that this makes of theirs are what the
    /// shards of the next run are balanced by, with --timings. The order of the inputs does not matter.
    Timings(Timings),

    /// Run again what one worker ran, test by test in the same order
    ///
    /// Nothing is measured and nothing is written. Tests that were tried again run once, where they were tried last.
    Replay(Replay),

    /// Find the tests that make another one fail
    ///
    /// A test that fails in a run and passes alone, or the other way round, depends on tests that ran before it in the same
    /// process. Runs it after fewer and fewer of them, and prints those that are enough, an id on a line each.
    Bisect(Bisect),

    /// Write the results of a run that was killed, as far as it had got
    ///
    /// What its workers said and measured is still there: outcomes, durations and coverage of all tests that had ended. The
    /// temporary directory of that run must be there. What the next run of that shard overwrites is lost.
    Rescue(Rescue),
}

impl Verb {
    /// The first of these paths that is not there, and has the name of a verb: which stands first, or is a path.
    pub(crate) fn among(paths: &[OsString]) -> Option<&str> {
        let mut names = paths.iter().filter_map(|path| path.to_str());
        names.find(|name| Self::has_subcommand(name) && !Path::new(name).exists())
    }
}

/// The command line of `cov-run rescue`.
#[derive(Debug, Args)]
pub struct Rescue {
    /// The output directory of that run
    #[arg(long, value_name = "DIR", default_value = ".cov")]
    pub out: PathBuf,

    /// Its shard
    #[arg(long, value_name = "K/N", default_value = "1/1")]
    pub shard: Shard,

    /// The project's directory
    #[arg(long, value_name = "DIR")]
    pub project: Option<PathBuf>,
}

/// The command line of `cov-run replay`.
#[derive(Debug, Args)]
pub struct Replay {
    /// A worker, as in gw1 (or gw1.2 for its third process); or a test, with which the sequence then ends
    #[arg(value_name = "WORKER|TEST")]
    pub target: String,

    /// Where and how.
    #[command(flatten)]
    pub rehearsal: Rehearsal,
}

/// The command line of `cov-run bisect`.
#[derive(Debug, Args)]
pub struct Bisect {
    /// The id of the test
    #[arg(value_name = "TEST")]
    pub test: String,

    /// Where and how.
    #[command(flatten)]
    pub rehearsal: Rehearsal,
}

/// How tests of an earlier run are run again.
#[derive(Debug, Args)]
pub struct Rehearsal {
    /// The output directory of that run
    #[arg(long, value_name = "DIR", default_value = ".cov")]
    pub out: PathBuf,

    /// Its shard
    #[arg(long, value_name = "K/N", default_value = "1/1")]
    pub shard: Shard,

    /// The project's Python [default: that of the active or the project's .venv, else python3]
    #[arg(long, value_name = "EXE")]
    pub python: Option<PathBuf>,

    /// The project's directory
    #[arg(long, value_name = "DIR")]
    pub project: Option<PathBuf>,

    /// How long a test may take, where neither a mark nor the project says so
    #[arg(long, value_name = "SECS", value_parser = seconds)]
    pub timeout: Option<f64>,
}

const AFTER_TIMINGS: &str = "\
INPUTS:
  timings of cov-run, .test_durations of pytest-split and JUnit files of pytest, told apart by
  content. Of a file of tests that several inputs know, the one counts that saw it most often.
  JUnit files of pytest name classes, not files: a test counts if another input knows the file,
  or if the file is below the current directory.

EXAMPLES:
  cov-run timings .cov/timings-*of*.json -o timings.json
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

const AFTER_LIST: &str = "\
EXAMPLES:
  cov-run list tests/unit -- -m 'not slow' | wc -l
  cov-run list --files | cov-run split 2/5 --timings timings.json | xargs -r pytest

EXIT STATUS:
  pytest's own: 0 tests were listed, 2 a file could not be imported, 4 usage, 5 there are none";

/// The command line of `cov-run list`.
#[derive(Debug, Args)]
#[command(after_help = AFTER_LIST)]
pub struct List {
    /// Files, directories or node ids
    #[arg(value_name = "PATH")]
    pub paths: Vec<OsString>,

    /// Print the files that the tests are in, each once
    #[arg(long)]
    pub files: bool,

    /// End each with a NUL, not with a line end, as `xargs -0` wants it
    #[arg(short = '0', long)]
    pub null: bool,

    /// The project's Python [default: that of the active or the project's .venv, else python3]
    #[arg(long, value_name = "EXE")]
    pub python: Option<PathBuf>,

    /// The project's directory
    #[arg(long, value_name = "DIR")]
    pub project: Option<PathBuf>,

    /// Arguments for pytest
    #[arg(last = true, value_name = "PYTEST-ARGS")]
    pub pytest_args: Vec<OsString>,
}

const AFTER_SPLIT: &str = "\
EXAMPLES:
  cov-run list | cov-run split 2/5 --timings timings.json | xargs -r -d '\\n' pytest
  cov-run list -0 | cov-run split auto -0 | xargs -r -0 pytest
  git ls-files 'test_*.py' | cov-run split 1/3

  xargs without -r starts pytest for an empty shard too, and pytest without arguments runs everything.

EXIT STATUS:
  0  done, also if the shard has no tests
  4  usage error, or nothing to split";

/// The command line of `cov-run split`.
#[derive(Debug, Args)]
#[command(after_help = AFTER_SPLIT)]
pub struct Split {
    /// The K-th of N shards, or what the CI system says, as with --shard
    #[arg(value_name = "K/N|auto")]
    pub shard: ci::Choice,

    /// What to split: test ids, or files, one a line [default: standard input, as -]
    #[arg(value_name = "FILE")]
    pub input: Option<Input>,

    /// How long tests take: timings of cov-run, durations of pytest-split, or a JUnit file of pytest
    #[arg(long, value_name = "FILE")]
    pub timings: Option<PathBuf>,

    /// Names end with a NUL, not with a line end, both in what is read and in what is printed
    #[arg(short = '0', long)]
    pub null: bool,
}
