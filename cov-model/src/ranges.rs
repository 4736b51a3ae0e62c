//! Ranges of lines, as `3-5, 8`.

use std::fmt::Write as _;

/// Runs of `lines` (ascending) as first and last line. Lines that follow each other in `universe` (ascending) are one
/// run, so that blank lines and comments between two statements do not part them; with `universe` equal to all numbers
/// only direct neighbours join.
pub fn runs_within(lines: &[u32], universe: &[u32]) -> Vec<(u32, u32)> {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    let mut wanted = lines.iter().copied().peekable();
    let mut open = false;
    for &line in universe {
        if wanted.peek() == Some(&line) {
            wanted.next();
            match runs.last_mut() {
                Some(run) if open => run.1 = line,
                _ => runs.push((line, line)),
            }
            open = true;
        } else {
            open = false;
        }
    }
    runs
}

/// Runs of directly neighbouring `lines` (ascending), as first and last line.
pub fn runs(lines: impl IntoIterator<Item = u32>) -> Vec<(u32, u32)> {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for line in lines {
        match runs.last_mut() {
            Some(run) if line == run.1.wrapping_add(1) => run.1 = line,
            _ => runs.push((line, line)),
        }
    }
    runs
}

/// A run as people read it: `3`, or `3-5`.
pub fn shown((first, last): (u32, u32)) -> String {
    let mut text = first.to_string();
    if last > first {
        write!(text, "-{last}").expect("a string takes everything");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_without_code_do_not_part_a_run() {
        let statements = [1, 2, 5, 6, 9, 12];
        assert_eq!(runs_within(&[2, 5, 6, 12], &statements), [(2, 6), (12, 12)]);
        assert_eq!(runs([2, 5, 6, 12]), [(2, 2), (5, 6), (12, 12)]);
        assert_eq!(shown((5, 6)), "5-6");
        assert_eq!(shown((2, 2)), "2");
    }
}
