//! What is Python's alone: what coverage.py measured and reported.

pub mod analysis;
pub mod arcs;
mod constant_test;
pub mod coveragepy_json;
pub mod data_file;
mod docstrings;
mod exclusions;
pub mod line_map;
pub mod line_set;
pub mod numbits;
pub mod path_aliases;
pub mod pattern;
pub mod profile;
mod python_regex;
pub mod python_version;
pub mod regions;
pub mod results;
pub mod source;
pub mod statements;
mod suites;
pub mod syntax;
pub mod unexecuted;
pub mod with_jumps;
