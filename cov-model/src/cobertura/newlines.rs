//! A reader that knows which line of the input it is on.

use std::io::{self, BufRead, Read};

/// Counts the newlines of what is read through it.
pub(super) struct Newlines<R> {
    inner: R,
    line: usize,
}

impl<R> Newlines<R> {
    pub(super) fn new(inner: R) -> Self {
        Self { inner, line: 1 }
    }

    /// The 1-based line that the next byte belongs to.
    pub(super) fn line(&self) -> usize {
        self.line
    }
}

impl<R: BufRead> BufRead for Newlines<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        // What is consumed was handed out before, so that the buffer is not empty and this reads nothing.
        if let Ok(buffer) = self.inner.fill_buf() {
            let consumed = &buffer[..amount.min(buffer.len())];
            self.line += consumed.iter().filter(|&&byte| byte == b'\n').count();
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
