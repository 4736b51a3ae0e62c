//! The exit status of a run: pytest's numbers.

use crate::dispatcher::Stop;
use crate::last_line::counts;
use crate::record::Record;

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

/// The exit status of a run whose workers ended with these of their own. It may find no test where others have them,
/// or have run them before.
pub fn verdict(record: &Record, stop: Option<&Stop>, workers: &[i32], may_be_empty: bool) -> u8 {
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
    // A worker's own verdict is nothing to go by where failures were tried again.
    let tried_again = record.tests().any(|test| !test.earlier.is_empty());
    if record.failures() > 0 || (workers.contains(&1) && !tried_again) {
        return FAILED;
    }
    if record.tests().next().is_none() {
        return if may_be_empty { PASSED } else { NO_TESTS };
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dispatcher::WorkerId;
    use crate::hello::Options;
    use crate::hello::tests::{hello, options};
    use crate::protocol::{Collected, Report, Unmatched, Warning};

    const WORKER: WorkerId = WorkerId { slot: 0, generation: 0 };

    /// A run of one test with this outcome.
    fn record(outcome: &str) -> Record {
        let mut record = Record::default();
        record.all = vec!["a".to_owned()];
        let ids = vec!["a::t".to_owned()];
        record.collected(WORKER, &Collected { file: "a".to_owned(), ids, ..Collected::default() });
        record.started(WORKER, 0);
        let report = Report {
            when: "call".to_owned(),
            outcome: outcome.to_owned(),
            category: outcome.to_owned(),
            ..Report::default()
        };
        record.reported(WORKER, report);
        record
    }

    fn check(record: &Record, workers: &[i32], expected: u8) {
        assert_eq!(verdict(record, None, workers, false), expected);
    }

    #[test]
    fn statuses_are_pytests() {
        check(&record("passed"), &[0, 0], PASSED);
        check(&record("failed"), &[0, 1], FAILED);
        check(&record("passed"), &[5, 0], PASSED);
        check(&record("passed"), &[0, 1], FAILED); // a plugin said so
        check(&record("failed"), &[1, 7], 7);
        check(&record("passed"), &[0, 2], INTERRUPTED);
        check(&record("passed"), &[-9], INTERNAL);
        check(&Record::default(), &[5], NO_TESTS);
    }

    #[test]
    fn a_shard_without_tests_has_passed() {
        assert_eq!(verdict(&Record::default(), None, &[5], true), PASSED);
    }

    #[test]
    fn what_is_worse_than_a_failed_test_wins() {
        assert_eq!(verdict(&record("failed"), Some(&Stop::Signal), &[2], false), INTERRUPTED);
        assert_eq!(verdict(&record("passed"), Some(&Stop::CannotStart), &[], false), INTERNAL);
        let mut unmatched = record("failed");
        unmatched.unmatched.push(Unmatched { argument: "a::x".to_owned(), node: "<Module a>".to_owned() });
        check(&unmatched, &[1], USAGE);
        let mut broken = record("failed");
        broken.internal_errors.push("oops".to_owned());
        check(&broken, &[3], INTERNAL);
    }

    #[test]
    fn warnings_may_be_too_many() {
        let warning =
            Warning { text: String::new(), when: String::new(), id: None, path: String::new(), line: 1 };
        for (most, expected) in [(1.into(), PASSED), (0.into(), WARNINGS), ("0".into(), WARNINGS)] {
            let mut hello = hello();
            hello.options = Options { max_warnings: Some(most), ..options() };
            let mut record = record("passed");
            record.hello = Some(Box::new(hello));
            record.warnings.push(warning.clone());
            check(&record, &[0], expected);
        }
    }
}
