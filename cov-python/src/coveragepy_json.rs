//! The JSON report of coverage.py (`coverage json`), formats 2 and 3.
//!
//! What it tells is enough for exact numbers, with one gap: a branch that the project declares partial on purpose
//! (`pragma: no branch`) counts all its exits as taken, but only the taken ones are listed, and none at all where the
//! line never ran. `branch_stats`, which cov-run adds from coverage.py's public API, closes it; without it the exits
//! are put on the lines where they can be, see `hidden_exits`.

use std::collections::{BTreeMap, BTreeSet};

use cov_model::{Branch, Branches, FileCoverage, Function, HitKind, Naming, Report, Site, Tally};
use serde::Deserialize;
use thiserror::Error;

/// Why something is no JSON report of coverage.py.
#[derive(Debug, Error)]
pub enum CoveragepyJsonError {
    /// It is not JSON of this shape.
    #[error("{line}: {message}")]
    Shape {
        /// The 1-based line of the input.
        line: usize,
        /// What is wrong there.
        message: String,
    },
    /// It has a format that this tool does not know.
    #[error("unsupported format {0} of coverage.py's JSON report: formats 2 and 3 are read")]
    Format(u64),
    /// What it says of a file cannot be.
    #[error("{path}: {message}")]
    File {
        /// The file, as the report names it.
        path: String,
        /// What is wrong.
        message: String,
    },
}

#[derive(Deserialize)]
struct Document {
    meta: Meta,
    files: BTreeMap<String, WireFile>,
}

#[derive(Deserialize)]
struct Meta {
    format: Option<u64>,
    /// Told apart from other tools' `meta` by this one.
    branch_coverage: bool,
}

/// A pair of lines; a negative target leaves the scope that starts there.
type Arc = (u32, i64);

#[derive(Deserialize)]
struct WireFile {
    executed_lines: Vec<u32>,
    missing_lines: Vec<u32>,
    #[serde(default)]
    excluded_lines: Vec<u32>,
    summary: Summary,
    #[serde(default)]
    executed_branches: Vec<Arc>,
    #[serde(default)]
    missing_branches: Vec<Arc>,
    #[serde(default)]
    functions: BTreeMap<String, WireFunction>,
    #[serde(default)]
    contexts: BTreeMap<u32, Vec<String>>,
    /// By line: how many exits there are, and how many of them count as taken. Not in coverage.py's own report.
    branch_stats: Option<BTreeMap<u32, (u32, u32)>>,
}

#[derive(Deserialize)]
struct Summary {
    #[serde(default)]
    num_branches: u32,
}

#[derive(Deserialize)]
struct WireFunction {
    executed_lines: Vec<u32>,
    missing_lines: Vec<u32>,
    start_line: Option<u32>,
}

/// Whether `bytes` look like a JSON report of coverage.py rather than of anybody else.
pub fn is_coveragepy_json(bytes: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Head {
        #[serde(rename = "meta")]
        _meta: Meta,
    }
    serde_json::from_slice::<Head>(bytes).is_ok()
}

/// Reads a JSON report of coverage.py. Fields that say nothing of coverage are ignored.
pub fn read(bytes: &[u8]) -> Result<Report, CoveragepyJsonError> {
    let document: Document = serde_json::from_slice(bytes)
        .map_err(|error| CoveragepyJsonError::Shape { line: error.line(), message: error.to_string() })?;
    if let Some(format @ (0 | 1 | 4..)) = document.meta.format {
        return Err(CoveragepyJsonError::Format(format));
    }
    let mut report = Report::default();
    for (path, wire) in document.files {
        let path = if path.contains('/') { path } else { path.replace('\\', "/") };
        if path.is_empty() {
            return Err(CoveragepyJsonError::File {
                path: "\"\"".to_owned(),
                message: "a file needs a name".to_owned(),
            });
        }
        match wire.into_file(&path, document.meta.branch_coverage) {
            Ok(file) => report.files.insert(path, file),
            Err(message) => return Err(CoveragepyJsonError::File { path, message }),
        };
    }
    Ok(report)
}

