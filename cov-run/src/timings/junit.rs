//! Durations from the JUnit files of pytest.
//!
//! pytest's `xunit2`, its default, names no file: class `tests.test_x.TestA` and name `test_b[1]` stand for
//! `tests/test_x.py::TestA::test_b[1]` only because there is such a file (`_pytest/junitxml.py`, `mangle_test_address`).
//! `xunit1` names the file in which the test's function stands, which is another one where a test is inherited.

use std::collections::HashMap;
use std::fmt;
use std::path::Path;

use cov_model::manifest::Outcome;

use super::Timings;
use crate::cases::{self, Case};

/// The tests of a JUnit file that passed at once.
pub(super) fn cases(text: &[u8]) -> anyhow::Result<Vec<Case>> {
    let mut cases = Vec::new();
    cases::read(text, |case| {
        if case.outcome == Outcome::Passed && !case.is_repeated {
            cases.push(case);
        }
    })
    .map_err(|broken| {
        let line = line_of(text, broken.position);
        anyhow::Error::new(broken).context(format!("line {line}"))
    })?;
    Ok(cases)
}

fn line_of(text: &[u8], position: u64) -> usize {
    let position = usize::try_from(position).map_or(text.len(), |position| position.min(text.len()));
    text[..position].iter().filter(|&&byte| byte == b'\n').count() + 1
}

/// The test files that the classes of JUnit files may be in.
pub(super) struct Modules<'a> {
    /// By name with dots.
    known: HashMap<String, &'a str>,
    /// Where files are looked for that nobody knows.
    directory: &'a Path,
}

impl<'a> Modules<'a> {
    /// These files, and those below `directory`.
    pub(super) fn new(files: impl Iterator<Item = &'a str>, directory: &'a Path) -> Self {
        Self { known: files.map(|file| (dotted(file), file)).collect(), directory }
    }

    /// The file and the node id of a test. None where no file fits its class.
    fn place(&self, case: &Case) -> Option<(String, String)> {
        let class = case.class.as_deref()?;
        let own = case.file.as_ref().map(|file| file.replace('\\', "/"));
        let own = own.filter(|file| within(class, &dotted(file)).is_some());
        let file = own.or_else(|| self.file_of(class))?;
        let classes = within(class, &dotted(&file))?;
        let names = classes.split('.').filter(|name| !name.is_empty()).chain([case.name.as_str()]);
        let id = names.fold(file.clone(), |id, name| id + "::" + name);
        Some((file, id))
    }

    /// The file with the longest name that the class is in.
    fn file_of(&self, class: &str) -> Option<String> {
        let ends = class.rmatch_indices('.').map(|(end, _)| end);
        [class.len()].into_iter().chain(ends).find_map(|end| {
            let module = &class[..end];
            let known = self.known.get(module).map(|&file| file.to_owned());
            known.or_else(|| {
                let file = module.replace('.', "/") + ".py";
                let is_plain = module.split('.').all(|part| !part.is_empty() && !part.contains(['/', '\\']));
                (is_plain && self.directory.join(&file).is_file()).then_some(file)
            })
        })
    }
}

/// A file's name as pytest makes it part of a class.
fn dotted(file: &str) -> String {
    file.strip_suffix(".py").unwrap_or(file).replace('/', ".")
}

/// What is left of a class behind the name of its module.
fn within<'a>(class: &'a str, module: &str) -> Option<&'a str> {
    class.strip_prefix(module).filter(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Tests that cannot be told, for no file fits their classes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmatched {
    count: usize,
    of: usize,
    first: (String, String),
}

impl fmt::Display for Unmatched {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { count, of, first: (class, name) } = self;
        write!(
            formatter,
            "{count} of {of} tests are in no file that is known, as class {class:?}, test {name:?} \
             (run in pytest's rootdir, or name timings that know the file too)"
        )
    }
}

