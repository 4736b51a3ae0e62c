//! The coverage report: what was measured of each file.

use std::collections::{BTreeMap, BTreeSet};

use crate::branch::Branches;
use crate::digest::Digest;
use crate::lines::Lines;

/// A coverage report: the profile of one shard, or many merged.
///
/// It holds what was measured and nothing that follows from it: totals are computed, see [`crate::Totals`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The shards whose measurements are in here; empty where nobody sharded, or all shards are here.
    pub shards: BTreeSet<Shard>,
    /// What measured, each with its version (`CPython 3.13.0`), where it is known.
    pub measured_with: BTreeSet<String>,
    /// The files by path. Paths are relative to the project's root, with `/`, wherever the measuring tool allowed it.
    pub files: BTreeMap<String, FileCoverage>,
}

/// One of several shards of a run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shard {
    /// The run that was split: the digest of all its test files' names, the same in every shard of it.
    pub run: Digest,
    /// This shard's number, from 1.
    pub index: u32,
    /// How many shards there are.
    pub total: u32,
}

/// Whether hits are numbers of executions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HitKind {
    /// Hits count executions.
    #[default]
    Counts,
    /// Hits are 0 or 1: not executed, or executed at least once.
    YesNo,
}

/// What was measured of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileCoverage {
    /// The language in lower case (`python`), where it is known.
    pub language: Option<String>,
    /// The source as it was measured.
    pub digest: Option<Digest>,
    /// Whether the hits below count executions.
    pub hits: HitKind,
    /// The executable lines.
    pub lines: Lines,
    /// Lines that the project excludes from coverage. A line that is also in `lines` was measured, and counts.
    pub excluded: BTreeSet<u32>,
    /// The branches.
    pub branches: Branches,
    /// The functions, by first line and name.
    pub functions: BTreeMap<(u32, String), Function>,
    /// The classes, by first line and name.
    pub classes: BTreeMap<(u32, String), Class>,
    /// The statements that take several lines: the last line by the first, which is the one that `lines` speaks of.
    pub spans: BTreeMap<u32, u32>,
    /// How many lines the source has, where it is known.
    pub length: Option<u32>,
    /// Which context (test) ran which lines, when recorded.
    pub contexts: BTreeMap<String, BTreeSet<u32>>,
}

/// A function of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Function {
    /// The first line of what is in it, behind its signature, where it is known.
    pub body: Option<u32>,
    /// The last line, where it is known.
    pub end: Option<u32>,
    /// How often it was entered, or 0 or 1 (see [`FileCoverage::hits`]). `None` where nothing of it can be covered, as
    /// when all of it is excluded.
    pub hits: Option<u64>,
}

/// A class of a file. It is covered as its functions are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Class {
    /// The last line, where it is known.
    pub end: Option<u32>,
}
