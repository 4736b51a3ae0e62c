//! What the command line says of a command that runs instead of pytest.

use std::num::NonZeroU32;

use clap::Args;
use cov_model::stream::Input;

/// Options that only make sense with `--cmd`.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options of --cmd, for any other test command")]
pub struct CommandArgs {
    /// Run the command behind -- instead of pytest, once for each shard
    ///
    /// In its words {shard} (from 1), {shard0} (from 0) and {total} stand for the shard, {out} for a directory of its own
    /// whose files are looked through for coverage, {junit} for a file there, {tmp} for a temporary directory, {tests}
    /// and {tests-file} for its part of a list of tests; {{ stands for {.
    #[arg(long)]
    pub cmd: bool,

    /// Have the command measured: set what its kind of program needs; "list" lists what there is
    #[arg(long, value_name = "NAME", requires = "cmd")]
    pub preset: Option<String>,

    /// How many shards there are, all of which run here [default: as many as workers]
    #[arg(long, value_name = "N", requires = "cmd")]
    pub shards: Option<NonZeroU32>,

    /// Split these tests over the shards: a file with one a line
    #[arg(long, value_name = "FILE|-", requires = "cmd", conflicts_with = "list_cmd")]
    pub tests: Option<Input>,

    /// Split the tests over the shards that this shell command lists, one a line
    #[arg(long, value_name = "COMMAND", requires = "cmd")]
    pub list_cmd: Option<String>,

    /// Have the shell run the command
    #[arg(long, requires = "cmd")]
    pub shell: bool,

    /// Show what shards print as they print it, not when they end
    #[arg(long, requires = "cmd")]
    pub stream: bool,
}
