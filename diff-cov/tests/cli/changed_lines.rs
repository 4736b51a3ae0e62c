//! Random edits of random files: the changed lines are those of git's own hunks, in whatever shape the diff comes.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::sample::select;

use crate::scene::{Scene, lines};

const NAMES: [&str; 3] = ["a.py", "x b/y.py", "ü/z.py"];

/// A file's two versions; an empty one is not there.
#[derive(Clone, Debug)]
struct Versions {
    old: String,
    new: String,
}

/// A file of few different lines, so that much in it is ambiguous, and an edit of it.
fn versions() -> impl Strategy<Value = Versions> {
    let line = || {
        select(vec![
            "",
            "}",
            "    return x",
            "@@ -1 +1 @@",
            "--- a/a.py",
            "+++ b/a.py",
            "\\ No",
            "diff --git a/a b/a",
            "x",
            "ü",
        ])
    };
    let text = prop::collection::vec(line(), 0..40);
    let edit = (0..40usize, 0..8usize, prop::collection::vec(line(), 0..8));
    let end = || select(vec!["\n", "\n", ""]);
    (text, prop::collection::vec(edit, 0..6), end(), end(), select(vec!["\n", "\r\n"])).prop_map(
        |(old, edits, old_end, new_end, feed)| {
            let mut new = old.clone();
            for (start, removed, added) in edits {
                let start = start.min(new.len());
                let end = (start + removed).min(new.len());
                new.splice(start..end, added);
            }
            let text = |lines: &[&str], end: &str| {
                if lines.is_empty() { String::new() } else { lines.join(feed) + end }
            };
            Versions { old: text(&old, old_end), new: text(&new, new_end) }
        },
    )
}

fn count(text: &str) -> u32 {
    u32::try_from(text.split_inclusive('\n').count()).unwrap()
}

/// The changed lines by the headers of git's hunks alone, checked against the two versions: what is not removed and what
/// is not added is the same.
fn naive(scene: &Scene, name: &str, versions: &Versions) -> BTreeSet<u32> {
    let diff = scene.git(&[
        "diff",
        "--diff-algorithm=histogram",
        "-U0",
        "--no-renames",
        "main",
        "topic",
        "--",
        name,
    ]);
    let (mut removed, mut added) = (BTreeSet::new(), BTreeSet::new());
    for header in String::from_utf8(diff).unwrap().lines().filter(|line| line.starts_with("@@ ")) {
        let mut words = header.split(' ').skip(1);
        for side in [&mut removed, &mut added] {
            let word = &words.next().unwrap()[1..];
            let (start, count) = word.split_once(',').unwrap_or((word, "1"));
            let start: u32 = start.parse().unwrap();
            side.extend(start..start + count.parse::<u32>().unwrap());
        }
    }
    let kept = |text: &str, changed: &BTreeSet<u32>| -> String {
        (1..)
            .zip(text.split_inclusive('\n'))
            .filter(|(line, _)| !changed.contains(line))
            .map(|(_, text)| text)
            .collect()
    };
    assert_eq!(kept(&versions.old, &removed), kept(&versions.new, &added));
    added
}

/// The changed lines of each file as diff-cov says: a report in which every line is executable and hit, asked for JSON.
#[track_caller]
fn ours(scene: &Scene, arguments: &[&str]) -> BTreeMap<String, BTreeSet<u32>> {
    let answer = scene.diff_cov(&[&["report.json", "--to=json"], arguments].concat());
    assert_eq!(answer.status, 0, "{arguments:?} {answer:#?}");
    let document: serde_json::Value = serde_json::from_str(&answer.stdout).unwrap();
    let line = |line: &serde_json::Value| u32::try_from(line.as_u64().unwrap()).unwrap();
    let files = document["files"].as_array().unwrap().iter();
    files
        .map(|file| {
            assert_eq!(file["missing"].as_array().unwrap().len(), 0);
            let covered = file["covered"].as_array().unwrap().iter().map(line).collect();
            (file["path"].as_str().unwrap().to_owned(), covered)
        })
        .collect()
}

/// The old versions committed on `main` and kept in `before`, the new ones on `topic` and in the working tree.
fn scene(files: &[Versions]) -> Scene {
    let scene = Scene::new();
    scene.git(&["config", "diff.algorithm", "histogram"]);
    scene.git(&["config", "core.autocrlf", "false"]);
    scene.git(&["config", "diff.renames", "false"]);
    scene.write("README", "");
    let write = |directory: &str, text: fn(&Versions) -> &String| {
        for (name, versions) in NAMES.iter().zip(files).filter(|(_, versions)| !text(versions).is_empty()) {
            scene.write(format!("{directory}{name}"), text(versions));
        }
    };
    write("", |versions| &versions.old);
    scene.commit("old");
    scene.git(&["checkout", "--quiet", "-b", "topic"]);
    for name in NAMES {
        let _ = std::fs::remove_file(scene.path(name));
    }
    write("", |versions| &versions.new);
    scene.commit("new");
    write("before/", |versions| &versions.old);
    scene.write("before/README", "");
    write("now/", |versions| &versions.new);
    scene.write("now/README", "");
    let all: Vec<_> = files.iter().map(|versions| lines(count(&versions.new), |_| true)).collect();
    let measured: Vec<(&str, &[(u32, u64)])> =
        NAMES.iter().zip(&all).map(|(&name, lines)| (name, lines.as_slice())).collect();
    scene.report("report.json", &measured);
    scene
}

