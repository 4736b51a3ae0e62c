//! The report as it stands in JSON, apart from the report as the tools work with it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::branch::{Branch, Branches, Naming, Site, Tally};
use crate::report::{Class, FileCoverage, Function, HitKind, Shard};

/// What `format` says in the header.
pub(crate) const FORMAT: &str = "cov-report";

/// The document before its files.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Header {
    pub(super) format: String,
    pub(super) version: u64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) shards: Vec<WireShard>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(super) measured_with: BTreeSet<String>,
}

/// The whole document, in any layout.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
    #[serde(rename = "format")]
    _format: String,
    #[serde(rename = "version")]
    _version: u64,
    #[serde(default)]
    pub(super) shards: Vec<WireShard>,
    #[serde(default)]
    pub(super) measured_with: BTreeSet<String>,
    pub(super) files: Vec<WireFile>,
}

/// What is read before everything else, so that another version is told by its name and not by a field that is strange.
#[derive(Debug, Deserialize)]
pub(super) struct Identity {
    pub(super) format: Option<String>,
    pub(super) version: Option<u64>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WireShard {
    run: String,
    index: u32,
    total: u32,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WireFile {
    pub(super) path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    digest: Option<String>,
    hits: WireHitKind,
    lines: Vec<(u32, u64)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    excluded: Vec<u32>,
    /// An empty list says that branches were measured and there are none; no list, that they were not measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    branches: Option<Vec<WireBranch>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    functions: Vec<WireFunction>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    classes: Vec<WireClass>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    spans: Vec<(u32, u32)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    length: Option<u32>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    contexts: BTreeMap<String, Vec<u32>>,
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
enum WireHitKind {
    Counts,
    YesNo,
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
enum WireNaming {
    Destination,
    DestinationOrExit,
    Label,
}

/// A branch with named arms has `naming`, `taken` and `untaken`; one of which only a tally is known has `at_least` and
/// `at_most`.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct WireBranch {
    line: u32,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    block: String,
    arms: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    naming: Option<WireNaming>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    taken: BTreeMap<String, u64>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    untaken: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    uncounted: BTreeMap<String, u64>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    described: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at_least: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at_most: Option<u32>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct WireFunction {
    name: String,
    start: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    end: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hits: Option<u64>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct WireClass {
    name: String,
    start: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    end: Option<u32>,
}

impl From<&Shard> for WireShard {
    fn from(shard: &Shard) -> Self {
        Self { run: shard.run.to_string(), index: shard.index, total: shard.total }
    }
}

impl TryFrom<WireShard> for Shard {
    type Error = String;

    fn try_from(wire: WireShard) -> Result<Self, String> {
        let WireShard { run, index, total } = wire;
        if index == 0 || index > total {
            return Err(format!("shard {index} of {total} cannot be: shards are numbered from 1"));
        }
        Ok(Self { run: run.parse()?, index, total })
    }
}

impl WireFile {
    /// The wire form of a file.
    pub(super) fn new(path: &str, file: &FileCoverage) -> Self {
        let FileCoverage {
            language,
            digest,
            hits,
            lines,
            excluded,
            branches,
            functions,
            classes,
            spans,
            length,
            contexts,
        } = file;
        Self {
            path: path.to_owned(),
            language: language.clone(),
            digest: digest.map(|digest| digest.to_string()),
            hits: match hits {
                HitKind::Counts => WireHitKind::Counts,
                HitKind::YesNo => WireHitKind::YesNo,
            },
            lines: lines.iter().collect(),
            excluded: excluded.iter().copied().collect(),
            branches: branches.were_measured().then(|| wire_branches(branches)),
            functions: functions
                .iter()
                .map(|((start, name), &Function { body, end, hits })| WireFunction {
                    name: name.clone(),
                    start: *start,
                    body,
                    end,
                    hits,
                })
                .collect(),
            classes: classes
                .iter()
                .map(|((start, name), &Class { end })| WireClass { name: name.clone(), start: *start, end })
                .collect(),
            spans: spans.iter().map(|(&first, &last)| (first, last)).collect(),
            length: *length,
            contexts: contexts
                .iter()
                .map(|(context, lines)| (context.clone(), lines.iter().copied().collect()))
                .collect(),
        }
    }

    /// The file's path and coverage; the error names what is wrong and where.
    pub(super) fn into_file(self) -> Result<(String, FileCoverage), String> {
        let Self {
            path,
            language,
            digest,
            hits,
            lines,
            excluded,
            branches,
            functions,
            classes,
            spans,
            length,
            contexts,
        } = self;
        if path.is_empty() {
            return Err("a file has an empty path".to_owned());
        }
        let named = |what: String| format!("{path}: {what}");
        let mut file = FileCoverage {
            language,
            digest: digest.map(|text| text.parse()).transpose().map_err(named)?,
            hits: match hits {
                WireHitKind::Counts => HitKind::Counts,
                WireHitKind::YesNo => HitKind::YesNo,
            },
            excluded: excluded.into_iter().collect(),
            spans: spans.into_iter().collect(),
            length,
            ..FileCoverage::default()
        };
        let count = lines.len();
        let limit = if file.hits == HitKind::YesNo { 1 } else { u64::MAX };
        if let Some((line, hits)) = lines.iter().find(|&&(_, hits)| hits > limit) {
            return Err(named(format!(
                "line {line} has {hits} hits, where only 0 and 1 can be (hits are yes-no)"
            )));
        }
        file.lines = lines.into_iter().collect();
        if file.lines.len() != count {
            return Err(named("a line is given twice".to_owned()));
        }
        if file.lines.get(0).is_some() || file.excluded.contains(&0) {
            return Err(named("line 0 cannot be: lines are numbered from 1".to_owned()));
        }
        file.branches.measured = branches.is_some();
        for branch in branches.into_iter().flatten() {
            add_branch(&mut file.branches, branch).map_err(named)?;
        }
        for WireFunction { name, start, body, end, hits } in functions {
            if file.functions.insert((start, name.clone()), Function { body, end, hits }).is_some() {
                return Err(named(format!("function {name:?} of line {start} is given twice")));
            }
        }
        for WireClass { name, start, end } in classes {
            if file.classes.insert((start, name.clone()), Class { end }).is_some() {
                return Err(named(format!("class {name:?} of line {start} is given twice")));
            }
        }
        if let Some((first, last)) = file.spans.iter().find(|(first, last)| first > last) {
            return Err(named(format!("a statement cannot begin in line {first} and end in line {last}")));
        }
        for (context, lines) in contexts {
            file.contexts.insert(context, lines.into_iter().collect());
        }
        Ok((path, file))
    }
}

fn wire_branches(branches: &Branches) -> Vec<WireBranch> {
    let named = branches.named.iter().map(|(site, branch)| WireBranch {
        line: site.line,
        block: site.block.clone(),
        arms: branch.arms,
        naming: Some(match site.naming {
            Naming::Destination => WireNaming::Destination,
            Naming::DestinationOrExit => WireNaming::DestinationOrExit,
            Naming::Label => WireNaming::Label,
        }),
        taken: branch.taken.clone(),
        untaken: branch.untaken.clone(),
        uncounted: branch.uncounted.clone(),
        described: branch.described.clone(),
        at_least: None,
        at_most: None,
    });
    let tallied = branches.tallied.iter().map(|(&(line, arms), tally)| WireBranch {
        line,
        block: String::new(),
        arms,
        naming: None,
        taken: BTreeMap::new(),
        untaken: BTreeSet::new(),
        uncounted: BTreeMap::new(),
        described: BTreeMap::new(),
        at_least: Some(tally.at_least),
        at_most: Some(tally.at_most),
    });
    let mut all: Vec<_> = named.chain(tallied).collect();
    all.sort_by_key(|branch| branch.line);
    all
}

/// Adds a branch to those of a file, if it is one that can be and is not there yet.
fn add_branch(branches: &mut Branches, wire: WireBranch) -> Result<(), String> {
    let WireBranch { line, block, arms, naming, taken, untaken, uncounted, described, at_least, at_most } =
        wire;
    let refused = |why: &str| Err(format!("branch of line {line}: {why}"));
    if line == 0 {
        return refused("lines are numbered from 1");
    }
    let doubled = match (naming, at_least, at_most) {
        (Some(naming), None, None) => {
            if taken.keys().any(|arm| untaken.contains(arm)) {
                return refused("an arm is both taken and untaken");
            }
            if taken.values().chain(uncounted.values()).any(|&count| count == 0) {
                return refused("a taken arm has a count of 0: list it under \"untaken\"");
            }
            let naming = match naming {
                WireNaming::Destination => Naming::Destination,
                WireNaming::DestinationOrExit => Naming::DestinationOrExit,
                WireNaming::Label => Naming::Label,
            };
            let site = Site { line, block, naming };
            branches.named.insert(site, Branch { arms, taken, untaken, uncounted, described }).is_some()
        }
        (None, Some(at_least), Some(at_most))
            if [&taken, &uncounted].iter().all(|arms| arms.is_empty())
                && untaken.is_empty()
                && described.is_empty()
                && block.is_empty() =>
        {
            if at_least > at_most || at_most > arms {
                return refused("at_least, at_most and arms must ascend");
            }
            branches.tallied.insert((line, arms), Tally { at_least, at_most }).is_some()
        }
        _ => {
            return refused(
                "give either \"naming\" with \"taken\" and \"untaken\", or \"at_least\" and \"at_most\"",
            );
        }
    };
    if doubled { refused("is given twice") } else { Ok(()) }
}
