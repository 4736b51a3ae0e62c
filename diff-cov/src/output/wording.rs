//! The verdict in words.

use cov_model::Percent;

use super::text::shown_list;
use crate::assessment::{Assessment, Other, Verdict};

/// The verdict as one sentence.
pub(crate) fn sentence(assessment: &Assessment) -> String {
    let Assessment { comparison, verdict, files: _, unmeasured, changed_files } = assessment;
    let sentence = match verdict {
        Verdict::NoChange => return format!("no changes {comparison}"),
        Verdict::NothingExecutable => {
            format!(
                "no executable line changed {comparison} ({} changed)",
                plural(*changed_files as u64, "file")
            )
        }
        Verdict::Lines { ratio, threshold } => {
            let percent = ratio.truncated(threshold.map_or(0, Percent::decimals).max(1));
            let covered = format!("{percent} % of {} covered", plural(ratio.total, "changed line"));
            match threshold {
                None => covered,
                Some(threshold) if threshold.is_reached_by(*ratio) => {
                    format!("{covered} (at least {threshold} %)")
                }
                Some(threshold) => {
                    let more = threshold.missing_to_reach(*ratio);
                    format!("{covered}, below {threshold} %: {more} more needed")
                }
            }
        }
        Verdict::NotInReport { report_files, example } => {
            return format!(
                "none of the changed files is in the report ({}; the report has {}, such as {example}): if the names start \
                 at different directories, name the project's with --project; what is not measured, leave out with --exclude",
                shown_list(unmeasured),
                plural(*report_files as u64, "file"),
            );
        }
        Verdict::EmptyReport => return "the report has no files: nothing was measured".to_owned(),
        Verdict::Stale(files) => {
            let of = |other| {
                let names = files.iter().filter(|stale| stale.differs_from == other);
                names.map(|stale| stale.name.clone()).collect::<Vec<_>>()
            };
            let mut parts = Vec::new();
            let (measured, diff) = (of(Other::Measured), of(Other::Diff));
            if !measured.is_empty() {
                parts.push(format!(
                    "{} changed since it was measured: run the tests again ({})",
                    plural(measured.len() as u64, "file"),
                    shown_list(&measured)
                ));
            }
            if !diff.is_empty() {
                parts.push(format!(
                    "the diff does not fit {}, its lines are others: make it from this version, or name the project that \
                     it belongs to with --project ({})",
                    plural(diff.len() as u64, "file"),
                    shown_list(&diff)
                ));
            }
            return parts.join("; ");
        }
    };
    if unmeasured.is_empty() {
        return sentence;
    }
    format!("{sentence}; {} not in the report", plural(unmeasured.len() as u64, "changed file"))
}

/// A number of things.
pub(super) fn plural(count: u64, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
