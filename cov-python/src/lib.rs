//! What is Python's alone: what coverage.py measured and reported.

pub mod analysis;
pub mod coveragepy_json;
pub mod data_file;
mod docstrings;
mod exclusions;
pub mod line_map;
pub mod line_set;
pub mod numbits;
pub mod path_aliases;
pub mod pattern;
mod python_regex;
pub mod python_version;
pub mod source;
pub mod statements;
pub mod syntax;