impl WireFile {
    fn into_file(self, path: &str, measures_branches: bool) -> Result<FileCoverage, String> {
        if self.line_numbers().any(|line| line == 0) {
            return Err("line 0 cannot be: lines are numbered from 1".to_owned());
        }
        let branches = Branches { measured: measures_branches, ..self.branches() };
        for (site, branch) in &branches.named {
            if let Some(exit) = branch.untaken.iter().find(|&exit| branch.taken.contains_key(exit)) {
                return Err(format!(
                    "the way from line {} to {exit} is both executed and missing",
                    site.line
                ));
            }
        }
        let hit = self.executed_lines.into_iter().map(|line| (line, 1));
        let missed = self.missing_lines.into_iter().map(|line| (line, 0));
        let all: BTreeMap<u32, u64> = missed.chain(hit).collect();
        let mut contexts: BTreeMap<String, BTreeSet<u32>> = BTreeMap::new();
        for (line, names) in self.contexts {
            for name in names {
                contexts.entry(name).or_default().insert(line);
            }
        }
        let is_python = [".py", ".pyw", ".pyi"].iter().any(|ending| path.ends_with(ending));
        Ok(FileCoverage {
            language: is_python.then(|| "python".to_owned()),
            hits: HitKind::YesNo,
            lines: all.into_iter().collect(),
            excluded: self.excluded_lines.into_iter().collect(),
            branches,
            functions: self.functions.into_iter().filter_map(function).collect(),
            contexts,
            ..FileCoverage::default()
        })
    }

    /// Every number of a line that is said anywhere.
    fn line_numbers(&self) -> impl Iterator<Item = u32> + '_ {
        let lines = [&self.executed_lines, &self.missing_lines, &self.excluded_lines].into_iter().flatten();
        let branches = self.executed_branches.iter().chain(&self.missing_branches).map(|(line, _)| line);
        let stats = self.branch_stats.iter().flat_map(BTreeMap::keys);
        let functions = self.functions.values().flat_map(|function| {
            function.start_line.iter().chain(&function.executed_lines).chain(&function.missing_lines)
        });
        lines.chain(branches).chain(stats).chain(functions).chain(self.contexts.keys()).copied()
    }

    fn branches(&self) -> Branches {
        let excluded: BTreeSet<i64> = self.excluded_lines.iter().map(|&line| i64::from(line)).collect();
        let mut lines: BTreeMap<u32, Branch> = BTreeMap::new();
        // coverage.py lists an arc into excluded code when it was taken, but never counts it as an exit.
        let counted = |arc: &&Arc| !excluded.contains(&arc.1) && !excluded.contains(&i64::from(arc.0));
        for &(line, target) in self.executed_branches.iter().filter(counted) {
            lines.entry(line).or_default().taken.insert(target.to_string(), 1);
        }
        for &(line, target) in &self.missing_branches {
            lines.entry(line).or_default().untaken.insert(target.to_string());
        }
        for branch in lines.values_mut() {
            branch.arms = branch.arm_count();
        }
        let mut tallied = BTreeMap::new();
        if let Some(stats) = &self.branch_stats {
            for (&line, &(exits, _)) in stats {
                lines.entry(line).or_default().arms = exits;
            }
        } else if let Some((line, exits)) =
            hidden_exits(&mut lines, self.summary.num_branches, &self.missing_lines)
        {
            tallied.insert((line, exits), Tally::exactly(exits));
        }
        let site = |line| Site { line, block: String::new(), naming: Naming::Destination };
        let named = lines.into_iter().map(|(line, branch)| (site(line), branch)).collect();
        Branches { measured: true, named, tallied }
    }
}

/// Finds room for the exits that count as taken and are not listed, so that totals are right.
///
/// A line with one exit listed must have more, or it would be no branch: each gets one. What is left belongs to lines that
/// never ran, and coverage.py does not say which: it is put on the first of them, as complete.
fn hidden_exits(lines: &mut BTreeMap<u32, Branch>, counted: u32, missing: &[u32]) -> Option<(u32, u32)> {
    let listed: u32 = lines.values().map(Branch::arm_count).sum();
    let mut hidden = counted.saturating_sub(listed);
    for branch in lines.values_mut().filter(|branch| branch.arm_count() == 1) {
        if hidden == 0 {
            return None;
        }
        branch.arms += 1;
        hidden -= 1;
    }
    let free = missing.iter().copied().find(|line| !lines.contains_key(line)).unwrap_or(1);
    (hidden > 0).then_some((free, hidden))
}

/// A function that has statements. The name `""` is coverage.py's for the code outside of functions.
fn function((name, wire): (String, WireFunction)) -> Option<((u32, String), Function)> {
    let statements = wire.executed_lines.iter().chain(&wire.missing_lines);
    let first = statements.min().copied()?;
    if name.is_empty() {
        return None;
    }
    let start = wire.start_line.unwrap_or(first);
    // Of two functions of one name, coverage.py calls the second `name@line`.
    let name = match name.split_once('@') {
        Some((name, _)) => name.to_owned(),
        None => name,
    };
    Some((
        (start, name),
        Function { body: None, end: None, hits: Some(u64::from(!wire.executed_lines.is_empty())) },
    ))
}

#[cfg(test)]
mod tests {
    use cov_model::Totals;

    use super::*;

