//! Writing the JSON report.

use std::io::{self, Write};

use super::VERSION;
use super::wire::{FORMAT, Header, WireFile, WireShard};
use crate::report::{FileCoverage, Report};

/// Writes a report file by file.
pub struct Writer<W> {
    sink: W,
    started: bool,
}

impl<W: Write> Writer<W> {
    /// Begins a report with everything of `head` but its files.
    pub fn new(mut sink: W, head: &Report) -> io::Result<Self> {
        let header = serde_json::to_string(&Header {
            format: FORMAT.to_owned(),
            version: VERSION,
            shards: head.shards.iter().map(WireShard::from).collect(),
            measured_with: head.measured_with.clone(),
        })?;
        let open = header.strip_suffix('}').expect("a struct is an object");
        write!(sink, "{open},\"files\":[")?;
        Ok(Self { sink, started: false })
    }

    /// Adds a file. Files must come in ascending order of path.
    pub fn file(&mut self, path: &str, file: &FileCoverage) -> io::Result<()> {
        self.sink.write_all(if self.started { b",\n" } else { b"\n" })?;
        self.started = true;
        serde_json::to_writer(&mut self.sink, &WireFile::new(path, file))?;
        Ok(())
    }

    /// Ends the report. Without this it is not one.
    pub fn finish(mut self) -> io::Result<()> {
        self.sink.write_all(b"\n]}\n")
    }
}

/// Writes a whole report. Equal reports give equal bytes.
pub fn write(report: &Report, sink: impl Write) -> io::Result<()> {
    let mut writer = Writer::new(sink, report)?;
    for (path, file) in &report.files {
        writer.file(path, file)?;
    }
    writer.finish()
}
