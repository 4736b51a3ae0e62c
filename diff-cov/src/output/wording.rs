//! The verdict in words.

use cov_model::rule::Metric;
use cov_model::{Percent, Ratio};

use super::text::shown_list;
use crate::assessment::{Assessment, Other, Stale, Verdict};
use crate::outcome::{Found, Outcome, State};
use crate::rule::Demand;

/// The verdict as one sentence.
pub(crate) fn sentence(assessment: &Assessment) -> String {
    let Assessment { comparison, verdict, unmeasured, changed_files, .. } = assessment;
    let mut parts = Vec::new();
    match verdict {
        Verdict::NoChange => parts.push(format!("no changes {comparison}")),
        Verdict::NothingExecutable => parts.push(format!(
            "no executable line changed {comparison} ({} changed)",
            plural(*changed_files as u64, "file")
        )),
        Verdict::Lines(ratio) => parts.push(lines(assessment, *ratio)),
        Verdict::NotInReport { report_files, example } => {
            return format!(
                "none of the changed files is in the report ({}; the report has {}, such as {example}): if the names start \
                 at different directories, name the project's with --project; what is not measured, leave out with --exclude",
                shown_list(unmeasured),
                plural(*report_files as u64, "file"),
            );
        }
        Verdict::Incomplete => {
            return format!(
                "{} not in the report ({}): measure what no test imports too, or leave it out with --exclude",
                plural(unmeasured.len() as u64, "changed file"),
                shown_list(unmeasured)
            );
        }
        Verdict::EmptyReport => return "the report has no files: nothing was measured".to_owned(),
        Verdict::ForeignBaseline => {
            return "the baseline has none of the report's files: make both from the same directory"
                .to_owned();
        }
        Verdict::Stale(files) => return stale(files),
    }
    parts.extend(assessment.outcomes.iter().filter(|outcome| !is_first(outcome)).map(outcome));
    let is_lost_told =
        assessment.outcomes.iter().any(|outcome| matches!(outcome.rule.demand, Demand::LostAtMost(_)));
    if !is_lost_told && assessment.lost_lines() > 0 {
        parts.push(lost(assessment.lost_lines()));
    }
    if assessment.newer_lines > 0 {
        let lines = plural(assessment.newer_lines, "changed line");
        parts.push(format!("{lines} newer than the measurement, of which nothing is known"));
    }
    if *verdict != Verdict::NoChange && !unmeasured.is_empty() {
        parts.push(format!("{} not in the report", plural(unmeasured.len() as u64, "changed file")));
    }
    parts.join("; ")
}

/// Whether this is the rule that the sentence begins with.
fn is_first(outcome: &Outcome) -> bool {
    outcome.rule.glob.is_none() && matches!(outcome.rule.demand, Demand::AtLeast(Metric::Lines, _))
}

/// How many of the changed lines are covered, and whether that is enough.
fn lines(assessment: &Assessment, ratio: Ratio) -> String {
    let outcome = assessment.outcomes.iter().find(|outcome| is_first(outcome));
    let threshold = match outcome.map(|outcome| outcome.rule.demand) {
        Some(Demand::AtLeast(_, percent)) => Some(percent),
        _ => None,
    };
    let covered = format!("{} % of {} covered", shown(ratio, threshold), plural(ratio.total, "changed line"));
    let mut sentence = match (outcome, threshold) {
        (Some(outcome), Some(percent)) => covered + &judged(outcome.state, ratio, percent),
        _ => covered,
    };
    if assessment.outcomes.iter().any(|outcome| outcome.state == State::Small) {
        let least = plural(assessment.min_lines, "line");
        sentence = format!("{sentence} [fewer than {least}: not judged]");
    }
    sentence
}

/// What came of a rule, but for that of the changed lines.
pub(super) fn outcome(outcome: &Outcome) -> String {
    let Outcome { rule, found, state, offenders } = outcome;
    let files = match &rule.glob {
        Some(glob) if rule.each => format!("each {glob}: "),
        Some(glob) => format!("{glob}: "),
        None => String::new(),
    };
    if *state == State::Unknown
        && let Demand::AtLeast(metric, _) = rule.demand
    {
        return format!("{files}the report does not tell of {metric}");
    }
    if rule.each && !offenders.is_empty() {
        let percent = match rule.demand {
            Demand::AtLeast(_, percent) => Some(percent),
            Demand::LostAtMost(_) => None,
        };
        let found: Vec<String> = offenders
            .iter()
            .map(|(name, found)| match found {
                Found::Covered(ratio) => format!("{name} {} %", shown(*ratio, percent)),
                Found::Lost(count) => format!("{name} {count}"),
            })
            .collect();
        let is = if *state == State::Small { "not judged" } else { "broken" };
        return format!("{rule} is {is} by {}", shown_list(&found));
    }
    match (rule.demand, *found) {
        (Demand::AtLeast(metric, percent), Found::Covered(ratio)) => {
            let what = if metric == Metric::Functions { "called" } else { "covered" };
            let found = format!("{metric} {} % of {} {what}", shown(ratio, Some(percent)), ratio.total);
            format!("{files}{found}{}", judged(*state, ratio, percent))
        }
        (Demand::LostAtMost(most), Found::Lost(count)) => format!("{files}{} (at most {most})", lost(count)),
        _ => unreachable!("what is found is what was demanded"),
    }
}

fn lost(count: u64) -> String {
    let its = if count == 1 { "its" } else { "their" };
    format!("{} lost {its} coverage", plural(count, "unchanged line"))
}

/// Whether a percentage is enough, as the end of a sentence.
fn judged(state: State, ratio: Ratio, percent: Percent) -> String {
    match state {
        State::Holds => format!(" (at least {percent} %)"),
        State::Small => format!(", below {percent} %"),
        State::Broken | State::Unknown => {
            format!(", below {percent} %: {} more needed", percent.missing_to_reach(ratio))
        }
    }
}

/// A percentage with the digits of the threshold, cut off.
fn shown(ratio: Ratio, threshold: Option<Percent>) -> String {
    ratio.truncated(threshold.map_or(0, Percent::decimals).max(1))
}

fn stale(files: &[Stale]) -> String {
    let of = |other| {
        let names = files.iter().filter(|stale| stale.differs_from == other);
        names.map(|stale| stale.name.clone()).collect::<Vec<_>>()
    };
    let sentence = |other| {
        let names = of(other);
        let (count, listed) = (plural(names.len() as u64, "file"), shown_list(&names));
        let sentence = match other {
            Other::Measured => {
                format!("{count} changed since it was measured: run the tests again ({listed})")
            }
            Other::Unfound => format!(
                "{count} changed since it was measured, and what was measured is not to be found: run the tests again \
                 ({listed})"
            ),
            Other::Diff => format!(
                "the diff does not fit {count}, its lines are others: make it from this version, or name the project that \
                 it belongs to with --project ({listed})"
            ),
            Other::Baseline => format!(
                "the baseline of {count} is of a text that is not to be found: make it from the version before the change \
                 ({listed})"
            ),
        };
        (!names.is_empty()).then_some(sentence)
    };
    let all = [Other::Measured, Other::Unfound, Other::Diff, Other::Baseline];
    all.into_iter().filter_map(sentence).collect::<Vec<_>>().join("; ")
}

/// A number of things.
pub(crate) fn plural(count: u64, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
