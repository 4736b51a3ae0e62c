//! Whether a process is still writing a data file, or died while it did.
//!
//! `SQLite` would find out by itself, but only with locks of its own, and it might then roll back a journal and delete it.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::Path;

use super::error::DataFileError;

/// What a journal begins with while it holds pages that must be put back.
const JOURNAL_MAGIC: [u8; 8] = [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7];

/// Refuses `file`, opened from `path`, while another process has a writer's lock on it, or a journal says that writing
/// did not come to its end.
pub(super) fn check_no_writer(file: &File, path: &Path) -> Result<(), DataFileError> {
    if let Some(process) = writer_of(file) {
        return Err(DataFileError::Locked(process));
    }
    for (suffix, is_pending) in
        [("-journal", is_hot as fn(&Path) -> io::Result<bool>), ("-wal", is_not_empty)]
    {
        let mut name = path.file_name().map(OsString::from).unwrap_or_default();
        name.push(suffix);
        let beside = path.with_file_name(&name);
        match is_pending(&beside) {
            Ok(true) => return Err(DataFileError::Journal(name.to_string_lossy().into_owned())),
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    Ok(())
}

/// Whether the journal has something to put back.
fn is_hot(journal: &Path) -> io::Result<bool> {
    use std::io::Read as _;
    let mut start = Vec::new();
    File::open(journal)?.take(8).read_to_end(&mut start)?;
    Ok(start == JOURNAL_MAGIC)
}

fn is_not_empty(file: &Path) -> io::Result<bool> {
    Ok(fs::metadata(file)?.len() > 0)
}

/// The process that holds a writer's lock of `SQLite` on `file`. A file system without locks has none.
#[cfg(unix)]
fn writer_of(file: &File) -> Option<i32> {
    use nix::fcntl::{FcntlArg, fcntl};
    use nix::libc::{F_RDLCK, F_UNLCK, SEEK_SET, flock};

    /// Where writers lock, and how many bytes: from `PENDING_BYTE` to the end of the shared ones, see `os.h` of `SQLite`.
    const LOCK_BYTES: (i64, i64) = (0x4000_0000, 512);
    let small = |constant| i16::try_from(constant).expect("the kinds of locks are small numbers");
    let mut lock = flock {
        l_type: small(F_RDLCK),
        l_whence: small(SEEK_SET),
        l_start: LOCK_BYTES.0,
        l_len: LOCK_BYTES.1,
        l_pid: 0,
    };
    fcntl(file, FcntlArg::F_GETLK(&mut lock)).ok()?;
    (lock.l_type != small(F_UNLCK)).then_some(lock.l_pid)
}

/// Other systems do not let anybody read what is locked.
#[cfg(not(unix))]
fn writer_of(_: &File) -> Option<i32> {
    None
}
