//! What workers print past pytest's capturing, held back until it is known what it is.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::dispatcher::WorkerId;

/// Lines wait for this long at most; what comes right before a worker's death belongs to its obituary.
const DELAY: Duration = Duration::from_millis(500);

/// So much may wait to be shown, in bytes. Who prints more waits as well, as on a slow terminal.
const MOST: usize = 1 << 20;

/// How often a writer that waits looks whether it may go on.
const INTERVAL: Duration = Duration::from_millis(5);

/// How much of a process's output waits to be shown.
#[derive(Clone, Debug, Default)]
pub struct Backlog(Arc<AtomicUsize>);

impl Backlog {
    /// Waits until there is room for more.
    pub fn wait(&self) {
        while self.0.load(Ordering::Relaxed) > MOST {
            thread::sleep(INTERVAL);
        }
    }

    /// A line that waits from now on.
    pub fn line(&self, text: Vec<u8>) -> Line {
        self.0.fetch_add(text.len() + 1, Ordering::Relaxed);
        Line { text, backlog: self.clone() }
    }
}

/// A line, without its end, that waits to be shown until it is dropped.
#[derive(Debug)]
pub struct Line {
    /// The bytes.
    pub text: Vec<u8>,
    backlog: Backlog,
}

impl Line {
    /// Counts no more as waiting: nobody can say for how long it will.
    fn let_go(&mut self) {
        let alone = Backlog::default().line(std::mem::take(&mut self.text));
        self.backlog.0.fetch_sub(alone.text.len(), Ordering::Relaxed);
        *self = alone;
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.backlog.0.fetch_sub(self.text.len() + 1, Ordering::Relaxed);
    }
}

/// Lines that are not shown yet.
///
/// Until a worker has listed the files, it prints what all of them print: one of them speaks for all.
#[derive(Debug, Default)]
pub struct Printed {
    waiting: BTreeMap<WorkerId, (Instant, Vec<Line>)>,
    open: HashSet<WorkerId>,
}

impl Printed {
    /// Takes a line.
    pub fn push(&mut self, id: WorkerId, mut line: Line) {
        if !self.open.contains(&id) {
            line.let_go();
        }
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
    pub fn take(&mut self, id: WorkerId) -> Vec<Line> {
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
        let backlog = Backlog::default();
        printed.push(id, backlog.line(b"early".to_vec()));
        assert!(printed.take(id).is_empty());
        printed.open(id);
        assert_eq!(printed.take(id).iter().map(|line| line.text.as_slice()).collect::<Vec<_>>(), [b"early"]);
        assert!(printed.take(id).is_empty());
    }

    #[test]
    fn who_prints_more_than_is_shown_waits() {
        let backlog = Backlog::default();
        let line = backlog.line(vec![b'x'; MOST]);
        let (shown, writer) = (Instant::now(), backlog.clone());
        let writer = thread::spawn(move || writer.wait());
        thread::sleep(INTERVAL * 4);
        assert!(!writer.is_finished());
        drop(line);
        writer.join().unwrap();
        assert!(shown.elapsed() >= INTERVAL * 4);
    }
}
