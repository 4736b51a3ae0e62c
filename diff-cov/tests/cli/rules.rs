//! The rules beside the percentage of lines: branches, functions, patterns, small changes, and what is excused.

use cov_model::{Branches, FileCoverage, Function, Tally};

use crate::scene::{Scene, lines, numbered};

/// A repository where all ten lines of `src/a.py` changed, and all three of `b.py`: one function of two was called, three
/// arms of four were taken.
fn scene() -> Scene {
    let scene = Scene::with_file("README", "");
    scene.write("src/a.py", numbered(10));
    scene.write("b.py", "x = 1\ny = 2\nz = 3\n");
    scene.commit("second");
    let function = |end, hits| Function { end: Some(end), hits: Some(hits), body: None };
    let a = FileCoverage {
        lines: lines(10, |line| line < 8).into_iter().collect(),
        functions: [((1, "f".to_owned()), function(6, 3)), ((7, "g".to_owned()), function(10, 0))].into(),
        branches: Branches { tallied: [((2, 4), Tally::exactly(3))].into(), ..Branches::default() },
        ..FileCoverage::default()
    };
    let b = FileCoverage { lines: lines(3, |_| true).into_iter().collect(), ..FileCoverage::default() };
    scene.files("r.json", [("src/a.py", a), ("b.py", b)]);
    scene
}

#[test]
fn branches_and_functions_have_rules_of_their_own() {
    let scene = scene();
    let judged = |more: &[&str]| scene.diff_cov(&[&["r.json", "--base=main"], more].concat());
    let percent = "76.9 % of 13 changed lines covered";
    judged(&["--branches=75"])
        .check(0, &format!("{percent}; branches 75.0 % of 4 covered (at least 75 %)\n"));
    judged(&["--branches=75.1"]).check(2, "branches 75.0 % of 4 covered, below 75.1 %: 1 more needed\n");
    judged(&["--functions=50"]).check(0, "functions 50.0 % of 2 called (at least 50 %)\n");
    let answer = judged(&["--functions=100", "--fail-under=70"]);
    answer.check(
        2,
        &format!("{percent} (at least 70 %); functions 50.0 % of 2 called, below 100 %: 1 more needed"),
    );
    answer.check(2, "src/a.py: g (never called, 3 of 4 changed lines missing)\n");
}

#[test]
fn what_the_report_does_not_tell_cannot_be_judged() {
    let scene = Scene::with_file("a.py", "x = 1\n");
    scene.write("a.py", "x = 2\n");
    scene.report("r.json", &[("a.py", &[(1, 1)])]);
    let judged = |rule: &str| scene.diff_cov(&["r.json", "--base=main", rule]);
    judged("--branches=80").check(3, "the report does not tell of branches");
    judged("--functions=80").check(3, "the report does not tell of functions");
    judged("--rule=*: total >= 80").check(0, "*: total 100.0 % of 1 covered (at least 80 %)");
    scene.git(&["checkout", "--quiet", "a.py"]);
    judged("--branches=80").check(0, "no changes against main");
}

#[test]
fn patterns_are_judged_together_or_each() {
    let scene = scene();
    let judged = |rule: &str| scene.diff_cov(&["r.json", "--base=main", rule]);
    judged("--rule=src/*: lines >= 70").check(0, "src/*: lines 70.0 % of 10 covered (at least 70 %)");
    judged("--rule=src/*: lines >= 71")
        .check(2, "src/*: lines 70.0 % of 10 covered, below 71 %: 1 more needed");
    judged("--rule=*: total >= 80").check(2, "*: total 76.4 % of 17 covered, below 80 %: 1 more needed");
    judged("--rule=each *: lines >= 80").check(2, "each *: lines >= 80 is broken by src/a.py 70.0 %");
    judged("--rule=each *: lines >= 70").check(0, "each *: lines 76.9 % of 13 covered (at least 70 %)");
    judged("--rule=other/*: lines >= 100").check(0, "other/*: lines 100.0 % of 0 covered");
    judged("--rule=*: lines > 1").check(64, "is not a rule");
}

