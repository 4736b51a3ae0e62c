//! What changed, as real git knows it: bases, local changes, renames, merges, and repositories that are not whole.

use crate::scene::{Scene, lines};

#[test]
fn committed_staged_and_unstaged_changes_are_judged() {
    let scene = Scene::with_file("a.py", "a = 1\nb = 1\nc = 1\nd = 1\n");
    scene.write("a.py", "a = 2\nb = 1\nc = 1\nd = 1\n");
    scene.commit("committed");
    scene.write("a.py", "a = 2\nb = 2\nc = 1\nd = 1\n");
    scene.git(&["add", "a.py"]);
    scene.write("a.py", "a = 2\nb = 2\nc = 2\nd = 1\n");
    scene.report("r.json", &[("a.py", &lines(4, |_| true))]);
    scene.diff_cov(&["r.json", "--base=main"]).check(0, "100.0 % of 3 changed lines covered");
}

#[test]
fn what_happened_on_the_base_meanwhile_is_no_change() {
    let scene = Scene::with_file("a.py", "a = 1\nb = 1\n");
    scene.write("b.py", "b = 1\n");
    scene.commit("on the topic");
    scene.git(&["checkout", "--quiet", "main"]);
    scene.write("a.py", "a = 2\nb = 1\n");
    scene.commit("on main");
    scene.git(&["checkout", "--quiet", "topic"]);
    scene.report("r.json", &[("a.py", &lines(2, |_| false)), ("b.py", &lines(1, |_| true))]);
    scene
        .diff_cov(&["r.json", "--base=main", "--fail-under=100"])
        .check(0, "100.0 % of 1 changed line covered (at least 100 %)");
}

#[test]
fn without_a_base_the_first_that_exists_is_taken_and_told() {
    let scene = Scene::with_file("a.py", "a = 1\n");
    scene.write("a.py", "a = 2\n");
    scene.report("r.json", &[("a.py", &lines(1, |_| true))]);
    let answer = scene.diff_cov(&["r.json"]);
    answer.check(0, "diff-cov: compared with main, from the merge base ");
    assert_eq!(answer.stderr.lines().count(), 1, "{answer:?}");
    scene.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
    scene.diff_cov(&["r.json"]).check(0, "diff-cov: compared with origin/main, ");
    assert_eq!(scene.diff_cov(&["r.json", "-q"]).stderr, "");
    assert_eq!(scene.diff_cov(&["r.json", "--base=HEAD"]).stderr, "");
}

#[test]
fn the_configuration_names_a_base_and_a_threshold() {
    let scene = Scene::with_file("a.py", "a = 1\n");
    scene.write("cov.toml", "[diff]\nbase = 'topic~0'\nfail-under = 90.5\nexclude = ['gen/*']\n");
    scene.write("a.py", "a = 2\n");
    scene.write("gen/b.py", "b = 2\n");
    scene.git(&["add", "gen"]);
    scene.report("r.json", &[("a.py", &lines(1, |_| false)), ("gen/b.py", &lines(1, |_| false))]);
    scene.diff_cov(&["r.json", "-v"]).check(2, "compared with topic~0");
    scene.diff_cov(&["r.json"]).check(2, "0.0 % of 1 changed line covered, below 90.5 %: 1 more needed");
    scene
        .diff_cov(&["r.json", "--fail-under=0", "--exclude=*/none"])
        .check(0, "0.0 % of 2 changed lines covered (at least 0 %)");
}

#[test]
fn three_kinds_of_nothing_are_told_apart() {
    let scene = Scene::with_file("a.py", "# a\na = 1\n");
    scene.report("r.json", &[("a.py", &[(2, 1)])]);
    scene
        .diff_cov(&["r.json", "--base=main", "--fail-under=100"])
        .check(0, "diff-cov: no changes against main\n");
    scene.write("a.py", "# b\na = 1\n");
    let answer = scene.diff_cov(&["r.json", "--base=main", "--fail-under=100"]);
    answer.check(0, "diff-cov: no executable line changed against main (1 file changed)\n");
    scene.git(&["checkout", "--quiet", "a.py"]);
    scene.write("b.py", "b = 1\n");
    scene.git(&["add", "b.py"]);
    let answer = scene.diff_cov(&["r.json", "--base=main"]);
    answer.check(3, "none of the changed files is in the report (b.py; the report has 1 file, such as a.py)");
}

