//! What coverage.py's `PythonParser` knows about a file, without running it.

use crate::arcs::{self, ArcDescriptions, PossibleArcs};
use crate::data_file::LineArc;
use crate::line_map::LineMap;
use crate::pattern::Patterns;
use crate::python_version::PythonVersion;
use crate::regions::{self, Region};
use crate::syntax::depth::with_stack;
use crate::syntax::{Syntax, SyntaxError};
use crate::with_jumps::WithJumps;
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
    /// The ways that control can go, ascending; coverage.py's `PythonParser.arcs`. See [`crate::arcs`].
    pub arcs: Vec<LineArc>,
    /// What measured arcs are corrected by, see [`Self::translate_arcs`].
    pub with_jumps: WithJumps,
    /// The words for the arcs.
    pub arc_descriptions: ArcDescriptions,
    /// The functions and classes, by their first line.
    pub regions: Vec<Region>,
    /// How many lines Python's `splitlines` makes of the text.
    pub length: u32,
}

impl Analysis {
    /// Analyses `text`, which [`crate::source::decode`] gave, as coverage.py would under `version`.
    pub fn of(text: &str, patterns: &Patterns, version: PythonVersion) -> Result<Self, SyntaxError> {
        let syntax = Syntax::parse(text, version)?;
        with_stack(syntax.depth(), move || {
            let analysis = Self::of_syntax(&syntax, patterns);
            drop(syntax); // here, where there is stack for that too
            analysis
        })
    }

    fn of_syntax(syntax: &Syntax<'_>, patterns: &Patterns) -> Result<Self, SyntaxError> {
        let text = syntax.text();
        let line_map = LineMap::of(syntax);
        let raw = statements::find(syntax, &line_map);
        let matches = patterns.exclude.as_ref().map(|exclude| exclude.lines_matching(text, None)).transpose();
        let matches = matches.map_err(too_complex)?.unwrap_or_default();
        let excluded = exclusions::find(syntax, &line_map, &raw, matches);
        let docstrings = docstrings::find(syntax);
        let no_branch = patterns.partial.lines_matching(text, Some(&line_map)).map_err(too_complex)?;
        let PossibleArcs { arcs, with_jumps, descriptions } = arcs::find(syntax, &line_map, &raw);
        Ok(Self {
            statements: raw
                .iter()
                .filter(|&line| !excluded.contains(line) && !docstrings.contains(line))
                .collect(),
            excluded: excluded.iter().collect(),
            no_branch: no_branch.iter().collect(),
            arcs,
            with_jumps,
            arc_descriptions: descriptions,
            regions: regions::find(syntax),
            length: python_line_count(text),
            line_map,
        })
    }

    /// The arcs that start in `line`, ascending.
    pub fn arcs_from(&self, line: i32) -> &[LineArc] {
        arcs::arcs_from(&self.arcs, line)
    }

    /// The lines from which control can go on to lines that are not excluded, with the number of such ways, ascending.
    /// More than one way makes the line a branch. coverage.py's `PythonParser.exit_counts`.
    pub fn exit_counts(&self) -> Vec<(i32, u32)> {
        let is_excluded =
            |line| u32::try_from(line).is_ok_and(|line| self.excluded.binary_search(&line).is_ok());
        arcs::exit_counts(&self.arcs, is_excluded)
    }

    /// What measured arcs stand for, in any order and maybe twice: coverage.py's `PythonParser.translate_arcs`.
    pub fn translate_arcs(&self, measured: &[LineArc]) -> Vec<LineArc> {
        let fixed = measured.iter().filter_map(|&arc| self.with_jumps.fix(arc));
        fixed.map(|(from, to)| (self.line_map.signed(from), self.line_map.signed(to))).collect()
    }
}

fn too_complex(line: u32) -> SyntaxError {
    SyntaxError { message: "a pattern of the configuration takes too much backtracking".to_owned(), line }
}

/// `len(text.splitlines())` of Python, which knows more line ends than `\n`.
fn python_line_count(text: &str) -> u32 {
    let is_end = |character| {
        matches!(
            character,
            '\n' | '\r' | '\x0b' | '\x0c' | '\x1c'..='\x1e' | '\u{85}' | '\u{2028}' | '\u{2029}'
        )
    };
    let lines = text.split(is_end).count() - text.matches("\r\n").count();
    let last = usize::from(text.is_empty() || text.ends_with(is_end));
    u32::try_from(lines - last).expect("the parser took the text")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_as_python_splits_them() {
        for (text, lines) in [
            ("", 0),
            ("a", 1),
            ("a\n", 1),
            ("a\nb", 2),
            ("a\r\nb\r", 2),
            ("\n\n", 2),
            ("a\x0bb\u{85}\u{2028}\x1c", 4),
        ] {
            assert_eq!(python_line_count(text), lines, "{text:?}");
        }
    }
}
