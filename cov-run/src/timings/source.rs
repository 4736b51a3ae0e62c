//! Files of durations in the formats that are known, told by content.

use std::collections::BTreeMap;
use std::path::Path;
use std::str;

use anyhow::Context as _;
use serde::Deserialize;

use super::junit::{self, Modules, Unmatched};
use super::{Timings, microseconds};
use crate::cases::Case;

/// What a file of durations holds.
#[derive(Clone, Debug)]
pub enum Source {
    /// Timings of cov-run.
    Ours(Timings),
    /// pytest-split's `.test_durations`.
    PytestSplit(Timings),
    /// A JUnit file of pytest.
    Junit(Junit),
}

/// The tests of a JUnit file, whose files are not known yet.
#[derive(Clone, Debug)]
pub struct Junit(Vec<Case>);

/// What ours has and no other.
#[derive(Deserialize)]
struct Signature {
    #[serde(rename = "version")]
    _version: u32,
}

impl Source {
    /// Reads a file in any of the formats.
    pub fn parse(text: &[u8]) -> anyhow::Result<Self> {
        let why = "neither timings of cov-run, nor .test_durations of pytest-split, nor a JUnit file";
        let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text);
        match text.iter().find(|byte| !byte.is_ascii_whitespace()) {
            Some(b'<') => Ok(Self::Junit(Junit(junit::cases(text)?))),
            Some(b'{') if serde_json::from_slice::<Signature>(text).is_ok() => {
                Ok(Self::Ours(Timings::parse(text)?))
            }
            Some(b'{') => Ok(Self::PytestSplit(pytest_split(text).context(why)?)),
            _ => anyhow::bail!(why),
        }
    }

    /// Whether this is how cov-run writes timings.
    pub fn is_ours(&self) -> bool {
        matches!(self, Self::Ours(_))
    }

    fn timings(&self) -> Option<&Timings> {
        match self {
            Self::Ours(timings) | Self::PytestSplit(timings) => Some(timings),
            Self::Junit(_) => None,
        }
    }
}

/// What all of `sources` know, and for each the tests in it whose files are known neither to another source nor to
/// be below `directory`, pytest's rootdir.
pub fn merge(sources: &[Source], directory: &Path) -> (Timings, Vec<Option<Unmatched>>) {
    let known = sources.iter().filter_map(Source::timings).flat_map(|timings| timings.files.keys());
    let modules = Modules::new(known.map(String::as_str), directory);
    let mut all = Timings::default();
    let unmatched = sources.iter().map(|source| match source {
        Source::Ours(timings) | Source::PytestSplit(timings) => {
            all.merge(timings);
            None
        }
        Source::Junit(Junit(cases)) => {
            let (timings, unmatched) = junit::timings(cases, &modules);
            all.merge(&timings);
            unmatched
        }
    });
    let unmatched = unmatched.collect();
    (all, unmatched)
}

/// pytest-split's file: seconds by node id.
fn pytest_split(text: &[u8]) -> serde_json::Result<Timings> {
    let mut timings = Timings::default();
    for (id, seconds) in serde_json::from_slice::<BTreeMap<String, f64>>(text)? {
        if let Some(us) = microseconds(seconds) {
            let file = id.split("::").next().unwrap_or(&id);
            timings.note_test(file, &id, us);
        }
    }
    Ok(timings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_by_content() {
        let ours = br#" {"version": 1, "files": {}}"#;
        assert!(Source::parse(ours).unwrap().is_ours());
        assert!(matches!(Source::parse(b"{}").unwrap(), Source::PytestSplit(_)));
        assert!(matches!(Source::parse(b"\xef\xbb\xbf\n<testsuites/>").unwrap(), Source::Junit(_)));
        for text in ["", "[]", "null", "{", r#"{"a": "b"}"#, "\u{1}"] {
            let error = format!("{:#}", Source::parse(text.as_bytes()).unwrap_err());
            assert!(error.starts_with("neither timings of cov-run, nor"), "{error}");
        }
        let later = Source::parse(br#"{"version": 3, "more": []}"#).unwrap_err();
        assert_eq!(later.to_string(), "unsupported version 3 of timings, expected 2");
    }

    #[test]
    fn durations_of_pytest_split_are_read() {
        let text =
            br#"{"tests/a.py::T::x[::]": 1.5, "tests/a.py::y": 2e-6, "tests/a.py::z": 1e12, "b.py::q": -1}"#;
        let source = Source::parse(text).unwrap();
        let (timings, _) = merge(&[source], Path::new("."));
        assert_eq!(timings.test("tests/a.py", "tests/a.py::T::x[::]"), Some(1_500_000));
        assert_eq!(timings.test("tests/a.py", "tests/a.py::y"), Some(2));
        assert_eq!(timings.files["tests/a.py"].tests.len(), 2); // absurd ones are passed over
        assert_eq!(timings.files.len(), 1);
    }

    #[test]
    fn files_of_one_source_help_with_another() {
        let split = Source::parse(br#"{"sub/test_a.py::x": 1}"#).unwrap();
        let junit = br#"<testsuite><testcase classname="sub.test_a" name="y" time="2"/></testsuite>"#;
        let junit = Source::parse(junit).unwrap();
        let (timings, unmatched) = merge(&[junit.clone(), split], Path::new("."));
        assert_eq!(timings.test("sub/test_a.py", "sub/test_a.py::y"), Some(2_000_000));
        assert_eq!(unmatched, [None, None]);
        let (timings, unmatched) = merge(&[junit], Path::new("."));
        assert_eq!(timings, Timings::default());
        assert!(unmatched[0].is_some());
    }
}
