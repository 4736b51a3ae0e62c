//! Bad input of all kinds: each gets its status and a message, and nothing panics.

use std::fs::{self, File};
use std::process::Stdio;

use crate::scene::{Answer, Scene, lines};

const DIFF: &str = "--- a/a.py\n+++ b/a.py\n@@ -1 +1,2 @@\n a = 1\n+b = 2\n";

/// A repository with a changed `a.py` and a report `r.json` of it.
fn scene() -> Scene {
    let scene = Scene::with_file("a.py", "a = 1\n");
    scene.write("a.py", "a = 1\nb = 2\n");
    scene.report("r.json", &[("a.py", &lines(2, |line| line == 1))]);
    scene.write("good.diff", DIFF);
    scene
}

#[test]
#[expect(clippy::too_many_lines, reason = "a list of cases")]
fn a_diff_that_cannot_be_read_is_refused() {
    let scene = scene();
    let with = |hunk: &str| format!("--- a/a.py\n+++ b/a.py\n{hunk}");
    let utf16 =
        |text: &str| [vec![0xff, 0xfe], text.encode_utf16().flat_map(u16::to_le_bytes).collect()].concat();
    let cases: [(&str, Vec<u8>, &str); 26] = [
        (
            "cut off in a hunk",
            DIFF[..DIFF.len() - 7].into(),
            "bad.diff:4: the diff is truncated, with 1 or more lines to come",
        ),
        ("cut off behind names", with("").into(), "bad.diff:1: the diff is truncated"),
        ("cut off in a header", with("@@ -1 +1").into(), "bad.diff:3: this heads no hunk"),
        (
            "fewer lines than announced",
            with("@@ -1 +1,9 @@\n a = 1\n+b = 2\n").into(),
            "bad.diff:5: the diff is truncated, with 7",
        ),
        (
            "more lines than announced",
            with("@@ -1 +1 @@\n a = 1\n+b = 2\n").into(),
            "bad.diff:5: more lines than the hunk's header announces",
        ),
        ("a header of nonsense", with("@@ what @@\n").into(), "bad.diff:3: this heads no hunk"),
        (
            "a huge line number",
            with("@@ -1 +4294967296 @@\n-a\n+b\n").into(),
            "bad.diff:3: line numbers that cannot be",
        ),
        (
            "a number that overflows",
            with("@@ -1 +4294967290,10 @@\n-a\n+b\n").into(),
            "bad.diff:3: line numbers that cannot be",
        ),
        (
            "a number of 100 digits",
            with(&format!("@@ -1 +{} @@\n-a\n+b\n", "9".repeat(100))).into(),
            "bad.diff:3: line numbers that cannot be",
        ),
        ("line 0", with("@@ -0 +0 @@\n-a\n+b\n").into(), "bad.diff:3: line numbers that cannot be"),
        ("a negative count", with("@@ -1,-1 +1 @@\n-a\n+b\n").into(), "bad.diff:3: this heads no hunk"),
        (
            "hunks out of order",
            with("@@ -9 +9 @@\n-a\n+b\n@@ -1 +1 @@\n-a\n+b\n").into(),
            "bad.diff:6: the hunk begins before",
        ),
        ("a hunk of nothing", "@@ -1 +1 @@\n-a\n+b\n".into(), "bad.diff:1: a hunk without a file"),
        (
            "a line without a mark",
            with("@@ -1 +1 @@\n*a\n").into(),
            "bad.diff:4: neither an added, a removed nor an unchanged line",
        ),
        ("NUL instead of a mark", with("@@ -1 +1 @@\n\0a\n").into(), "bad.diff:4: neither"),
        (
            "a name that is not closed",
            "diff --git \"a/x b/x\n".into(),
            "bad.diff:1: the names of the files cannot be told",
        ),
        ("one name", "diff --git x\n".into(), "bad.diff:1: the names of the files cannot be told"),
        (
            "colours",
            "\x1b[1mdiff --git a/a.py b/a.py\x1b[m\n".into(),
            "bad.diff:1: the diff is coloured: make it with --no-color",
        ),
        ("a series of patches", format!("{DIFF}{DIFF}").into(), "bad.diff:6: a.py was changed before"),
        (
            "the way back",
            "diff --git b/a.py a/a.py\n--- b/a.py\n+++ a/a.py\n@@ -1 +0,0 @@\n-a\n".into(),
            "bad.diff:1: the diff leads back",
        ),
        ("UTF-16", utf16(DIFF), "bad.diff: is no diff that can be read: it is UTF-16"),
        (
            "a web page",
            "<!DOCTYPE html><title>Not found</title>".into(),
            "bad.diff: is no diff that can be read: it looks like XML or HTML",
        ),
        (
            "JSON",
            "{\"message\": \"Not Found\"}".into(),
            "bad.diff: is no diff that can be read: it looks like JSON",
        ),
        (
            "a context diff",
            "*** a/a.py\n--- b/a.py\n***************\n*** 1 ****\n".into(),
            "it is a context diff; make a unified one",
        ),
        ("a diff without names", "1a2\n> b = 2\n".into(), "it is a diff without names; make a unified one"),
        (
            "random bytes",
            vec![0x1f, 0x00, 0xff, 0x0a, 0x80],
            "bad.diff: is no diff that can be read: it has no line",
        ),
    ];
    for (what, bytes, expected) in cases {
        scene.write("bad.diff", bytes);
        let answer = scene.diff_cov(&["r.json", "--diff=bad.diff"]);
        assert!(answer.stderr.contains(expected), "{what}: {answer:#?}");
        assert_eq!((answer.status, answer.stdout.as_str()), (1, ""), "{what}: {answer:#?}");
    }
    scene.write("bad.diff", b"\x1f\x8b\x08\x00broken");
    scene.diff_cov(&["r.json", "--diff=bad.diff"]).check(1, "bad.diff: ");
    scene.diff_cov(&["r.json", "--diff=none.diff"]).check(1, "none.diff: No such file");
    scene.diff_cov(&["r.json", "--diff=."]).check(1, ".: is a directory");
}