#[test]
fn files_that_are_no_code_or_have_no_new_lines_need_not_be_in_the_report() {
    let scene = Scene::with_file("gone.py", "x = 1\n");
    scene.write("README.md", "# text\n");
    scene.write("image.png", b"\x89PNG\r\n\0\0");
    scene.write("Makefile", "all:\n");
    scene.git(&["rm", "--quiet", "gone.py"]);
    scene.commit("second");
    scene.report("r.json", &[("a.py", &[(2, 1)])]);
    scene
        .diff_cov(&["r.json", "--base=main"])
        .check(0, "no executable line changed against main (4 files changed)");
}

#[test]
fn a_file_that_the_configuration_does_not_measure_need_not_be_in_the_report() {
    let scene = Scene::with_file("pkg/a.py", "x = 1\n");
    scene.write("tests/test_a.py", "x = 1\n");
    scene.write("setup.py", "x = 1\n");
    scene.commit("second");
    scene.report("r.json", &[("pkg/a.py", &[(1, 1)])]);
    scene
        .diff_cov(&["r.json", "--base=main"])
        .check(3, "(setup.py, tests/test_a.py; the report has 1 file, such as pkg/a.py)");
    scene
        .diff_cov(&["r.json", "--base=main", "--exclude=tests/*", "--exclude=setup.py"])
        .check(0, "no executable line");
    scene.write(".coveragerc", "[run]\nsource = pkg\n");
    scene
        .diff_cov(&["r.json", "--base=main", "-v"])
        .check(0, "setup.py: not measured, by the project's configuration");
    scene.write("pkg/b.py", "x = 1\n");
    scene.git(&["add", "pkg"]);
    scene.diff_cov(&["r.json", "--base=main"]).check(3, "(pkg/b.py; ");
    scene.write("pkg/a.py", "x = 2\n");
    let answer = scene.diff_cov(&["r.json", "--base=main", "--fail-under=100"]);
    answer.check(0, "100.0 % of 1 changed line covered (at least 100 %); 1 changed file not in the report\n");
    answer.check(0, "pkg/b.py  not in the report\n");
}

#[test]
fn omitted_files_are_not_judged_even_if_they_were_measured() {
    let scene = Scene::with_file("a.py", "x = 1\n");
    scene.write("a.py", "x = 2\n");
    scene.write("gen.py", "x = 2\n");
    scene.git(&["add", "gen.py"]);
    scene.write(".coveragerc", "[report]\nomit = gen.py\n");
    scene.report("r.json", &[("a.py", &[(1, 1)]), ("gen.py", &[(1, 0)])]);
    scene.diff_cov(&["r.json", "--base=main", "--fail-under=100"]).check(0, "100.0 % of 1 changed line");
}

#[test]
fn a_changed_source_is_stale() {
    let scene = Scene::with_file("a.py", "a = 1\n");
    scene.write("a.py", "a = 2\n");
    scene.report_with_digests("r.json", &[("a.py", &[(1, 1)])]);
    scene.diff_cov(&["r.json", "--base=main", "--fail-under=100"]).check(0, "100.0 %");
    scene.write("a.py", "a = 3\n");
    let answer = scene.diff_cov(&["r.json", "--base=main", "--fail-under=100"]);
    answer.check(4, "diff-cov: 1 file changed since it was measured: run the tests again (a.py)\n");
    assert_eq!(answer.stdout, "");
    // What did not change since the base does not matter.
    scene.diff_cov(&["r.json", "--base=main", "--exclude=a.py"]).check(0, "no executable line");
}

#[test]
fn renamed_files_are_followed() {
    let old: String = (1..=20).map(|line| format!("line{line} = 0\n")).collect::<Vec<_>>().concat();
    let scene = Scene::with_file("old.py", &old);
    scene.git(&["config", "diff.renames", "false"]);
    scene.git(&["mv", "old.py", "new.py"]);
    scene.write("new.py", old.replace("line7 = 0", "line7 = 1"));
    scene.commit("second");
    scene.report("r.json", &[("new.py", &lines(20, |line| line != 7))]);
    scene
        .diff_cov(&["r.json", "--base=main", "--fail-under=100"])
        .check(2, "new.py    0.0 %  0 of 1 lines  missing 7\n");
}

