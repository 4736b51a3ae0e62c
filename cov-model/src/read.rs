//! Reading a report that the user named, in JSON or Cobertura, told apart by content.

use std::fmt;
use std::io::{self, BufRead, Cursor, Read as _};
use std::path::Path;

use thiserror::Error;

use crate::cobertura::{self, CoberturaError, Paths};
pub use crate::content::Content;
use crate::content::{self, Format, Look};
use crate::json::{self, JsonError};
use crate::report::Report;
use crate::stream::Input;

/// Reads the report that `input` holds. Names of files are relative to `root`, the project's directory.
pub fn read(input: &Input, root: &Path) -> Result<Report, ReadError> {
    read_kept(input, root, &|_| true)
}

/// Reads of the report that `input` holds the files that `keep` wants; it is asked for each file by its name, relative to
/// `root`. What it does not want takes no memory.
pub fn read_kept(input: &Input, root: &Path, keep: &dyn Fn(&str) -> bool) -> Result<Report, ReadError> {
    open(input)?.into_report(&Paths::on_disk(root).kept_by(keep))
}

/// An input that was opened, and what it holds.
pub struct Found {
    /// What it holds.
    pub content: Content,
    /// The input from its beginning, unpacked, without a byte order mark.
    pub reader: Box<dyn BufRead>,
    input: Input,
}

/// Opens `input` and looks what it holds.
pub fn open(input: &Input) -> Result<Found, ReadError> {
    let refused = |problem: Problem| ReadError::new(input, problem);
    let mut reader = input.open().map_err(|error| refused(error.into()))?;
    let (look, start) = content::look(&mut reader).map_err(|error| refused(error.into()))?;
    let content = match look {
        Look::Known(content) => content,
        Look::Foreign(format) => return Err(refused(Problem::Unread(format))),
        Look::Other => return Err(refused(Problem::Foreign(foreign(start.trim_ascii_start())))),
    };
    Ok(Found { content, reader: Box::new(Cursor::new(start).chain(reader)), input: input.clone() })
}

impl Found {
    /// Reads the files of a report that `paths` wants. Those of a document are named by `paths`; those of our own JSON
    /// have their names.
    pub fn into_report(self, paths: &Paths<'_>) -> Result<Report, ReadError> {
        let Self { content, reader, input } = self;
        match content {
            Content::Report => read_json(reader, paths).map_err(|error| ReadError::new(&input, error)),
            Content::Cobertura => {
                cobertura::read(reader, paths).map_err(|error| ReadError::new(&input, error))
            }
            Content::Manifest => Err(ReadError::new(&input, Problem::Manifest)),
            Content::CoveragePyJson => Err(ReadError::new(&input, Problem::CoveragePyJson)),
            Content::CoveragePyData => Err(ReadError::new(&input, Problem::CoveragePyData)),
        }
    }
}

fn read_json(reader: impl BufRead, paths: &Paths<'_>) -> Result<Report, JsonError> {
    let (head, files) = json::Files::open(reader)?;
    let wanted = files.filter(|file| file.as_ref().map_or(true, |(name, _)| paths.is_kept(name)));
    Ok(Report { files: wanted.collect::<Result<_, _>>()?, ..head })
}

/// What the beginning of an input looks like that is none of ours.
fn foreign(start: &[u8]) -> String {
    let known = match start {
        [] => "it is empty",
        start if start.starts_with(b"\xff\xfe") || start.starts_with(b"\xfe\xff") => {
            "it is UTF-16: convert it to UTF-8, as with `iconv -t UTF-8`"
        }
        start => {
            let shown: String = String::from_utf8_lossy(start).chars().take(12).collect();
            return format!("it begins with {shown:?}; {UNDERSTOOD}");
        }
    };
    format!("{known}; {UNDERSTOOD}")
}

const UNDERSTOOD: &str = "reports of the cov tools (JSON) and Cobertura XML are understood";

/// Why an input could not be read as a report. Shown with the input's name, and the line where there is one.
#[derive(Debug)]
pub struct ReadError {
    input: String,
    problem: Problem,
}

