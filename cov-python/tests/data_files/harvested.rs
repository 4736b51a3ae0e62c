//! The cases of coverage.py's own tests: `test_files.py`, `test_numbits.py` and `test_data.py`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use cov_model::glob::{GlobPrefix, Globs};
use cov_python::data_file::{DataConflict, DataFile};
use cov_python::numbits;
use cov_python::path_aliases::{PathAliases, PathPatternError};
use cov_testing::Venv;
use serde::Deserialize;

use super::expected::Content;
use super::{programs, run, venv};

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Case {
    Glob(GlobCase),
    Alias(AliasCase),
    Union(Box<UnionCase>),
    Numbits { numbers: Vec<u32>, bits: String },
}

#[derive(Deserialize)]
struct GlobCase {
    patterns: Vec<String>,
    any_case: bool,
    partial: bool,
    path: Option<String>,
    found: Option<String>,
    error: Option<String>,
}

type Asked = BTreeMap<String, bool>;

#[derive(Deserialize)]
struct AliasCase {
    rules: Vec<(String, String)>,
    relative: bool,
    directory: PathBuf,
    #[serde(default)]
    earlier: Vec<(String, Asked)>,
    #[serde(default)]
    path: String,
    #[serde(default)]
    exists: Asked,
    found: Option<String>,
    error: Option<String>,
}

#[derive(Deserialize)]
struct UnionCase {
    ours: Content,
    theirs: Content,
    names: BTreeMap<String, String>,
    result: Option<Content>,
    error: Option<String>,
}

/// The sources of coverage.py, with its tests. They are fetched once.
fn sources(venv: &Venv) -> PathBuf {
    const NAME: &str = "coverage-7.17.3";
    let place = venv.root().join(NAME);
    if place.exists() {
        return place;
    }
    let directory = tempfile::tempdir_in(venv.root()).unwrap();
    run(Command::new(venv.python())
        .current_dir(directory.path())
        .args(["-m", "pip", "download", "--quiet", "--disable-pip-version-check"])
        .args(["--no-deps", "--no-binary=:all:", "coverage==7.17.3"]));
    run(Command::new(venv.python()).current_dir(directory.path()).args([
        "-m",
        "tarfile",
        "-e",
        &format!("{NAME}.tar.gz"),
    ]));
    // Another test run may have been first.
    let _ = fs::rename(directory.path().join(NAME), &place);
    place
}

#[test]
fn coverage_py_answers_its_own_tests_as_we_do() {
    let venv = venv();
    let directory = tempfile::tempdir().unwrap();
    let cases = directory.path().join("cases.jsonl");
    run(Command::new(venv.python())
        .current_dir(sources(&venv))
        .env("HARVEST", &cases)
        .env("PYTHONPATH", programs())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .args(["-m", "pytest", "-q", "-o", "addopts=", "-p", "harvest", "-p", "no:cacheprovider"])
        .args(["tests/test_files.py", "tests/test_numbits.py", "tests/test_data.py"]));
    let text = fs::read_to_string(&cases).unwrap();
    let mut counts = [0; 4];
    for line in text.lines() {
        let kind = match serde_json::from_str(line).unwrap() {
            Case::Glob(case) => {
                check_glob(&case, line);
                0
            }
            Case::Alias(case) => {
                check_alias(&case, line);
                1
            }
            Case::Union(case) => {
                check_union(*case, line);
                2
            }
            Case::Numbits { numbers, bits } => {
                check_numbits(&numbers, &bits);
                3
            }
        };
        counts[kind] += 1;
    }
    // As many as 7.17.3 has, of numbits as many as hypothesis likes.
    assert!(counts[0] >= 200 && counts[1] >= 60 && counts[2] >= 40 && counts[3] >= 100, "{counts:?}");
}

fn check_glob(case: &GlobCase, line: &str) {
    let path = case.path.as_deref().unwrap_or_default();
    if case.partial {
        let [pattern] = &*case.patterns else { panic!("aliases have one pattern: {line}") };
        let found = GlobPrefix::new(pattern).ok().and_then(|prefix| prefix.of(path).map(str::to_owned));
        assert_eq!(found, case.found, "{line}");
        return;
    }
    let globs = Globs::new(&case.patterns);
    assert_eq!(globs.is_err(), case.error.is_some(), "{line}");
    let Ok(globs) = globs else { return };
    // Ours match in any case on Windows alone, as coverage.py's do wherever it does not test them.
    let folded = |text: &str| if case.any_case { text.to_lowercase() } else { text.to_owned() };
    let globs = if case.any_case {
        Globs::new(&case.patterns.iter().map(|pattern| folded(pattern)).collect::<Vec<_>>()).unwrap()
    } else {
        globs
    };
    assert_eq!(globs.matches(&folded(path)), case.found.is_some(), "{line}");
}

fn check_alias(case: &AliasCase, line: &str) {
    let directory = Path::new(case.directory.to_str().unwrap().trim_end_matches('/'));
    let mut aliases = PathAliases::new(directory, case.relative);
    let added: Result<Vec<()>, PathPatternError> =
        case.rules.iter().map(|(pattern, result)| aliases.add(pattern, result)).collect();
    if let Some(error) = &case.error {
        let is_wildcard = matches!(added, Err(PathPatternError::Wildcard(_)));
        assert!(is_wildcard && error == "Pattern must not end with wildcards.", "{line}");
        return;
    }
    added.unwrap();
    // What they did not ask about, we must not either.
    let answer = |asked: &Asked, path: &str| *asked.get(path).unwrap_or_else(|| panic!("{path} {line}"));
    for (path, asked) in &case.earlier {
        aliases.map(path, &|path| answer(asked, path));
    }
    let found = aliases.map(&case.path, &|path| answer(&case.exists, path));
    assert_eq!(Some(found), case.found, "{line}");
}

fn check_union(case: UnionCase, line: &str) {
    let mut data = DataFile::from(case.ours);
    let theirs = DataFile::from(case.theirs)
        .with_paths(|path| {
            case.names.get(path).map_or_else(|| path.to_owned(), |name| name.replace('\\', "/"))
        })
        .unwrap();
    match (data.merge(theirs), case.result, case.error) {
        (Ok(()), Some(expected), None) => assert_eq!(data, DataFile::from(expected), "{line}"),
        (Err(DataConflict::Kind { .. }), None, Some(error)) => {
            assert!(error.starts_with("Can't combine"), "{line}");
        }
        (Err(DataConflict::Tracer { path, ours, theirs }), None, Some(error)) => assert_eq!(
            format!("Conflicting file tracer name for '{path}': '{ours}' vs '{theirs}'"),
            error,
            "{line}"
        ),
        (ours, ..) => panic!("{ours:?} {line}"),
    }
}

fn check_numbits(expected: &[u32], hexadecimal: &str) {
    let byte = |index| u8::from_str_radix(&hexadecimal[index..index + 2], 16).unwrap();
    let bits: Vec<u8> = (0..hexadecimal.len()).step_by(2).map(byte).collect();
    assert_eq!(numbits::from_numbers(expected), bits);
    assert_eq!(numbits::numbers(&bits).collect::<Vec<_>>(), expected);
    assert_eq!(numbits::count(&bits), expected.len());
    assert_eq!(numbits::largest(&bits), expected.last().map(|&number| number as usize));
}
