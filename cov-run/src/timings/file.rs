//! The file of timings: JSON, a line for each test, sorted.

use std::collections::BTreeMap;
use std::io::{self, Write};

use anyhow::Context as _;
use serde::Deserialize;

use super::{Estimate, FileTimings, Timings};

const VERSION: u32 = 2;

/// What is read before the rest, so that a later version is told as one.
#[derive(Deserialize)]
struct Header {
    version: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(rename = "version")]
    _version: u32,
    files: BTreeMap<String, FileTimings>,
}

/// Version 1: one duration for each, in microseconds.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DocumentOne {
    #[serde(rename = "version")]
    _version: u32,
    files: BTreeMap<String, FileOne>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileOne {
    collect: u64,
    tests: BTreeMap<String, u64>,
}

impl Timings {
    /// Reads timings as [`print`](Self::print) writes them, or as version 1 was.
    pub fn parse(text: &[u8]) -> anyhow::Result<Self> {
        let why = "no timings of cov-run";
        let Header { version } = serde_json::from_slice(text).context(why)?;
        let files = match version {
            1 => serde_json::from_slice::<DocumentOne>(text)
                .context(why)?
                .files
                .into_iter()
                .map(upgraded)
                .collect(),
            VERSION => serde_json::from_slice::<Document>(text).context(why)?.files,
            _ => anyhow::bail!("unsupported version {version} of timings, expected {VERSION}"),
        };
        Ok(Self::from_files(files))
    }

    /// Prints the timings.
    pub fn print(&self, sink: &mut dyn Write) -> io::Result<()> {
        write!(sink, "{{\n  \"version\": {VERSION},\n  \"files\": {{")?;
        let mut separator = "";
        for (name, file) in &self.files {
            write!(
                sink,
                "{separator}\n    {}: {{\n      \"import\": {},\n      \"tests\": {{",
                text(name)?,
                text(&file.import)?
            )?;
            let mut between = "";
            for (id, test) in &file.tests {
                write!(sink, "{between}\n        {}: {}", text(id)?, text(test)?)?;
                between = ",";
            }
            write!(sink, "{}}}\n    }}", if file.tests.is_empty() { "" } else { "\n      " })?;
            separator = ",";
        }
        writeln!(sink, "{}}}\n}}", if self.files.is_empty() { "" } else { "\n  " })
    }
}

/// A value on one line.
fn text(value: &impl serde::Serialize) -> io::Result<String> {
    Ok(serde_json::to_string(value)?)
}

fn upgraded((name, file): (String, FileOne)) -> (String, FileTimings) {
    let tests = file.tests.into_iter().map(|(id, us)| (id, Estimate::once(us))).collect();
    (name, FileTimings { import: Estimate::once(file.collect), tests })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(timings: &Timings) -> String {
        let mut text = Vec::new();
        timings.print(&mut text).unwrap();
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn there_is_a_line_for_each_test() {
        let mut timings = Timings::default();
        timings.note_file("b.py", 2000);
        timings.note_file("a.py", 1000);
        timings.note_test("a.py", "a.py::two[\"é\"]", 40);
        timings.note_test("a.py", "a.py::two[\"é\"]", 60);
        timings.note_test("a.py", "a.py::one", 3);
        let expected = r#"{
  "version": 2,
  "files": {
    "a.py": {
      "import": {"runs":1,"mean":1000,"variance":0},
      "tests": {
        "a.py::one": {"runs":1,"mean":3,"variance":0},
        "a.py::two[\"é\"]": {"runs":2,"mean":50,"variance":100}
      }
    },
    "b.py": {
      "import": {"runs":1,"mean":2000,"variance":0},
      "tests": {}
    }
  }
}
"#;
        assert_eq!(printed(&timings), expected);
        assert_eq!(Timings::parse(expected.as_bytes()).unwrap(), timings);
    }

    #[test]
    fn nothing_known_is_a_file_too() {
        let text = printed(&Timings::default());
        assert_eq!(text, "{\n  \"version\": 2,\n  \"files\": {}\n}\n");
        assert_eq!(Timings::parse(text.as_bytes()).unwrap(), Timings::default());
    }

    #[test]
    fn version_1_is_read() {
        let old = br#"{"version": 1, "files": {"a.py": {"collect": 1000, "tests": {"a.py::one": 3}}}}"#;
        let mut timings = Timings::default();
        timings.note_file("a.py", 1000);
        timings.note_test("a.py", "a.py::one", 3);
        assert_eq!(Timings::parse(old).unwrap(), timings);
    }

    #[test]
    fn what_is_not_timings_is_refused() {
        let refused = |text: &str| format!("{:#}", Timings::parse(text.as_bytes()).unwrap_err());
        assert!(refused("[]").starts_with("no timings of cov-run: "));
        assert!(refused(r#"{"version": 2, "files": {"a": {}}}"#).contains("missing field"));
        assert_eq!(refused(r#"{"version": 3, "more": 1}"#), "unsupported version 3 of timings, expected 2");
    }
}
