//! What became of everything since an earlier report: through edits, renames and moves, and what tests that are gone explain.

use std::collections::BTreeMap;
use std::fs;

use cov_model::{FileCoverage, Function};
use proptest::prelude::*;
use serde_json::json;

use crate::scene::{Scene, lines, numbered};

/// Those categories of a document that there are any of.
fn categories(document: &serde_json::Value, of: &str) -> BTreeMap<String, u64> {
    let counts = document["categories"][of].as_object().unwrap().iter();
    counts
        .map(|(code, count)| (code.clone(), count.as_u64().unwrap()))
        .filter(|&(_, count)| count > 0)
        .collect()
}

fn expected(counts: &[(&str, u64)]) -> BTreeMap<String, u64> {
    counts.iter().map(|&(code, count)| (code.to_owned(), count)).collect()
}

#[test]
fn lines_that_did_not_change_and_lost_their_coverage_are_found() {
    let scene = Scene::with_file("a.py", &numbered(6));
    scene.write("b.py", numbered(3));
    scene.commit("another");
    scene.git(&["branch", "--force", "main"]);
    scene.report_with_digests("old.json", &[("a.py", &lines(6, |_| true)), ("b.py", &lines(3, |_| true))]);
    // Line 2 goes, two come in front: 5 and 6 become 6 and 7.
    scene.write("a.py", "new1 = 0\nnew2 = 0\n".to_owned() + &numbered(6).replace("line2 = 0\n", ""));
    scene.report_with_digests(
        "new.json",
        &[("a.py", &lines(7, |line| line != 7 && line != 2)), ("b.py", &lines(3, |line| line != 3))],
    );
    let arguments = ["new.json", "--base=main", "--baseline=old.json"];
    let answer = scene.diff_cov(&arguments);
    answer.check(0, "50.0 % of 2 changed lines covered; 2 unchanged lines lost their coverage\n");
    answer.check(0, "a.py  lost 7\nb.py  lost 3\n");
    let document = scene.diff_cov(&[&arguments[..], &["--to=json"]].concat()).json();
    let counts = [("UNC", 1), ("GNC", 1), ("LBC", 2), ("CBC", 6), ("DCB", 1)];
    assert_eq!(categories(&document, "lines"), expected(&counts));
    let judged = |more: &[&str]| scene.diff_cov(&[&arguments[..], more].concat());
    judged(&["--max-lost=1"]).check(2, "2 unchanged lines lost their coverage (at most 1)");
    judged(&["--max-lost=2"]).check(0, "2 unchanged lines lost their coverage (at most 2)");
    judged(&["--rule=b.py: lost <= 0"]).check(2, "b.py: 1 unchanged line lost its coverage (at most 0)");
    judged(&["--rule=each *: lost <= 1"]).check(0, "each *: 2 unchanged lines");
    scene.diff_cov(&["new.json", "--base=main", "--max-lost=1"]).check(64, "--baseline <REPORT>");
}

#[test]
fn a_change_of_tests_alone_can_lose_coverage() {
    let scene = Scene::with_file("a.py", &numbered(3));
    scene.write("test_a.py", "def test_one(): ...\ndef test_two(): ...\n");
    scene.commit("tests");
    scene.git(&["branch", "--force", "main"]);
    let digest = Some(scene.digest("a.py"));
    let measured = |hit: u32, contexts: &[(&str, &[u32])]| FileCoverage {
        digest,
        lines: lines(3, |line| line <= hit).into_iter().collect(),
        contexts: contexts
            .iter()
            .map(|&(test, lines)| (test.to_owned(), lines.iter().copied().collect()))
            .collect(),
        ..FileCoverage::default()
    };
    let (one, two) = ("test_a.py::test_one", "test_a.py::test_two");
    scene.files("old.json", [("a.py", measured(3, &[(one, &[1, 2]), (two, &[2, 3])]))]);
    scene.write("test_a.py", "def test_one(): ...\n");
    scene.files("new.json", [("a.py", measured(2, &[(one, &[1, 2])]))]);
    let arguments = ["new.json", "--base=main", "--baseline=old.json", "--max-lost=0", "--exclude=test_*"];
    let answer = scene.diff_cov(&arguments);
    answer.check(
        2,
        "no executable line changed against main (0 files changed); 1 unchanged line lost its coverage",
    );
    answer.check(2, "a.py  lost 3  run before by tests that are gone: test_a.py::test_two\n");
    let document = scene.diff_cov(&[&arguments[..], &["--to=json"]].concat()).json();
    let lost = json!([{
        "path": "a.py", "lines": [3], "not_in_report": false, "by_deleted_tests": 1, "deleted_tests": [two],
    }]);
    assert_eq!(document["lost"], lost);
}