/// Sizes of sets of changed lines, for diffs that may choose others of the same number.
fn sizes(changed: &BTreeMap<String, BTreeSet<u32>>) -> BTreeMap<&str, usize> {
    changed.iter().map(|(name, lines)| (name.as_str(), lines.len())).collect()
}

/// Asks for the changed lines by a base and by git's diffs in many forms.
fn compare_with_git(files: &[Versions]) -> Result<(), TestCaseError> {
    let scene = scene(files);
    let named = NAMES.iter().zip(files);
    let expected: BTreeMap<String, BTreeSet<u32>> = named
        .map(|(&name, versions)| (name.to_owned(), naive(&scene, name, versions)))
        .filter(|(_, lines)| !lines.is_empty())
        .collect();
    // Where a file is gone, one that was added may be it, moved: of that fewer lines changed. The forms below know of no moves.
    let mut by_base = ours(&scene, &["--base=main"]);
    let is_any_gone = files.iter().any(|versions| versions.new.is_empty() && !versions.old.is_empty());
    let may_be_moved = |versions: &Versions| is_any_gone && versions.old.is_empty();
    for (name, _) in NAMES.iter().zip(files).filter(|(_, versions)| may_be_moved(versions)) {
        let all = expected.get(*name).cloned().unwrap_or_default();
        let lines = by_base.remove(*name).unwrap_or_default();
        prop_assert!(lines.is_subset(&all), "{}: {:?}", name, lines);
        by_base.extend((!all.is_empty()).then(|| ((*name).to_owned(), all)));
    }
    prop_assert_eq!(&by_base, &expected);
    let forms: [&[&str]; 7] = [
        &["diff", "main", "topic"],
        &["diff", "-U0", "--no-prefix", "main", "topic"],
        &["-c", "diff.mnemonicPrefix=true", "diff", "-U9", "main"],
        &["-c", "core.quotePath=false", "diff", "--function-context", "main", "topic"],
        &["-c", "diff.suppressBlankEmpty=true", "diff", "--inter-hunk-context=4", "main", "topic"],
        &["diff", "--src-prefix=old/", "--dst-prefix=now/", "--no-renames", "--full-index", "main", "topic"],
        &["format-patch", "--stdout", "main..topic"],
    ];
    for form in forms {
        let diff = scene.git(form);
        scene.write("form.diff", &diff);
        prop_assert_eq!(&ours(&scene, &["--diff=form.diff"]), &expected, "{:?}", form);
        if files.iter().all(|versions| !(versions.old.clone() + &versions.new).contains('\r')) {
            let text = String::from_utf8(diff).unwrap();
            scene.write("form.diff", text.replace('\n', "\r\n"));
            prop_assert_eq!(&ours(&scene, &["--diff=form.diff"]), &expected, "{:?}, with CRLF", form);
        }
    }
    Ok(())
}

#[test]
fn nothing_changed_in_any_form_of_diff() {
    let same = Versions { old: "x\n".to_owned(), new: "x\n".to_owned() };
    compare_with_git(&[same.clone(), same.clone(), same]).unwrap();
}

#[test]
fn a_file_that_was_moved_is_added_where_no_moves_are_told() {
    let versions = |old: &str, new: &str| Versions { old: old.to_owned(), new: new.to_owned() };
    compare_with_git(&[versions("", "x\n"), versions("", ""), versions("x\n", "")]).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn changed_lines_are_those_of_gits_hunks(files in prop::array::uniform3(versions())) {
        compare_with_git(&files)?;
    }

    #[test]
    fn no_diff_needs_fewer_changed_lines_than_ours(files in prop::array::uniform3(versions())) {
        let scene = scene(&files);
        let minimal: BTreeMap<&str, usize> = NAMES
            .iter()
            .map(|&name| {
                let diff = ["diff", "--minimal", "--no-renames", "--numstat", "main", "topic", "--", name];
                let numbers = String::from_utf8(scene.git(&diff)).unwrap();
                (name, numbers.split('\t').next().unwrap().parse().unwrap_or(0))
            })
            .filter(|&(_, added)| added > 0)
            .collect();
        let trees = ours(&scene, &["--before=before", "--project=now"]);
        prop_assert_eq!(sizes(&trees), minimal.clone());
        // A diff that says of every line that it was replaced.
        let mut whole = String::new();
        for (name, Versions { old, new }) in NAMES.iter().zip(&files) {
            let side = |sign: char, text: &str| -> String {
                let marked: String = text.split_inclusive('\n').flat_map(|line| [sign.to_string(), line.to_owned()]).collect();
                if text.is_empty() || text.ends_with('\n') { marked } else { marked + "\n\\ No newline at end of file\n" }
            };
            let extent = |text: &str| format!("{},{}", u32::from(!text.is_empty()), count(text));
            if !(old.is_empty() && new.is_empty()) {
                let head = format!("--- a/{name}\t\n+++ b/{name}\t\n@@ -{} +{} @@\n", extent(old), extent(new));
                whole += &(head + &side('-', old) + &side('+', new));
            }
        }
        scene.write("whole.diff", whole);
        let changed = ours(&scene, &["--diff=whole.diff"]);
        prop_assert_eq!(sizes(&changed), minimal);
    }
}
