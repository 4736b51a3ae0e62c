//! The order of the rows: by a column of the table, names as people count.

use std::cmp::Ordering;
use std::str::FromStr;

use crate::summary::FileSummary;

/// A column to sort by, and whether it descends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Order {
    column: Key,
    descending: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Key {
    #[default]
    Name,
    Statements,
    Missing,
    Branches,
    PartialBranches,
    Cover,
}

impl FromStr for Order {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let lower = text.to_lowercase();
        let (descending, name) = match lower.strip_prefix('-') {
            Some(name) => (true, name),
            None => (false, lower.strip_prefix('+').unwrap_or(&lower)),
        };
        let column = match name {
            "name" => Key::Name,
            "stmts" => Key::Statements,
            "miss" => Key::Missing,
            "branch" => Key::Branches,
            "brpart" => Key::PartialBranches,
            "cover" => Key::Cover,
            _ => {
                return Err(format!(
                    "invalid sorting option {text:?}: sort by name, stmts, miss, branch, brpart or cover, with a - in front to descend"
                ));
            }
        };
        Ok(Self { column, descending })
    }
}

impl Order {
    /// Whether there is such a column only where branches were measured.
    pub fn needs_branches(self) -> bool {
        matches!(self.column, Key::Branches | Key::PartialBranches)
    }

    /// How two files stand to each other. Equal numbers are sorted by name.
    pub fn compare(self, left: &FileSummary<'_>, right: &FileSummary<'_>) -> Ordering {
        let number = |key: fn(&FileSummary<'_>) -> u64| {
            key(left).cmp(&key(right)).then_with(|| left.name.cmp(&right.name))
        };
        let ordering = match self.column {
            Key::Name => compare_names(&left.name, &right.name),
            Key::Statements => number(|file| file.totals.lines.total),
            Key::Missing => number(|file| file.totals.lines.missing()),
            Key::Branches => number(|file| file.totals.branches.total),
            Key::PartialBranches => number(|file| file.totals.partial_branches),
            Key::Cover => left
                .totals
                .combined()
                .compare(right.totals.combined())
                .then_with(|| left.name.cmp(&right.name)),
        };
        if self.descending { ordering.reverse() } else { ordering }
    }
}

/// Compares names with runs of digits as numbers: `file9` before `file10`.
///
/// From `_human_key` of coverage.py's misc.py.
pub fn compare_names(left: &str, right: &str) -> Ordering {
    chunks(left).cmp(chunks(right)).then_with(|| left.cmp(right))
}

/// Texts, each with the number behind it: the number of its digits and these, so that longer is greater.
fn chunks(name: &str) -> impl Iterator<Item = (&str, usize, &str)> {
    let mut rest = Some(name);
    std::iter::from_fn(move || {
        let name = rest?;
        let digits = name.find(|character: char| character.is_ascii_digit()).unwrap_or(name.len());
        let (text, behind) = name.split_at(digits);
        let end = behind.find(|character: char| !character.is_ascii_digit()).unwrap_or(behind.len());
        let (number, next) = behind.split_at(end);
        rest = (!number.is_empty()).then_some(next);
        let number = number.trim_start_matches('0');
        Some((text, number.len(), number))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_numbers() {
        // The order that Python gives with coverage.py's `human_sorted`.
        let sorted = [
            "", "0", "00", "1", "9a", "10", "a", "a0", "a00", "a0b", "a1", "a001b", "a1b", "a2", "a10",
            "a10b2", "a10b10", "b", "é1",
        ];
        for (index, left) in sorted.iter().enumerate() {
            for right in &sorted[index + 1..] {
                assert_eq!(compare_names(left, right), Ordering::Less, "{left} {right}");
            }
        }
    }

    #[test]
    fn the_order_is_read_as_coverage_py_reads_it() {
        assert_eq!("-Cover".parse(), Ok(Order { column: Key::Cover, descending: true }));
        assert_eq!("+name".parse(), Ok(Order::default()));
        for text in ["", "-", "--name", "lines"] {
            assert!(text.parse::<Order>().is_err(), "{text}");
        }
    }
}