#[test]
fn patterns_start_at_the_project() {
    let scene = Scene::with_file("sub/src/a.py", "x = 1\ny = 1\n");
    scene.write("sub/src/a.py", "x = 2\ny = 1\n");
    scene.report("old.json", &[("src/a.py", &lines(2, |_| true))]);
    scene.report("new.json", &[("src/a.py", &lines(2, |_| false))]);
    let arguments = ["../new.json", "--base=main", "--baseline=../old.json", "--exclude=sub/*"];
    let judged = |rule: &str| scene.diff_cov_in("sub", &[&arguments[..], &[rule]].concat());
    judged("--rule=src/*: lines >= 50").check(2, "src/*: lines 0.0 % of 1 covered, below 50 %");
    judged("--rule=sub/src/*: lines >= 50").check(0, "sub/src/*: lines 100.0 % of 0 covered");
    judged("--rule=src/*: lost <= 0").check(2, "src/*: 1 unchanged line lost its coverage");
    judged("--rule=src/*: lost <= 1").check(0, "sub/src/a.py  lost 2\n");
}

#[test]
fn the_configuration_has_all_rules() {
    let scene = scene();
    let rules =
        "branches = 80\nfunctions = 60\nmin-lines = 20\nmax-lost = 0\nrules = ['b.py: lines >= 100']\n";
    scene.write("cov.toml", format!("[diff]\n{rules}"));
    let answer = scene.diff_cov(&["r.json", "--base=main"]);
    answer.check(0, "76.9 % of 13 changed lines covered [fewer than 20 lines: not judged]; branches 75.0 % of 4 covered, below 80 %; functions");
    scene.write("cov.toml", "[diff]\nrules = ['b.py: lines']\n");
    scene.diff_cov(&["r.json", "--base=main"]).check(1, "cov.toml: \"b.py: lines\" is not a rule");
}

#[test]
fn small_changes_can_be_let_through_and_say_so() {
    let scene = scene();
    let judged = |least: &str| scene.diff_cov(&["r.json", "--base=main", "--fail-under=90", least]);
    judged("--min-lines=13").check(2, "below 90 %: 2 more needed");
    judged("--min-lines=14")
        .check(0, "76.9 % of 13 changed lines covered, below 90 % [fewer than 14 lines: not judged]\n");
}

#[test]
fn all_changed_files_can_be_asked_for() {
    let scene = scene();
    scene.write("new.py", "x = 1\n");
    scene.git(&["add", "new.py"]);
    scene.diff_cov(&["r.json", "--base=main"]).check(0, "1 changed file not in the report");
    let answer = scene.diff_cov(&["r.json", "--base=main", "--all-files"]);
    answer.check(3, "1 changed file not in the report (new.py): measure what no test imports too");
}

#[test]
fn a_statement_is_changed_in_any_of_its_lines() {
    let scene = Scene::with_file("a.py", "call(\n    1,\n    2,\n)\nx = 1\n");
    scene.write("a.py", "call(\n    1,\n    3,\n)\nx = 1\n");
    let file = FileCoverage {
        lines: [(1, 0), (5, 1)].into_iter().collect(),
        spans: [(1, 4)].into(),
        ..FileCoverage::default()
    };
    scene.files("r.json", [("a.py", file.clone())]);
    scene.diff_cov(&["r.json", "--base=main"]).check(0, "a.py    0.0 %  0 of 1 lines  missing 1\n");
    scene.files("r.json", [("a.py", FileCoverage { spans: [].into(), ..file })]);
    scene.diff_cov(&["r.json", "--base=main"]).check(0, "no executable line changed");
}

#[test]
fn lines_that_only_moved_are_told_and_can_be_excused() {
    let block = "def f(a):\n    b = a + 1\n    c = b * 2\n    return c\n";
    let scene = Scene::with_file("a.py", &format!("x = 1\n{block}y = 2\nif x:\n  z = 3\n"));
    scene.write("a.py", "x = 1\ny = 2\nif x:\n    z = 3\n");
    scene.write("b.py", format!("import a\n\n\n{block}"));
    scene.commit("moved");
    scene.report("r.json", &[("a.py", &lines(4, |_| false)), ("b.py", &lines(7, |line| line == 1))]);
    let answer = scene.diff_cov(&["r.json", "--base=main"]);
    answer.check(
        0,
        "1 changed line in white space alone, 4 changed lines moved from elsewhere (see --excuse)\n",
    );
    let excused = |kinds: &str| scene.diff_cov(&["r.json", "--base=main", "--fail-under=100", kinds]);
    excused("--excuse=whitespace").check(2, "14.2 % of 7 changed lines covered");
    excused("--excuse=whitespace,moved").check(2, "33.3 % of 3 changed lines covered");
    excused("--excuse=comments").check(64, "possible values: whitespace, moved");
}
