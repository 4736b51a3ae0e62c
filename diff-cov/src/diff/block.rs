//! Lines of a hunk that replace each other, with no unchanged line between them.

use std::hash::{DefaultHasher, Hasher as _};

use super::refine::{PATIENCE, TookTooLong, different};
use super::trace::{Line, Trace, bare};

/// Lines that replace each other, as hashes of their text: a block may be a million lines.
#[derive(Debug)]
pub(super) struct Block {
    /// Whether what is removed and added again, in the same order, did not change.
    is_refined: bool,
    /// The next line of the version before.
    old_line: u32,
    removed: Vec<Line>,
    added: Vec<Line>,
    /// The hashes of whole lines, where they are compared.
    removed_texts: Vec<u64>,
    added_texts: Vec<u64>,
    last: Last,
}

/// Which side's text a remark speaks of.
#[derive(Clone, Copy, Debug, Default)]
enum Last {
    Removed,
    Added,
    #[default]
    Neither,
}

impl Block {
    /// A block of a hunk that begins at line `old_line` of the version before.
    pub(super) fn new(old_line: u32, is_refined: bool) -> Self {
        Self {
            is_refined,
            old_line,
            removed: Vec::new(),
            added: Vec::new(),
            removed_texts: Vec::new(),
            added_texts: Vec::new(),
            last: Last::Neither,
        }
    }

    /// Reads a removed line, which this version had or had not.
    pub(super) fn lose(&mut self, had_it: bool, text: &[u8]) {
        self.last = Last::Neither;
        if had_it {
            self.removed.push(Line { number: self.old_line, text: bare(text) });
            if self.is_refined {
                self.removed_texts.push(hash(text));
            }
            self.old_line += 1;
            self.last = Last::Removed;
        }
    }

    /// Reads an added line that this version did not have.
    pub(super) fn gain(&mut self, line: u32, text: &[u8]) {
        self.added.push(Line { number: line, text: bare(text) });
        if self.is_refined {
            self.added_texts.push(hash(text));
        }
        self.last = Last::Added;
    }

    /// Reads a line that this version has too.
    pub(super) fn keep(&mut self, trace: &mut Trace) -> Result<(), TookTooLong> {
        self.old_line += 1;
        self.settle(trace)
    }

    /// Reads that the line before has no line end, which makes it another than one that has.
    pub(super) fn remark(&mut self) {
        let hash = match std::mem::take(&mut self.last) {
            Last::Removed => self.removed_texts.last_mut(),
            Last::Added => self.added_texts.last_mut(),
            Last::Neither => None,
        };
        if let Some(hash) = hash {
            *hash = !*hash;
        }
    }

    /// Tells `trace` which lines changed, and empties the block.
    pub(super) fn settle(&mut self, trace: &mut Trace) -> Result<(), TookTooLong> {
        let Self { is_refined, old_line: _, removed, added, removed_texts, added_texts, last } = self;
        *last = Last::Neither;
        if *is_refined && !removed.is_empty() && !added.is_empty() {
            let left = different(removed_texts, added_texts, PATIENCE)?;
            *removed = left.removed.into_iter().map(|index| removed[index]).collect();
            *added = left.added.into_iter().map(|index| added[index]).collect();
        }
        removed_texts.clear();
        added_texts.clear();
        trace.push(removed, added)
    }
}

fn hash(text: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(text);
    hasher.finish()
}
