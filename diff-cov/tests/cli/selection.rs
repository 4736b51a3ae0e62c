//! The tests that a change affects: those that ran the functions it touches, or all of them with the reason.

use cov_model::{FileCoverage, Function};

use crate::scene::{Answer, Scene};

const SOURCE: &str =
    "LIMIT = 3\n\ndef f(x):\n    # halves\n    y = x / 2\n    return y\n\ndef g(x):\n    return x\n";

/// A repository with `a.py` and its tests, and a report of which test ran what, made before any change.
fn scene() -> Scene {
    let scene = Scene::with_file("a.py", SOURCE);
    scene.write("tests/test_a.py", "from a import f, g\n");
    scene.commit("tests");
    scene.git(&["branch", "--force", "main"]);
    let function = |body, end| Function { body: Some(body), end: Some(end), hits: Some(1) };
    let ran = |lines: &[u32]| lines.iter().copied().collect();
    let file = FileCoverage {
        digest: Some(scene.digest("a.py")),
        language: Some("python".to_owned()),
        lines: [1, 3, 5, 6, 8, 9].into_iter().map(|line| (line, 1)).collect(),
        functions: [((3, "f".to_owned()), function(5, 6)), ((8, "g".to_owned()), function(9, 9))].into(),
        length: Some(9),
        contexts: [
            (String::new(), ran(&[1, 3, 8])),
            ("tests/test_a.py::test_f|run".to_owned(), ran(&[5, 6])),
            ("tests/test_a.py::test_both".to_owned(), ran(&[5, 6, 9])),
        ]
        .into(),
        ..FileCoverage::default()
    };
    scene.files("old.json", [("a.py", file)]);
    scene
}

fn tests(scene: &Scene) -> Answer {
    scene.diff_cov(&["old.json", "--base=main", "--tests"])
}

/// Checks the ids that are selected.
#[track_caller]
fn selects(scene: &Scene, expected: &[&str]) {
    let answer = tests(scene);
    assert_eq!(answer.status, 0, "{answer:#?}");
    let lines: Vec<serde_json::Value> =
        answer.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&lines[0]["kind"], &lines[0]["mode"]), (&"tests".into(), &"select".into()), "{answer:#?}");
    let ids: Vec<&str> = lines[1..lines.len() - 1].iter().map(|line| line["id"].as_str().unwrap()).collect();
    assert_eq!(ids, expected);
    let end = lines.last().unwrap();
    assert_eq!((&end["end"], &end["count"]), (&true.into(), &expected.len().into()));
}

#[track_caller]
fn selects_all(scene: &Scene, reason: &str) {
    let answer = tests(scene);
    answer.check(0, &format!("\"mode\":\"all\",\"reason\":\"{reason}"));
    answer.check(0, "{\"count\":0,\"end\":true}\n");
}

#[test]
fn the_tests_of_touched_functions_are_selected() {
    let scene = scene();
    selects(&scene, &[]);
    scene.write("a.py", SOURCE.replace("x / 2", "x // 2"));
    selects(&scene, &["tests/test_a.py::test_both", "tests/test_a.py::test_f"]);
    tests(&scene).check(0, r#"{"id":"tests/test_a.py::test_f","why":["a.py: f"]}"#);
    scene.write("a.py", SOURCE.replace("return x\n", "return -x\n"));
    selects(&scene, &["tests/test_a.py::test_both"]);
    scene.write("a.py", SOURCE.replace("    return y", "    y += 1\n    return y"));
    selects(&scene, &["tests/test_a.py::test_both", "tests/test_a.py::test_f"]);
    scene.write("a.py", SOURCE.replace("halves", "divides"));
    selects(&scene, &[]);
    scene.write("tests/test_a.py", "from a import f\n");
    selects(&scene, &["tests/test_a.py"]);
}

#[test]
fn in_doubt_all_tests_are_selected() {
    let scene = scene();
    scene.write("a.py", SOURCE.replace("LIMIT = 3", "LIMIT = 4"));
    selects_all(&scene, "a.py:1 is in no function that is known");
    scene.write("a.py", SOURCE.to_owned() + "\ndef h(): ...\n");
    selects_all(&scene, "a.py:10 is in no function");
    scene.write("a.py", SOURCE.replace("def f(x)", "def f(x=LIMIT)"));
    selects_all(&scene, "a.py:3 is in no function");
    scene.write("a.py", SOURCE.replace("return x\n", "return -x\n"));
    let report = std::fs::read_to_string(scene.path("old.json")).unwrap();
    scene.write("old.json", report.replace(",\"end\":9", ""));
    selects_all(&scene, "a.py:9 is in no function that is known");
    scene.write("old.json", report.replace("\"\":[1,3,8]", "\"\":[1,3,8,9]"));
    selects_all(&scene, "a.py: g also runs outside of tests");
    scene.write("old.json", report);
    scene.git(&["checkout", "--quiet", "a.py"]);
    scene.write("conftest.py", "x = 1\n");
    scene.git(&["add", "conftest.py"]);
    selects_all(&scene, "conftest.py is not in the report: what depends on it is not known");
    scene.git(&["rm", "--quiet", "--force", "conftest.py", "a.py"]);
    selects_all(&scene, "a.py: it is gone");
    scene.git(&["reset", "--quiet", "--hard"]);
    scene.write("a.py", SOURCE.replace("x / 2", "x // 2"));
    scene.report("old.json", &[("a.py", &[(1, 1)])]);
    selects_all(&scene, "the report does not tell which test ran what: measure with contexts");
}

#[test]
fn a_report_of_the_changed_text_serves_too() {
    let scene = scene();
    let old = std::fs::read_to_string(scene.path("old.json")).unwrap();
    let before = scene.digest("a.py").to_string();
    scene.write("a.py", SOURCE.replace("x / 2", "x // 2"));
    scene.write("old.json", old.replace(&before, &scene.digest("a.py").to_string()));
    selects(&scene, &["tests/test_a.py::test_both", "tests/test_a.py::test_f"]);
}

#[test]
fn a_stream_that_fails_has_no_end() {
    let scene = scene();
    let answer = scene.diff_cov(&["old.json", "--base=none", "--tests"]);
    answer.check(1, "none is no commit");
    assert_eq!(answer.stdout, "");
    scene.diff_cov(&["old.json", "--tests", "--to=json"]).check(64, "cannot be used with");
}
