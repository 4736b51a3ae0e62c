//! The command line of cov-run.

pub mod command;
pub mod verb;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::styling::Styles;
use clap::{Parser, ValueEnum};
use cov_model::stream::{Input, Output};
use serde::Serialize;

use self::command::CommandArgs;
use self::verb::Verb;
use crate::ci;
use crate::reporter::Choice;
use crate::workers::Workers;

const AFTER_HELP: &str = "\
EXAMPLES:
  cov-run                             the whole suite, one worker for each processor
  cov-run -n 4 tests/unit -- -k parse --maxfail=1
  cov-run --shard 1/3 --branch        the first of three shards; run the others elsewhere
  cov-run && cov-merge .cov | cov-report --to text
  cov-run list --files | cov-run split 2/5 | xargs -r pytest    see cov-run list --help, and so on
  cov-run --contexts && cov-merge .cov | diff-cov --tests    which tests a change affects
  cov-run --cmd --preset python --list-cmd 'ls test_*.py' -- python -m unittest {tests}

MARKS OF TESTS:
  xdist_group(NAME)    all tests of the group run in the same worker
  serial               nothing else runs meanwhile
  cov_run(weight=N)    takes the place of N workers
  cov_run(group=NAME)  one test of the group at a time, or as many as [tool.cov.run.groups] of pyproject.toml says: NAME = 2

EXIT STATUS:
  0  all tests passed
  1  tests failed
  2  interrupted
  3  internal error
  4  usage error
  5  no test was collected";

/// Runs a test suite as parallel shards under coverage measurement
///
/// Real pytest runs in every worker, with the project's own plugins and configuration. Options of pytest-xdist and
/// pytest-cov are understood whether these are installed or not. Each run writes a profile of what was covered
/// (profile-KofN.json), a manifest of what ran (run-KofN.json) and a JUnit file (junit-KofN.xml).
#[derive(Debug, Parser)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
#[command(name = "cov-run", version, args_override_self = true, args_conflicts_with_subcommands = true, disable_help_subcommand = true, after_help = AFTER_HELP, max_term_width = 100, styles = Styles::plain())]
pub struct Args {
    /// What to do other than to run a suite.
    #[command(subcommand)]
    pub verb: Option<Verb>,

    /// Files, directories or node ids to run
    #[arg(value_name = "PATH")]
    pub paths: Vec<OsString>,

    /// How many workers: a number, or one for each processor
    #[arg(short = 'n', long, value_name = "N|auto")]
    pub workers: Option<Workers>,

    /// Whether workers are forked from one process that has started, or started one by one
    ///
    /// "auto" forks where that is safe, "always" refuses to run where it is not.
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub fork: Fork,

    /// Whether all tests are collected before the first one runs, or a file when a worker takes it
    ///
    /// "auto" collects all of them for plug-ins and conftests that put tests in an order of their own.
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub collect: Collect,

    /// The directory for what is written
    #[arg(long, value_name = "DIR", default_value = ".cov")]
    pub out: PathBuf,

    /// Run the K-th of N shards; "auto" asks the CI system, "auto/N" one that tells only K
    ///
    /// GitLab, CircleCI, Buildkite, Azure Pipelines, Bitbucket, Semaphore, Heroku CI, Cirrus, Knapsack Pro, Bazel, job arrays of
    /// Slurm and, with auto/N, indexed jobs of Kubernetes are understood. It is an error if none of them says anything.
    #[arg(long, value_name = "K/N|auto", default_value = "1/1")]
    pub shard: ci::Choice,

    /// Measure branches, whatever the configuration says
    #[arg(long)]
    pub branch: bool,

    /// Record which test ran which line
    ///
    /// A test's context is its node id. The fixtures of classes, modules, packages and sessions have contexts of their own,
    /// like "fixture:tests/conftest.py:database". With --cov-context=test, as of pytest-cov, a test has three: "ID|setup",
    /// "ID|run" and "ID|teardown".
    #[arg(long)]
    pub contexts: bool,

