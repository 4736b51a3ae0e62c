//! What is Python's alone: what coverage.py measured and reported.

pub mod coveragepy_json;
pub mod data_file;
pub mod numbits;
