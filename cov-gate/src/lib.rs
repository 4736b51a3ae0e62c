//! Checks a coverage report against thresholds.

pub mod cli;
mod demands;
mod judge;
mod measured;
mod project;
mod rounding;
mod rule;
mod verdict;
mod wording;

use std::fmt::Display;
use std::io::{self, Write as _};

use cov_model::status::Status;
use cov_model::stream::{Input, Output};

use crate::cli::Args;
use crate::demands::NO_THRESHOLD;
use crate::judge::{compare, judge};
use crate::measured::Measured;
use crate::project::Project;
use crate::rounding::Rounding;
use crate::verdict::Verdicts;
use crate::wording::{MAX_DIGITS, Wording};

/// Judges the report that the command line names, and says the verdict on standard output.
pub fn run(args: &Args) -> anyhow::Result<Status> {
    let project = Project::open(args)?;
    warn(args, &project.configuration.warnings);
    let rules = demands::demands(args, &project)?;
    let report = args.report.clone().unwrap_or(Input::Stdin);
    let named: Vec<_> = std::iter::once(report.clone()).chain(args.baseline.clone()).collect();
    Input::or_stdin(&named).map_err(measured::usage)?;

    let Measured { files, incomplete } = measured::read(&report, &project)?;
    warn(args, incomplete.as_slice());
    let precision = project.configuration.coverage.report.precision;
    let rounding = if args.coverage_py_rounding { Rounding::CoveragePy(precision) } else { Rounding::Exact };
    let wording = Wording {
        digits: precision.clamp(2, MAX_DIGITS),
        lists_files: args.verbose,
        is_rounded: args.coverage_py_rounding,
        has_branches: files.iter().any(|(_, totals)| totals.branches.total > 0),
    };
    let mut verdicts = Verdicts::default();
    for rule in &rules {
        let outcome = judge(rule, &files, rounding, &project.root)?;
        verdicts.add_outcome(&outcome, wording.outcome(rule, &outcome));
    }
    if rules.is_empty() && !args.no_decrease {
        verdicts.remark(format!("nothing is judged, for there is {NO_THRESHOLD}"));
    }
    if let Some(baseline) = &args.baseline {
        let change = compare(&files, &measured::read_baseline(baseline, &project)?);
        let words = wording.change(&baseline.to_string(), &change);
        if args.no_decrease {
            verdicts.add_change(&change, words);
        } else {
            verdicts.remark(words);
        }
    }
    say(&verdicts, args)
}

/// Prints the verdict, which stands whether or not anybody reads it.
fn say(verdicts: &Verdicts, args: &Args) -> anyhow::Result<Status> {
    let printed = Output::Stdout.write(|sink| {
        for line in verdicts.lines(args.quiet, args.verbose) {
            writeln!(sink, "cov-gate: {line}")?;
        }
        Ok(())
    });
    match (verdicts.status(), printed) {
        (Status::Done, Err(error)) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        (status, _) => Ok(status),
    }
}

/// Tells what may explain an unexpected verdict.
fn warn(args: &Args, warnings: &[impl Display]) {
    for warning in warnings.iter().filter(|_| !args.quiet) {
        // When nobody can be warned, the verdict is still worth having.
        let _ = writeln!(io::stderr(), "cov-gate: warning: {warning}");
    }
}
