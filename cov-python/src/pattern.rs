//! The regular expressions of a project's configuration that say which lines are excluded and which need not branch.

use cov_model::config::ReportConfig;
use thiserror::Error;

use crate::line_map::LineMap;
use crate::line_set::LineSet;
use crate::python_regex::translate;

/// The most memory, in bytes, that a compiled pattern may take. Unicode's classes are large, and Python has no bound.
const MOST_MEMORY: usize = 1 << 26;

/// The two lists of patterns, compiled.
#[derive(Debug)]
pub struct Patterns {
    /// What excludes lines; none where nothing does.
    pub exclude: Option<Pattern>,
    /// What excuses lines from branching.
    pub partial: Pattern,
}

/// A list of Python's regular expressions, joined as coverage.py joins them.
#[derive(Debug)]
pub struct Pattern {
    engine: Engine,
}

#[derive(Debug)]
enum Engine {
    /// Takes time in proportion to the text.
    Linear(regex::Regex),
    /// Knows look-around and references to groups, and may take as long as Python does.
    Backtracking(fancy_regex::Regex),
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
        let exclude: Vec<&str> = exclude.into_iter().collect();
        let partial: Vec<&str> = partial.into_iter().collect();
        // An empty pattern would exclude everything; coverage.py takes it for none.
        let exclude = if join(&exclude).is_empty() { None } else { Some(Pattern::new(&exclude)?) };
        Ok(Self { exclude, partial: Pattern::new(&partial)? })
    }

    /// Compiles what a project has configured.
    pub fn of(report: &ReportConfig) -> Result<Self, PatternError> {
        let always = report.partial_branches_always.iter().map(String::as_str);
        Self::new(report.exclusions(), report.partial().chain(always))
    }

    /// The patterns of a project that has configured none.
    pub fn defaults() -> Self {
        Self::of(&ReportConfig::default()).expect("coverage.py's own patterns are good")
    }
}

impl Pattern {
    /// Compiles a list. No pattern at all is an empty one, which matches every line, as in coverage.py.
    pub fn new(patterns: &[&str]) -> Result<Self, PatternError> {
        for pattern in patterns {
            compile(pattern)?;
        }
        Ok(Self { engine: compile(&join(patterns))? })
    }

    /// The lines that matches touch, the line where a match ends included; with a map, the first lines of their
    /// statements: `lines_matching` of coverage.py's `parser.py`.
    ///
    /// An error is a line where a pattern that needs backtracking takes more memory than we give it.
    pub fn lines_matching(&self, text: &str, map: Option<&LineMap>) -> Result<LineSet, u32> {
        let mut matches = Matches { text, map, lines: LineSet::default(), counted: 0, line: 1 };
        match &self.engine {
            Engine::Linear(regex) => {
                for found in regex.find_iter(text) {
                    matches.add(found.start(), found.end());
                }
            }
            Engine::Backtracking(regex) => {
                for found in regex.find_iter(text) {
                    match found {
                        Ok(found) => matches.add(found.start(), found.end()),
                        Err(_) => return Err(matches.line),
                    }
                }
            }
        }
        Ok(matches.lines)
    }
}

/// The lines of matches that come in the order of the text.
struct Matches<'t> {
    text: &'t str,
    map: Option<&'t LineMap>,
    lines: LineSet,
    /// Up to where line feeds have been counted, and the line there.
    counted: usize,
    line: u32,
}

impl Matches<'_> {
    fn add(&mut self, start: usize, end: usize) {
        self.line += line_feeds(&self.text[self.counted..start]);
        self.counted = start;
        for line in self.line..=self.line + line_feeds(&self.text[start..end]) {
            self.lines.insert(self.map.map_or(line, |map| map.first_line(line)));
        }
    }
}

/// `join_regex` of coverage.py's `misc.py`.
fn join(patterns: &[&str]) -> String {
    match patterns {
        [alone] => (*alone).to_owned(),
        _ => patterns.iter().map(|pattern| format!("(?:{pattern})")).collect::<Vec<_>>().join("|"),
    }
}

