//! Which added lines stood elsewhere before: blocks that a change moves, within a file or from one to another.

use std::collections::{HashMap, HashSet};

use super::trace::{Line, Trace};
use super::{Change, Runs};

/// A block that moved has at least so many lines with text: fewer may be alike by chance.
const LEAST: usize = 3;

/// So many places of one text are looked at: what stands in more (`return None`) begins no block.
const MOST_PLACES: usize = 32;

/// Tells each of `changes` which of its lines moved. `traces` are their lines; each removed line is the origin of one
/// added line at the most, so that a copy is new. White space does not count, as a block may move into another one.
pub(crate) fn tell_moved(changes: &mut [Change], traces: &[Trace]) {
    let new: Vec<Vec<Line>> = traces.iter().map(new_lines).collect();
    let wanted: HashSet<u64> = new.iter().flatten().map(|line| line.text).collect();
    if wanted.is_empty() {
        return;
    }
    let mut places: HashMap<u64, Vec<(usize, usize)>> = HashMap::new();
    for (file, trace) in traces.iter().enumerate() {
        for (index, line) in
            trace.removed.iter().enumerate().filter(|(_, line)| line.text != 0 && wanted.contains(&line.text))
        {
            let places = places.entry(line.text).or_default();
            if places.len() <= MOST_PLACES {
                places.push((file, index));
            }
        }
    }
    places.retain(|_, places| places.len() <= MOST_PLACES);
    if places.is_empty() {
        return;
    }
    let mut is_taken: Vec<Vec<bool>> = traces.iter().map(|trace| vec![false; trace.removed.len()]).collect();
    for (change, added) in changes.iter_mut().zip(new) {
        let mut moved = Vec::new();
        let mut index = 0;
        while let Some(line) = added.get(index) {
            let longest = places.get(&line.text).into_iter().flatten().map(|&(file, start)| {
                (
                    block(&added[index..], &traces[file].removed[start..], &is_taken[file][start..]),
                    file,
                    start,
                )
            });
            match longest.max_by_key(|&(length, ..)| length) {
                Some((length, file, start)) if is_enough(&added[index..index + length]) => {
                    moved.extend(added[index..index + length].iter().map(|line| line.number));
                    is_taken[file][start..start + length].fill(true);
                    index += length;
                }
                _ => index += 1,
            }
        }
        change.moved = moved.into_iter().collect();
    }
}

/// The added lines that do not only differ in white space from what they replace.
fn new_lines(trace: &Trace) -> Vec<Line> {
    if trace.respaced.len() == trace.added.len() {
        return Vec::new();
    }
    let respaced: Runs = trace.respaced.iter().copied().collect();
    trace.added.iter().copied().filter(|line| !respaced.contains(line.number)).collect()
}

/// How many lines the two have in common from their first on, each following the one before it directly.
fn block(added: &[Line], removed: &[Line], is_taken: &[bool]) -> usize {
    let neighbours =
        |lines: &[Line], index: usize| index == 0 || lines[index].number == lines[index - 1].number + 1;
    (0..added.len().min(removed.len()))
        .take_while(|&index| {
            added[index].text == removed[index].text
                && !is_taken[index]
                && neighbours(added, index)
                && neighbours(removed, index)
        })
        .count()
}

fn is_enough(block: &[Line]) -> bool {
    block.iter().filter(|line| line.text != 0).count() >= LEAST
}

#[cfg(test)]
mod tests {
    use crate::diff::parse;

    fn moved(diff: &str) -> Vec<Vec<(u32, u32)>> {
        let diff = parse(diff.as_bytes()).unwrap();
        diff.changes.iter().map(|change| change.moved.iter().collect()).collect()
    }

    const BLOCK: &str = "def total(self):\n    count = len(self.items)\n\n    return count * self.price\n";

    /// The text with `mark` in front of each line.
    fn marked(mark: &str, text: &str) -> String {
        text.split_inclusive('\n').flat_map(|line| [mark, line]).collect()
    }

    #[test]
    fn a_block_that_stood_elsewhere_is_moved() {
        let from = format!(
            "diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n@@ -5,4 +4,0 @@\n{}",
            marked("-", BLOCK)
        );
        let indented = marked("    ", BLOCK);
        let to = format!(
            "diff --git a/b.py b/b.py\n--- a/b.py\n+++ b/b.py\n@@ -1,0 +2,5 @@\n+class Cart:\n{}",
            marked("+", &indented)
        );
        assert_eq!(moved(&format!("{from}{to}")), [vec![], vec![(3, 6)]]);
        // Nothing was moved to the second place.
        let twice = format!("{from}{to}@@ -9,0 +15,4 @@\n{}", marked("+", BLOCK));
        assert_eq!(moved(&twice), [vec![], vec![(3, 6)]]);
    }

    #[test]
    fn two_lines_may_be_alike_by_chance() {
        let diff =
            "--- a/a.py\n+++ b/a.py\n@@ -1,2 +0,0 @@\n-x = 1\n-y = 2\n@@ -9,0 +8,2 @@\n+x = 1\n+y = 2\n";
        assert_eq!(moved(diff), [vec![]]);
    }
}