    fn file(json: &str) -> FileCoverage {
        let document =
            format!(r#"{{"meta":{{"format":3,"branch_coverage":true}},"files":{{"a.py":{json}}}}}"#);
        read(document.as_bytes()).unwrap().files.remove("a.py").unwrap()
    }

    #[test]
    fn arms_are_named_by_where_they_lead() {
        let file = file(
            r#"{"executed_lines":[1,2],"missing_lines":[3],"summary":{"num_branches":2},
                "executed_branches":[[1,2]],"missing_branches":[[1,-1]]}"#,
        );
        let views = file.branches.views();
        assert_eq!((views[0].arms, views[0].at_least, views[0].untaken.join(" ")), (2, 1, "exit".to_owned()));
    }

    #[test]
    fn exits_of_branches_declared_partial_count_as_taken() {
        // Line 1 ran one way; line 5 never ran. Neither exit is listed as missing.
        let json = r#"{"executed_lines":[1,2],"missing_lines":[5,6],"summary":{"num_branches":4},
            "executed_branches":[[1,2]],"missing_branches":[]}"#;
        let guessed = Totals::of_file(&file(json));
        assert_eq!((guessed.branches.covered, guessed.branches.total, guessed.partial_branches), (4, 4, 0));
        let told = json.replacen('}', r#","x":0},"branch_stats":{"1":[2,2],"5":[2,2]}"#, 1);
        let file = file(&told);
        assert_eq!(Totals::of_file(&file).branches.total, 4);
        assert!(file.branches.tallied.is_empty());
    }

    #[test]
    fn arcs_into_excluded_code_are_no_exits() {
        let file = file(
            r#"{"executed_lines":[1,9],"missing_lines":[],"excluded_lines":[5],"summary":{"num_branches":2},
                "executed_branches":[[1,5],[1,9]],"missing_branches":[[1,7]]}"#,
        );
        assert_eq!(Totals::of_file(&file).branches.total, 2);
    }

    #[test]
    fn functions_keep_their_names_and_start() {
        let file = file(
            r#"{"executed_lines":[1,2],"missing_lines":[5],"summary":{},"functions":{
                "f":{"executed_lines":[2],"missing_lines":[],"start_line":1},
                "f@4":{"executed_lines":[],"missing_lines":[5],"start_line":4},
                "":{"executed_lines":[1],"missing_lines":[],"start_line":1}}}"#,
        );
        let functions: Vec<_> = file
            .functions
            .iter()
            .map(|((start, name), f)| (*start, name.as_str(), f.hits.unwrap()))
            .collect();
        assert_eq!(functions, [(1, "f", 1), (4, "f", 0)]);
    }

    #[test]
    fn line_0_is_refused_wherever_it_is() {
        for part in [
            r#""executed_lines":[0]"#,
            r#""excluded_lines":[0]"#,
            r#""missing_branches":[[0,1]]"#,
            r#""branch_stats":{"0":[2,2]}"#,
            r#""functions":{"f":{"executed_lines":[2],"missing_lines":[],"start_line":0}}"#,
            r#""contexts":{"0":["test"]}"#,
        ] {
            let mut lines = r#""executed_lines":[],"#;
            if part.starts_with(r#""executed_lines"#) {
                lines = "";
            }
            let document = format!(
                r#"{{"meta":{{"branch_coverage":true}},"files":{{"a.py":{{"missing_lines":[],"summary":{{}},{lines}{part}}}}}}}"#
            );
            assert_eq!(
                read(document.as_bytes()).unwrap_err().to_string(),
                "a.py: line 0 cannot be: lines are numbered from 1",
                "{part}"
            );
        }
    }

    #[test]
    fn a_way_that_is_both_executed_and_missing_is_refused() {
        let document = r#"{"meta":{"branch_coverage":true},"files":{"a.py":{"executed_lines":[1],"missing_lines":[],
            "summary":{},"executed_branches":[[1,-1],[1,2]],"missing_branches":[[1,-1]]}}}"#;
        let error = read(document.as_bytes()).unwrap_err();
        assert_eq!(error.to_string(), "a.py: the way from line 1 to -1 is both executed and missing");
    }

    #[test]
    fn a_file_without_a_name_is_refused() {
        let document = r#"{"meta":{"branch_coverage":true},
            "files":{"":{"executed_lines":[],"missing_lines":[],"summary":{}}}}"#;
        assert_eq!(read(document.as_bytes()).unwrap_err().to_string(), r#""": a file needs a name"#);
    }

    #[test]
    fn other_documents_are_refused() {
        assert!(!is_coveragepy_json(br#"{"format":"cov-report"}"#));
        assert!(is_coveragepy_json(br#"{"meta":{"branch_coverage":false},"files":{}}"#));
        let error = read(br#"{"meta":{"format":9,"branch_coverage":true},"files":{}}"#).unwrap_err();
        assert!(error.to_string().contains("unsupported format 9"));
        assert!(read(b"{").is_err());
    }
}
