//! Which statements of a file a change touches.

use cov_model::FileCoverage;

use crate::diff::Runs;

/// Whether one of `lines` is in the statement that begins at `first`.
///
/// A report knows a statement by its first line. Where it tells how far the statement goes, a change of any of its lines
/// is a change of the statement, but for those that are statements of their own.
pub(crate) fn is_touched(file: &FileCoverage, first: u32, lines: &Runs) -> bool {
    if lines.contains(first) {
        return true;
    }
    let Some(&last) = file.spans.get(&first).filter(|&&last| last > first) else { return false };
    lines.within(first + 1, last).any(|line| file.lines.get(line).is_none())
}

/// The last line of the statement that begins at `first`.
pub(crate) fn last_line(file: &FileCoverage, first: u32) -> u32 {
    file.spans.get(&first).copied().unwrap_or(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_touched_in_any_of_its_lines() {
        let file = FileCoverage {
            lines: [(2, 1), (4, 0), (7, 1)].into_iter().collect(),
            spans: [(2, 6)].into(),
            ..FileCoverage::default()
        };
        let touched = |line: u32| {
            let lines: Runs = [line].into_iter().collect();
            [2, 4, 7].into_iter().filter(|&first| is_touched(&file, first, &lines)).collect::<Vec<u32>>()
        };
        assert_eq!(touched(2), [2]);
        assert_eq!(touched(3), [2]);
        assert_eq!(touched(4), [4], "a statement inside of another is itself");
        assert_eq!(touched(6), [2]);
        assert_eq!(touched(8), [0; 0]);
        assert_eq!((last_line(&file, 2), last_line(&file, 7)), (6, 7));
    }
}
