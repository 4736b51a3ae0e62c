//! The regular expressions of a project's configuration that say which lines are excluded and which need not branch.

use regex::Regex;
use thiserror::Error;

use crate::line_map::LineMap;
use crate::line_set::LineSet;

/// The two lists of patterns, compiled.
pub struct Patterns {
    /// What excludes lines; none where nothing does.
    pub exclude: Option<Pattern>,
    /// What excuses lines from branching.
    pub partial: Pattern,
}

/// A list of Python's regular expressions, joined as coverage.py joins them.
pub struct Pattern {
    regex: Regex,
}

/// A regular expression that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{pattern:?} is not a regular expression: {problem}")]
pub struct PatternError {
    /// The expression.
    pub pattern: String,
    /// What is wrong with it.
    pub problem: String,
}

impl Patterns {
    /// Compiles the lists as they are after configuration: `exclude` of `exclude_lines` and `exclude_also`, `partial` of
    /// `partial_branches`, `partial_also` and `partial_branches_always`, in this order.
    pub fn new<'p>(
        exclude: impl IntoIterator<Item = &'p str>,
        partial: impl IntoIterator<Item = &'p str>,
    ) -> Result<Self, PatternError> {
        let exclude = join(exclude);
        let exclude = if exclude.is_empty() { None } else { Some(Pattern::new(&exclude)?) };
        Ok(Self { exclude, partial: Pattern::new(&join(partial))? })
    }

    /// The patterns of a project that has configured none.
    pub fn defaults() -> Self {
        let report = cov_model::config::ReportConfig::default();
        let partial = report.partial().chain(report.partial_branches_always.iter().map(String::as_str));
        Self::new(report.exclusions(), partial).expect("coverage.py's own patterns are good")
    }
}

impl Pattern {
    fn new(pattern: &str) -> Result<Self, PatternError> {
        let regex = regex::RegexBuilder::new(pattern)
            .multi_line(true)
            .build()
            .map_err(|error| PatternError { pattern: pattern.to_owned(), problem: error.to_string() })?;
        Ok(Self { regex })
    }

    /// The lines that matches touch, the line where a match ends included; with a map, the first lines of their
    /// statements: `lines_matching` of coverage.py's `parser.py`.
    pub fn lines_matching(&self, text: &str, map: Option<&LineMap>) -> LineSet {
        let mut lines = LineSet::default();
        let (mut counted, mut line) = (0, 1);
        for found in self.regex.find_iter(text) {
            line += newlines(&text[counted..found.start()]);
            counted = found.start();
            let last = line + newlines(found.as_str());
            for line in line..=last {
                lines.insert(map.map_or(line, |map| map.first_line(line)));
            }
        }
        lines
    }
}

fn join<'p>(patterns: impl IntoIterator<Item = &'p str>) -> String {
    let patterns: Vec<&str> = patterns.into_iter().collect();
    match patterns[..] {
        [alone] => alone.to_owned(),
        _ => patterns.iter().map(|pattern| format!("(?:{pattern})")).collect::<Vec<_>>().join("|"),
    }
}

fn newlines(text: &str) -> u32 {
    u32::try_from(text.bytes().filter(|&byte| byte == b'\n').count()).expect("the parser took the text")
}
