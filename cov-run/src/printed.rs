//! What workers print past pytest's capturing, held back until it is known what it is.

use std::collections::{BTreeMap, HashSet};
use std::time::{Duration, Instant};

use crate::dispatcher::WorkerId;

/// Lines wait for this long at most; what comes right before a worker's death belongs to its obituary.
const DELAY: Duration = Duration::from_millis(500);

/// Lines that are not shown yet.
///
/// Until a worker has listed the files, it prints what all of them print: one of them speaks for all.
#[derive(Debug, Default)]
pub struct Printed {
    waiting: BTreeMap<WorkerId, (Instant, Vec<Vec<u8>>)>,
    open: HashSet<WorkerId>,
}

impl Printed {
    /// Takes a line.
    pub fn push(&mut self, id: WorkerId, line: Vec<u8>) {
        self.waiting.entry(id).or_insert_with(|| (Instant::now(), Vec::new())).1.push(line);
    }

    /// A worker has listed the files: from now on its lines are its own.
    pub fn open(&mut self, id: WorkerId) {
        self.open.insert(id);
    }

    /// Throws the lines of a worker away.
    pub fn forget(&mut self, id: WorkerId) {
        self.waiting.remove(&id);
    }

    /// The lines of a worker that may be shown.
    pub fn take(&mut self, id: WorkerId) -> Vec<Vec<u8>> {
        if !self.open.contains(&id) {
            return Vec::new();
        }
        self.waiting.remove(&id).map(|(_, lines)| lines).unwrap_or_default()
    }

    /// The workers whose lines have waited long enough.
    pub fn overdue(&self) -> Vec<WorkerId> {
        let is_overdue = |since: &Instant| since.elapsed() >= DELAY;
        self.waiting.iter().filter(|(_, (since, _))| is_overdue(since)).map(|(id, _)| *id).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_wait_until_the_files_are_listed() {
        let id = WorkerId { slot: 0, generation: 0 };
        let mut printed = Printed::default();
        printed.push(id, b"early".to_vec());
        assert!(printed.take(id).is_empty());
        printed.open(id);
        assert_eq!(printed.take(id), [b"early".to_vec()]);
        assert!(printed.take(id).is_empty());
    }
}
