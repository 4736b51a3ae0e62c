//! Ten ways in which diff-cover 11 passes though uncovered lines changed. Each is shown to be one by the real diff-cover,
//! and gets the right verdict from us.

use cov_testing::Venv;

use crate::scene::{Answer, Scene, lines};

/// What the real diff-cover says in a directory of the scene.
fn diff_cover(scene: &Scene, directory: &str, arguments: &[&str]) -> Answer {
    let program = Venv::with(&["diff-cover==11.0.1"]).program("diff-cover");
    scene.command(program, directory).args(arguments).output().unwrap().into()
}

/// Checks that diff-cover lets everything pass.
#[track_caller]
fn passes_with_diff_cover(scene: &Scene, directory: &str, arguments: &[&str]) {
    let answer =
        diff_cover(scene, directory, &[arguments, &["--compare-branch=main", "--fail-under=100"]].concat());
    assert_eq!(answer.status, 0, "diff-cover got better: {answer:#?}");
}

#[test]
fn a_last_line_without_a_line_end_does_not_shift_the_next() {
    let scene = Scene::with_file("a.py", "a = 1\nb = 2");
    scene.write("a.py", "a = 1\nb = 2\nc = 3");
    scene.commit("second");
    scene.cobertura("coverage.xml", &[("a.py", &[(1, 1), (2, 0), (3, 1)])]);
    passes_with_diff_cover(&scene, "", &["coverage.xml"]);
    scene
        .diff_cov(&["coverage.xml", "--base=main", "--fail-under=100"])
        .check(2, "50.0 % of 2 changed lines");
}

#[test]
fn committed_and_local_changes_are_one_diff() {
    // A committed line 10 stands on line 15 after five lines were put in front of it, and not committed.
    let old: String = (1..=12).map(|line| format!("line{line} = 0\n")).collect::<Vec<_>>().concat();
    let scene = Scene::with_file("a.py", &old);
    let committed = old.replace("line10 = 0", "line10 = 1");
    scene.write("a.py", &committed);
    scene.commit("second");
    scene.write("a.py", format!("{}{committed}", "new = 0\n".repeat(5)));
    scene.cobertura("coverage.xml", &[("a.py", &lines(17, |line| line != 15))]);
    passes_with_diff_cover(&scene, "", &["coverage.xml"]);
    let answer = scene.diff_cov(&["coverage.xml", "--base=main", "--fail-under=100"]);
    answer.check(2, "a.py   83.3 %  5 of 6 lines  missing 15\n");
}

#[test]
fn a_report_that_does_not_know_a_line_does_not_hide_that_another_missed_it() {
    let scene = Scene::with_file("a.py", "a = 1\n");
    scene.write("a.py", "a = 1\nb = 2\n");
    scene.commit("second");
    scene.cobertura("one.xml", &[("a.py", &[(1, 1), (2, 0)])]);
    scene.cobertura("two.xml", &[("a.py", &[(1, 1)])]);
    passes_with_diff_cover(&scene, "", &["one.xml", "two.xml"]);
    scene.diff_cov(&["one.xml", "two.xml", "--base=main", "--fail-under=100"]).check(2, "missing 2");
}

#[test]
fn names_that_do_not_fit_are_no_coverage() {
    let scene = Scene::with_file("src/a.py", "a = 1\n");
    scene.write("src/a.py", "a = 1\nb = 2\n");
    scene.commit("second");
    scene.cobertura("coverage.xml", &[("a_copy.py", &[(1, 1), (2, 0)])]);
    passes_with_diff_cover(&scene, "", &["coverage.xml"]);
    scene
        .diff_cov(&["coverage.xml", "--base=main", "--fail-under=100"])
        .check(3, "(src/a.py; the report has 1 file, such as a_copy.py)");
    // Where they differ by a directory in front, they fit after all.
    scene.cobertura("coverage.xml", &[("/build/checkout/src/a.py", &[(1, 1), (2, 0)])]);
    passes_with_diff_cover(&scene, "", &["coverage.xml"]);
    let answer = scene.diff_cov(&["coverage.xml", "--base=main", "--fail-under=100"]);
    answer.check(2, "missing 2");
    answer.check(2, "by the end of the name: src/a.py is /build/checkout/src/a.py");
}

