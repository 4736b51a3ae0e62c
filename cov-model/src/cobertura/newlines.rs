//! A reader that knows which line of the input it is on, and that can pass over an element faster than XML is read.

use std::io::{self, BufRead, Read};

use memchr::{memchr, memchr_iter};

/// Counts the newlines of what is read through it.
pub(super) struct Newlines<R> {
    inner: R,
    line: usize,
    /// Bytes that were taken from the reader to look at them, and are still to be read.
    ahead: Vec<u8>,
}

impl<R> Newlines<R> {
    pub(super) fn new(inner: R) -> Self {
        Self { inner, line: 1, ahead: Vec::new() }
    }

    /// The 1-based line that the next byte belongs to.
    pub(super) fn line(&self) -> usize {
        self.line
    }
}

impl<R: BufRead> Newlines<R> {
    /// Passes over the content of an element: what follows is `end_tag` (`</class`), or the end of the input. What
    /// stands in comments and in CDATA sections is no tag.
    pub(super) fn pass_over(&mut self, end_tag: &[u8]) -> io::Result<()> {
        const COMMENT: &[u8] = b"<!--";
        const CDATA: &[u8] = b"<![CDATA[";
        loop {
            match self.pass_to([end_tag, COMMENT, CDATA])? {
                None | Some(0) => return Ok(()),
                Some(1) => {
                    self.take(COMMENT.len())?;
                    self.pass_to([b"-->"])?;
                }
                Some(_) => {
                    self.take(CDATA.len())?;
                    self.pass_to([b"]]>"])?;
                }
            }
        }
    }

    /// Passes over everything before the first of the `wanted` texts, which begin with the same byte; tells which it is, by its
    /// index, or that the input has ended.
    fn pass_to<const N: usize>(&mut self, wanted: [&[u8]; N]) -> io::Result<Option<usize>> {
        let longest = wanted.iter().map(|text| text.len()).max().unwrap_or(1);
        loop {
            let buffer = self.fill_buf()?;
            if buffer.is_empty() {
                return Ok(None);
            }
            let Some(start) = place_of(&wanted, longest, buffer) else {
                let length = buffer.len();
                self.consume(length);
                continue;
            };
            self.consume(start);
            // It may go on behind the buffer.
            self.look_ahead(longest)?;
            let found = wanted.iter().position(|text| self.ahead.starts_with(text));
            if found.is_some() {
                return Ok(found);
            }
            self.consume(1);
        }
    }

    /// Takes bytes from the reader until `count` are there to be looked at, or the input has ended.
    fn look_ahead(&mut self, count: usize) -> io::Result<()> {
        while self.ahead.len() < count {
            let buffer = self.inner.fill_buf()?;
            if buffer.is_empty() {
                break;
            }
            let taken = buffer.len().min(count - self.ahead.len());
            self.ahead.extend_from_slice(&buffer[..taken]);
            self.inner.consume(taken);
        }
        Ok(())
    }

    fn take(&mut self, count: usize) -> io::Result<()> {
        for _ in 0..count {
            self.fill_buf()?;
            self.consume(1);
        }
        Ok(())
    }
}

/// Where one of the `wanted` texts begins in `buffer`, or may begin, where it is cut off before so many bytes as the
/// longest has.
fn place_of(wanted: &[&[u8]], longest: usize, buffer: &[u8]) -> Option<usize> {
    // They all begin alike: with `<`, or with what closes a comment or a section.
    let begin = wanted[0][0];
    debug_assert!(wanted.iter().all(|text| text[0] == begin));
    let mut start = 0;
    while let Some(offset) = memchr(begin, &buffer[start..]) {
        start += offset;
        let rest = &buffer[start..];
        if rest.len() < longest || wanted.iter().any(|text| rest.starts_with(text)) {
            return Some(start);
        }
        start += 1;
    }
    None
}

impl<R: BufRead> BufRead for Newlines<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.ahead.is_empty() { self.inner.fill_buf() } else { Ok(&self.ahead) }
    }

    fn consume(&mut self, amount: usize) {
        let newlines = |bytes: &[u8]| memchr_iter(b'\n', bytes).count();
        if !self.ahead.is_empty() {
            let amount = amount.min(self.ahead.len());
            self.line += newlines(&self.ahead[..amount]);
            self.ahead.drain(..amount);
            return;
        }
        // What is consumed was handed out before, so that the buffer is not empty and this reads nothing.
        if let Ok(buffer) = self.inner.fill_buf() {
            self.line += newlines(&buffer[..amount.min(buffer.len())]);
        }
        self.inner.consume(amount);
    }
}

impl<R: BufRead> Read for Newlines<R> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        let amount = self.fill_buf()?.read(target)?;
        self.consume(amount);
        Ok(amount)
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    /// What is left behind the passed element, and the line it begins on, read through a buffer of `size` bytes.
    fn left(text: &str, size: usize) -> (String, usize) {
        let mut reader = Newlines::new(BufReader::with_capacity(size, text.as_bytes()));
        reader.pass_over(b"</class").unwrap();
        let line = reader.line();
        let mut rest = String::new();
        reader.read_to_string(&mut rest).unwrap();
        (rest, line)
    }

    #[test]
    fn an_element_is_passed_over_up_to_its_end() {
        for (text, rest, line) in [
            ("<lines>\n<line/>\n</lines></class>\n<x/>", "</class>\n<x/>", 3),
            ("</class>", "</class>", 1),
            ("<!--\n</class> -->\n</class >", "</class >", 3),
            ("<a><![CDATA[</class>]]></a><</clas<</class>", "</class>", 1),
            ("<!-- </class>", "", 1),
            ("<lines>\n</clas", "", 2),
            ("", "", 1),
        ] {
            for size in 1..20 {
                assert_eq!(left(text, size), (rest.to_owned(), line), "{text} {size}");
            }
            assert_eq!(left(text, 4096), (rest.to_owned(), line), "{text}");
        }
    }
}
