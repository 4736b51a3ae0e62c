//! Why a data file cannot be used.

use std::io;

use thiserror::Error;

/// Why a data file cannot be used. The message does not name the file.
#[derive(Debug, Error)]
pub enum DataFileError {
    /// It cannot be read at all.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// It is of another version of coverage.py's format.
    #[error(
        "the data file has schema {0}, where schema 7 is read: measure with coverage.py 5.0 or later (7.17 is known to work)"
    )]
    Schema(i64),
    /// It is of coverage.py 4 or older.
    #[error("the data file is of coverage.py {0}, which is not read: measure with coverage.py 5.0 or later")]
    Old(&'static str),
    /// There is nothing in it.
    #[error("the data file is empty: it was made, but nothing was written; measure again")]
    Empty,
    /// It is something else.
    #[error("not a data file of coverage.py: {0}")]
    Foreign(String),
    /// A process is still writing.
    #[error("the data file is being written by process {0}: wait for its end")]
    Locked(i32),
    /// A process died, or was suspended, while it wrote.
    #[error(
        "the data file has {0} beside it, so a process has not finished writing: wait for its end, or measure again"
    )]
    Journal(String),
    /// The database is damaged.
    #[error("the data file is damaged ({0}): measure again")]
    Damaged(String),
    /// A value in it cannot be.
    #[error("the data file is damaged (table {table}: {problem}): measure again")]
    Value {
        /// The table it stands in.
        table: &'static str,
        /// What is wrong with it.
        problem: String,
    },
}

impl From<rusqlite::Error> for DataFileError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::NotADatabase) => {
                Self::Foreign("SQLite does not know it: its head is damaged, or it is encrypted".to_owned())
            }
            _ => Self::Damaged(error.to_string()),
        }
    }
}
