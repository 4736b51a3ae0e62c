//! Opening a data file without touching it.

use std::fs::File;
use std::io::{self, Cursor, Read as _};
use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::error::DataFileError;
use super::uri::immutable_uri;
use super::writer::check_no_writer;
use super::{DataFile, database};

/// How a data file is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// Whether contexts are kept, see [`super::FileData::contexts`]. They can take many times the memory of all the rest.
    pub contexts: bool,
}

/// The bytes that every `SQLite` database starts with.
const MAGIC: &[u8] = b"SQLite format 3\0";

/// How many bytes the head of a database has.
const HEAD: u64 = 100;

/// What the data files of coverage.py 4 start with.
const MAGIC_OF_4: &[u8] = b"!coverage.py: This is a private format";

impl DataFile {
    /// Reads the data file at `path`, which must be a regular file.
    pub fn read(path: &Path, options: ReadOptions) -> Result<Self, DataFileError> {
        let (connection, file) = open(path)?;
        let size = file.metadata()?.len();
        database::read(&connection, file, size, options)
    }

    /// Whether contexts (tests) with a name were recorded in the data file at `path`.
    pub fn has_contexts(path: &Path) -> Result<bool, DataFileError> {
        let (connection, _) = open(path)?;
        database::has_contexts(&connection)
    }

    /// Reads a data file that is in memory, as when it was packed.
    pub fn from_bytes(bytes: &[u8], options: ReadOptions) -> Result<Self, DataFileError> {
        check_start(bytes)?;
        check_length(bytes, bytes.len() as u64)?;
        let mut connection = Connection::open_in_memory()?;
        connection.deserialize_read_exact("main", bytes, bytes.len(), true)?;
        database::read(&connection, Cursor::new(bytes), bytes.len() as u64, options)
    }
}

/// The database at `path`, and its file.
fn open(path: &Path) -> Result<(Connection, File), DataFileError> {
    let mut file = File::open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "is a directory, not a file").into());
    }
    let mut start = Vec::new();
    file.by_ref().take(HEAD).read_to_end(&mut start)?;
    check_start(&start)?;
    check_length(&start, metadata.len())?;
    check_no_writer(&file, path)?;
    let flags =
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(immutable_uri(path)?, flags)?;
    Ok((connection, file))
}

/// Refuses what does not start as a database.
fn check_start(start: &[u8]) -> Result<(), DataFileError> {
    if start.starts_with(MAGIC) {
        return Ok(());
    }
    Err(match start {
        [] => DataFileError::Empty,
        _ if start.starts_with(MAGIC_OF_4) => DataFileError::Old("4"),
        _ if is_pickle(start) => DataFileError::Old("3"),
        _ if start.len() < MAGIC.len() && MAGIC.starts_with(start) => {
            DataFileError::Damaged(format!("it ends after {} bytes", start.len()))
        }
        _ => DataFileError::Foreign("it is no SQLite database".to_owned()),
    })
}

/// Refuses a database that is shorter than its head says: `SQLite` would take the missing pages for empty ones.
///
/// The offsets are those of `SQLite`'s file format. Only a head whose two counters of changes agree knows the length.
fn check_length(head: &[u8], length: u64) -> Result<(), DataFileError> {
    let field = |offset: usize| head.get(offset..offset + 4).and_then(|bytes| bytes.try_into().ok());
    let number = |offset| field(offset).map(u32::from_be_bytes).unwrap_or_default();
    let page = match head.get(16..18) {
        Some([0, 1]) => 65536,
        Some([high, low]) => u64::from(u16::from_be_bytes([*high, *low])),
        _ => 0,
    };
    let whole = if number(24) == number(92) { u64::from(number(28)) * page } else { 0 };
    if length < whole.max(HEAD) {
        return Err(DataFileError::Damaged(format!("it ends after {length} of {} bytes", whole.max(HEAD))));
    }
    Ok(())
}

/// Whether this is a pickled dictionary with `collector` or `lines` in it: protocol 2, which coverage.py 3 wrote.
fn is_pickle(start: &[u8]) -> bool {
    start.starts_with(b"\x80\x02}q\x01(U") || start.starts_with(b"\x80\x02}q\x00(")
}