#[test]
fn every_diff_that_is_cut_off_is_refused_or_judged_and_none_panics() {
    let scene = scene();
    scene.write("b c.py", "x\n\ny");
    scene.commit("second");
    scene.git(&["mv", "a.py", "c.py"]);
    scene.write("b c.py", "x\ny\n\nz");
    scene.commit("third");
    let whole = scene.git(&["diff", "main"]);
    for end in 0..whole.len() {
        scene.write("bad.diff", &whole[..end]);
        let answer = scene.diff_cov(&["r.json", "--diff=bad.diff"]);
        assert!(matches!(answer.status, 0 | 1 | 3 | 4), "{end}: {answer:#?}");
        assert!(!answer.stderr.contains("panicked"), "{end}: {answer:#?}");
    }
}

#[test]
fn a_diff_of_another_version_is_stale() {
    let scene = scene();
    scene.write("other.diff", DIFF.replace("b = 2", "b = 3"));
    scene.diff_cov(&["r.json", "--diff=good.diff"]).check(0, "0.0 % of 1 changed line");
    let answer = scene.diff_cov(&["r.json", "--diff=other.diff"]);
    answer.check(4, "the diff does not fit 1 file, its lines are others");
    scene.write("other.diff", DIFF.replace("@@ -1 +1,2 @@", "@@ -100 +100,2 @@"));
    scene.diff_cov(&["r.json", "--diff=other.diff"]).check(4, "the diff does not fit 1 file");
    // Where the file is not here nobody can tell.
    fs::remove_file(scene.path("a.py")).unwrap();
    scene.write("r.json", fs::read_to_string(scene.path("r.json")).unwrap());
    scene.diff_cov(&["r.json", "--diff=good.diff", "-v"]).check(0, "a.py is not here");
}

