//! The texts that git has stored, asked for one after the other.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use super::command::command;

/// A running `git cat-file --batch`, which ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Objects {
    child: Child,
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Objects {
    /// Starts git in the repository whose root is `top`.
    pub(super) fn open(top: &Path) -> io::Result<Self> {
        let mut child = command(top, ["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let questions = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().expect("its output was asked for"));
        Ok(Self { child, questions, answers })
    }

    /// The file `path` as it was in `revision` (`:0` is the index), if it was there.
    pub(crate) fn text(&mut self, revision: &str, path: &[u8]) -> io::Result<Option<Vec<u8>>> {
        // A name with a line feed cannot be asked for.
        let Some(questions) = self.questions.as_mut().filter(|_| !path.contains(&b'\n')) else {
            return Ok(None);
        };
        questions.write_all(&[revision.as_bytes(), b":", path, b"\n"].concat())?;
        questions.flush()?;
        let mut head = Vec::new();
        self.answers.read_until(b'\n', &mut head)?;
        let head = String::from_utf8_lossy(&head);
        let mut words = head.trim_end().rsplit(' ');
        let Some(size) = words.next().and_then(|size| size.parse::<usize>().ok()) else { return Ok(None) };
        let is_text = words.next() == Some("blob");
        // The answer ends with a line feed of its own.
        let mut text = vec![0; size + 1];
        self.answers.read_exact(&mut text)?;
        text.pop();
        Ok(is_text.then_some(text))
    }
}

impl Drop for Objects {
    fn drop(&mut self) {
        drop(self.questions.take());
        let _ = self.child.wait();
    }
}
