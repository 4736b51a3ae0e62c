//! The exit status of a run: pytest's numbers.

use crate::dispatcher::Stop;
use crate::last_line::counts;
use crate::record::Record;
use crate::shard::Shard;

/// All tests passed.
pub const PASSED: u8 = 0;
/// Tests failed.
pub const FAILED: u8 = 1;
/// The run was interrupted.
pub const INTERRUPTED: u8 = 2;
/// pytest, a plugin or cov-run itself failed.
pub const INTERNAL: u8 = 3;
/// The command line is wrong.
pub const USAGE: u8 = 4;
/// No test was collected.
pub const NO_TESTS: u8 = 5;
/// All passed, with more warnings than `--max-warnings` allows.
pub const WARNINGS: u8 = 6;

/// The exit status of a run whose workers ended with these of their own.
pub fn verdict(record: &Record, stop: Option<&Stop>, workers: &[i32], shard: Shard) -> u8 {
    if stop == Some(&Stop::Signal) {
        return INTERRUPTED;
    }
    if stop == Some(&Stop::CannotStart) || !record.internal_errors.is_empty() {
        return INTERNAL;
    }
    // What pytest.exit() or a plugin chose, and what is worse than a failed test.
    let own = workers.iter().copied().filter(|status| !matches!(status, 0 | 1 | 5 | 6)).max();
    if let Some(status) = own {
        return u8::try_from(status).unwrap_or(INTERNAL);
    }
    if !record.unmatched.is_empty() {
        return USAGE;
    }
    if record.failures() > 0 || workers.contains(&1) {
        return FAILED;
    }
    if record.tests().next().is_none() {
        // Other shards may have what this one has not.
        return if shard.is_all() { NO_TESTS } else { PASSED };
    }
    let warnings = counts(record).iter().find(|(name, _)| name == "warnings").map_or(0, |(_, count)| *count);
    if most_warnings(record).is_some_and(|most| warnings > most) {
        return WARNINGS;
    }
    PASSED
}

/// `--max-warnings`, which an ini file gives as text.
fn most_warnings(record: &Record) -> Option<u64> {
    let value = record.hello.as_ref()?.options.max_warnings.as_ref()?;
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}