#[test]
fn names_of_all_kinds_are_found() {
    let names = [
        "blank in.py",
        "ä.py",
        "quote\".py",
        "back\\slash.py",
        "tab\t.py",
        "feed\n.py",
        "x b/y.py",
        "a -> b.py",
        "-dash.py",
        "d/[x].py",
    ];
    let scene = Scene::with_file("a.py", "x = 1\n");
    let measured: Vec<(&str, &[(u32, u64)])> =
        names.iter().map(|&name| (name, &[(1, 0), (2, 1)][..])).collect();
    for name in names {
        scene.write(name, "x = 1\nx = 2\n");
    }
    scene.commit("second");
    scene.report("r.json", &measured);
    let answer = scene.diff_cov(&["r.json", "--base=main", "--fail-under=60"]);
    answer.check(2, "50.0 % of 20 changed lines covered");
    answer.check(2, "\"feed\\n.py\"     50.0 %");
}

#[cfg(unix)]
#[test]
fn a_name_that_is_not_utf_8_is_told_and_not_found() {
    use std::os::unix::ffi::OsStrExt as _;
    let scene = Scene::with_file("a.py", "x = 1\n");
    scene.write(std::ffi::OsStr::from_bytes(b"caf\xe9.py"), "x = 1\n");
    scene.commit("second");
    scene.report("r.json", &[("a.py", &[(1, 1)])]);
    scene.diff_cov(&["r.json", "--base=main"]).check(3, r#"("caf\xe9.py"; "#);
}

#[test]
fn a_project_below_the_root_has_names_of_its_own() {
    let scene = Scene::with_file("a.py", "x = 1\n");
    scene.write("a.py", "x = 2\n");
    scene.write("sub/a.py", "x = 1\nx = 2\n");
    scene.commit("second");
    scene.report("r.json", &[("a.py", &[(1, 0), (2, 1)])]);
    // The same report is one of sub/a.py or of a.py, as its directory says.
    scene
        .diff_cov(&["r.json", "--base=main"])
        .check(0, "0.0 % of 1 changed line covered; 1 changed file not in the report");
    scene
        .diff_cov(&["r.json", "--base=main", "--project=sub"])
        .check(0, "50.0 % of 2 changed lines covered; 1 changed file");
    scene
        .diff_cov_in("sub", &["../r.json", "--base=main"])
        .check(0, "50.0 % of 2 changed lines covered; 1 changed file");
    // A diff file may start at either directory.
    scene.write("root.diff", scene.git(&["diff", "main", "--", "sub"]));
    scene.write("sub.diff", scene.git(&["diff", "--relative=sub", "main"]));
    for diff in ["../root.diff", "../sub.diff"] {
        scene
            .diff_cov_in("sub", &["../r.json", "--diff", diff])
            .check(0, "50.0 % of 2 changed lines covered\n");
    }
}

#[test]
fn untracked_files_are_told_and_judged_on_request() {
    let scene = Scene::with_file("a.py", "x = 1\n");
    scene.write(".gitignore", "*.json\nignored.py\n");
    scene.commit("second");
    scene.write("new.py", "x = 1\nx = 2");
    scene.write("ignored.py", "x = 1\n");
    scene.report("r.json", &[("new.py", &[(1, 1), (2, 0)]), ("ignored.py", &[(1, 0)])]);
    let answer = scene.diff_cov(&["r.json", "--base=HEAD"]);
    answer.check(0, "measured but not judged, since git does not track them: new.py (see --untracked)");
    scene
        .diff_cov(&["r.json", "--base=HEAD", "--untracked"])
        .check(0, "new.py   50.0 %  1 of 2 lines  missing 2");
    let staged = Scene::with_file("a.py", "x = 1\n");
    staged.write("new.py", "x = 1\n");
    staged.git(&["add", "--intent-to-add", "new.py"]);
    staged.report("r.json", &[("new.py", &[(1, 0)])]);
    staged.diff_cov(&["r.json", "--base=main"]).check(0, "0.0 % of 1 changed line");
}

#[cfg(unix)]
#[test]
fn links_and_submodules_have_no_lines() {
    let scene = Scene::with_file("a.py", "x = 1\n");
    std::os::unix::fs::symlink("a.py", scene.path("link.py")).unwrap();
    std::os::unix::fs::symlink("nowhere", scene.path("broken.py")).unwrap();
    let module = Scene::with_file("m.py", "x = 1\n");
    let module = module.root().to_str().unwrap();
    scene.git(&["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", module, "sub.py"]);
    scene.report("r.json", &[("a.py", &[(1, 0)]), ("link.py", &[(1, 0)]), ("sub.py", &[(1, 0)])]);
    scene.git(&["add", "link.py"]);
    for flag in ["--base=main", "--untracked"] {
        scene.diff_cov(&["r.json", flag]).check(0, "no executable line changed");
    }
}

#[test]
fn a_conflict_that_is_not_resolved_is_judged_as_it_stands() {
    let scene = Scene::with_file("a.py", "x = 1\n");
    scene.write("a.py", "x = 2\n");
    scene.commit("ours");
    scene.git(&["checkout", "--quiet", "main"]);
    scene.write("a.py", "x = 3\n");
    scene.commit("theirs");
    scene.git(&["checkout", "--quiet", "topic"]);
    assert!(!scene.command("git", "").args(["merge", "--quiet", "main"]).output().unwrap().status.success());
    scene.report("r.json", &[("a.py", &lines(5, |_| true))]);
    scene.diff_cov(&["r.json", "--base=topic~1"]).check(0, "100.0 % of 5 changed lines");
}

#[test]
fn a_merge_may_be_judged_by_its_combined_diff() {
    let old = "a\nb\nc\nd\ne\nf\ng\nh\n";
    let scene = Scene::with_file("a.py", old);
    scene.write("a.py", old.replace('b', "B"));
    scene.commit("ours");
    scene.git(&["checkout", "--quiet", "main"]);
    scene.write("a.py", old.replace('g', "G"));
    scene.commit("theirs");
    scene.git(&["merge", "--quiet", "--no-commit", "topic"]);
    scene.write("a.py", "new\na\nB\nc\nd\ne\nf\nG\nh\n");
    scene.commit("merge");
    scene.write("merge.diff", scene.git(&["show", "--cc", "-U0"]));
    scene.report("r.json", &[("a.py", &lines(9, |line| line == 1))]);
    scene.diff_cov(&["r.json", "--diff=merge.diff"]).check(0, "100.0 % of 1 changed line covered");
    scene.write("merge.diff", scene.git(&["show", "-c", "-U2"]));
    scene.diff_cov(&["r.json", "--diff=merge.diff"]).check(0, "33.3 % of 3 changed lines covered");
}

#[test]
fn no_setting_of_the_users_changes_the_answer() {
    let old: String = (1..=30).map(|line| format!("line{line} = 0\n")).collect::<Vec<_>>().concat();
    let settings = [
        ["diff.noprefix", "true"],
        ["diff.mnemonicPrefix", "true"],
        ["diff.srcPrefix", "x/"],
        ["diff.dstPrefix", "deep/y/"],
        ["diff.relative", "true"],
        ["diff.renames", "copies"],
        ["diff.algorithm", "minimal"],
        ["diff.context", "9"],
        ["diff.interHunkContext", "9"],
        ["diff.external", "false"],
        ["diff.orderFile", "no/such/file"],
        ["diff.ignoreSubmodules", "none"],
        ["diff.submodule", "diff"],
        ["diff.suppressBlankEmpty", "true"],
        ["diff.colorMoved", "zebra"],
        ["diff.wsErrorHighlight", "all"],
        ["diff.indentHeuristic", "false"],
        ["diff.noindex", "true"],
        ["core.quotePath", "false"],
        ["core.pager", "false"],
        ["core.attributesFile", "attributes"],
        ["core.autocrlf", "true"],
        ["color.ui", "always"],
        ["color.diff", "always"],
        ["pager.diff", "true"],
        ["alias.diff", "log"],
    ];
    let scene = Scene::with_file("sub/ä.py", &old);
    let new = old.replace("line7 = 0", "line7 = 1\nmore = 1").replace("line20 = 0\n", "");
    scene.write("sub/ä.py", &new);
    scene.write("attributes", "*.py diff=gone -text\n");
    scene.git(&["config", "diff.gone.command", "false"]);
    scene.report("r.json", &[("sub/ä.py", &lines(31, |line| line != 8))]);
    let expected = "sub/ä.py   50.0 %  1 of 2 lines  missing 8\n";
    scene.diff_cov(&["r.json", "--base=main"]).check(0, expected);
    for [name, value] in settings {
        scene.git(&["config", name, value]);
        scene.diff_cov(&["r.json", "--base=main"]).check(0, expected);
    }
    let mut command = scene.command(env!("CARGO_BIN_EXE_diff-cov"), "sub");
    command.env("GIT_DIFF_OPTS", "-u5").env("GIT_EXTERNAL_DIFF", "false").env("GIT_PAGER", "false");
    let answer: crate::scene::Answer =
        command.args(["../r.json", "--base=main", "--project=.."]).output().unwrap().into();
    answer.check(0, expected);
}

/// A clone of `scene` made with `arguments`.
fn clone(scene: &Scene, arguments: &[&str]) -> Scene {
    let clone = Scene::without_git();
    let url = format!("file://{}", scene.root().display());
    clone.git(&[&["clone", "--quiet"], arguments, &[&url, "."]].concat());
    clone
}

/// Runs the command of git that a message names in backquotes.
fn repair(scene: &Scene, message: &str) {
    let command = message.split('`').nth(1).unwrap_or_else(|| panic!("no command in {message:?}"));
    let words: Vec<&str> = command.split(' ').collect();
    assert_eq!(words[0], "git");
    scene.git(&words[1..]);
}

#[test]
fn a_shallow_clone_gets_the_command_that_repairs_it() {
    let origin = Scene::with_file("a.py", "x = 1\n");
    for number in 2..5 {
        origin.write("a.py", format!("x = {number}\n"));
        origin.commit("another");
    }
    let one = clone(&origin, &["--depth=1", "--branch=topic"]);
    one.report("r.json", &[("a.py", &[(1, 1)])]);
    let answer = one.diff_cov(&["r.json", "--base=origin/main"]);
    answer.check(1, "origin/main is no commit that this repository has; run `git fetch --unshallow origin +refs/heads/main");
    repair(&one, &answer.stderr);
    one.diff_cov(&["r.json", "--base=origin/main"]).check(0, "100.0 % of 1 changed line");

    let all = clone(&origin, &["--depth=1", "--no-single-branch", "--branch=topic"]);
    all.report("r.json", &[("a.py", &[(1, 1)])]);
    let answer = all.diff_cov(&["r.json", "--base=origin/main"]);
    answer.check(
        1,
        "origin/main and HEAD have no commit in common; the clone is shallow: run `git fetch --unshallow`",
    );
    repair(&all, &answer.stderr);
    all.diff_cov(&["r.json", "--base=origin/main"]).check(0, "100.0 % of 1 changed line");
}

#[test]
fn a_branch_that_was_not_fetched_gets_the_command_that_fetches_it() {
    let origin = Scene::with_file("a.py", "x = 1\n");
    origin.write("a.py", "x = 2\n");
    origin.commit("second");
    let clone = clone(&origin, &["--single-branch", "--branch=topic"]);
    clone.report("r.json", &[("a.py", &[(1, 1)])]);
    let answer = clone.diff_cov(&["r.json", "--base=origin/main"]);
    answer.check(
        1,
        "origin/main is no commit that this repository has; run `git fetch origin +refs/heads/main",
    );
    repair(&clone, &answer.stderr);
    clone.diff_cov(&["r.json", "--base=origin/main"]).check(0, "100.0 % of 1 changed line");
}

#[test]
fn an_older_copy_serves_where_there_is_no_git() {
    let scene = Scene::without_git();
    scene.write("before/a.py", "a = 1\nb = 1\n");
    scene.write("now/a.py", "a = 1\nb = 2\nc = 1\n");
    scene.write("now/new.py", "a = 1\n");
    scene.report("r.json", &[("a.py", &lines(3, |line| line == 2)), ("new.py", &[(1, 1)])]);
    let answer = scene.diff_cov(&["r.json", "--before=before", "--project=now", "--fail-under=70"]);
    answer.check(2, "a.py     50.0 %  1 of 2 lines  missing 3\nnew.py  100.0 %  1 of 1 lines\n");
    answer.check(2, "66.6 % of 3 changed lines covered, below 70 %: 1 more needed");
    scene.diff_cov_in("now", &["../r.json", "--before=../before"]).check(0, "66.6 % of 3");
    scene.diff_cov(&["r.json", "--before=now", "--project=now"]).check(1, "now is the project itself");
    scene.diff_cov(&["r.json", "--before=none", "--project=now"]).check(1, "none is no directory");
    scene.write("other/b.py", "");
    scene
        .diff_cov(&["r.json", "--before=other", "--project=now"])
        .check(1, "other and now have no file in common");
}

#[test]
fn a_filter_that_stores_other_text_does_not_make_a_file_stale() {
    let scene = Scene::with_file("a.py", "a = 1\n");
    scene.git(&["config", "filter.key.clean", "sed s/secret/key/"]);
    scene.write(".gitattributes", "*.py filter=key\n");
    scene.write("a.py", "a = 1\nb = 'secret'\n");
    scene.report_with_digests("r.json", &[("a.py", &lines(2, |_| true))]);
    scene.diff_cov(&["r.json", "--base=main"]).check(0, "100.0 % of 1 changed line");
}
