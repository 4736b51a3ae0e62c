//! Functions of a file: how far they go, which of them a line is in, and which a change touches.

use cov_model::FileCoverage;

use crate::diff::Runs;
use crate::statements::is_touched;

/// A function and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Extent {
    /// Its name.
    pub(crate) name: String,
    /// Its first line.
    pub(crate) first: u32,
    /// Its last line; where the report does not tell, the one before the next function.
    pub(crate) last: u32,
    /// Whether it was called; nothing where nothing of it can be covered.
    pub(crate) is_called: Option<bool>,
}

/// The functions of `file`, by first line.
pub(crate) fn extents(file: &FileCoverage) -> Vec<Extent> {
    let starts: Vec<u32> = file.functions.keys().map(|&(first, _)| first).collect();
    let extent = |(&(first, ref name), function): (&(u32, String), &cov_model::Function)| {
        let next = starts.get(starts.partition_point(|&start| start <= first));
        let last = function.end.or(next.map(|next| next - 1)).unwrap_or(u32::MAX);
        Extent { name: name.clone(), first, last, is_called: function.hits.map(|hits| hits > 0) }
    };
    file.functions.iter().map(extent).collect()
}

/// The innermost of `extents` that `line` is in, as its index.
pub(crate) fn innermost(extents: &[Extent], line: u32) -> Option<usize> {
    let before = extents.partition_point(|extent| extent.first <= line);
    (0..before).rev().find(|&index| extents[index].last >= line)
}

/// The functions with a statement that one of `lines` touches; a function in another is not the other.
pub(crate) fn touched(file: &FileCoverage, lines: &Runs) -> Vec<Extent> {
    let extents = extents(file);
    if extents.is_empty() {
        return Vec::new();
    }
    let mut is_touched_at = vec![false; extents.len()];
    for (first, _) in file.lines.iter().filter(|&(first, _)| is_touched(file, first, lines)) {
        if let Some(index) = innermost(&extents, first) {
            is_touched_at[index] = true;
        }
    }
    extents
        .into_iter()
        .zip(is_touched_at)
        .filter(|&(_, is_touched)| is_touched)
        .map(|(extent, _)| extent)
        .collect()
}

#[cfg(test)]
mod tests {
    use cov_model::Function;

    use super::*;

    fn file(functions: &[(u32, Option<u32>, Option<u64>)], last: u32) -> FileCoverage {
        let function = |&(start, end, hits): &(u32, Option<u32>, Option<u64>)| {
            ((start, format!("f{start}")), Function { end, hits, body: None })
        };
        FileCoverage {
            lines: (1..=last).map(|line| (line, 0)).collect(),
            functions: functions.iter().map(function).collect(),
            ..FileCoverage::default()
        }
    }

    fn names(file: &FileCoverage, lines: &[u32]) -> Vec<String> {
        let lines = lines.iter().copied().collect();
        touched(file, &lines).into_iter().map(|extent| extent.name).collect()
    }

    #[test]
    fn a_line_belongs_to_the_innermost_function() {
        let nested = file(&[(2, Some(9), Some(1)), (4, Some(6), Some(0))], 12);
        assert_eq!(names(&nested, &[1, 10]), [""; 0]);
        assert_eq!(names(&nested, &[3]), ["f2"]);
        assert_eq!(names(&nested, &[5]), ["f4"]);
        assert_eq!(names(&nested, &[4, 7]), ["f2", "f4"]);
    }

    #[test]
    fn without_ends_a_function_goes_to_the_next() {
        let flat = file(&[(2, None, Some(1)), (6, None, None)], 9);
        assert_eq!(names(&flat, &[5]), ["f2"]);
        assert_eq!(names(&flat, &[9]), ["f6"]);
        assert_eq!(extents(&flat)[1].is_called, None);
    }
}
