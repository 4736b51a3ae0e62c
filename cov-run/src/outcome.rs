//! How a test's outcome follows from what pytest reports of it.

use cov_model::manifest::Outcome;

use crate::protocol::Report;

/// The outcome of a test that was at `before`, and of which pytest has now reported this.
pub fn after(before: Outcome, report: &Report) -> Outcome {
    match (before, report.when.as_str(), report.category.as_str()) {
        (Outcome::Failed, _, _) => Outcome::Failed,
        (_, "call", _) if report.is_failure() => Outcome::Failed,
        (_, _, _) if report.is_failure() => Outcome::Error,
        (_, _, "skipped") => Outcome::Skipped,
        (_, _, "xfailed") => Outcome::Xfailed,
        (_, _, "xpassed") => Outcome::Xpassed,
        (Outcome::NotRun, "call", _) if report.outcome == "passed" => Outcome::Passed,
        (before, _, _) => before,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(reports: &[(&str, &str, &str)], expected: Outcome) {
        let outcome = reports.iter().fold(Outcome::NotRun, |before, (when, outcome, category)| {
            let [when, outcome, category] = [when, outcome, category].map(|&text| text.to_owned());
            after(before, &Report { when, outcome, category, ..Report::default() })
        });
        assert_eq!(outcome, expected, "{reports:?}");
    }

    #[test]
    fn an_outcome_is_that_of_the_worst_phase() {
        let (setup, teardown) = (("setup", "passed", ""), ("teardown", "passed", ""));
        check(&[setup, ("call", "passed", "passed"), teardown], Outcome::Passed);
        check(&[setup, ("call", "failed", "failed"), teardown], Outcome::Failed);
        check(&[("setup", "failed", "error"), teardown], Outcome::Error);
        check(&[setup, ("call", "passed", "passed"), ("teardown", "failed", "error")], Outcome::Error);
        check(&[setup, ("call", "failed", "failed"), ("teardown", "failed", "error")], Outcome::Failed);
        check(&[("setup", "skipped", "skipped"), teardown], Outcome::Skipped);
        check(&[setup, ("call", "skipped", "xfailed"), teardown], Outcome::Xfailed);
        check(&[setup, ("call", "rerun", "rerun"), teardown], Outcome::NotRun);
    }
}
