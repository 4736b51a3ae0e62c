//! Diffs of all shapes, as git, hg, svn and diff write them, and what is read of them.

use super::*;

/// Each file of a diff as `KIND PATH: CHANGED LINES`, the kind only where it is not text.
fn read(diff: &[u8]) -> Result<Vec<String>, String> {
    let diff = parse(diff).map_err(|error| error.to_string())?;
    let line = |change: Change| {
        let lines: Vec<String> =
            (1..=99).filter(|&line| change.lines.contains(line)).map(|line: u32| line.to_string()).collect();
        let kind = match change.kind {
            Kind::Text => String::new(),
            kind => format!("{kind:?} "),
        };
        format!("{kind}{}: {}", shown(&change.path), lines.join(" "))
    };
    Ok(diff.changes.into_iter().map(line).collect())
}

#[track_caller]
fn check(diff: &str, expected: &[&str]) {
    assert_eq!(
        read(diff.as_bytes()).as_deref(),
        Ok(&*expected.iter().map(|&line| line.to_owned()).collect::<Vec<_>>())
    );
}

#[track_caller]
fn refused(diff: &str, expected: &str) {
    let error = read(diff.as_bytes()).unwrap_err();
    assert!(error.starts_with(expected), "{error}");
}

const EDIT: &str = "\
diff --git a/x.py b/x.py
index 1234567..89abcde 100644
--- a/x.py
+++ b/x.py
@@ -1,3 +1,3 @@ def f():
 a
-b
+c
 d
";

#[test]
fn an_edit_changes_the_lines_that_it_adds() {
    check(EDIT, &["x.py: 2"]);
}

#[test]
fn nothing_is_a_diff_without_changes() {
    for nothing in ["", "\n", "  \n\n", "\u{feff}"] {
        check(nothing, &[]);
    }
}

#[test]
fn a_mail_of_a_commit_without_changes_has_no_diff() {
    let head =
        "From 2656d996777c5ca0d2dc93a9393ce5343467d189 Mon Sep 17 00:00:00 2001\nSubject: [PATCH] new\n\n";
    check(&format!("{head}-- \n2.47.3\n\n"), &[]);
    check(&format!("{head}-- \n2.47.3\n\n{head}---\n x.py | 2 +-\n\n{EDIT}-- \n2.47.3\n\n"), &["x.py: 2"]);
    refused(&format!("{head}---\n x.py | 2 +-\n"), "is no diff");
    refused("Subject: new\n\n-- \nA\n", "is no diff");
}

#[test]
fn the_last_line_without_a_line_end_keeps_its_number() {
    // Counted as a context line, the remark would shift what follows.
    let diff = "--- a/x\n+++ b/x\n@@ -1,2 +1,3 @@\n a\n-b\n\\ No newline at end of file\n+b\n+c\n\\ No newline at end of file\n";
    check(diff, &["x: 2 3"]);
    check(&format!("{diff}--- a/y\n+++ b/y\n@@ -0,0 +1 @@\n+a\n"), &["x: 2 3", "y: 1"]);
}

#[test]
fn headers_without_counts_mean_one_line() {
    check("--- a/x\n+++ b/x\n@@ -3 +3 @@\n-a\n+b\n@@ -7,0 +8 @@\n+c\n@@ -9,2 +9,0 @@\n-d\n-e\n", &["x: 3 8"]);
}

