//! The JSON report, see docs/FORMAT.md: one JSON document that is also line-oriented.
//!
//! The first line is the header, then each file has a line of its own, then the closing line. So a reader needs one file
//! at a time in memory, `grep` finds a file, and a truncated report is never valid.

mod read;
mod wire;
mod write;

pub use read::{Files, JsonError, read};
pub(crate) use wire::FORMAT;
pub use write::{Writer, write};

/// The version of the format that is written, and the only one that is read.
pub const VERSION: u64 = 1;
