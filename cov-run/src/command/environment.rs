//! The variables that tell a command which shard it is.

use std::path::Path;
use std::process::Command;

use super::placeholder::Values;

/// Variables of the sharding that Bazel has, and of that of `GoogleTest`: a test program that knows them runs its part
/// and touches the file.
const INDEX: [&str; 2] = ["TEST_SHARD_INDEX", "GTEST_SHARD_INDEX"];
const TOTAL: [&str; 2] = ["TEST_TOTAL_SHARDS", "GTEST_TOTAL_SHARDS"];
const STATUS_FILE: [&str; 2] = ["TEST_SHARD_STATUS_FILE", "GTEST_SHARD_STATUS_FILE"];

/// Tells `command` its shard.
///
/// Where its words split the tests already, a test program that it starts must not split them again: it would take a part
/// of a part, and nobody the rest. So the variables that such programs know are set only where the words do not split,
/// and removed where they do.
pub(super) fn tell(command: &mut Command, values: &Values<'_>, status_file: &Path, is_split: bool) {
    command
        .env("COV_RUN_SHARD", values.shard.to_string())
        .env("COV_RUN_TOTAL", values.total.to_string())
        .env("COV_RUN_OUT", values.out);
    if values.tests.is_empty() {
        command.env_remove("COV_RUN_TESTS");
    } else {
        command.env("COV_RUN_TESTS", values.tests_file);
    }
    let mut set = |names: [&str; 2], value: &str| {
        for name in names {
            if is_split {
                command.env_remove(name);
            } else {
                command.env(name, value);
            }
        }
    };
    set(INDEX, &(values.shard - 1).to_string());
    set(TOTAL, &values.total.to_string());
    set(STATUS_FILE, &status_file.to_string_lossy());
}