#[test]
fn names_are_read_as_git_writes_them() {
    let with = |header: &str, old: &str, new: &str| {
        format!("diff --git {header}\n--- {old}\n+++ {new}\n@@ -0,0 +1 @@\n+x\n")
    };
    check(&with("a/src b/x.py b/src b/x.py", "a/src b/x.py\t", "b/src b/x.py\t"), &["src b/x.py: 1"]);
    check(
        &with(r#""a/\303\244\t.py" "b/\303\244\t.py""#, r#""a/\303\244\t.py""#, r#""b/\303\244\t.py""#),
        &[r#""\xc3\xa4\t.py": 1"#],
    );
    check(
        &with(r#""a/\303\244.py" "b/\303\244.py""#, r#""a/\303\244.py""#, r#""b/\303\244.py""#),
        &["ä.py: 1"],
    );
    check(&with(r#""a/\".py" "b/\".py""#, r#""a/\".py""#, r#""b/\".py""#), &["\".py: 1"]);
    check(&with("a/\u{e4}.py b/\u{e4}.py", "a/\u{e4}.py", "b/\u{e4}.py"), &["ä.py: 1"]);
    check(&with("x y.py x y.py", "x y.py\t", "x y.py\t"), &["x y.py: 1"]);
    check(&with("a/x.py a/x.py", "a/x.py", "a/x.py"), &["a/x.py: 1"]);
    check(&with("i/x.py w/x.py", "i/x.py", "w/x.py"), &["x.py: 1"]);
    check(&with("before/x.py now/x.py", "before/x.py", "now/x.py"), &["x.py: 1"]);
    check(&with("a/x.py b/x.py", "/dev/null", "b/x.py"), &["x.py: 1"]);
}

#[test]
fn names_need_not_be_utf_8() {
    let diff = b"diff --git a/caf\xe9.py b/caf\xe9.py\n--- a/caf\xe9.py\n+++ b/caf\xe9.py\n@@ -0,0 +1 @@\n+\xe9\xff\n";
    assert_eq!(read(diff), Ok(vec![r#""caf\xe9.py": 1"#.to_owned()]));
}

#[test]
fn plain_diffs_name_files_in_many_ways() {
    let with = |old: &str, new: &str| format!("--- {old}\n+++ {new}\n@@ -0,0 +1 @@\n+x\n");
    check(&with("a/x.py", "b/x.py"), &["x.py: 1"]);
    check(&with("x.py", "x.py"), &["x.py: 1"]);
    check(
        &with("old/d/x.py\t2024-01-01 00:00:00 +0000", "new/d/x.py\t2024-01-02 00:00:00 +0000"),
        &["d/x.py: 1"],
    );
    check(&with("x.py.orig\t2024", "x.py\t2024"), &["x.py: 1"]);
    check(&with("/dev/null", "b/x.py"), &["x.py: 1"]);
    check(&with("\"a/x\\ty\"", "\"b/x\\ty\""), &["\"x\\ty\": 1"]);
    let svn = "Index: x.py\n===================================================================\n";
    check(&format!("{svn}{}", with("x.py\t(revision 1)", "x.py\t(working copy)")), &["x.py: 1"]);
    let hg = "diff -r 0123456789ab x.py\n";
    check(&format!("{hg}{}", with("a/x.py\tMon Jan 01", "b/x.py\tMon Jan 01")), &["x.py: 1"]);
    let recursive = "diff -ru old/x.py new/x.py\n";
    check(&format!("{recursive}{}", with("old/x.py\t2024", "new/x.py\t2024")), &["x.py: 1"]);
}

#[test]
fn renames_and_copies_go_by_their_new_name() {
    let renamed = "diff --git a/x.py b/y z.py\nsimilarity index 90%\nrename from x.py\nrename to y z.py\n";
    check(renamed, &["y z.py: "]);
    check(
        &format!("{renamed}index 1..2 100644\n--- a/x.py\n+++ b/y z.py\t\n@@ -4 +4 @@\n-a\n+b\n"),
        &["y z.py: 4"],
    );
    check("diff --git a/x.py b/y.py\nsimilarity index 100%\ncopy from x.py\ncopy to y.py\n", &["y.py: "]);
    check("diff --git a/x b/x.py b/y b/x.py\nrename from x b/x.py\nrename to y b/x.py\n", &["y b/x.py: "]);
}

#[test]
fn files_without_lines_are_told_by_their_kind() {
    check("diff --git a/x.py b/x.py\nold mode 100644\nnew mode 100755\n", &["x.py: "]);
    check("diff --git a/x b/x b/x b/x\nold mode 100644\nnew mode 100755\n", &["x b/x: "]);
    check("diff --git a/x.py b/x.py\nnew file mode 100644\nindex 0000000..e69de29\n", &["x.py: "]);
    check(
        "diff --git a/x.png b/x.png\nindex 1..2 100644\nBinary files a/x.png and b/x.png differ\n",
        &["Binary x.png: "],
    );
    check(
        "diff --git a/x b/x\nindex 1..2 100644\nGIT binary patch\nliteral 1\nIcmZQz\n\nliteral 1\nIcmZQz\n\n",
        &["Binary x: "],
    );
    check(
        "diff --git a/x.py b/x.py\ndeleted file mode 100644\n--- a/x.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n",
        &["Deleted x.py: "],
    );
    check("--- a/x.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n", &["Deleted x.py: "]);
    check(
        "diff --git a/l b/l\nnew file mode 120000\n--- /dev/null\n+++ b/l\n@@ -0,0 +1 @@\n+t\n\\ No newline\n",
        &["Link l: 1"],
    );
    check(
        "diff --git a/s b/s\nindex 1..2 160000\n--- a/s\n+++ b/s\n@@ -1 +1 @@\n-Subproject commit 1\n+Subproject commit 2\n",
        &["Submodule s: 1"],
    );
    check("Binary files a/x.py and b/x.py differ\n", &["Binary x.py: "]);
    check("Binary files a/x.py and /dev/null differ\n", &["Deleted x.py: "]);
    check("Submodule sub 1234567..89abcde:\n  > message\n", &[]);
}

#[test]
fn a_file_that_becomes_a_link_is_two_changes() {
    let deleted = "diff --git a/x b/x\ndeleted file mode 100644\n--- a/x\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n";
    let link = "diff --git a/x b/x\nnew file mode 120000\n--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+t\n\\ No newline\n";
    check(&format!("{deleted}{link}"), &["Deleted x: ", "Link x: 1"]);
}

#[test]
fn line_ends_of_windows_are_no_part_of_names_and_headers() {
    check(&EDIT.replace('\n', "\r\n"), &["x.py: 2"]);
    check(&format!("\u{feff}{EDIT}"), &["x.py: 2"]);
}

#[test]
fn text_that_looks_like_a_diff_is_text_within_a_hunk() {
    let diff = "--- a/x\n+++ b/x\n@@ -1,2 +1,4 @@\n--- a/y\n+++ b/y\n+@@ -1 +1 @@\n+diff --git a/z b/z\n a\n";
    check(diff, &["x: 1 2 3"]);
}

#[test]
fn blank_context_lines_may_have_lost_their_blank() {
    check("--- a/x\n+++ b/x\n@@ -1,3 +1,4 @@\n a\n\n+b\n \n", &["x: 3"]);
}

#[test]
fn a_mail_has_text_around_its_diff() {
    let mail = format!(
        "From 0123456789 Mon Sep 17 00:00:00 2001\nSubject: [PATCH] x\n\n--- not a name\n+ nor this\n---\n x.py | 2 +-\n 1 file changed\n\n{EDIT}-- \n2.47.3\n\n"
    );
    check(&mail, &["x.py: 2"]);
    check(&format!("commit 0123456\nAuthor: A\n\n    message\n\n{EDIT}"), &["x.py: 2"]);
}

#[test]
fn a_combined_diff_tells_what_differs_from_any_parent() {
    let head = "diff --cc x y.py\nindex 1,2..3\n--- a/x y.py\n+++ b/x y.py\n";
    let hunk = "@@@ -1,5 -1,3 +1,4 @@@\n  a\n- b\n -c\n++d\n +e\n  f\n- g\n";
    check(&format!("{head}{hunk}"), &["x y.py: 2 3"]);
    check(&format!("{}{hunk}", head.replace("--cc", "--combined")), &["x y.py: 2 3"]);
    let three = "diff --cc x\nindex 1,2,3..4\n--- a/x\n+++ b/x\n@@@@ -1 -1 -1 +1,2 @@@@\n   a\n+++b\n";
    check(three, &["x: 2"]);
    check(
        "diff --cc x\nindex 1,2..3\ndeleted file mode 100644,100644\n--- a/x\n+++ /dev/null\n@@@ -1 -1 +0,0 @@@\n--a\n",
        &["Deleted x: "],
    );
}

#[test]
fn equal_lines_of_a_block_did_not_change_unless_git_says_so() {
    let removed = "-1\n-2\n-3\n-4\n-5\n-6\n-7\n-8\n-9\n-10\n";
    let added = "+1\n+2\n+3\n+4\n+five\n+6\n+7\n+8\n+9\n+ten\n";
    let plain = format!("--- a/x\n+++ b/x\n@@ -1,10 +1,10 @@\n{removed}{added}");
    check(&plain, &["x: 5 10"]);
    let git = "diff --git a/x b/x\n";
    check(&format!("{git}{plain}"), &["x: 1 2 3 4 5 6 7 8 9 10"]);
    check(&format!("{git}dissimilarity index 60%\n{plain}"), &["x: 5 10"]);
}

#[test]
fn coloured_diffs_are_refused_by_name() {
    let coloured = "\u{1b}[1mdiff --git a/x b/x\u{1b}[m\n\u{1b}[1m--- a/x\u{1b}[m\n";
    refused(coloured, "1: the diff is coloured: make it with --no-color");
    let body = "--- a/x\n+++ b/x\n@@ -1 +1 @@\n\u{1b}[31m-a\u{1b}[m\n\u{1b}[32m+b\u{1b}[m\n";
    refused(body, "4: the diff is coloured");
}

#[test]
fn what_is_no_diff_is_refused_by_name() {
    refused("hello\n", "is no diff that can be read: it has no line");
    refused("<!DOCTYPE html>\n<html>\n", "is no diff that can be read: it looks like XML or HTML");
    refused("\n{\"format\": 1}\n", "is no diff that can be read: it looks like JSON");
    refused(
        "*** a/x\t2024\n--- b/x\t2024\n***************\n*** 1 ****\n",
        "is no diff that can be read: it is a context diff",
    );
    refused("1c1\n< a\n---\n> b\n", "is no diff that can be read: it is a diff without names");
    refused("\u{0}\u{0}\u{0}", "is no diff that can be read");
    refused(" x.py | 2 +-\n 1 file changed, 1 insertion(+)\n", "is no diff that can be read");
    let utf16: Vec<u8> =
        b"\xff\xfe".iter().copied().chain(EDIT.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    assert!(read(&utf16).unwrap_err().contains("UTF-16"));
}

#[test]
fn a_diff_that_is_cut_off_is_refused() {
    let cut = |lines: usize| EDIT.split_inclusive('\n').take(lines).collect::<String>();
    refused(&cut(4), "1: the diff is truncated");
    refused(&cut(5), "5: the diff is truncated, with 3 or more lines to come");
    refused(&cut(8), "8: the diff is truncated, with 1 or more");
    refused("--- a/x\n+++ b/x\n", "1: the diff is truncated");
}

#[test]
fn hunks_that_lie_are_refused() {
    let with = |hunk: &str| format!("--- a/x\n+++ b/x\n{hunk}");
    refused(&with("@@ -1,1 +1,1 @@\n-a\n+b\n+c\n"), "6: more lines than the hunk's header announces");
    refused(&with("@@ -1,1 +1,1 @@\n-a\n-b\n+c\n"), "5: more lines");
    refused(
        &with("@@ -1,3 +1,3 @@\n-a\n+b\ndiff --git a/y b/y\n"),
        "6: neither an added, a removed nor an unchanged line, with 2 or more to come",
    );
    refused(&with("@@ -1,1 +1,1 @@\n-a\n+b\n c\n"), "6: more lines");
    refused(&with("@@ nonsense @@\n"), "3: this heads no hunk");
    refused(&with("@@ -1 +99999999999 @@\n"), "3: line numbers that cannot be");
    refused(&with("@@ -1 +4294967295,9 @@\n"), "3: line numbers that cannot be");
    refused(&with("@@ -1 +0 @@\n-a\n+b\n"), "3: line numbers that cannot be");
    refused(&with("@@ -5 +5 @@\n-a\n+b\n@@ -1 +1 @@\n-a\n+b\n"), "6: the hunk begins before the end");
    refused(&with("@@ -5,0 +5,3 @@\n+a\n+b\n+c\n@@ -6 +6 @@\n-a\n+b\n"), "9: the hunk begins before the end");
    // As git does with --function-context.
    check(&with("@@ -1,3 +1,2 @@\n-a\n b\n c\n@@ -3 +2,2 @@\n c\n+d\n"), &["x: 3"]);
    refused("@@ -1 +1 @@\n-a\n+b\n", "1: a hunk without a file");
    refused("diff --git a/x b/x\n@@ -1 +1 @@\n-a\n+b\n", "2: a hunk without a file");
    refused(
        "--- a/x\n+++ /dev/null\n@@ -1 +1 @@\n-a\n+b\n",
        "3: the hunk adds lines to a file that is deleted",
    );
}

#[test]
fn a_series_of_patches_is_refused() {
    refused(&format!("{EDIT}{EDIT}"), "10: x.py was changed before");
    let renamed = "diff --git a/x.py b/y.py\nsimilarity index 90%\nrename from x.py\nrename to y.py\n";
    refused(&format!("{EDIT}{renamed}"), "10: x.py was changed before");
    let deleted =
        "diff --git a/x.py b/x.py\ndeleted file mode 100644\n--- a/x.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n";
    refused(&format!("{EDIT}{deleted}"), "10: x.py was changed before");
    let copied = "diff --git a/x.py b/y.py\nsimilarity index 90%\ncopy from x.py\ncopy to y.py\n";
    check(&format!("{EDIT}{copied}"), &["x.py: 2", "y.py: "]);
}

#[test]
fn a_diff_that_leads_back_is_refused() {
    let reversed = EDIT.replace("a/x.py", "c/x.py").replace("b/x.py", "a/x.py").replace("c/x.py", "b/x.py");
    refused(&reversed, "1: the diff leads back to the old version");
}

#[test]
fn files_that_a_diff_only_mentions_are_told() {
    let diff = parse(&b"Only in new: x.py\n"[..]).unwrap();
    assert_eq!(diff.not_shown, ["Only in new: x.py"]);
    let in_mail = parse(format!("Only in theory\n{EDIT}").as_bytes()).unwrap();
    assert_eq!(in_mail.changes.len(), 1);
}
