//! One hunk of a diff: what its header announces, and which lines of its body are new.

use super::block::Block;
use super::refine::TookTooLong;
use super::trace::Trace;

/// Lines from `start` on, `count` of them. With a count of 0 the place is behind line `start`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Extent {
    pub(super) start: u32,
    pub(super) count: u32,
}

/// What a hunk's header announces: `@@ -1,2 +1,3 @@`, or with more columns for the parents of a merge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// One for each version before the change.
    pub(super) old: Vec<Extent>,
    pub(super) new: Extent,
}

/// Why a line that starts with `@@` heads no hunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoHeader {
    /// It is of another shape.
    Shape,
    /// A line number does not fit, or makes no sense.
    Number,
}

impl Header {
    /// Parses a line that starts with `@@`.
    pub(super) fn parse(line: &[u8]) -> Result<Self, NoHeader> {
        let signs = line.iter().take_while(|&&byte| byte == b'@').count();
        let mut words = line[signs..].split(|&byte| byte == b' ').skip(1);
        let mut extent = |sign: u8| {
            let word = words.next().ok_or(NoHeader::Shape)?;
            Extent::parse(word.strip_prefix(&[sign]).ok_or(NoHeader::Shape)?)
        };
        let old = (1..signs).map(|_| extent(b'-')).collect::<Result<Vec<_>, _>>()?;
        let new = extent(b'+')?;
        let close = words.next().ok_or(NoHeader::Shape)?;
        if old.is_empty() || close.strip_suffix(b"\r").unwrap_or(close) != &line[..signs] {
            return Err(NoHeader::Shape);
        }
        Ok(Self { old, new })
    }
}

impl Extent {
    fn parse(text: &[u8]) -> Result<Self, NoHeader> {
        let mut numbers = text.splitn(2, |&byte| byte == b',').map(number);
        let start = numbers.next().ok_or(NoHeader::Shape)??;
        let count = numbers.next().unwrap_or(Ok(1))?;
        let makes_sense = count == 0 || (start > 0 && start.checked_add(count).is_some());
        if makes_sense { Ok(Self { start, count }) } else { Err(NoHeader::Number) }
    }

    /// The first line, or the one that would be.
    pub(super) fn first(self) -> u32 {
        if self.count == 0 { self.start.saturating_add(1) } else { self.start }
    }
}

fn number(digits: &[u8]) -> Result<u32, NoHeader> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return Err(NoHeader::Shape);
    }
    let text = std::str::from_utf8(digits).map_err(|_| NoHeader::Shape)?;
    text.parse().map_err(|_| NoHeader::Number)
}

/// Reads the body of a hunk, exactly as many lines as its header announces, so that no text of a file is ever taken for
/// a header.
#[derive(Debug)]
pub(super) struct Body {
    /// How many lines of each version before are still to come.
    old: Vec<u32>,
    /// How many lines of the version after are still to come.
    new: u32,
    /// The next line of the version after.
    line: u32,
    /// For each version before, the lines that replace each other, so far as no unchanged line parted them.
    blocks: Vec<Block>,
    /// For each version before, what changed.
    traces: Vec<Trace>,
}

/// A line of a hunk's body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BodyLine {
    /// It was there before, and is not there any more.
    Removed,
    /// It is there, as it was in all versions before.
    Unchanged,
    /// It is new, against some version before.
    Added(u32),
    /// It speaks of the line before it: `\ No newline at end of file`.
    Remark,
}

/// Why a line cannot be part of a hunk's body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoBodyLine {
    /// It starts with no mark.
    Mark,
    /// The header announced fewer.
    TooMany,
    /// The lines before it could not be compared.
    TookTooLong,
}

impl From<TookTooLong> for NoBodyLine {
    fn from(_: TookTooLong) -> Self {
        Self::TookTooLong
    }
}

impl Body {
    /// A body in which every line that is added counts as changed.
    pub(super) fn at_its_word(header: &Header) -> Self {
        Self::new(header, false)
    }

    /// A body in which lines that are removed and added again, in the same order, did not change.
    pub(super) fn refined(header: &Header) -> Self {
        Self::new(header, true)
    }

    fn new(header: &Header, is_refined: bool) -> Self {
        Self {
            old: header.old.iter().map(|extent| extent.count).collect(),
            new: header.new.count,
            line: header.new.first(),
            blocks: header.old.iter().map(|extent| Block::new(extent.first(), is_refined)).collect(),
            traces: header.old.iter().map(|_| Trace::default()).collect(),
        }
    }

    /// Whether all announced lines were read.
    pub(super) fn is_complete(&self) -> bool {
        self.new == 0 && self.old.iter().all(|&count| count == 0)
    }

    /// How many lines must follow, at least.
    pub(super) fn missing(&self) -> u32 {
        self.old.iter().copied().fold(self.new, u32::max)
    }

    /// How many columns of marks are in front of a line.
    pub(super) fn columns(&self) -> usize {
        self.old.len()
    }

