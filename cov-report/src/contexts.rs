//! Contexts (tests): which ran each line, and reporting only what some of them ran.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, bail};
use cov_model::regions::function_lines;
use cov_model::{Branches, FileCoverage, Report};
use cov_python::pattern::Pattern;

/// The contexts of each line.
pub type Contexts<'a> = BTreeMap<u32, BTreeSet<&'a str>>;

/// The contexts of each line of `file`.
pub fn contexts_by_line(file: &FileCoverage) -> Contexts<'_> {
    let mut contexts = Contexts::new();
    for (context, lines) in &file.contexts {
        for &line in lines {
            contexts.entry(line).or_default().insert(context);
        }
    }
    contexts
}

/// Regular expressions of Python, any of which may be found in the name of a context.
#[derive(Debug)]
pub struct ContextFilter(Vec<Pattern>);

impl ContextFilter {
    /// Compiles `patterns`; none where there are none, since then all contexts count.
    pub fn new(patterns: &[String]) -> anyhow::Result<Option<Self>> {
        if patterns.is_empty() {
            return Ok(None);
        }
        let compiled = patterns.iter().map(|pattern| Pattern::new(&[pattern]));
        Ok(Some(Self(compiled.collect::<Result<_, _>>().context("--contexts or [report] contexts")?)))
    }

    fn keeps(&self, context: &str) -> bool {
        self.0
            .iter()
            .any(|pattern| pattern.lines_matching(context, None).is_ok_and(|lines| !lines.is_empty()))
    }

    /// `report` as if nothing had been measured but what these contexts ran: `set_query_contexts` of coverage.py's
    /// sqldata.py. A report without contexts is refused.
    ///
    /// Branches are left out, since a report does not tell which context went which way.
    pub fn narrow(&self, report: &Report) -> anyhow::Result<Report> {
        if report.files.values().all(|file| file.contexts.is_empty()) {
            bail!(
                "the report has no contexts to choose from: measure with cov-run --contexts, or with \
                 [run] dynamic_context = test_function"
            );
        }
        let files = report.files.iter().map(|(path, file)| (path.clone(), self.narrow_file(file)));
        Ok(Report { files: files.collect(), ..report.clone() })
    }

    fn narrow_file(&self, file: &FileCoverage) -> FileCoverage {
        let kept = file.contexts.iter().filter(|(context, _)| self.keeps(context));
        let contexts: BTreeMap<_, _> =
            kept.map(|(context, lines)| (context.clone(), lines.clone())).collect();
        // A context names the lines that ran, which may lie within a statement.
        let first_line = |line: u32| match file.spans.range(..=line).next_back() {
            Some((&first, &last)) if line <= last => first,
            _ => line,
        };
        let ran: BTreeSet<u32> = contexts.values().flatten().map(|&line| first_line(line)).collect();
        let hits = |line: u32, hits: u64| if ran.contains(&line) { hits } else { 0 };
        let mut narrowed = FileCoverage {
            lines: file.lines.iter().map(|(line, count)| (line, hits(line, count))).collect(),
            branches: Branches::default(),
            contexts,
            ..file.clone()
        };
        let entered: Vec<bool> = function_lines(file)
            .iter()
            .map(|region| region.lines.iter().any(|&(first, last)| ran.range(first..=last).next().is_some()))
            .collect();
        for (function, entered) in narrowed.functions.values_mut().zip(entered) {
            if !entered {
                function.hits = function.hits.map(|_| 0);
            }
        }
        narrowed
    }
}
