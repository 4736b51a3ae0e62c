//! Checksums of lines, by which genhtml notices that a source is another one.

use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use md5::{Digest as _, Md5};

use crate::options::Options;
use crate::source::Source;
use crate::summary::FileSummary;

/// The checksums of the lines of a file; none where they are not wanted.
#[derive(Default)]
pub(super) struct Checksums(Vec<String>);

impl Checksums {
    /// Reads the source of `file`. One that cannot be read is an error, unless these are to be ignored.
    pub(super) fn of(file: &FileSummary<'_>, options: &Options) -> io::Result<Self> {
        let source = Source::read(&options.root.join(file.path), &options.root, file.coverage);
        let Some(text) = source.text else {
            if options.lcov.ignore_errors {
                return Ok(Self::default());
            }
            let remedy = "[lcov] line_checksums needs it: give --project the directory that paths start from";
            return Err(io::Error::other(format!("{}: the source was not found, and {remedy}", file.name)));
        };
        Ok(Self(lines(&text).map(checksum).collect()))
    }

    /// What stands behind the hits of `line`.
    pub(super) fn suffix(&self, line: u32) -> String {
        let index = (line as usize).checked_sub(1);
        index.and_then(|index| self.0.get(index)).map(|checksum| format!(",{checksum}")).unwrap_or_default()
    }
}

/// The lines of a text by Python's `str.splitlines`, which is what coverage.py counts them by here.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let ends = |character: char| {
        matches!(
            character,
            '\n' | '\r' | '\x0b' | '\x0c' | '\x1c'..='\x1e' | '\u{85}' | '\u{2028}' | '\u{2029}'
        )
    };
    text.split(ends)
}

/// `line_hash` of coverage.py's lcovreport.py: LCOV asks for MD5 in Base64, without the `=` at its end.
fn checksum(line: &str) -> String {
    STANDARD_NO_PAD.encode(Md5::digest(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_of_coverage_py() {
        // From `line_hash`.
        assert_eq!(checksum("import os"), "7Z9Lj4ed27Wf2hBX6jooEA");
        assert_eq!(lines("a\u{2028}b\x0cc\n").collect::<Vec<_>>(), ["a", "b", "c", ""]);
    }
}
