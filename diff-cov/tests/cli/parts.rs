//! Parts of a change: what is committed, staged, unstaged, or in a range of commits, in the lines that stand here.

use crate::scene::{Scene, lines};

/// A repository where line 2 of `a.py` changed in a commit, line 4 is staged and two lines are put in front, not staged; and
/// a report in which every line is missed but those two.
fn scene() -> Scene {
    let scene = Scene::with_file("a.py", "a = 1\nb = 1\nc = 1\nd = 1\n");
    scene.write("a.py", "a = 1\nb = 2\nc = 1\nd = 1\n");
    scene.commit("committed");
    scene.write("a.py", "a = 1\nb = 2\nc = 1\nd = 2\n");
    scene.git(&["add", "a.py"]);
    scene.write("a.py", "new = 1\nnew = 2\na = 1\nb = 2\nc = 1\nd = 2\n");
    scene.report_with_digests("r.json", &[("a.py", &lines(6, |line| line < 3))]);
    scene
}

#[test]
fn each_part_has_the_numbers_of_what_stands_here() {
    let scene = scene();
    let judged = |part: &str| scene.diff_cov(&["r.json", part]);
    judged("--base=main").check(0, "a.py   50.0 %  2 of 4 lines  missing 4, 6\n");
    judged("--only=committed").check(0, "a.py    0.0 %  0 of 1 lines  missing 4\n");
    judged("--only=staged").check(0, "a.py    0.0 %  0 of 1 lines  missing 6\n");
    judged("--only=unstaged").check(0, "a.py  100.0 %  2 of 2 lines\n");
    judged("--range=main..topic").check(0, "missing 4\n");
    judged("--range=main...").check(0, "missing 4\n");
    judged("--range=main").check(0, "missing 4\n");
    judged("--range=HEAD..HEAD").check(0, "no changes in HEAD..HEAD");
}

#[test]
fn what_changed_again_is_not_the_part_any_more() {
    let scene = scene();
    scene.write("a.py", "new = 1\nnew = 2\na = 1\nb = 3\nc = 1\n");
    scene.report("r.json", &[("a.py", &lines(5, |_| true))]);
    let judged = |part: &str| scene.diff_cov(&["r.json", part]);
    judged("--only=committed").check(0, "no executable line changed against main");
    judged("--only=staged").check(0, "no executable line changed staged");
    scene.git(&["mv", "-f", "a.py", "renamed.py"]);
    scene.report("r.json", &[("renamed.py", &lines(5, |_| true))]);
    judged("--only=unstaged").check(0, "changed lines covered");
}

#[test]
fn parts_that_cannot_be_are_refused() {
    let scene = scene();
    scene.diff_cov(&["r.json", "--range=none..HEAD"]).check(1, "none is no commit that this repository has");
    scene.diff_cov(&["r.json", "--range=main..HEAD", "--base=main"]).check(64, "cannot be used with");
    scene.diff_cov(&["r.json", "--only=staged", "--baseline=r.json"]).check(64, "cannot be used with");
    scene
        .diff_cov(&["r.json", "--only=everything"])
        .check(64, "possible values: committed, staged, unstaged");
    scene.diff_cov(&["r.json", "--only=staged", "--untracked"]).check(64, "cannot be used with");
}
