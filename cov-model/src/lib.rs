//! What the cov tools agree on: the report and its merge, the JSON and Cobertura that carry it, percentages, the
//! project's configuration, the streams that the user names, and the exit status.
//!
//! The library knows no command line and prints nothing.

pub mod arm;
mod branch;
pub mod cobertura;
pub mod config;
pub mod content;
mod digest;
pub mod glob;
pub mod json;
mod lines;
pub mod manifest;
mod merge;
pub mod path;
mod percent;
pub mod ranges;
pub mod read;
pub mod regions;
mod report;
pub mod rule;
pub mod status;
pub mod stream;
mod totals;

pub use branch::{Branch, BranchView, Branches, Naming, Site, Tally};
pub use digest::Digest;
pub use lines::Lines;
pub use merge::Conflict;
pub use percent::{NotAPercentage, Percent, Ratio};
pub use report::{Class, FileCoverage, Function, HitKind, Report, Shard};
pub use totals::Totals;