    /// How coverage.py measures, where it has a choice
    #[arg(long, value_name = "NAME", default_value = "auto")]
    pub core: Core,

    /// Measure this directory or package instead of what the configuration names
    #[arg(long, value_name = "DIR_OR_PKG")]
    pub source: Vec<String>,

    /// Measure nothing
    #[arg(long)]
    pub no_cov: bool,

    /// The project's Python [default: that of the active or the project's .venv, else python3]
    #[arg(long, value_name = "EXE")]
    pub python: Option<PathBuf>,

    /// The project's directory
    #[arg(long, value_name = "DIR")]
    pub project: Option<PathBuf>,

    /// Run the tests that this says: what `diff-cov --tests` writes; - is standard input
    #[arg(long, value_name = "FILE", conflicts_with = "rerun")]
    pub tests_from: Option<Input>,

    /// Run what the last run left to be done: tests that failed or never ran, and new ones
    ///
    /// Reads what is in the output directory, and completes it: manifest and profile are then of both runs. Without paths
    /// and arguments for pytest, those of the last run are taken.
    #[arg(long)]
    pub rerun: bool,

    /// How often a test that failed is tried again: at once in the same worker, the last time alone in a fresh one;
    /// with --cmd, a shard that failed
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub retries: u32,

    /// How long a test may take, where neither a mark nor the project says so; with --cmd, a shard
    #[arg(long, value_name = "SECS", value_parser = seconds)]
    pub timeout: Option<f64>,

    /// How long tests took: read to plan, and written [default: timings.json in the output directory]
    ///
    /// Shards are balanced by this file alone, so give all of them the same; what a shard learns it writes to
    /// timings-KofN.json in the output directory, for `cov-run timings` to merge. Durations of pytest-split and JUnit files of
    /// pytest are read too, but never written.
    #[arg(long, value_name = "FILE")]
    pub timings: Option<PathBuf>,

    /// Where to write the JUnit file [default: junit-KofN.xml in the output directory]
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,

    /// Where to write what happens, as it happens: a line of JSON for each event
    #[arg(long, value_name = "FILE")]
    pub events: Option<Output>,

    /// Who prints, and whether plug-ins that report (pytest-html, a conftest's terminal summary) are served
    ///
    /// They run in a pytest of their own, beside the workers, which is started where one of them is in use. With "pytest"
    /// it prints everything, as its plug-ins (pytest-sugar) like it; with "cov-run" there is none.
    #[arg(long, value_name = "WHO", default_value = "auto")]
    pub reporter: Choice,

    /// When to colour
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: Color,

    /// Print less
    #[arg(short, long, action = clap::ArgAction::Count)]
    pub quiet: u8,

    /// Print more: a line for each test
    #[arg(short, long, action = clap::ArgAction::Count)]
    pub verbose: u8,

    /// Arguments for pytest, or the command of --cmd
    #[arg(last = true, value_name = "PYTEST-ARGS")]
    pub pytest_args: Vec<OsString>,

    #[expect(missing_docs, reason = "clap would show them instead of those of the program")]
    #[command(flatten)]
    pub command: CommandArgs,
}

/// A number of seconds, more than none.
pub(crate) fn seconds(text: &str) -> Result<f64, String> {
    let seconds = text.parse().ok().filter(|&seconds: &f64| seconds.is_finite() && seconds > 0.0);
    seconds.ok_or_else(|| "give a number of seconds, as in 60 or 0.5".to_owned())
}

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// How to measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Core {
    /// The fastest that is exact.
    Auto,
    /// coverage.py's tracer in C.
    Ctrace,
    /// coverage.py's tracer in Python.
    Pytrace,
    /// Python's own monitoring, from 3.12 on.
    Sysmon,
}

/// When to collect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Collect {
    /// All first, where somebody needs the whole list.
    Auto,
    /// All first.
    All,
    /// Each file when it is taken.
    Lazy,
}

/// When to fork workers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Fork {
    /// Where it is safe.
    Auto,
    /// Always, or not at all.
    Always,
    /// Never.
    Never,
}
