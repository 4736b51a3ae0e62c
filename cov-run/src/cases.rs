//! The test cases of JUnit files, whichever tool wrote them.

use std::error::Error;
use std::fmt;
use std::io::BufRead;

use cov_model::manifest::Outcome;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use crate::timings::microseconds;

/// A test that ran.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// The names of the suites that it is in, the outermost first. Many have none.
    pub suites: Vec<String>,
    /// Its class; for pytest, its file and its classes with dots.
    pub class: Option<String>,
    /// Its own name.
    pub name: String,
    /// The file that it stands in.
    pub file: Option<String>,
    /// How long it took, in microseconds, as far as that is said and can be believed.
    pub us: Option<u64>,
    /// How it ended.
    pub outcome: Outcome,
    /// Whether it ran more than once, in the words of Surefire and nextest.
    pub is_repeated: bool,
}

impl Case {
    /// Its class, or the suite that it is in, and its name.
    pub fn id(&self) -> String {
        let suite = self.suites.last().filter(|suite| !suite.is_empty());
        match self.class.as_ref().or(suite) {
            Some(place) => format!("{place}::{}", self.name),
            None => self.name.clone(),
        }
    }

    /// The names that the tests of a list may have: of its file, its class, and the suites it is in.
    pub fn places(&self) -> impl Iterator<Item = &str> {
        let places = self.file.iter().chain(&self.class).chain(&self.suites);
        places.map(String::as_str).filter(|place| !place.is_empty())
    }
}

type Failure = Box<dyn Error + Send + Sync>;

/// Where a JUnit file breaks off, and why.
#[derive(Debug)]
pub struct Broken {
    /// The place, in bytes.
    pub position: u64,
    /// What is wrong.
    why: Failure,
}

impl fmt::Display for Broken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.why.fmt(formatter)
    }
}

impl Error for Broken {}

/// Hands over the test cases of a JUnit file, in order.
///
/// # Errors
///
/// Where it is no JUnit file, or breaks off; the tests in front have been handed over by then.
pub fn read(mut reader: impl BufRead, mut take: impl FnMut(Case)) -> Result<(), Broken> {
    // Other files, which may be large, need not be read to their end.
    let start = reader.fill_buf().unwrap_or_default();
    if !start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start).trim_ascii_start().starts_with(b"<") {
        return Err(Broken { position: 0, why: "no JUnit file: it is no XML".into() });
    }
    let mut xml = Reader::from_reader(reader);
    let mut buffer = Vec::new();
    let mut suites: Vec<String> = Vec::new();
    let mut has_suite = false;
    let mut current: Option<Case> = None;
    loop {
        let event = match xml.read_event_into(&mut buffer) {
            Ok(event) => event,
            Err(error) => return Err(Broken { position: xml.error_position(), why: error.into() }),
        };
        let broken = |why| Broken { position: xml.buffer_position(), why };
        let is_empty = matches!(event, Event::Empty(_));
        match event {
            Event::Start(tag) | Event::Empty(tag) => match tag.name().as_ref() {
                "testsuites" | "testsuite" => {
                    has_suite = true;
                    if !is_empty {
                        suites.push(name(&tag).map_err(broken)?);
                    }
                }
                _ if !has_suite => {
                    return Err(broken("no JUnit file: its first element is no test suite".into()));
                }
                "testcase" => {
                    let case = case(&tag, &suites).map_err(broken)?;
                    if is_empty {
                        take(case);
                    } else {
                        current = Some(case);
                    }
                }
                element => current.iter_mut().for_each(|case| note(element, case)),
            },
            Event::End(tag) => match tag.name().as_ref() {
                "testsuites" | "testsuite" => _ = suites.pop(),
                "testcase" => current.take().into_iter().for_each(&mut take),
                _ => {}
            },
            Event::Eof if has_suite => return Ok(()),
            Event::Eof => return Err(broken("no JUnit file: it has no test suite".into())),
            _ => {}
        }
        buffer.clear();
    }
}