    /// Reads the next line, without its line end.
    pub(super) fn read(&mut self, text: &[u8]) -> Result<BodyLine, NoBodyLine> {
        if text.first() == Some(&b'\\') {
            self.blocks.iter_mut().for_each(Block::remark);
            return Ok(BodyLine::Remark);
        }
        // Some tools cut the blank of an empty unchanged line off.
        let is_empty = self.columns() == 1 && matches!(text, b"" | b"\r");
        let (marks, text) = if is_empty {
            (&b" "[..], text)
        } else {
            text.split_at_checked(self.columns()).ok_or(NoBodyLine::Mark)?
        };
        let is_removed = marks.contains(&b'-');
        let is_added = marks.contains(&b'+');
        if (is_removed && is_added) || !marks.iter().all(|mark| b" +-".contains(mark)) {
            return Err(NoBodyLine::Mark);
        }
        // A version before has the line if it lost it, or if it is there and was not added.
        let had = if is_removed { b'-' } else { b' ' };
        for (count, _) in self.old.iter_mut().zip(marks).filter(|&(_, &mark)| mark == had) {
            *count = count.checked_sub(1).ok_or(NoBodyLine::TooMany)?;
        }
        if is_removed {
            for (block, &mark) in self.blocks.iter_mut().zip(marks) {
                block.lose(mark == b'-', text);
            }
            return Ok(BodyLine::Removed);
        }
        self.new = self.new.checked_sub(1).ok_or(NoBodyLine::TooMany)?;
        let line = self.line;
        self.line += 1;
        for ((block, trace), &mark) in self.blocks.iter_mut().zip(&mut self.traces).zip(marks) {
            if mark == b'+' {
                block.gain(line, text);
            } else {
                block.keep(trace)?;
            }
        }
        Ok(if is_added { BodyLine::Added(line) } else { BodyLine::Unchanged })
    }

    /// What changed against each version before.
    pub(super) fn finish(mut self) -> Result<Vec<Trace>, TookTooLong> {
        for (block, trace) in self.blocks.iter_mut().zip(&mut self.traces) {
            block.settle(trace)?;
        }
        Ok(self.traces)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn header(line: &str) -> Result<Header, NoHeader> {
        Header::parse(line.as_bytes())
    }

    /// The changed lines of a hunk.
    fn changed(head: &str, body: &[&str]) -> Vec<u32> {
        let mut hunk = Body::refined(&header(head).unwrap());
        for line in body {
            hunk.read(line.as_bytes()).unwrap();
        }
        assert!(hunk.is_complete());
        let traces = hunk.finish().unwrap();
        let changed: BTreeSet<u32> =
            traces.iter().flat_map(|trace| trace.added.iter().map(|line| line.number)).collect();
        changed.into_iter().collect()
    }

    #[test]
    fn headers_announce_extents() {
        let plain = header("@@ -3 +4,0 @@ def f(): @@").unwrap();
        assert_eq!(plain.old, [Extent { start: 3, count: 1 }]);
        assert_eq!((plain.new, plain.new.first()), (Extent { start: 4, count: 0 }, 5));
        assert_eq!(header("@@@ -1,2 -1,3 +1,4 @@@").unwrap().old.len(), 2);
        assert!(header("@@ -1 +1 @@\r").is_ok());
    }

    #[test]
    fn what_announces_nothing_sensible_is_refused() {
        for line in
            ["@@", "@ -1 +1 @", "@@ +1 -1 @@", "@@ -1 +1", "@@ -1 +1 @@@", "@@ -1,x +1 @@", "@@ -,1 +1 @@"]
        {
            assert_eq!(header(line), Err(NoHeader::Shape), "{line}");
        }
        for line in ["@@ -1 +0 @@", "@@ -1 +4294967295,2 @@", "@@ -1 +99999999999 @@", "@@ -0 +1 @@"] {
            assert_eq!(header(line), Err(NoHeader::Number), "{line}");
        }
    }

    #[test]
    fn a_replaced_block_counts_what_is_really_different() {
        let body = ["-a", "-b", "-c", "+a", "+x", "+c"];
        assert_eq!(changed("@@ -1,3 +1,3 @@", &body), [2]);
        let apart = ["-a", " b", "+a"];
        assert_eq!(changed("@@ -1,2 +1,2 @@", &apart), [2]);
        assert_eq!(changed("@@ -1 +1 @@", &["-a ", "+a"]), [1], "white space is text");
    }

    #[test]
    fn a_line_that_got_its_line_end_changed() {
        let body = ["-a", "\\ No newline at end of file", "+a", "+b"];
        assert_eq!(changed("@@ -1 +1,2 @@", &body), [1, 2]);
        let neither = ["-a", "\\ No newline", "+b", "+a", "\\ No newline"];
        assert_eq!(changed("@@ -1 +1,2 @@", &neither), [1]);
    }

    #[test]
    fn a_merge_changes_what_differs_from_either_parent() {
        let body = ["  a", "- b", " -c", "++d", " +e", "+ f"];
        assert_eq!(changed("@@@ -1,3 -1,3 +1,4 @@@", &body), [2, 3, 4]);
        // The first parent has the line elsewhere in the same block, so it differs from neither.
        assert_eq!(changed("@@@ -1,1 -1,1 +1,1 @@@", &["- x", "+ x"]), [0; 0]);
    }

    #[test]
    fn lines_beyond_the_announced_are_refused() {
        let mut hunk = Body::at_its_word(&header("@@ -1 +1,2 @@").unwrap());
        assert_eq!(hunk.read(b"-a"), Ok(BodyLine::Removed));
        assert_eq!(hunk.read(b"-b"), Err(NoBodyLine::TooMany));
        assert_eq!(hunk.read(b"+b"), Ok(BodyLine::Added(1)));
        assert_eq!(hunk.read(b" b"), Err(NoBodyLine::TooMany));
        assert_eq!(hunk.read(b"b"), Err(NoBodyLine::Mark));
        assert!(!hunk.is_complete());
    }
}