#[test]
fn almost_all_is_not_all() {
    let scene = Scene::with_file("a.py", "");
    scene.write("a.py", "x = 1\n".repeat(30_000));
    scene.commit("second");
    scene.cobertura("coverage.xml", &[("a.py", &lines(30_000, |line| line != 777))]);
    passes_with_diff_cover(&scene, "", &["coverage.xml", "--total-percent-float"]);
    let answer = scene.diff_cov(&["coverage.xml", "--base=main", "--fail-under=100"]);
    answer.check(2, "diff-cov: 99.9 % of 30000 changed lines covered, below 100 %: 1 more needed\n");
}

#[test]
fn a_name_may_look_like_two() {
    let scene = Scene::with_file("x b/a.py", "a = 1\n");
    scene.write("x b/a.py", "a = 1\nb = 2\n");
    scene.commit("second");
    scene.cobertura("coverage.xml", &[("x b/a.py", &[(1, 1), (2, 0)])]);
    passes_with_diff_cover(&scene, "", &["coverage.xml"]);
    scene.diff_cov(&["coverage.xml", "--base=main", "--fail-under=100"]).check(2, "missing 2");
}

#[test]
fn no_configuration_of_git_shortens_names() {
    let scene = Scene::with_file("sub/a.py", "a = 1\n");
    scene.write("sub/a.py", "a = 1\nb = 2\n");
    scene.commit("second");
    scene.git(&["config", "diff.relative", "true"]);
    scene.cobertura("sub/coverage.xml", &[("sub/a.py", &[(1, 1), (2, 0)])]);
    passes_with_diff_cover(&scene, "sub", &["coverage.xml"]);
    scene.diff_cov_in("sub", &["coverage.xml", "--base=main", "--fail-under=100"]).check(2, "missing 2");
}

#[test]
fn untracked_files_are_found_from_everywhere() {
    let scene = Scene::with_file("sub/a.py", "a = 1\n");
    scene.write("sub/new.py", "b = 2\n");
    scene.cobertura("sub/coverage.xml", &[("sub/new.py", &[(1, 0)])]);
    passes_with_diff_cover(&scene, "sub", &["coverage.xml", "--include-untracked"]);
    let arguments = ["coverage.xml", "--base=main", "--untracked", "--fail-under=100"];
    scene.diff_cov_in("sub", &arguments).check(2, "sub/new.py    0.0 %  0 of 1 lines  missing 1\n");
    scene.cobertura("sub/coverage.xml", &[("new.py", &[(1, 0)])]);
    scene.diff_cov_in("sub", &arguments).check(2, "missing 1");
}

#[test]
fn no_attribute_of_git_hides_lines() {
    // A converter that drops the first two lines shifts the numbers; an attribute says that the file has no text.
    for attribute in ["diff=tail", "-diff"] {
        let scene = Scene::with_file("a.py", "a = 1\nb = 2\nc = 3\n");
        scene.git(&["config", "diff.tail.textconv", "tail -n +3"]);
        scene.write(".gitattributes", format!("*.py {attribute}\n"));
        scene.write("a.py", "a = 1\nb = 2\nc = 4\n");
        scene.commit("second");
        scene.cobertura("coverage.xml", &[("a.py", &lines(3, |line| line != 3))]);
        passes_with_diff_cover(&scene, "", &["coverage.xml"]);
        scene.diff_cov(&["coverage.xml", "--base=main", "--fail-under=100"]).check(2, "missing 3");
        // A diff file cannot be made again, but it is not believed.
        scene.write("attribute.diff", scene.git(&["diff", "main"]));
        passes_with_diff_cover(&scene, "", &["coverage.xml", "--diff-file=attribute.diff"]);
        let answer = scene.diff_cov(&["coverage.xml", "--diff=attribute.diff", "--fail-under=100"]);
        match attribute {
            "-diff" => {
                answer.check(1, "a.py: the diff shows it as binary, so its changed lines are not known");
            }
            _ => answer.check(4, "the diff does not fit 1 file, its lines are others"),
        }
    }
}

#[test]
fn a_coloured_diff_is_not_an_empty_one() {
    let scene = Scene::with_file("a.py", "a = 1\n");
    scene.write("a.py", "a = 1\nb = 2\n");
    scene.commit("second");
    scene.write("coloured.diff", scene.git(&["diff", "--color=always", "main"]));
    scene.cobertura("coverage.xml", &[("a.py", &[(1, 1), (2, 0)])]);
    passes_with_diff_cover(&scene, "", &["coverage.xml", "--diff-file=coloured.diff"]);
    let answer = scene.diff_cov(&["coverage.xml", "--diff=coloured.diff", "--fail-under=100"]);
    answer.check(1, "coloured.diff:1: the diff is coloured: make it with --no-color");
}