fn name(tag: &BytesStart<'_>) -> Result<String, Failure> {
    let name = tag.try_get_attribute("name")?;
    Ok(name
        .map_or(Ok(String::new()), |name| name.normalized_value(XmlVersion::Implicit1_0).map(Into::into))?)
}

fn case(tag: &BytesStart<'_>, suites: &[String]) -> Result<Case, Failure> {
    let mut case = Case {
        suites: suites.to_vec(),
        class: None,
        name: String::new(),
        file: None,
        us: None,
        outcome: Outcome::Passed,
        is_repeated: false,
    };
    for attribute in tag.attributes() {
        let attribute = attribute?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0)?.into_owned();
        match attribute.key.as_ref() {
            "classname" if !value.is_empty() => case.class = Some(value),
            "name" => case.name = value,
            "file" if !value.is_empty() => case.file = Some(value),
            "time" => case.us = value.parse().ok().and_then(microseconds),
            _ => {}
        }
    }
    Ok(case)
}

/// Takes note of an element in a test.
fn note(element: &str, case: &mut Case) {
    match element {
        "failure" => case.outcome = Outcome::Failed,
        "error" => case.outcome = Outcome::Error,
        "skipped" => case.outcome = Outcome::Skipped,
        "flakyFailure" | "flakyError" | "rerunFailure" | "rerunError" => case.is_repeated = true,
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(xml: &str) -> (Vec<Case>, Option<String>) {
        let mut cases = Vec::new();
        let ended = read(xml.as_bytes(), |case| cases.push(case));
        (cases, ended.err().map(|broken| broken.to_string()))
    }

    #[test]
    fn a_case_is_all_that_is_said_of_it() {
        let (cases, broken) = check(
            r#"<?xml version="1.0"?><testsuites name="all"><testsuite/><testsuite name="pkg/a">
<testcase classname="pkg.A" name="x[&quot;]" time="0.25" file="a.py"/>
<testcase name="y"><failure>text <b/></failure></testcase></testsuite>
<testcase name="z" time="long"><system-out>error</system-out><skipped/><rerunError/></testcase></testsuites>"#,
        );
        let plain = Case {
            suites: vec!["all".to_owned()],
            class: None,
            name: "z".to_owned(),
            file: None,
            us: None,
            outcome: Outcome::Skipped,
            is_repeated: true,
        };
        let nested = vec!["all".to_owned(), "pkg/a".to_owned()];
        let failed = Case {
            suites: nested.clone(),
            name: "y".to_owned(),
            outcome: Outcome::Failed,
            is_repeated: false,
            ..plain.clone()
        };
        let passed = Case {
            suites: nested,
            class: Some("pkg.A".to_owned()),
            name: "x[\"]".to_owned(),
            file: Some("a.py".to_owned()),
            us: Some(250_000),
            outcome: Outcome::Passed,
            is_repeated: false,
        };
        assert_eq!((cases.as_slice(), broken), (&[passed, failed, plain][..], None));
        let ids: Vec<String> = cases.iter().map(Case::id).collect();
        assert_eq!(ids, ["pkg.A::x[\"]", "pkg/a::y", "all::z"]);
        assert!(cases[0].places().eq(["a.py", "pkg.A", "all", "pkg/a"]));
    }

    #[test]
    fn other_files_are_no_junit_files() {
        for text in [
            "",
            "hello",
            "hello <testsuite>",
            "<html><testcase/></html>",
            "<testcase name='x'/>",
            "{}",
            "\0\u{1}",
        ] {
            let (cases, broken) = check(text);
            assert_eq!(cases, []);
            assert!(broken.is_some(), "{text}");
        }
    }

    #[test]
    fn what_breaks_off_tells_of_what_is_in_front() {
        let (cases, broken) = check("<testsuite><testcase name='x'/><testcase na");
        assert_eq!(cases.len(), 1);
        assert!(broken.is_some());
    }
}
