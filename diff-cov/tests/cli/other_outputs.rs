//! The outputs for other tools: valid by their own schemas, within their limits, and unbroken by strange names.

use std::fs;
use std::process::Command;

use cov_model::{FileCoverage, Function};
use cov_testing::Venv;

use crate::scene::{Scene, lines};

/// A repository where a file of a strange name has missing lines and a function that is not called, and the outputs.
fn scene() -> Scene {
    let scene = Scene::with_file("README", "");
    let name = "a, b:ü%<\"&>.py";
    scene.write(name, "x = '</script>'\n".repeat(20));
    scene.commit("second");
    let file = FileCoverage {
        lines: lines(20, |line| line < 5 || line == 9).into_iter().collect(),
        functions: [
            ((1, "f<int>".to_owned()), Function { end: Some(6), hits: Some(1), body: None }),
            ((10, "g".to_owned()), Function { end: Some(14), hits: Some(0), body: None }),
        ]
        .into(),
        branches: cov_model::Branches {
            tallied: [((2, 2), cov_model::Tally::exactly(1))].into(),
            ..cov_model::Branches::default()
        },
        ..FileCoverage::default()
    };
    scene.files("r.json", [(name, file)]);
    scene
}

#[test]
fn annotations_are_ranked_merged_and_escaped() {
    let scene = scene();
    let answer = scene.diff_cov(&["r.json", "--base=main", "--fail-under=50", "--to=github"]);
    let head = "::warning file=a%2C b%3Aü%25<\"&>.py";
    assert_eq!(
        answer.stdout.lines().collect::<Vec<_>>(),
        [
            &format!(
                "{head},line=15,endLine=20,title=Changed lines are not covered by tests::no test runs these 6 changed lines"
            ),
            &format!(
                "{head},line=10,endLine=14,title=A changed function is not called by tests::no test calls g: 5 changed lines not covered (10-14)"
            ),
            &format!(
                "{head},line=5,endLine=8,title=Changed lines are not covered by tests::no test runs these 4 changed lines"
            ),
            &format!(
                "{head},line=2,endLine=2,title=A branch of a changed line does not go every way in tests::1 of 2 ways of this branch is taken: 2 (1 of 2)"
            ),
            "::error title=Coverage of changed lines::25.0 %25 of 20 changed lines covered, below 50 %25: 5 more needed",
        ]
    );
}

#[test]
fn no_more_annotations_are_written_than_are_shown() {
    let scene = Scene::with_file("README", "");
    scene.write("a.py", "x = 1\n".repeat(60));
    scene.commit("second");
    scene.report("r.json", &[("a.py", &lines(60, |line| line % 2 == 0))]);
    let answer = scene.diff_cov(&["r.json", "--base=main", "--to=github"]);
    assert_eq!(answer.stdout.lines().count(), 11);
    answer.check(0, "::notice title=Coverage of changed lines::50.0 %25 of 60 changed lines covered (20 more findings not shown here)\n");
}

/// Reads SARIF with models made from its schema, and code quality with a schema of what GitLab documents.
const VALIDATE: &str = r#"
import json, re, sys
import jsonschema
import pydantic
import pydantic_sarif.model as sarif

models = [m for m in vars(sarif).values() if isinstance(m, type) and issubclass(m, pydantic.BaseModel)]
log = next(model for model in models if "runs" in model.model_fields)
document = json.load(open("out.sarif"))
log.model_validate(document)
broken = json.loads(json.dumps(document))
broken["runs"][0]["results"][0]["level"] = "bad"
try:
    log.model_validate(broken)
    sys.exit("the models accept everything")
except pydantic.ValidationError:
    pass
text = {"type": "string", "minLength": 1}
line = {"type": "integer", "minimum": 1}
lines = {"type": "object", "required": ["begin"], "properties": {"begin": line, "end": line}, "additionalProperties": False}
path = {"type": "string", "pattern": "^(?!\\./|/)."}
location = {"type": "object", "required": ["path", "lines"], "properties": {"path": path, "lines": lines}}
issue = {
    "type": "object",
    "required": ["description", "check_name", "fingerprint", "severity", "location"],
    "properties": {
        "description": text, "check_name": text, "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
        "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]}, "location": location,
    },
}
issues = json.load(open("out.gitlab"))
jsonschema.validate(issues, {"type": "array", "minItems": 1, "items": issue})
assert len({issue["fingerprint"] for issue in issues}) == len(issues)
"#;

#[test]
fn sarif_and_code_quality_are_valid() {
    let scene = scene();
    let outputs = ["--to=sarif=out.sarif", "--to=gitlab=out.gitlab", "--to=html=out.html", "--to=json"];
    let answer = scene.diff_cov(&[&["r.json", "--base=main"], &outputs[..]].concat());
    assert_eq!(answer.status, 0, "{answer:#?}");
    let venv = Venv::with(&["pydantic-sarif==0.1.1", "pydantic==2.11.7", "jsonschema==4.25.0"]);
    let mut python: Command = scene.command(venv.python(), "");
    let validated = python.args(["-c", VALIDATE]).output().unwrap();
    assert!(validated.status.success(), "{}", String::from_utf8_lossy(&validated.stderr));
    let sarif = fs::read_to_string(scene.path("out.sarif")).unwrap();
    assert!(sarif.contains(r#""uri": "a,%20b%3A%C3%BC%25%3C%22&%3E.py""#), "{sarif}");
    let page = fs::read_to_string(scene.path("out.html")).unwrap();
    assert!(!page.contains("</script>") && page.contains("a, b:ü%&lt;&quot;&amp;&gt;.py"), "{page}");
}

#[test]
fn cobertura_of_the_changed_files_reads_back() {
    let scene = scene();
    scene.diff_cov(&["r.json", "--base=main", "--to=cobertura=cut.xml"]).check(0, "25.0 % of 20");
    let again = scene.diff_cov(&["cut.xml", "--base=main", "--branches=50"]);
    again.check(0, "25.0 % of 20 changed lines covered; branches 50.0 % of 2 covered (at least 50 %)\n");
}

#[test]
fn cobertura_stays_below_what_gitlab_takes() {
    let scene = Scene::with_file("a.py", &"x = 1\n".repeat(300_000));
    scene.write("a.py", format!("y = 2\n{}", "x = 1\n".repeat(300_000)));
    scene.report("r.json", &[("a.py", &lines(300_001, |line| line > 1))]);
    scene.diff_cov(&["r.json", "--base=main", "--to=cobertura=cut.xml"]).check(0, "0.0 % of 1");
    let document = fs::read_to_string(scene.path("cut.xml")).unwrap();
    assert!(document.len() < 2000, "only the changed line is left");
    assert!(document.contains("<line number=\"1\" hits=\"0\"/>"));
}
