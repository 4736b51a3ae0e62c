//! SARIF 2.1.0, which code scanning and editors read.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::finding::{Finding, Kind, findings};
use super::json::name;
use super::wording::sentence;
use crate::assessment::Assessment;

/// The whole log: one run, a rule for each kind of finding, a result for each finding.
pub(super) fn render(assessment: &Assessment) -> String {
    let rules: Vec<Value> = Kind::ALL
        .into_iter()
        .map(|kind| {
            json!({
                "id": kind.id(),
                "shortDescription": { "text": kind.title() },
                "defaultConfiguration": { "level": level(kind) },
            })
        })
        .collect();
    let results: Vec<Value> = findings(assessment).iter().map(result).collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "diff-cov",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            } },
            "invocations": [{
                // It did what it was asked for, unless it could not judge.
                "executionSuccessful": assessment.is_told(),
                "exitCode": assessment.status().code(),
                "toolExecutionNotifications": [{
                    "level": if assessment.is_told() { "note" } else { "error" },
                    "message": { "text": sentence(assessment) },
                }],
            }],
            "columnKind": "unicodeCodePoints",
            "results": results,
            "properties": { "verdict": name(assessment) },
        }],
    });
    format!("{log:#}\n")
}

fn level(kind: Kind) -> &'static str {
    match kind {
        Kind::Uncovered | Kind::Uncalled | Kind::Lost => "warning",
        Kind::Partial => "note",
    }
}

fn result(finding: &Finding) -> Value {
    let Finding { kind, file, first, last, message, weight } = finding;
    json!({
        "ruleId": kind.id(),
        "ruleIndex": Kind::ALL.iter().position(|other| other == kind),
        "level": level(*kind),
        "message": { "text": message },
        "locations": [{ "physicalLocation": {
            "artifactLocation": { "uri": uri(file), "uriBaseId": "%SRCROOT%" },
            "region": { "startLine": first, "endLine": last },
        } }],
        "properties": { "lines": weight },
    })
}

/// A relative path as a URI (RFC 3986): all bytes but those that may stand in a path are escaped.
fn uri(path: &str) -> String {
    let mut uri = String::new();
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/!$&'()*+,;=@".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            write!(uri, "%{byte:02X}").expect("a string takes everything");
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_uris() {
        assert_eq!(uri("a b/ü#?:%.py"), "a%20b/%C3%BC%23%3F%3A%25.py");
    }
}