fn compile(pattern: &str) -> Result<Engine, PatternError> {
    let error = |problem: String| PatternError { pattern: pattern.to_owned(), problem };
    let translation = translate(pattern).map_err(error)?;
    if translation.needs_backtracking {
        fancy_regex::RegexBuilder::new(&translation.pattern)
            .multi_line(true)
            .backtrack_limit(usize::MAX)
            .delegate_size_limit(MOST_MEMORY)
            .build()
            .map(Engine::Backtracking)
            .map_err(|problem| error(problem.to_string()))
    } else {
        regex::RegexBuilder::new(&translation.pattern)
            .multi_line(true)
            .size_limit(MOST_MEMORY)
            .build()
            .map(Engine::Linear)
            .map_err(|problem| error(problem.to_string()))
    }
}

fn line_feeds(text: &str) -> u32 {
    u32::try_from(text.bytes().filter(|&byte| byte == b'\n').count()).expect("the parser took the text")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(patterns: &[&str], text: &str) -> Vec<u32> {
        Pattern::new(patterns).unwrap().lines_matching(text, None).unwrap().iter().collect()
    }

    #[test]
    fn a_match_takes_every_line_that_it_touches() {
        assert_eq!(lines(&["b"], "a\nb\nc\nb\n"), [2, 4]);
        assert_eq!(lines(&[r"b\nc"], "a\nb\nc\nd\n"), [2, 3]);
        // One that ends with a line feed ends on the next line.
        assert_eq!(lines(&[r"b\n"], "a\nb\nc\n"), [2, 3]);
        // Past the end of the text too.
        assert_eq!(lines(&[r"\A(?s:.*b.*)\Z"], "a\nb\n"), [1, 2, 3]);
    }

    #[test]
    fn blank_lines_before_an_ellipsis_go_with_it() {
        let patterns = Patterns::defaults();
        let excluded = patterns.exclude.unwrap().lines_matching("x=1\n\n\n...\n\n\ny\n", None).unwrap();
        assert_eq!(excluded.iter().collect::<Vec<_>>(), [2, 3, 4, 5, 6]);
    }

    #[test]
    fn several_patterns_are_one_that_goes_on_behind_its_matches() {
        assert_eq!(lines(&[r"a\nb", r"b\nc"], "a\nb\nc\n"), [1, 2]);
        assert_eq!(lines(&[r"b\nc", r"a\nb"], "a\nb\nc\n"), [1, 2]);
        assert_eq!(lines(&["x", "b|c"], "a\nb\nc\n"), [2, 3]);
    }

    #[test]
    fn no_partial_pattern_at_all_is_the_empty_one() {
        assert_eq!(lines(&[], "a\nb\n"), [1, 2, 3]);
        let patterns = Patterns::new([], []).unwrap();
        assert!(patterns.exclude.is_none());
        assert!(Patterns::new([""], ["x"]).unwrap().exclude.is_none());
    }

    #[test]
    fn look_around_and_references_work() {
        assert_eq!(lines(&[r"(?<!x)b"], "xb\nb\n"), [2]);
        assert_eq!(lines(&[r"(\w)\1"], "ab\nbb\n"), [2]);
    }

    #[test]
    fn a_bad_pattern_is_named() {
        let error = Patterns::new(["ok", "(bad"], []).unwrap_err();
        assert_eq!(
            error.to_string(),
            r#""(bad" is not a regular expression: missing ), unterminated subpattern"#
        );
        let error = Pattern::new(&["(?i)a", "b"]).unwrap_err();
        assert_eq!(error.problem, "global flags not at the start of the expression");
        assert!(Pattern::new(&["(?i)a"]).is_ok());
    }

    #[test]
    fn lines_of_one_statement_are_one_with_a_map() {
        let text = "x = [\n  1,\n  2,  # here\n]\n";
        let syntax =
            crate::syntax::Syntax::parse(text, crate::python_version::PythonVersion::default()).unwrap();
        let map = LineMap::of(&syntax);
        let pattern = Pattern::new(&["here"]).unwrap();
        assert_eq!(pattern.lines_matching(text, Some(&map)).unwrap().iter().collect::<Vec<_>>(), [1]);
        assert_eq!(pattern.lines_matching(text, None).unwrap().iter().collect::<Vec<_>>(), [3]);
    }
}