/// What the tests of a JUnit file took, and those that cannot be told.
pub(super) fn timings(cases: &[Case], modules: &Modules<'_>) -> (Timings, Option<Unmatched>) {
    let mut timings = Timings::default();
    let mut unmatched: Option<Unmatched> = None;
    for case in cases {
        if let Some((file, id)) = modules.place(case) {
            if let Some(us) = case.us {
                timings.note_test(&file, &id, us);
            }
        } else {
            let first = || (case.class.clone().unwrap_or_default(), case.name.clone());
            let unmatched =
                unmatched.get_or_insert_with(|| Unmatched { count: 0, of: cases.len(), first: first() });
            unmatched.count += 1;
        }
    }
    (timings, unmatched)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The ids that are known, with their microseconds.
    fn check(xml: &str, files: &[&str], expected: &[(&str, u64)]) -> Option<Unmatched> {
        let directory = tempfile::tempdir().unwrap();
        std::fs::create_dir(directory.path().join("tests")).unwrap();
        std::fs::write(directory.path().join("tests/test_disk.py"), "").unwrap();
        let modules = Modules::new(files.iter().copied(), directory.path());
        let (timings, unmatched) = timings(&cases(xml.as_bytes()).unwrap(), &modules);
        let found = timings.files.values().flat_map(|file| &file.tests);
        let found: Vec<_> = found.map(|(id, test)| (id.as_str(), test.mean().unwrap())).collect();
        assert_eq!(found, expected);
        unmatched
    }

    #[test]
    fn classes_are_matched_with_files() {
        let xml = r#"<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests"><testsuite name="pytest">
<testcase classname="tests.test_a" name="test_x[a.b-&quot;c::d&quot;]" time="0.5" />
<testcase classname="tests.test_a.TestB.TestC" name="test_y" time="1.25"><properties /></testcase>
<testcase classname="tests.test_disk" name="test_z" time="2" />
<testcase classname="docs.guide.rst" name="guide.rst" time="3.000" />
<testcase classname="elsewhere.test_a" name="test_q" time="3" />
<testcase classname="tests" name="test_q" time="3" />
</testsuite></testsuites>"#;
        let expected = [
            ("docs/guide.rst::guide.rst", 3_000_000),
            ("tests/test_a.py::TestB::TestC::test_y", 1_250_000),
            ("tests/test_a.py::test_x[a.b-\"c::d\"]", 500_000),
            ("tests/test_disk.py::test_z", 2_000_000),
        ];
        let unmatched =
            check(xml, &["tests/test_a.py", "docs/guide.rst", "tests/test_ab.py"], &expected).unwrap();
        assert_eq!((unmatched.count, unmatched.of), (2, 6));
        assert!(
            unmatched
                .to_string()
                .starts_with("2 of 6 tests are in no file that is known, as class \"elsewhere.test_a\"")
        );
    }

    #[test]
    fn a_file_that_is_given_needs_no_search() {
        let xml = r#"<testsuite><testcase classname="t.test_a.TestB" name="x" file="t/test_a.py" line="3" time="1"/>
<testcase classname="t.test_b.TestB" name="inherited" file="t/base.py" line="3" time="1"/></testsuite>"#;
        check(
            xml,
            &["t/test_b.py"],
            &[("t/test_a.py::TestB::x", 1_000_000), ("t/test_b.py::TestB::inherited", 1_000_000)],
        );
    }

    #[test]
    fn only_what_passed_at_once_counts() {
        let xml = r#"<testsuite><testcase classname="a" name="1" time="1"><failure message="x">text</failure></testcase>
<testcase classname="a" name="2" time="1"><skipped/></testcase>
<testcase classname="a" name="3" time="1"><flakyFailure>text</flakyFailure></testcase>
<testcase classname="a" name="4" time="-1"/><testcase classname="a" name="5" time="1e99"/><testcase classname="a" name="6"/>
<testcase classname="a" name="7" time="1"><system-out>error</system-out></testcase></testsuite>"#;
        assert_eq!(check(xml, &["a.py"], &[("a.py::7", 1_000_000)]), None);
    }

    #[test]
    fn what_is_no_junit_file_is_refused() {
        let refused = |text: &str| format!("{:#}", cases(text.as_bytes()).unwrap_err());
        assert_eq!(
            refused("<coverage></coverage>"),
            "line 1: no JUnit file: its first element is no test suite"
        );
        assert!(refused("<testsuite>\n<testcase name='a' name='b'/></testsuite>").starts_with("line 2: "));
        assert!(refused("<testsuite>\n<testcase></testsuite>").starts_with("line 2: "));
    }
}
