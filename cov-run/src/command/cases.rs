//! The tests of a JUnit file of any tool.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::time::Duration;

use cov_model::manifest::Outcome;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

/// A test that ran.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Case {
    /// Its class, if it has one, and its name.
    pub(super) id: String,
    /// The names that the tests of a list may have: of its file, its class, and the suites it is in.
    pub(super) places: Vec<String>,
    /// How it ended.
    pub(super) outcome: Outcome,
    /// How long it took, in microseconds.
    pub(super) us: u64,
}

/// The tests of `path`, as far as it is a JUnit file that can be read.
pub(super) fn read(path: &Path) -> Vec<Case> {
    File::open(path).map(|file| of(BufReader::new(file))).unwrap_or_default()
}

fn of(mut reader: impl BufRead) -> Vec<Case> {
    // Other files need not be read to their end.
    let start = reader.fill_buf().unwrap_or_default();
    if !start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start).trim_ascii_start().starts_with(b"<") {
        return Vec::new();
    }
    let mut xml = Reader::from_reader(reader);
    let mut buffer = Vec::new();
    let mut cases: Vec<Case> = Vec::new();
    let mut suites: Vec<String> = Vec::new();
    let mut is_in_case = false;
    // What breaks off tells of the tests in front.
    while let Ok(event) = xml.read_event_into(&mut buffer) {
        match event {
            Event::Start(tag) => match tag.name().as_ref() {
                "testsuites" | "testsuite" => suites.push(attribute(&tag, "name").unwrap_or_default()),
                // No other document has its tests in these.
                _ if suites.is_empty() => return Vec::new(),
                "testcase" => {
                    cases.push(case(&tag, &suites));
                    is_in_case = true;
                }
                name if is_in_case => note(name, cases.last_mut()),
                _ => {}
            },
            Event::Empty(tag) => match tag.name().as_ref() {
                "testcase" if !suites.is_empty() => cases.push(case(&tag, &suites)),
                name if is_in_case => note(name, cases.last_mut()),
                _ => {}
            },
            Event::End(tag) => match tag.name().as_ref() {
                "testsuites" | "testsuite" => {
                    suites.pop();
                }
                "testcase" => is_in_case = false,
                _ => {}
            },
            Event::Eof => break,
            _ => {}
        }
        buffer.clear();
    }
    cases
}

/// Takes note of an element in a test.
fn note(name: &str, case: Option<&mut Case>) {
    let outcome = match name {
        "failure" => Outcome::Failed,
        "error" => Outcome::Error,
        "skipped" => Outcome::Skipped,
        _ => return,
    };
    if let Some(case) = case {
        case.outcome = outcome;
    }
}

fn case(tag: &BytesStart<'_>, suites: &[String]) -> Case {
    let of = |name: &str| attribute(tag, name).filter(|value| !value.is_empty());
    let name = of("name").unwrap_or_default();
    let class = of("classname");
    let seconds = of("time").and_then(|time| time.parse().ok()).filter(|time: &f64| *time >= 0.0);
    let us = seconds.and_then(|time| Duration::try_from_secs_f64(time).ok());
    let suite = || suites.last().filter(|suite| !suite.is_empty()).cloned();
    let id = match class.clone().or_else(suite) {
        Some(place) => format!("{place}::{name}"),
        None => name,
    };
    let places = of("file").into_iter().chain(class).chain(suites.iter().cloned());
    Case {
        id,
        places: places.filter(|place| !place.is_empty()).collect(),
        outcome: Outcome::Passed,
        us: us.and_then(|us| u64::try_from(us.as_micros()).ok()).unwrap_or(0),
    }
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let attribute = tag.try_get_attribute(name).ok().flatten()?;
    Some(attribute.normalized_value(XmlVersion::Implicit1_0).ok()?.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(xml: &str) -> Vec<(String, Outcome, u64)> {
        of(xml.as_bytes()).into_iter().map(|case| (case.id, case.outcome, case.us)).collect()
    }

    #[test]
    fn tests_are_named_by_class_or_suite() {
        let xml = r#"<?xml version="1.0"?><testsuites name="all"><testsuite name="pkg/a">
<testcase classname="pkg.A" name="x[&quot;]" time="0.25" file="a.py"/>
<testcase name="y"><failure>text <b/></failure></testcase>
<testcase name="z" time="-1"><system-out>error</system-out><skipped/></testcase></testsuite></testsuites>"#;
        let expected = [
            ("pkg.A::x[\"]".to_owned(), Outcome::Passed, 250_000),
            ("pkg/a::y".to_owned(), Outcome::Failed, 0),
            ("pkg/a::z".to_owned(), Outcome::Skipped, 0),
        ];
        assert_eq!(read(xml), expected);
        assert_eq!(of(xml.as_bytes())[0].places, ["a.py", "pkg.A", "all", "pkg/a"]);
    }

    #[test]
    fn other_files_have_no_tests() {
        for text in
            ["", "hello <testsuite>", "<html><testcase/></html>", "<testcase name='x'/>", "{}", "\0\u{1}"]
        {
            assert_eq!(read(text), []);
        }
    }

    #[test]
    fn what_breaks_off_tells_of_what_is_in_front() {
        assert_eq!(read("<testsuite><testcase name='x'/><testcase na").len(), 1);
    }
}