#[test]
fn a_report_that_cannot_be_read_is_refused() {
    let scene = scene();
    let good = fs::read_to_string(scene.path("r.json")).unwrap();
    let cases: [(&str, Vec<u8>, &str); 12] = [
        ("empty", Vec::new(), "bad: not a coverage report: it is empty"),
        ("cut off", good[..good.len() - 5].into(), "bad:2: the report ends before its closing line"),
        ("text", "hello".into(), "bad: not a coverage report"),
        ("JSON of something else", "{\"a\": 1}".into(), "bad: not a report of the cov tools"),
        (
            "a newer version",
            good.replace("\"version\":1", "\"version\":9").into(),
            "unsupported format version 9",
        ),
        ("line 0", good.replace("[1,1]", "[0,1]").into(), "bad:2: a.py: line 0 cannot be"),
        ("a line twice", good.replace("[1,1]", "[2,1]").into(), "bad:2: a.py: a line is given twice"),
        ("a huge number", good.replace("[1,1]", "[1,99999999999999999999]").into(), "bad:2: "),
        ("XML of something else", "<html/>".into(), "bad:1: "),
        ("XML that is cut off", "<coverage><packages>".into(), "bad:1: "),
        (
            "an entity bomb",
            "<!DOCTYPE x [<!ENTITY a \"aa\"><!ENTITY b \"&a;&a;\">]><coverage>&b;</coverage>".into(),
            "bad:1: ",
        ),
        ("not UTF-8", b"<coverage>\xff</coverage>".to_vec(), "bad"),
    ];
    for (what, bytes, expected) in cases {
        scene.write("bad", bytes);
        let answer = scene.diff_cov(&["bad", "--base=main"]);
        assert!(answer.stderr.contains(expected), "{what}: {answer:#?}");
        assert_eq!(answer.status, 1, "{what}: {answer:#?}");
    }
    scene.diff_cov(&["none.json", "--base=main"]).check(1, "none.json: No such file");
    scene.diff_cov(&[".", "--base=main"]).check(1, ".: is a directory");
}

#[test]
fn reports_with_nothing_to_judge_are_status_3() {
    let scene = scene();
    scene.report("empty.json", &[]);
    scene
        .diff_cov(&["empty.json", "--base=main"])
        .check(3, "diff-cov: the report has no files: nothing was measured");
    scene.write("empty.xml", "<coverage><packages/></coverage>");
    scene.diff_cov(&["empty.xml", "--base=main"]).check(3, "the report has no files");
    scene.diff_cov(&["empty.xml", "--base=HEAD", "-q"]).check(3, "the report has no files");
    scene.diff_cov(&["empty.xml", "r.json", "--base=main"]).check(0, "0.0 % of 1");
}

#[test]
fn reports_that_contradict_each_other_are_refused() {
    let scene = scene();
    scene.report_with_digests("one.json", &[("a.py", &[(1, 1)])]);
    scene.write("a.py", "a = 1\nb = 3\n");
    scene.report_with_digests("two.json", &[("a.py", &[(1, 1)])]);
    scene
        .diff_cov(&["one.json", "two.json", "--base=main"])
        .check(1, "a.py: measured twice with different text");
    scene.diff_cov(&["two.json", "two.json", "--base=main"]).check(0, "no executable line");
}

#[test]
fn names_that_may_be_several_files_are_refused() {
    let scene = scene();
    scene.report("two.json", &[("/x/a.py", &[(1, 1)]), ("/y/a.py", &[(1, 1)])]);
    scene
        .diff_cov(&["two.json", "--base=main"])
        .check(1, "a.py may be any of /x/a.py, /y/a.py: nothing tells which");
}

