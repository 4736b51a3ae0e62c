//! What cov-python reads and computes, against coverage.py itself.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod data_files;
mod oracle;
