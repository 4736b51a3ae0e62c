//! What our analysis says of Python files, as the lines of JSON that `oracle.py` writes of coverage.py's.

use std::fs;

use cov_model::ranges::runs;
use cov_model::regions::Runs;
use cov_python::analysis::Analysis;
use cov_python::data_file::LineArc;
use cov_python::pattern::Patterns;
use cov_python::python_version::PythonVersion;
use cov_python::regions::{Region, RegionKind};
use cov_python::source;
use serde::{Deserialize, Serialize};

/// A file to analyse: on a line of its own its name, or this as JSON.
#[derive(Debug, Deserialize)]
struct Wanted {
    path: String,
    /// What is in it, in the place of what it holds.
    text: Option<String>,
    /// Patterns that exclude, in the place of the defaults.
    exclude: Option<Vec<String>>,
    /// Patterns that excuse from branching, in the place of the defaults.
    partial: Option<Vec<String>>,
}

/// A line of JSON.
#[derive(Serialize)]
#[serde(untagged)]
enum Answer {
    Facts(Facts),
    Error { path: String, error: &'static str },
}

#[derive(Serialize)]
struct Facts {
    path: String,
    statements: Vec<(u32, u32)>,
    excluded: Vec<(u32, u32)>,
    continued: Vec<(u32, u32, u32)>,
    arcs: Vec<ArcFact>,
    jumps: Vec<(i32, i32, Option<LineArc>)>,
    exits: Vec<(i32, u32)>,
    no_branch: Vec<(u32, u32)>,
    regions: Vec<RegionFact>,
}

/// Start, kind, name and lines.
type RegionFact = (u32, &'static str, String, Runs);

#[derive(Serialize)]
#[serde(untagged)]
enum ArcFact {
    Plain(i32, i32),
    Described(i32, i32, String, String),
}

/// The answer to one line of the input: the name of a file, or an object with its name and patterns.
pub(crate) fn answer(line: &str, version: PythonVersion) -> String {
    let wanted: Wanted = if line.starts_with('{') {
        serde_json::from_str(line).expect("the input is what oracle.py reads, too")
    } else {
        Wanted { path: line.to_owned(), text: None, exclude: None, partial: None }
    };
    let read = || source::decode(&fs::read(&wanted.path).expect("the file can be read"));
    let text = wanted.text.clone().map_or_else(read, Ok);
    let answer = match text.and_then(|text| Analysis::of(&text, &patterns(&wanted), version)) {
        Ok(analysis) => Answer::Facts(facts(wanted.path, &analysis)),
        Err(_) => Answer::Error { path: wanted.path, error: "not Python" },
    };
    serde_json::to_string(&answer).expect("it has only strings for keys")
}

fn patterns(wanted: &Wanted) -> Patterns {
    let defaults = cov_model::config::ReportConfig::default();
    let exclude =
        wanted.exclude.clone().unwrap_or_else(|| defaults.exclusions().map(str::to_owned).collect());
    let always = defaults.partial_branches_always.iter().map(String::as_str);
    let partial = wanted
        .partial
        .clone()
        .unwrap_or_else(|| defaults.partial().chain(always).map(str::to_owned).collect());
    Patterns::new(exclude.iter().map(String::as_str), partial.iter().map(String::as_str))
        .expect("the patterns are good")
}

fn facts(path: String, analysis: &Analysis) -> Facts {
    let spans = analysis.line_map.spans().iter();
    Facts {
        path,
        statements: runs(analysis.statements.iter().copied()),
        excluded: runs(analysis.excluded.iter().copied()),
        continued: spans.map(|&(first, last)| (first + 1, last, first)).collect(),
        arcs: analysis.arcs.iter().map(|&arc| described(analysis, arc)).collect(),
        jumps: analysis.with_jumps.replacements().map(|((from, to), new)| (from, to, new)).collect(),
        exits: analysis.exit_counts(),
        no_branch: runs(analysis.no_branch.iter().copied()),
        regions: analysis.regions.iter().map(region).collect(),
    }
}

/// The arc, with its descriptions unless they are those of a plain step to the next line.
fn described(analysis: &Analysis, arc: LineArc) -> ArcFact {
    let (missing, action) = (analysis.arc_descriptions.missing(arc), analysis.arc_descriptions.action(arc));
    let (from, to) = arc;
    if missing == format!("line {from} didn't jump to line {to} because ")
        && action == format!("jump to line {to}")
    {
        return ArcFact::Plain(from, to);
    }
    let subject = format!("line {from} didn't ");
    let separator = format!(" or {subject}");
    let mut causes: Vec<&str> =
        missing.strip_prefix(&subject).expect("so it begins").split(&separator).collect();
    causes.sort_unstable();
    ArcFact::Described(from, to, subject + &causes.join(&separator), action)
}

fn region(region: &Region) -> RegionFact {
    let kind = match region.kind {
        RegionKind::Function => "function",
        RegionKind::Class => "class",
    };
    (region.start, kind, region.name.clone(), region.lines.clone())
}
