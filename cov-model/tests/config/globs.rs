//! Generated patterns over generated paths.

use std::fs;
use std::path::Path;

use cov_model::glob::{GlobError, Globs};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::json;

use crate::peer;

/// Pieces from which patterns are put together, the odd ones among them.
const PIECES: [&str; 36] = [
    "*", "*", "**", "/", "/", "/", "*/", "/*", "**/", "/**", "?", "src", "tests", "a", "b.py", ".py",
    "__init__", "[ab]", "[a-c]", "[!a]", "[^a]", "[a&&b]", "[]", "[", "]", "[a-]", "[--/]", "[[]", ".", "\\",
    " ", "é", "+", "(x)", "{1,2}", "***",
];

const PATH_PIECES: [&str; 20] = [
    "/", "/", "/", "/", "src", "tests", "a", "b", "c", "b.py", ".py", "__init__", "\\", "!", "^", "-", "é",
    "+", "]", "[",
];

fn joined(pieces: &'static [&'static str], count: std::ops::Range<usize>) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(pieces), count).prop_map(|pieces| pieces.concat())
}

fn sample<T>(strategy: impl Strategy<Value = T>, count: usize) -> Vec<T> {
    let mut runner = TestRunner::deterministic();
    (0..count).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
}

#[test]
fn globs_match_what_coverage_py_matches() {
    let patterns = prop::collection::vec(joined(&PIECES, 0..6), 0..3);
    let paths = prop::collection::vec(joined(&PATH_PIECES, 0..7), 40);
    let cases = sample((patterns, paths), 3_000);
    let questions: Vec<_> =
        cases.iter().map(|(patterns, paths)| json!({ "patterns": patterns, "paths": paths })).collect();
    let answers = peer::ask("match_globs.py", &questions.into());
    let (mut refused, mut matched) = (0, 0);
    for ((patterns, paths), answer) in cases.iter().zip(answers.as_array().unwrap()) {
        match Globs::new(patterns) {
            Err(error) => {
                assert!(answer.is_string(), "{patterns:?} {error} {answer}");
                refused += 1;
            }
            Ok(globs) => {
                let ours: Vec<_> = paths.iter().map(|path| globs.matches(path)).collect();
                assert_eq!(&json!(ours), answer, "{patterns:?} {paths:?}");
                matched += ours.iter().filter(|&&matches| matches).count();
            }
        }
    }
    assert!(
        refused > 300 && matched > 2_000,
        "the cases say too little: {refused} refused, {matched} matched"
    );
}

/// Patterns as they stand in configurations.
const PATTERNS: [&str; 14] = [
    "src/*",
    "src/a/*",
    "*/src/*",
    "*/tests/*",
    "a.py",
    "./src/*.py",
    "../globs-root/src/*",
    "src/../tests/*",
    "?rc/*",
    "/src/*",
    "src//a/*",
    "src",
    "*",
    "src/**/b.py",
];

/// Paths below the root.
const PATHS: [&str; 9] = [
    "src/a.py",
    "src/a/b.py",
    "tests/a.py",
    "src/tests/c.py",
    "a.py",
    "b.py",
    "src/a/x/b.py",
    "lib/src/b.py",
    "src",
];

#[test]
fn include_and_omit_are_seen_from_the_root() {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("globs-root");
    fs::create_dir_all(&root).unwrap();
    let root = fs::canonicalize(root).unwrap().to_str().unwrap().to_owned();
    let patterns = prop::collection::vec(prop::sample::select(&PATTERNS[..]), 1..4);
    let cases = sample(patterns, 300);
    let paths: Vec<_> = PATHS.iter().map(|path| format!("{root}/{path}")).collect();
    let questions: Vec<_> =
        cases.iter().map(|patterns| json!({ "patterns": patterns, "paths": paths, "root": root })).collect();
    let answers = peer::ask("match_globs.py", &questions.into());
    for (patterns, answer) in cases.iter().zip(answers.as_array().unwrap()) {
        let globs = Globs::below(patterns, &root).unwrap();
        let ours: Vec<_> = paths.iter().map(|path| globs.matches(path)).collect();
        assert_eq!(&json!(ours), answer, "{patterns:?}");
    }
}

proptest! {
    #[test]
    fn no_pattern_makes_the_matcher_panic(patterns in prop::collection::vec("([*?\\[\\]/\\\\^-]|\\PC){0,20}", 0..3), path in "\\PC*") {
        if let Ok(globs) = Globs::new(&patterns) {
            globs.matches(&path);
        }
    }
}

#[test]
fn a_pattern_that_is_too_large_is_refused() {
    assert!(matches!(Globs::new(&["a*/".repeat(200_000)]), Err(GlobError::TooLarge)));
}