#[derive(Debug, Error)]
enum Problem {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error(transparent)]
    Json(#[from] JsonError),
    #[error(transparent)]
    Cobertura(#[from] CoberturaError),
    #[error("this is the manifest of a run, not a report: its measurements are in the profile beside it")]
    Manifest,
    #[error("this is the JSON report of coverage.py: merge it with cov-merge first")]
    CoveragePyJson,
    #[error("this is a data file of coverage.py: merge it with cov-merge first")]
    CoveragePyData,
    #[error("{} are not read: convert them first ({}); {UNDERSTOOD}", .0.name(), .0.remedy())]
    Unread(Format),
    #[error("not a coverage report: {0}")]
    Foreign(String),
    #[error("{}{message}", line.map_or_else(String::new, |line| format!("{line}: ")))]
    At { line: Option<usize>, message: String },
}

impl ReadError {
    /// What is wrong with `input`, and on which 1-based line, where that is known.
    pub fn at(input: &Input, line: Option<usize>, message: impl fmt::Display) -> Self {
        Self::new(input, Problem::At { line, message: message.to_string() })
    }

    fn new(input: &Input, problem: impl Into<Problem>) -> Self {
        Self { input: input.to_string(), problem: problem.into() }
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { input, problem } = self;
        // Messages with a place begin with its line.
        let has_line = matches!(
            problem,
            Problem::Json(JsonError::Shape { .. } | JsonError::Truncated { .. })
                | Problem::Cobertura(CoberturaError::At { .. })
                | Problem::At { line: Some(_), .. }
        );
        let space = if has_line { "" } else { " " };
        write!(formatter, "{input}:{space}{problem}")
    }
}

impl std::error::Error for ReadError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::FileCoverage;

    fn read_bytes(bytes: &[u8]) -> Result<Report, String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        let name = file.path().display().to_string();
        read(&Input::File(file.path().to_owned()), Path::new("/proj"))
            .map_err(|error| error.to_string().replace(&name, "FILE"))
    }

    #[track_caller]
    fn refused(bytes: &[u8], expected: &str) {
        let error = read_bytes(bytes).unwrap_err();
        assert!(error.starts_with(expected), "{error}");
    }

    #[test]
    fn reports_are_told_by_content() {
        let mut json = Vec::new();
        json::write(&Report::default(), &mut json).unwrap();
        let pretty = b"  {\n \"files\": [],\n \"format\": \"cov-report\", \"version\": 1}";
        let behind_a_mark = [b"\xef\xbb\xbf", json.as_slice()].concat();
        let far_away = [b" ".repeat(5000).as_slice(), &json].concat();
        let xml = b"\xef\xbb\xbf\n<coverage><packages/></coverage>";
        for bytes in [json.as_slice(), pretty, &behind_a_mark, &far_away, xml] {
            assert_eq!(read_bytes(bytes), Ok(Report::default()));
        }
    }

    #[test]
    fn files_that_are_not_wanted_are_passed_over() {
        let file = || ("kept.py".to_owned(), FileCoverage::default());
        let other = || ("other.py".to_owned(), FileCoverage::default());
        let report = Report { files: [file(), other()].into(), ..Report::default() };
        let mut json = Vec::new();
        json::write(&report, &mut json).unwrap();
        let class = |name: &str| format!("<class filename=\"{name}\"><lines/></class>");
        let classes = class("kept.py") + &class("other.py");
        let xml = format!(
            "<coverage><packages><package><classes>{classes}</classes></package></packages></coverage>"
        );
        for bytes in [json.as_slice(), xml.as_bytes()] {
            let input = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(input.path(), bytes).unwrap();
            let asked = std::cell::RefCell::new(Vec::new());
            let keep = |name: &str| {
                asked.borrow_mut().push(name.to_owned());
                name == "kept.py"
            };
            let read = read_kept(&Input::File(input.path().to_owned()), Path::new("/proj"), &keep).unwrap();
            assert_eq!(read.files, [file()].into());
            assert_eq!(asked.into_inner(), ["kept.py", "other.py"]);
        }
    }

    #[test]
    fn what_is_no_report_is_named() {
        refused(b"", "FILE: not a coverage report: it is empty");
        refused(b" \n ", "FILE: not a coverage report: it is empty");
        refused(
            b"SQLite format 3\0",
            "FILE: this is a data file of coverage.py: merge it with cov-merge first",
        );
        refused(b"TN:\nSF:a.c\n", "FILE: LCOV tracefiles are not read: convert them first");
        refused(b"mode: set\n", "FILE: coverage profiles of Go are not read");
        refused(b"\x81rforpl\xff\x0a\0", "FILE: raw profiles of LLVM are not read");
        refused(b"\xff\xfe<\0", "FILE: not a coverage report: it is UTF-16");
        refused(b"hello, world", "FILE: not a coverage report: it begins with \"hello, world\"");
        refused(b"\x00\x01", "FILE: not a coverage report: it begins with \"\\0\\u{1}\"");
        refused(br#"{"format":"cov-run","version":1}"#, "FILE: this is the manifest of a run");
        refused(
            br#"{"meta":{"branch_coverage":true},"files":{}}"#,
            "FILE: this is the JSON report of coverage.py",
        );
        refused(b"<report name=\"x\"/>", "FILE:1: the document is <report>, not <coverage>: JaCoCo");
        refused(br#"{"format":"cov-report","version":2,"files":[]}"#, "FILE: unsupported format version 2");
        refused(b"{", "FILE:1: ");
        refused(br#"{"total":1}"#, "FILE: not a report of the cov tools");
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = read(&Input::File("no/such.json".into()), Path::new("/")).unwrap_err();
        assert!(error.to_string().starts_with("no/such.json: No such file"), "{error}");
    }
}