#[test]
fn a_file_that_is_there_and_not_measured_any_more_is_lost() {
    let scene = Scene::with_file("a.py", &numbered(3));
    scene.write("b.py", numbered(2));
    scene.write("gone.py", numbered(2));
    scene.commit("more");
    scene.git(&["branch", "--force", "main"]);
    let all = lines(2, |_| true);
    scene.report("old.json", &[("a.py", &lines(3, |_| true)), ("b.py", &all), ("gone.py", &all)]);
    scene.git(&["rm", "--quiet", "gone.py"]);
    scene.report("new.json", &[("a.py", &lines(3, |_| true))]);
    let arguments = ["new.json", "--base=main", "--baseline=old.json", "--max-lost=0"];
    let answer = scene.diff_cov(&arguments);
    answer.check(2, "b.py  not in the report any more: 2 covered lines lost\n");
    let document = scene.diff_cov(&[&arguments[..], &["--to=json"]].concat()).json();
    assert_eq!(categories(&document, "lines"), expected(&[("CBC", 3), ("DCB", 2), ("ECB", 2)]));
    scene.diff_cov(&[&arguments[..], &["--exclude=b.py"]].concat()).check(0, "no executable line changed");
}

#[test]
fn functions_and_branches_have_categories_too() {
    let scene = Scene::with_file("old.py", &numbered(20));
    let with = |functions: &[(u32, u64)], taken: u32, line: u32| FileCoverage {
        lines: lines(20, |_| true).into_iter().collect(),
        functions: functions
            .iter()
            .map(|&(line, hits)| {
                ((line, "f".to_owned()), Function { hits: Some(hits), ..Function::default() })
            })
            .collect(),
        branches: cov_model::Branches {
            tallied: [((line, 4), cov_model::Tally::exactly(taken))].into(),
            ..cov_model::Branches::default()
        },
        ..FileCoverage::default()
    };
    scene.files("old.json", [("old.py", with(&[(5, 1), (9, 1)], 3, 7))]);
    // Renamed, and a line put in front.
    scene.git(&["mv", "old.py", "new.py"]);
    scene.write("new.py", "first = 0\n".to_owned() + &numbered(20));
    scene.commit("renamed");
    scene.files("new.json", [("new.py", with(&[(1, 0), (6, 0), (10, 2)], 2, 8))]);
    let arguments = ["new.json", "--base=main", "--baseline=old.json", "--to=json"];
    let document = scene.diff_cov(&arguments).json();
    assert_eq!(categories(&document, "functions"), expected(&[("UNC", 1), ("LBC", 1), ("CBC", 1)]));
    assert_eq!(categories(&document, "branches"), expected(&[("LBC", 1), ("UBC", 1), ("CBC", 2)]));
    assert_eq!(categories(&document, "lines"), expected(&[("GNC", 1), ("CBC", 19), ("ECB", 1)]));
}

