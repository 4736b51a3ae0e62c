//! Reading the JSON report.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead};

use thiserror::Error;

use super::VERSION;
use super::wire::{Document, FORMAT, Header, Identity, WireFile};
use crate::report::{FileCoverage, Report, Shard};

/// Why a JSON report could not be read.
#[derive(Debug, Error)]
pub enum JsonError {
    /// The bytes could not be had.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The bytes are not JSON, or not of this shape.
    #[error("{line}: {message}")]
    Shape {
        /// The 1-based line of the input.
        line: usize,
        /// What is wrong there.
        message: String,
    },
    /// The input ends too early.
    #[error("{line}: the report ends before its closing line: it is truncated")]
    Truncated {
        /// The 1-based line of the input.
        line: usize,
    },
    /// Some other format.
    #[error("not a report of the cov tools: \"format\" is {}, not \"{FORMAT}\"", .0.as_deref().map_or("missing".to_owned(), |format| format!("{format:?}")))]
    Format(Option<String>),
    /// A version of the format that this tool does not know.
    #[error(
        "unsupported format version {0}, this tool reads version {VERSION}: use a newer version of the cov tools"
    )]
    Version(u64),
}

/// What the line read last lets come next in the canonical layout.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    /// A file or the closing line: nothing was read yet.
    Any,
    /// Another file: the last one ended with a comma.
    File,
    /// The closing line: the last file had no comma.
    Close,
    /// Nothing: the report is closed, or broken.
    Nothing,
}

/// The files of a report, one after the other.
pub struct Files<R> {
    source: Source<R>,
    seen: BTreeSet<String>,
}

enum Source<R> {
    /// The canonical layout, read line by line.
    Lines { reader: R, line: usize, next: Next },
    /// Any other layout, read as a whole.
    Document(std::vec::IntoIter<WireFile>),
}

impl<R: BufRead> Files<R> {
    /// Reads the head of a report, which is given as a report without files, and then its files on demand.
    ///
    /// The canonical layout is read a line at a time, any other layout of the same data at once.
    pub fn open(mut reader: R) -> Result<(Report, Self), JsonError> {
        let mut first = Vec::new();
        reader.read_until(b'\n', &mut first)?;
        let (shards, measured_with, source) = if let Some(header) = canonical_header(&first)? {
            (header.shards, header.measured_with, Source::Lines { reader, line: 1, next: Next::Any })
        } else {
            reader.read_to_end(&mut first)?;
            let document = document(&first)?;
            (document.shards, document.measured_with, Source::Document(document.files.into_iter()))
        };
        let mut set = BTreeSet::new();
        for shard in shards {
            let shard = Shard::try_from(shard).map_err(|message| JsonError::Shape { line: 1, message })?;
            if !set.insert(shard) {
                return Err(JsonError::Shape { line: 1, message: "a shard is given twice".to_owned() });
            }
        }
        let head = Report { shards: set, measured_with, files: BTreeMap::new() };
        Ok((head, Self { source, seen: BTreeSet::new() }))
    }

    fn next_wire(&mut self) -> Option<Result<(usize, WireFile), JsonError>> {
        match &mut self.source {
            Source::Document(files) => files.next().map(|file| Ok((1, file))),
            Source::Lines { next: Next::Nothing, .. } => None,
            Source::Lines { reader, line, next } => {
                let read = next_line(reader, line, *next);
                *next = match &read {
                    Ok(Some((_, next))) => *next,
                    _ => Next::Nothing,
                };
                read.transpose().map(|read| read.map(|(file, _)| (*line, file)))
            }
        }
    }
}

impl<R: BufRead> Iterator for Files<R> {
    type Item = Result<(String, FileCoverage), JsonError>;

    fn next(&mut self) -> Option<Self::Item> {
        let (line, wire) = match self.next_wire()? {
            Ok(read) => read,
            Err(error) => return Some(Err(error)),
        };
        let file = wire.into_file().map_err(|message| JsonError::Shape { line, message });
        Some(file.and_then(|(path, file)| {
            if self.seen.insert(path.clone()) {
                Ok((path, file))
            } else {
                Err(JsonError::Shape { line, message: format!("{path}: the file is given twice") })
            }
        }))
    }
}

/// Reads a whole report.
pub fn read(reader: impl BufRead) -> Result<Report, JsonError> {
    let (head, files) = Files::open(reader)?;
    Ok(Report { files: files.collect::<Result<_, _>>()?, ..head })
}

/// The header, if `line` is the first one of the canonical layout.
fn canonical_header(line: &[u8]) -> Result<Option<Header>, JsonError> {
    let Some(open) = line.strip_suffix(b",\"files\":[\n") else {
        return Ok(None);
    };
    let closed = [open, b"}"].concat();
    check_identity(&closed)?;
    Ok(serde_json::from_slice(&closed).ok())
}

/// The next file of the canonical layout and what may follow it, or `None` at the closing line.
fn next_line(
    reader: &mut impl BufRead,
    line: &mut usize,
    next: Next,
) -> Result<Option<(WireFile, Next)>, JsonError> {
    let mut text = b"\n".to_vec();
    while text == b"\n" {
        text.clear();
        *line += 1;
        reader.read_until(b'\n', &mut text)?;
    }
    let line = *line;
    let shape = |message: String| JsonError::Shape { line, message };
    let whole = text.strip_suffix(b"\n");
    if whole.unwrap_or(&text) == b"]}" {
        let mut rest = Vec::new();
        reader.read_to_end(&mut rest)?;
        return match next {
            Next::File => Err(shape("a file must follow the comma".to_owned())),
            _ if rest.trim_ascii().is_empty() => Ok(None),
            _ => Err(shape("text behind the end of the report".to_owned())),
        };
    }
    let Some(text) = whole else {
        return Err(JsonError::Truncated { line });
    };
    if next == Next::Close {
        return Err(shape("a comma is missing before this file".to_owned()));
    }
    let (text, next) = match text.strip_suffix(b",") {
        Some(text) => (text, Next::File),
        None => (text, Next::Close),
    };
    let file = serde_json::from_slice(text).map_err(|error| shape(without_place(&error)))?;
    Ok(Some((file, next)))
}

/// The document in any layout.
fn document(bytes: &[u8]) -> Result<Document, JsonError> {
    check_identity(bytes)?;
    serde_json::from_slice(bytes).map_err(|error| placed(&error))
}

/// Refuses what is no report, or one of another version, before anything else is looked at.
fn check_identity(bytes: &[u8]) -> Result<(), JsonError> {
    let identity: Identity = serde_json::from_slice(bytes).map_err(|error| placed(&error))?;
    if identity.format.as_deref() != Some(FORMAT) {
        return Err(JsonError::Format(identity.format));
    }
    match identity.version {
        Some(VERSION) => Ok(()),
        Some(version) => Err(JsonError::Version(version)),
        None => Err(JsonError::Shape { line: 1, message: "\"version\" is missing".to_owned() }),
    }
}

fn placed(error: &serde_json::Error) -> JsonError {
    if error.is_eof() {
        return JsonError::Truncated { line: error.line().max(1) };
    }
    JsonError::Shape { line: error.line().max(1), message: without_place(error) }
}

/// The message without serde's own "at line 1 column 7", which counts within one line of ours.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(index) => text[..index].to_owned(),
        None => text,
    }
}
