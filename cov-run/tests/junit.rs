//! JUnit files, and other texts, without what differs from run to run.

use std::fmt::Write as _;

use quick_xml::Reader;
use quick_xml::events::Event;

/// The elements of a JUnit file, one a line: name, attributes and text, but for times and machines.
pub(crate) fn normalised(xml: &str) -> String {
    let mut reader = Reader::from_str(xml);
    let mut lines = String::new();
    let mut sums = String::new(); // at the end, since a test that differs tells more
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) | Event::Empty(start) => {
                let mut attributes: Vec<String> = start
                    .attributes()
                    .map(Result::unwrap)
                    .map(|attribute| (attribute.key.as_ref().to_owned(), attribute.value.to_string()))
                    .filter(|(key, _)| !["time", "timestamp", "hostname"].contains(&key.as_str()))
                    .map(|(key, value)| format!("{key}={value:?}"))
                    .collect();
                attributes.sort();
                let name = start.name();
                let place = if name.as_ref() == "testsuite" { &mut sums } else { &mut lines };
                write!(place, "\n{} {} ", name.as_ref(), attributes.join(" ")).unwrap();
            }
            // A text may be all white, where it stands between elements.
            Event::Text(text) if text.trim().is_empty() => {}
            Event::Text(text) => lines.push_str(&text),
            Event::GeneralRef(reference) => write!(lines, "&{};", &*reference).unwrap(),
            Event::Eof => return lines + &sums,
            _ => {}
        }
    }
}

/// Fails with the first line that differs, addresses of objects aside.
#[track_caller]
pub(crate) fn assert_same_lines(ours: &str, theirs: &str) {
    let address = regex::Regex::new("0x[0-9a-f]{8,}").unwrap();
    let (ours, theirs) = (address.replace_all(ours, "0x"), address.replace_all(theirs, "0x"));
    let (mut ours, mut theirs) = (ours.lines(), theirs.lines());
    let mut before = Vec::new();
    loop {
        match (ours.next(), theirs.next()) {
            (None, None) => return,
            (ours, theirs) if ours == theirs => before.extend(ours),
            (ours, theirs) => {
                let context = before[before.len().saturating_sub(10)..].join("\n");
                panic!("after\n{context}\nours:   {ours:?}\ntheirs: {theirs:?}");
            }
        }
    }
}