#[test]
fn a_baseline_of_another_version_is_followed_or_refused() {
    let scene = Scene::with_file("a.py", &numbered(4));
    scene.git(&["checkout", "--quiet", "main"]);
    // The base went on, and the baseline was made there.
    scene.write("a.py", "first = 0\n".to_owned() + &numbered(4));
    scene.commit("on main");
    scene.report_with_digests("old.json", &[("a.py", &lines(5, |_| true))]);
    scene.git(&["checkout", "--quiet", "topic"]);
    scene.write("a.py", numbered(4) + "last = 0\n");
    scene.report_with_digests("new.json", &[("a.py", &lines(5, |line| line != 4))]);
    let arguments = ["new.json", "--base=main", "--baseline=old.json"];
    scene.diff_cov(&arguments).check(0, "a.py  lost 4\n");
    // A text that nobody has any more.
    let unknown = fs::read_to_string(scene.path("old.json")).unwrap();
    let digest = scene.digest("new.json").to_string();
    let start = unknown.find("sha256:").unwrap();
    scene.write("old.json", format!("{}{digest}{}", &unknown[..start], &unknown[start + digest.len()..]));
    scene.diff_cov(&arguments).check(4, "the baseline of 1 file is of a text that is not to be found");
    let allowed = scene.diff_cov(&[&arguments[..], &["--allow-stale"]].concat());
    allowed.check(0, "a.py: the baseline is of a text that is not to be found: left out");
}

#[test]
fn a_baseline_of_something_else_is_refused() {
    let scene = Scene::with_file("a.py", "x = 1\n");
    scene.write("a.py", "x = 2\n");
    scene.report("new.json", &[("a.py", &[(1, 1)])]);
    scene.report("old.json", &[("/elsewhere/a.py", &[(1, 1)])]);
    let arguments = ["new.json", "--base=main", "--baseline=old.json"];
    scene.diff_cov(&arguments).check(3, "the baseline has none of the report's files");
    scene.diff_cov(&["new.json", "--base=main", "--baseline=none.json"]).check(1, "none.json: No such file");
    scene
        .diff_cov(&["--base=main", "--baseline=-"])
        .check(64, "standard input is the baseline: name a report");
}

/// A version of a file: lines that are all different, each with what was measured of it.
type Measured = Vec<(u32, Option<bool>)>;

fn measured() -> impl Strategy<Value = Option<bool>> {
    prop::option::weighted(0.8, any::<bool>())
}

/// A file's old version; what goes and comes where; what is measured of it now.
fn file() -> impl Strategy<Value = (Measured, Measured)> {
    let old = prop::collection::vec(measured(), 12..30);
    let edits = prop::collection::vec((0..30usize, 0..4usize, 0..4u32), 0..4);
    (old, edits, prop::collection::vec(measured(), 60)).prop_map(|(old, edits, now)| {
        let old: Measured = (0..).zip(old).collect();
        let mut texts: Vec<u32> = old.iter().map(|&(text, _)| text).collect();
        let mut next = 1000;
        for (start, removed, added) in edits {
            let start = start.min(texts.len());
            let end = (start + removed).min(texts.len());
            texts.splice(start..end, next..next + added);
            next += added;
        }
        (old, texts.into_iter().zip(now).collect())
    })
}

/// The text of a version of the file `index`: no line of it is in another file, so that git knows each again.
fn text(file: &Measured, index: usize) -> String {
    file.iter()
        .map(|(text, _)| {
            format!(
                "value_{index}_{text} = compute_{index}({text})
"
            )
        })
        .collect::<Vec<_>>()
        .concat()
}

fn covered(file: &Measured) -> Vec<(u32, u64)> {
    let lines = (1..).zip(file).filter_map(|(line, &(_, measured))| Some((line, u64::from(measured?))));
    lines.collect()
}