#[test]
fn git_that_cannot_help_says_what_would() {
    let scene = scene();
    scene
        .diff_cov(&["r.json", "--base=none"])
        .check(1, "diff-cov: none is no commit that this repository has\n");
    scene.diff_cov(&["r.json", "--base=--output=x"]).check(1, "--output=x is no commit");
    scene.diff_cov(&["r.json", "--base="]).check(1, " is no commit");
    scene.diff_cov(&["r.json", "--base=main:a.py"]).check(1, "main:a.py is no commit");
    scene.git(&["branch", "-m", "main", "trunk"]);
    scene.diff_cov(&["r.json"]).check(64, "there is none of origin/HEAD, origin/main, origin/master, main, master; name a revision with --base REF");
    scene.git(&["checkout", "--quiet", "--orphan", "new"]);
    scene.diff_cov(&["r.json", "--base=trunk"]).check(1, "nothing was committed yet");
    scene.commit("unrelated");
    scene
        .diff_cov(&["r.json", "--base=trunk"])
        .check(1, "trunk and HEAD have no commit in common: compare with another revision");

    let nowhere = Scene::without_git();
    nowhere.report("r.json", &[("a.py", &[(1, 1)])]);
    let answer = nowhere.diff_cov(&["r.json", "--base=main"]);
    answer.check(1, "diff-cov: . is in no git repository; name a diff with --diff FILE");
    let bare = Scene::without_git();
    bare.git(&["init", "--quiet", "--bare"]);
    bare.diff_cov(&["r.json", "--base=main"]).check(1, ". is a bare repository, without files");
    scene.diff_cov_in(".git", &["../r.json", "--base=main"]).check(1, "is in no git repository");
    scene.diff_cov(&["r.json", "--project=none"]).check(1, "none is no directory");
    scene.diff_cov(&["r.json", "--project=a.py"]).check(1, "a.py is no directory");
    let mut without_git = scene.command(env!("CARGO_BIN_EXE_diff-cov"), "");
    let answer: Answer = without_git.args(["r.json"]).env("PATH", "/no/such").output().unwrap().into();
    answer.check(1, "git cannot be started: ");
}

#[test]
fn a_repository_that_is_broken_is_an_error() {
    let scene = scene();
    fs::write(scene.path(".git/index"), "broken").unwrap();
    scene.diff_cov(&["r.json", "--base=main"]).check(1, "git diff failed: ");
}

#[test]
fn a_configuration_that_is_wrong_is_an_error() {
    let scene = scene();
    scene.write("cov.toml", "[diff]\nfail_under = 90\n");
    scene.diff_cov(&["r.json", "--base=main"]).check(1, "cov.toml:2: unknown field `fail_under`");
    scene.write("cov.toml", "[diff]\nfail-under = 190\n");
    scene.diff_cov(&["r.json", "--base=main"]).check(1, "cov.toml:2: ");
    fs::remove_file(scene.path("cov.toml")).unwrap();
    scene.write(".coveragerc", "[report\n");
    scene.diff_cov(&["r.json", "--base=main"]).check(1, ".coveragerc");
}

#[test]
fn a_command_line_that_is_wrong_is_status_64() {
    let scene = scene();
    for (arguments, expected) in [
        (&["--fail-under=101"][..], "is not a percentage"),
        (&["--fail-under=x"], "is not a percentage"),
        (
            &["--to=pdf"],
            "\"pdf\" is no format: it is one of text, markdown, html, json, github, sarif, gitlab, cobertura",
        ),
        (&["--to=text="], "a path must follow the ="),
        (&["--to=text", "--to=json"], "standard output can be written once only"),
        (&["--base=main", "--diff=x"], "cannot be used with"),
        (&["--base=main", "--before=x"], "cannot be used with"),
        (&["--diff=x", "--untracked"], "cannot be used with"),
        (&["-q", "-v"], "cannot be used with"),
        (&["--diff=-"], "standard input is the diff: name a report"),
        (&["--diff=-", "-"], "standard input is the diff: name a report"),
        (&["-", "-"], "standard input can be read once only"),
        (&["--exclude=a***b", "r.json"], "file pattern"),
        (&["--no-such-flag"], "unexpected argument"),
    ] {
        scene.diff_cov(arguments).check(64, expected);
    }
    scene.diff_cov(&["--help"]).check(0, "EXIT STATUS:");
    scene.diff_cov(&["--version"]).check(0, "diff-cov ");
}

