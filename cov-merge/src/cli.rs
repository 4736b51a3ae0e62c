//! The command line of cov-merge.

use std::path::PathBuf;

use clap::builder::styling::Styles;
use clap::{Parser, ValueEnum};
use cov_model::stream::{Input, Output};
use cov_python::python_version::PythonVersion;

use crate::path_map::PathMapping;

const AFTER_HELP: &str = "\
INPUTS:
  reports of the cov tools, coverage.py's data files and JSON reports, Cobertura XML, and the
  manifests of runs (run-KofN.json), told apart by content, gzip and zstd unpacked. A directory
  stands for the profile-KofN.json and run-KofN.json in it and below, but not below hidden
  directories, and for the data files (.coverage, .coverage.*) directly in it. A manifest of
  `cov-run --cmd` stands for the fragments that it names too.

  Data files of coverage.py are combined and analysed under the configuration of the project, as
  `coverage combine` and `coverage report` would; they are never changed, and none is deleted.

  Of a sharded run, all profiles and all manifests must be there: together they prove that every
  test ran once, and that its measurement is here.

EXAMPLES:
  cov-run && cov-merge .cov | cov-gate --fail-under 95
  cov-merge artifacts/ -o coverage.json
  coverage run -m pytest; cov-merge .coverage | cov-report
  cov-merge frontend.xml backend.json --path-map src=frontend/src --format cobertura -o all.xml

EXIT STATUS:
  0  done
  1  could not do it: unreadable or malformed input, write failed
  2  incomplete: shards missing, doubled or disagreeing
  64 the command line is wrong";

/// Merges coverage profiles of any known format into one report
///
/// Hits are added up; an arm of a branch stays untaken only if no input took it. The same measurements give the same bytes,
/// however they are distributed over inputs, and in whatever order these are given.
#[derive(Debug, Parser)]
#[command(name = "cov-merge", version, after_help = AFTER_HELP, max_term_width = 100, styles = Styles::plain())]
pub struct Args {
    /// What to merge [default: standard input, as -]
    #[arg(value_name = "FILE|DIR")]
    pub inputs: Vec<Input>,

    /// Where the report goes [default: standard output, as -]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<Output>,

    /// What the report is written as
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub format: Format,

    /// Rename files: those below FROM are below TO; may be repeated, the longest FROM wins
    #[arg(long = "path-map", value_name = "FROM=TO")]
    pub path_maps: Vec<PathMapping>,

    /// Merge what there is of a sharded run; the report says which shards are in it
    #[arg(long)]
    pub allow_incomplete: bool,

    /// The project's directory, which names of files are relative to
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub project: PathBuf,

    /// The configuration for data files, instead of what is found in the project's directory
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// The Python that wrote the data files, which do not tell: 3.11 or later [default: 3.13]
    #[arg(long, value_name = "VERSION")]
    pub python_version: Option<PythonVersion>,
}

/// What a report is written as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// The JSON report of the cov tools, which loses nothing
    #[default]
    Json,
    /// Cobertura XML, for other tools
    Cobertura,
}
