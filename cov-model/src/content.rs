//! What a file holds, told by its content: a measurement that the cov tools read, one that only others read, or neither.

use std::io::{self, BufRead, Read as _};
use std::path::Path;

use memchr::memmem;
use quick_xml::Reader;
use quick_xml::events::Event;
use serde::Deserialize;
use serde_json::Value;

use crate::stream::Input;
use crate::{json, manifest};

/// What an input holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// A report of the cov tools.
    Report,
    /// The manifest of a run.
    Manifest,
    /// The JSON report of coverage.py.
    CoveragePyJson,
    /// A data file of coverage.py (`.coverage`), of this or an older version.
    CoveragePyData,
    /// Cobertura XML.
    Cobertura,
}

/// What a file among others holds, of which most may have nothing to do with coverage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holding {
    /// What cov-merge reads.
    Known(Content),
    /// A measurement in a format that cov-merge does not read.
    Foreign(Format),
    /// No measurement.
    Other,
}

/// Formats of coverage that are recognised and not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// LCOV's tracefile.
    Lcov,
    /// A coverage profile of Go.
    Go,
    /// Raw profiles of LLVM (clang, rustc).
    LlvmRaw,
    /// Counters and metadata of Go's `GOCOVERDIR`.
    GoBinary,
    /// Counters of gcc.
    Gcda,
    /// Coverage of V8 (Node, Deno).
    V8,
    /// Coverage of Istanbul (`coverage-final.json`).
    Istanbul,
    /// `JaCoCo`'s execution data.
    JacocoData,
    /// `JaCoCo`'s XML.
    Jacoco,
    /// `OpenCover`'s XML.
    OpenCover,
    /// Clover's XML.
    Clover,
    /// `SimpleCov`'s results.
    SimpleCov,
}

impl Format {
    /// What it is, for a message about `count` files of it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Lcov => "LCOV tracefiles",
            Self::Go => "coverage profiles of Go",
            Self::LlvmRaw => "raw profiles of LLVM",
            Self::GoBinary => "coverage data of Go binaries",
            Self::Gcda => "counters of gcc (gcda)",
            Self::V8 => "coverage of V8",
            Self::Istanbul => "coverage of Istanbul",
            Self::JacocoData => "execution data of JaCoCo",
            Self::Jacoco => "JaCoCo reports",
            Self::OpenCover => "OpenCover reports",
            Self::Clover => "Clover reports",
            Self::SimpleCov => "results of SimpleCov",
        }
    }

    /// How what it measured becomes Cobertura, which all cov tools read.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Lcov => "lcov_cobertura",
            Self::Go => "gocover-cobertura < cover.out > cover.xml",
            Self::LlvmRaw => "cargo llvm-cov report --cobertura, or grcov -t cobertura",
            Self::GoBinary => "go tool covdata textfmt, then gocover-cobertura",
            Self::Gcda => "gcovr --cobertura cover.xml",
            Self::V8 => "c8 report --reporter cobertura",
            Self::Istanbul => "nyc report --reporter cobertura",
            Self::JacocoData => "jacococli report --xml, then a converter such as cover2cover",
            Self::Jacoco => "a converter such as cover2cover",
            Self::OpenCover => "reportgenerator -reporttypes:Cobertura",
            Self::Clover => "the Cobertura reporter of the tool that wrote them",
            Self::SimpleCov => "SimpleCov::Formatter::CoberturaFormatter",
        }
    }
}

/// How much is looked at before a decision; white space in front may be longer.
const LOOK: usize = 512;

/// How much of a document may come before its first element.
const PROLOGUE: u64 = 1024 * 1024;

/// What databases of `SQLite` begin with.
const SQLITE: &[u8] = b"SQLite format 3\0";

/// What stands in the schema of those that coverage.py writes.
const COVERAGE_TABLE: &[u8] = b"TABLE coverage_schema";

/// What data files of coverage.py begin with: `SQLite` since version 5, text of version 4, and pickles before that.
const DATA_FILES: [&[u8]; 3] = [SQLITE, b"!coverage.py: This is a private format", b"\x80\x02}q"];

/// What formats that are not read begin with: the numbers are those of the tools that write them, in either order of bytes.
const MAGICS: [(&[u8], Format); 13] = [
    (b"TN:", Format::Lcov),
    (b"SF:", Format::Lcov),
    (b"VER:", Format::Lcov),
    (b"mode: ", Format::Go),
    (b"\x81rforpl\xff", Format::LlvmRaw),
    (b"\xfflprofr\x81", Format::LlvmRaw),
    (b"\x81Rforpl\xff", Format::LlvmRaw),
    (b"\xfflprofR\x81", Format::LlvmRaw),
    (b"\0cwm", Format::GoBinary),
    (b"\0cvm", Format::GoBinary),
    (b"adcg", Format::Gcda),
    (b"gcda", Format::Gcda),
    (b"\x01\xc0\xc0", Format::JacocoData),
];

