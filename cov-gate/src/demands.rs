//! What is demanded of the report: the command line's thresholds, and the configuration's where it is silent.

use anyhow::Context as _;
use cov_model::rule::Metric;
use cov_model::status::{Failure, Status};

use crate::cli::Args;
use crate::project::Project;
use crate::rule::Rule;

/// What there is to be done where nothing is demanded.
pub(crate) const NO_THRESHOLD: &str = "no threshold: give --fail-under, --lines, --branches, --per-file, --rule or --no-decrease, \
                            or set fail_under in the configuration of coverage.py ([tool.coverage.report] of pyproject.toml)";

/// The rules, in the order in which they are reported. None at all is an error, but for `--no-decrease` and
/// `--allow-no-threshold`.
pub(crate) fn demands(args: &Args, project: &Project) -> anyhow::Result<Vec<Rule>> {
    let gate = &project.tools.gate;
    let fail_under = args.fail_under.or(gate.fail_under).or(project.configuration.coverage.report.fail_under);
    let lines = args.lines.or(gate.lines);
    let branches = args.branches.or(gate.branches);
    let per_file = args.per_file.or(gate.per_file);
    let mut rules: Vec<_> = [
        fail_under.map(|at_least| Rule::overall(Metric::Total, at_least)),
        lines.map(|at_least| Rule::overall(Metric::Lines, at_least)),
        branches.map(|at_least| Rule::overall(Metric::Branches, at_least)),
        per_file.map(Rule::per_file),
    ]
    .into_iter()
    .flatten()
    .collect();
    if args.rules.is_empty() {
        for rule in &gate.rules {
            let path = project.tools.path.as_deref().unwrap_or("configuration".as_ref());
            rules.push(rule.parse().with_context(|| path.display().to_string())?);
        }
    } else {
        rules.extend_from_slice(&args.rules);
    }
    if rules.is_empty() && !args.no_decrease && !args.allow_no_threshold {
        return Err(Failure::new(Status::Usage, NO_THRESHOLD).into());
    }
    Ok(rules)
}
