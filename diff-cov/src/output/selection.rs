//! The tests that a change affects, a line of JSON for each, between a head and an end: what comes without its end was cut
//! off, and must not be taken for no tests.

use serde_json::json;

use crate::affected::Affected;

/// The whole stream; `comparison` is what the change is against, and `total` how many tests are known.
pub(crate) fn render(affected: &Affected, comparison: &str, total: usize) -> String {
    let mut text = String::new();
    let mut line = |value: serde_json::Value| {
        text += &value.to_string();
        text.push('\n');
    };
    let head =
        |mode: &str| json!({ "v": 1, "kind": "tests", "mode": mode, "base": comparison, "total": total });
    let count = match affected {
        Affected::All(reason) => {
            let mut head = head("all");
            head["reason"] = reason.clone().into();
            line(head);
            0
        }
        Affected::These(tests) => {
            line(head("select"));
            for (id, why) in tests {
                line(json!({ "id": id, "why": why }));
            }
            tests.len()
        }
    };
    line(json!({ "end": true, "count": count }));
    text
}
