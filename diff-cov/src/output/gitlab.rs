//! GitLab's code quality report: what Code Climate calls issues, as far as GitLab reads them.

use std::collections::HashMap;

use cov_model::Digest;
use serde_json::{Value, json};

use super::finding::{Finding, Kind, findings};
use crate::assessment::Assessment;

/// The whole report, an array.
pub(super) fn render(assessment: &Assessment) -> String {
    let mut seen: HashMap<String, u32> = HashMap::new();
    let issues: Vec<Value> = findings(assessment)
        .iter()
        .map(|finding| {
            // GitLab tells what is new by the fingerprint, so line numbers are no part of it: they shift.
            let identity = format!("{}\0{}\0{}", finding.kind.id(), finding.file, finding.message);
            let count = seen.entry(identity.clone()).or_default();
            *count += 1;
            issue(finding, &format!("{identity}\0{count}"))
        })
        .collect();
    format!("{:#}\n", Value::Array(issues))
}

fn issue(finding: &Finding, identity: &str) -> Value {
    let Finding { kind, file, first, last, message, weight: _ } = finding;
    let fingerprint = Digest::of(identity.as_bytes()).to_string();
    json!({
        "type": "issue",
        "check_name": kind.id(),
        "description": message,
        "categories": ["Bug Risk"],
        "severity": severity(*kind),
        "fingerprint": fingerprint.trim_start_matches("sha256:"),
        "location": { "path": file, "lines": { "begin": first, "end": last } },
    })
}

fn severity(kind: Kind) -> &'static str {
    match kind {
        Kind::Lost | Kind::Uncalled => "major",
        Kind::Uncovered => "minor",
        Kind::Partial => "info",
    }
}
