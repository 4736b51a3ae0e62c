//! Annotations as GitHub takes them from the log of a job: lines that begin with `::warning`.
//!
//! GitHub shows 10 of a kind for each step and drops the rest without a word, so the first of them are those most worth a
//! test, and the last line tells of the others.

use super::finding::{Finding, findings};
use super::wording::{plural, sentence};
use crate::assessment::Assessment;
use cov_model::status::Status;

/// How many annotations of one kind GitHub shows for a step.
const SHOWN: usize = 10;

/// All annotations: the findings as warnings, and the verdict.
pub(super) fn render(assessment: &Assessment) -> String {
    let findings = findings(assessment);
    let text: String = findings.iter().take(SHOWN).map(annotation).collect();
    let verdict = sentence(assessment);
    let more = findings.len().saturating_sub(SHOWN);
    let more = if more == 0 {
        String::new()
    } else {
        format!(" ({} not shown here)", plural(more as u64, "more finding"))
    };
    let level = if assessment.status() == Status::Done { "notice" } else { "error" };
    text + &format!("::{level} title=Coverage of changed lines::{}\n", data(&(verdict + &more)))
}

fn annotation(finding: &Finding) -> String {
    let Finding { kind, file, first, last, message, weight: _ } = finding;
    let (file, title) = (property(file), property(kind.title()));
    format!("::warning file={file},line={first},endLine={last},title={title}::{}\n", data(message))
}

/// Escaped as GitHub's toolkit escapes what stands behind `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escaped as GitHub's toolkit escapes what stands behind `=`.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_end_a_property() {
        assert_eq!(property("a,b:c%\n.py"), "a%2Cb%3Ac%25%0A.py");
        assert_eq!(data("50 %, a: b"), "50 %25, a: b");
    }
}
