//! What a shard prints: kept in a file, of which some has been shown.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;

/// The output of a shard, of all its attempts.
#[derive(Debug)]
pub(super) struct Printed {
    /// Where the command writes: at the end, whoever else writes there.
    pub(super) sink: File,
    reader: File,
    /// What was read of a line that has not ended.
    line: Vec<u8>,
}

/// How much is read at a time.
const CHUNK: u64 = 64 * 1024;

impl Printed {
    /// Begins the file anew.
    pub(super) fn begin(path: &Path) -> io::Result<Self> {
        File::create(path)?;
        let sink = OpenOptions::new().append(true).open(path)?;
        Ok(Self { sink, reader: File::open(path)?, line: Vec::new() })
    }

    /// The next piece that was not read yet; empty where there is none at the moment.
    pub(super) fn piece(&mut self) -> io::Result<Vec<u8>> {
        let mut piece = Vec::new();
        self.reader.by_ref().take(CHUNK).read_to_end(&mut piece)?;
        Ok(piece)
    }

    /// The next line that was not read yet and has ended, with its end. With `all` also one that has none.
    pub(super) fn line(&mut self, all: bool) -> io::Result<Option<Vec<u8>>> {
        loop {
            if let Some(end) = self.line.iter().position(|&byte| byte == b'\n') {
                let rest = self.line.split_off(end + 1);
                return Ok(Some(std::mem::replace(&mut self.line, rest)));
            }
            let piece = self.piece()?;
            if piece.is_empty() {
                let line = std::mem::take(&mut self.line);
                if all && !line.is_empty() {
                    return Ok(Some(line));
                }
                self.line = line;
                return Ok(None);
            }
            self.line.extend(piece);
        }
    }

    /// Passes over what was not read yet.
    pub(super) fn skip(&mut self) -> io::Result<()> {
        self.line.clear();
        self.reader.seek(SeekFrom::End(0)).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn what_was_read_is_not_read_again() {
        let directory = tempfile::tempdir().unwrap();
        let mut printed = Printed::begin(&directory.path().join("output")).unwrap();
        assert_eq!(printed.piece().unwrap(), b"");
        printed.sink.write_all(b"a\nb\nc").unwrap();
        assert_eq!(printed.line(false).unwrap().unwrap(), b"a\n");
        assert_eq!(printed.line(false).unwrap().unwrap(), b"b\n");
        assert_eq!(printed.line(false).unwrap(), None);
        printed.sink.write_all(b"d").unwrap();
        assert_eq!(printed.line(true).unwrap().unwrap(), b"cd");
        printed.sink.write_all(b"e").unwrap();
        printed.skip().unwrap();
        assert_eq!(printed.piece().unwrap(), b"");
    }
}
