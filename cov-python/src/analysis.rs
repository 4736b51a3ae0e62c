//! What coverage.py's `PythonParser` knows about a file, without running it.

use crate::line_map::LineMap;
use crate::pattern::Patterns;
use crate::python_version::PythonVersion;
use crate::syntax::{Syntax, SyntaxError};
use crate::{docstrings, exclusions, statements};

/// Everything that reports need to know about a source file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Analysis {
    /// First lines of the statements that are executable and not excluded, ascending.
    pub statements: Vec<u32>,
    /// Excluded lines, ascending: first lines of statements, but also blank lines and comments that a pattern touches.
    pub excluded: Vec<u32>,
    /// From lines to first lines.
    pub line_map: LineMap,
    /// Lines that need not take all of their branches, ascending.
    pub no_branch: Vec<u32>,
    /// How many lines Python's `splitlines` makes of the text.
    pub length: u32,
}

impl Analysis {
    /// Analyses `text`, which [`crate::source::decode`] gave, as coverage.py would under `version`.
    pub fn of(text: &str, patterns: &Patterns, version: PythonVersion) -> Result<Self, SyntaxError> {
        let syntax = Syntax::parse(text, version)?;
        let line_map = LineMap::of(&syntax);
        let raw = statements::find(&syntax, &line_map);
        let matches = patterns.exclude.as_ref().map(|exclude| exclude.lines_matching(text, None)).transpose();
        let matches = matches.map_err(too_complex)?.unwrap_or_default();
        let excluded = exclusions::find(&syntax, &line_map, &raw, matches);
        let docstrings = docstrings::find(&syntax);
        let no_branch = patterns.partial.lines_matching(text, Some(&line_map)).map_err(too_complex)?;
        Ok(Self {
            statements: raw
                .iter()
                .filter(|&line| !excluded.contains(line) && !docstrings.contains(line))
                .collect(),
            excluded: excluded.iter().collect(),
            no_branch: no_branch.iter().collect(),
            length: python_line_count(text),
            line_map,
        })
    }
}

fn too_complex(line: u32) -> SyntaxError {
    SyntaxError { message: "a pattern of the configuration takes too much backtracking".to_owned(), line }
}

/// `len(text.splitlines())` of Python, which knows more line ends than `\n`.
fn python_line_count(text: &str) -> u32 {
    u32::try_from(text.lines().count()).expect("the parser took the text")
}