/// The categories of one file's lines, by the identity of their texts.
fn naive(old: &Measured, now: &Measured) -> BTreeMap<String, u64> {
    let find =
        |file: &Measured, text| file.iter().find(|&&(other, _)| other == text).map(|&(_, measured)| measured);
    let mut counts = BTreeMap::new();
    let mut count = |code: &str| *counts.entry(code.to_owned()).or_default() += 1;
    for &(text, is) in now {
        match (find(old, text), is) {
            (_, None) => {}
            (None, Some(true)) => count("GNC"),
            (None, Some(false)) => count("UNC"),
            (Some(None), Some(true)) => count("GIC"),
            (Some(None), Some(false)) => count("UIC"),
            (Some(Some(was)), Some(is)) => {
                count([["UBC", "GBC"], ["LBC", "CBC"]][usize::from(was)][usize::from(is)]);
            }
        }
    }
    for &(text, was) in old {
        match (was, find(now, text)) {
            (None, _) | (_, Some(Some(_))) => {}
            (Some(was), Some(None)) => count(["EUB", "ECB"][usize::from(was)]),
            (Some(was), None) => count(["DUB", "DCB"][usize::from(was)]),
        }
    }
    counts
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, max_shrink_iters: 60, ..ProptestConfig::default() })]

    #[test]
    fn the_categories_partition_the_lines_and_follow_renames(
        files in prop::collection::vec((file(), any::<bool>()), 1..6)
    ) {
        let scene = Scene::new();
        let name = |index: usize| format!("pkg/module_{index}.py");
        let moved = |index: usize, is_moved: bool| if is_moved { format!("deep/er/moved_{index}.py") } else { name(index) };
        for (index, ((old, _), _)) in files.iter().enumerate() {
            scene.write(name(index), text(old, index));
        }
        scene.commit("old");
        scene.git(&["checkout", "--quiet", "-b", "topic"]);
        let mut expected: BTreeMap<String, u64> = BTreeMap::new();
        let (mut before, mut after) = (Vec::new(), Vec::new());
        for (index, ((old, now), is_moved)) in files.iter().enumerate() {
            // A file that git does not know again is another file.
            let kept = now.iter().filter(|(text, _)| *text < 1000).count();
            let is_moved = *is_moved && kept * 4 >= old.len().max(now.len()) * 3;
            fs::remove_file(scene.path(&name(index))).unwrap();
            scene.write(moved(index, is_moved), text(now, index));
            before.push((name(index), covered(old)));
            after.push((moved(index, is_moved), covered(now)));
            for (code, count) in naive(old, now) {
                *expected.entry(code).or_default() += count;
            }
        }
        scene.commit("new");
        let write = |report: &str, files: &[(String, Vec<(u32, u64)>)]| {
            scene.report(report, &files.iter().map(|(name, lines)| (name.as_str(), lines.as_slice())).collect::<Vec<_>>());
        };
        write("old.json", &before);
        write("new.json", &after);
        let answer = scene.diff_cov(&["new.json", "--base=main", "--baseline=old.json", "--to=json"]);
        prop_assert_eq!(answer.status, 0, "{:?}", answer);
        prop_assert_eq!(categories(&answer.json(), "lines"), expected);
    }
}

#[test]
fn a_baseline_serves_without_git_too() {
    let scene = Scene::without_git();
    scene.write("before/a.py", numbered(4));
    scene.write("before/b.py", numbered(4));
    scene.write("now/a.py", "first = 0\n".to_owned() + &numbered(4));
    scene.write("now/b.py", numbered(4));
    let all = lines(4, |_| true);
    scene.report("old.json", &[("a.py", &all), ("b.py", &all)]);
    scene.report("new.json", &[("a.py", &lines(5, |line| line < 5)), ("b.py", &all)]);
    let arguments = ["new.json", "--project=now", "--baseline=old.json"];
    let judged = |more: &[&str]| scene.diff_cov(&[&arguments[..], more].concat());
    judged(&["--before=before", "--max-lost=0"]).check(2, "a.py  lost 5\n");
    let mut diff = scene.command("diff", "");
    scene.write("change.diff", diff.args(["-ru", "before", "now"]).output().unwrap().stdout);
    judged(&["--diff=change.diff", "--max-lost=0"]).check(2, "a.py  lost 5\n");
    // A report of another format is as good.
    scene.cobertura("old.xml", &[("a.py", &all), ("b.py", &all)]);
    let mixed = ["new.json", "old.xml", "--project=now", "--baseline=old.xml", "--before=before"];
    scene
        .diff_cov(&mixed)
        .check(0, "100.0 % of 1 changed line covered; 1 unchanged line lost its coverage\n");
}