#[test]
fn standard_input_is_a_report_or_the_diff() {
    let scene = scene();
    let with_input = |input: &str, arguments: &[&str]| -> Answer {
        let mut command = scene.command(env!("CARGO_BIN_EXE_diff-cov"), "");
        let input = File::open(scene.path(input)).unwrap();
        command.args(arguments).stdin(input).output().unwrap().into()
    };
    with_input("r.json", &["--base=main"]).check(0, "0.0 % of 1 changed line");
    with_input("r.json", &["-", "--diff=good.diff"]).check(0, "0.0 % of 1 changed line");
    with_input("good.diff", &["r.json", "--diff=-"]).check(0, "0.0 % of 1 changed line");
    with_input("good.diff", &["--base=main"]).check(1, "<stdin>: not a coverage report");
    with_input("r.json", &["r.json", "--diff=-"])
        .check(1, "<stdin>: is no diff that can be read: it looks like JSON");
}

#[test]
fn outputs_go_where_they_should_or_fail() {
    let scene = scene();
    let arguments = ["r.json", "--base=main", "--fail-under=90"];
    let to = |target: &str| scene.diff_cov(&[&arguments[..], &[target]].concat());
    let answer = to("--to=markdown=out/comment.md");
    answer.check(2, "diff-cov: 0.0 % of 1 changed line covered, below 90 %: 1 more needed\n");
    assert_eq!(answer.stdout, "", "the verdict is a message where no text is asked for");
    assert!(
        fs::read_to_string(scene.path("out/comment.md"))
            .unwrap()
            .starts_with("### ❌ Coverage of changed lines\n")
    );
    to("--to=text=a.py/x").check(1, "a.py/x: ");
    to("--to=text=.").check(1, ".: is a directory");
    fs::write(scene.path("old.md"), "old").unwrap();
    scene.diff_cov(&["r.json", "--base=none", "--to=markdown=old.md"]).check(1, "none is no commit");
    assert_eq!(fs::read_to_string(scene.path("old.md")).unwrap(), "old");
    // What cannot be judged is told in every output too, but on standard error instead of in the text.
    let answer =
        scene.diff_cov(&["r.json", "--base=main", "--to=text", "--to=json=out.json", "--exclude=no"]);
    answer.check(0, "0.0 %");
    scene.report("other.json", &[("b.py", &[(1, 1)])]);
    let answer = scene.diff_cov(&[
        "other.json",
        "--base=main",
        "--to=text",
        "--to=json=out.json",
        "--to=markdown=out.md",
    ]);
    answer.check(3, "none of the changed files is in the report");
    assert_eq!(answer.stdout, "");
    assert!(fs::read_to_string(scene.path("out.json")).unwrap().contains("\"verdict\":\"not-in-report\""));
    assert!(
        fs::read_to_string(scene.path("out.md"))
            .unwrap()
            .starts_with("### ⚠️ Coverage of changed lines\n\nnone of")
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    let scene = scene();
    for target in ["--to=text", "--to=text=/dev/full", "--to=json=/dev/full"] {
        let mut command = scene.command(env!("CARGO_BIN_EXE_diff-cov"), "");
        let full = File::options().write(true).open("/dev/full").unwrap();
        let answer: Answer =
            command.args(["r.json", "--base=main", target]).stdout(full).output().unwrap().into();
        answer.check(1, "No space left on device");
    }
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_hides_no_verdict() {
    let scene = scene();
    for (threshold, expected) in [("--fail-under=90", 2), ("--fail-under=0", 0)] {
        for target in ["--to=text", "--to=markdown", "--to=json"] {
            let mut command = scene.command(env!("CARGO_BIN_EXE_diff-cov"), "");
            let (reader, writer) = std::io::pipe().unwrap();
            drop(reader);
            let messages = if expected == 2 { Stdio::null() } else { writer.try_clone().unwrap().into() };
            command.args(["r.json", "--base=main", threshold, target]).stdout(writer).stderr(messages);
            assert_eq!(command.status().unwrap().code(), Some(expected), "{threshold} {target}");
        }
    }
}