/// What the reader holds: by its first bytes alone, taken without white space and byte order mark in front.
pub(crate) enum Look {
    /// What may be read, as far as its beginning tells: XML is taken for Cobertura, whose reader knows better.
    Known(Content),
    /// Another format.
    Foreign(Format),
    /// Something else.
    Other,
}

/// Looks at the beginning of `reader`, and gives also the bytes that were taken from it to know, without a byte order mark.
pub(crate) fn look(reader: &mut impl BufRead) -> io::Result<(Look, Vec<u8>)> {
    let mut start = Vec::new();
    loop {
        reader.by_ref().take(LOOK as u64).read_to_end(&mut start)?;
        if start.len() % LOOK != 0 || start.is_empty() || !start.trim_ascii_start().is_empty() {
            break;
        }
        start.clear();
    }
    if start.starts_with(b"\xef\xbb\xbf") {
        start.drain(..3);
    }
    let visible = start.trim_ascii_start();
    let look = match visible.first() {
        _ if DATA_FILES.iter().any(|magic| start.starts_with(magic)) => Look::Known(Content::CoveragePyData),
        Some(b'<') => Look::Known(Content::Cobertura),
        Some(b'{') if visible.starts_with(br#"{"format":"cov-report","#) => Look::Known(Content::Report),
        Some(b'{') => {
            reader.read_to_end(&mut start)?;
            // Broken JSON, and JSON of nobody: the reader of our own says what is wrong.
            match holding_of_json(&start) {
                Holding::Known(content) => Look::Known(content),
                _ => Look::Known(Content::Report),
            }
        }
        _ => MAGICS
            .iter()
            .find(|(magic, _)| start.starts_with(magic) || visible.starts_with(magic))
            .map_or(Look::Other, |(_, format)| Look::Foreign(*format)),
    };
    Ok((look, start))
}

impl Holding {
    /// What the file `path` holds, gzip and zstd unpacked; it may be any file.
    pub fn of(path: &Path) -> io::Result<Self> {
        let Ok(mut reader) = Input::File(path.to_owned()).open() else {
            // What cannot be unpacked is no measurement, what cannot be opened is an error.
            return std::fs::File::open(path).map(|_| Self::Other);
        };
        let Ok((look, start)) = look(&mut reader) else { return Ok(Self::Other) };
        Ok(match look {
            Look::Known(Content::Cobertura) => holding_of_xml(start.chain(reader.take(PROLOGUE))),
            Look::Known(Content::Report) if !start.trim_ascii_start().starts_with(br#"{"format":"cov-"#) => {
                holding_of_json(&start)
            }
            // Other programs have such databases too.
            Look::Known(Content::CoveragePyData) if start.starts_with(SQLITE) => {
                let mut bytes = Vec::new();
                let read = start.chain(reader).take(PROLOGUE).read_to_end(&mut bytes);
                match read.ok().and_then(|_| memmem::find(&bytes, COVERAGE_TABLE)) {
                    Some(_) => Self::Known(Content::CoveragePyData),
                    None => Self::Other,
                }
            }
            Look::Known(content) => Self::Known(content),
            Look::Foreign(format) => Self::Foreign(format),
            Look::Other => Self::Other,
        })
    }
}

/// Which of the known documents `bytes` are.
fn holding_of_json(bytes: &[u8]) -> Holding {
    #[derive(Deserialize)]
    struct Head {
        format: Option<Value>,
        meta: Option<Meta>,
    }
    #[derive(Deserialize)]
    struct Meta {
        branch_coverage: Option<bool>,
    }
    if let Ok(head) = serde_json::from_slice::<Head>(bytes) {
        match (head.format.as_ref().and_then(Value::as_str), head.meta) {
            (Some(manifest::FORMAT), _) => return Holding::Known(Content::Manifest),
            (Some(json::FORMAT), _) => return Holding::Known(Content::Report),
            (None, Some(Meta { branch_coverage: Some(_) })) => {
                return Holding::Known(Content::CoveragePyJson);
            }
            _ => {}
        }
    }
    let Ok(Value::Object(document)) = serde_json::from_slice(bytes) else { return Holding::Other };
    let first = document.values().next();
    if let Some(result) = document.get("result").and_then(Value::as_array) {
        let is_v8 = result.iter().all(|script| script.get("scriptId").is_some());
        return if is_v8 { Holding::Foreign(Format::V8) } else { Holding::Other };
    }
    match first {
        Some(file) if file.get("statementMap").is_some() => Holding::Foreign(Format::Istanbul),
        Some(run) if run.get("coverage").is_some() && run.get("timestamp").is_some() => {
            Holding::Foreign(Format::SimpleCov)
        }
        _ => Holding::Other,
    }
}

/// Which of the known documents the XML is: told by its first two elements.
fn holding_of_xml(reader: impl BufRead) -> Holding {
    let mut xml = Reader::from_reader(reader);
    let mut buffer = Vec::new();
    let mut is_in_coverage = false;
    loop {
        buffer.clear();
        match xml.read_event_into(&mut buffer) {
            Ok(Event::Start(tag) | Event::Empty(tag)) => match (is_in_coverage, tag.local_name().as_ref()) {
                (false, "coverage") => is_in_coverage = true,
                (true, "project") => return Holding::Foreign(Format::Clover),
                (true, "sources" | "packages") => return Holding::Known(Content::Cobertura),
                (false, "report") => return Holding::Foreign(Format::Jacoco),
                (false, "CoverageSession") => return Holding::Foreign(Format::OpenCover),
                _ => return Holding::Other,
            },
            // What was cut off right behind its first element is told by its reader.
            Ok(Event::Eof | Event::End(_)) | Err(_) if is_in_coverage => {
                return Holding::Known(Content::Cobertura);
            }
            Ok(Event::Eof) | Err(_) => return Holding::Other,
            Ok(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], expected: Holding) {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        assert_eq!(Holding::of(file.path()).unwrap(), expected, "{}", String::from_utf8_lossy(bytes));
    }

    #[test]
    fn what_is_read_is_told_by_content() {
        let known = |bytes: &[u8], content| check(bytes, Holding::Known(content));
        known(br#"{"format":"cov-report","version":1,"files":["#, Content::Report);
        known(b" {\n\"files\": [], \"format\": \"cov-report\", \"version\": 1}", Content::Report);
        known(br#"{"format":"cov-run","version":1}"#, Content::Manifest);
        known(br#"{"meta":{"branch_coverage":true},"files":{}}"#, Content::CoveragePyJson);
        known(b"SQLite format 3\0... CREATE TABLE coverage_schema ...", Content::CoveragePyData);
        let prologue = format!("<?xml version='1.0'?><!--{}-->\n<!DOCTYPE coverage>", "x".repeat(2000));
        known(
            format!("{prologue}<coverage line-rate='1'><sources/></coverage>").as_bytes(),
            Content::Cobertura,
        );
        known(b"<coverage/>", Content::Cobertura);
    }

    #[test]
    fn what_only_others_read_is_named() {
        let foreign = |bytes: &[u8], format| check(bytes, Holding::Foreign(format));
        foreign(b"TN:\nSF:a.c\n", Format::Lcov);
        foreign(b"mode: atomic\n", Format::Go);
        foreign(b"\x81rforpl\xff\x0a\0\0\0\0\0\0\0", Format::LlvmRaw);
        foreign(b"adcg*22B", Format::Gcda);
        foreign(b"\x01\xc0\xc0\x10\x07", Format::JacocoData);
        foreign(br#"{"result":[{"scriptId":"6","url":"a.js","functions":[]}]}"#, Format::V8);
        foreign(br#"{"/a.js":{"path":"/a.js","statementMap":{},"s":{}}}"#, Format::Istanbul);
        foreign(br#"{"RSpec":{"coverage":{},"timestamp":1}}"#, Format::SimpleCov);
        foreign(b"<coverage generated='1'><project/></coverage>", Format::Clover);
        foreign(b"<!DOCTYPE report><report name='x'/>", Format::Jacoco);
    }

    #[test]
    fn other_files_are_none() {
        let others: [&[u8]; 10] = [
            b"SQLite format 3\0... CREATE TABLE users ...",
            b"",
            b"hello",
            b"\x1f\x8bnothing",
            b"<testsuites/>",
            b"<html><body/></html>",
            b"<broken",
            br#"{"result":"ok"}"#,
            b"[1]",
            b"{",
        ];
        for bytes in others {
            check(bytes, Holding::Other);
        }
        assert!(Holding::of(Path::new("no/such")).is_err());
    }
}
