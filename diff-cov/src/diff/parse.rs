//! Reading a unified diff: from git, hg, svn or diff itself, plain, combined, or in a mail.

use std::collections::HashMap;
use std::io::{self, BufRead};

use thiserror::Error;

use super::file::File;
use super::hunk::{Body, BodyLine, Header, NoBodyLine, NoHeader};
use super::moved::tell_moved;
use super::name::{binary_names, header_name, shown};
use super::refine::TookTooLong;
use super::trace::Trace;
use super::{AddedText, Diff};

/// Why a diff could not be read.
#[derive(Debug, Error)]
pub(crate) enum DiffError {
    /// The bytes could not be had.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// Something is wrong at a line of the diff.
    #[error("{line}: {problem}")]
    At {
        /// The 1-based line of the diff.
        line: usize,
        /// What is wrong there.
        problem: Problem,
    },
    /// There is text, but nothing of a diff in it.
    #[error("is no diff that can be read: {0}")]
    NoDiff(&'static str),
}

/// What can be wrong with a diff.
#[derive(Debug, Error, PartialEq, Eq)]
pub(crate) enum Problem {
    #[error("the diff is coloured: make it with --no-color")]
    Coloured,
    #[error("the diff leads back to the old version: make it without -R")]
    Reversed,
    #[error("the names of the files cannot be told")]
    Name,
    #[error("this heads no hunk: expected \"@@ -1,2 +1,3 @@\"")]
    Hunk,
    #[error("line numbers that cannot be")]
    Number,
    #[error("a hunk without a file: no \"---\" and \"+++\" lines before it")]
    Homeless,
    #[error("the hunk begins before the end of another")]
    Order,
    #[error("the hunk adds lines to a file that is deleted")]
    Deleted,
    #[error("neither an added, a removed nor an unchanged line, with {0} or more to come")]
    Mark(u32),
    #[error("more lines than the hunk's header announces")]
    TooMany,
    #[error("the diff is truncated, with {0} or more lines to come")]
    Truncated(u32),
    #[error(
        "{0} was changed before: in a series of patches line numbers are those of several versions; make one diff"
    )]
    Twice(String),
    #[error(transparent)]
    TookTooLong(#[from] TookTooLong),
}

/// Reads a diff, and what stands in the lines that it adds. Nothing at all is a diff without changes; text that is no
/// diff is refused.
pub(crate) fn parse(reader: impl BufRead) -> Result<Diff, DiffError> {
    read(reader, Parser { keeps_text: true, ..Parser::default() })
}

/// Reads a diff that is known to be of the files on this machine, so that their text need not be compared.
pub(crate) fn parse_trusted(reader: impl BufRead) -> Result<Diff, DiffError> {
    read(reader, Parser::default())
}

fn read(reader: impl BufRead, mut parser: Parser) -> Result<Diff, DiffError> {
    let mut lines = Lines { reader, line: Vec::new(), number: 0 };
    while lines.next()? {
        if lines.number == 1 {
            check_encoding(&mut lines.line)?;
        }
        parser.read(&mut lines)?;
    }
    parser.finish(lines.number)
}

/// The lines of a diff.
struct Lines<R> {
    reader: R,
    /// The line read last, without its line feed.
    line: Vec<u8>,
    /// Its 1-based number.
    number: usize,
}

impl<R: BufRead> Lines<R> {
    /// Reads the next line, if there is one.
    fn next(&mut self) -> io::Result<bool> {
        self.line.clear();
        if self.reader.read_until(b'\n', &mut self.line)? == 0 {
            return Ok(false);
        }
        self.number += 1;
        if self.line.last() == Some(&b'\n') {
            self.line.pop();
        }
        Ok(true)
    }

    /// Whether the next line is a remark on the one before it, such as `\ No newline at end of file`.
    fn remark_follows(&mut self) -> io::Result<bool> {
        Ok(self.reader.fill_buf()?.first() == Some(&b'\\'))
    }

    fn error(&self, problem: Problem) -> DiffError {
        DiffError::At { line: self.number, problem }
    }
}

/// Takes a byte order mark off, and refuses text of two bytes a character, which `>` makes in Windows' shells.
fn check_encoding(line: &mut Vec<u8>) -> Result<(), DiffError> {
    if line.starts_with(b"\xff\xfe") || line.starts_with(b"\xfe\xff") {
        return Err(DiffError::NoDiff(
            "it is UTF-16; write it with git diff --output=FILE, not with a shell's >",
        ));
    }
    if line.starts_with(b"\xef\xbb\xbf") {
        line.drain(..3);
    }
    Ok(())
}

#[derive(Default)]
struct Parser {
    /// Whether the text of added lines is kept, to be compared with the files on this machine.
    keeps_text: bool,
    diff: Diff,
    /// For each change of the diff, its lines.
    traces: Vec<Trace>,
    file: Option<File>,
    /// The name of the `---` line, if that was the line before.
    old_name: Option<Vec<u8>>,
    /// Whether the line before ended a hunk.
    is_behind_hunk: bool,
    /// Whether anything was read that only a diff says, though it names no changed lines.
    remark: Remark,
    /// What the input may be, should it turn out to be no diff.
    guess: Option<&'static str>,
    /// The paths that the diff has changed already.
    seen: HashMap<Vec<u8>, Seen>,
}

/// Whether there is what only a diff says.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Remark {
    #[default]
    No,
    /// A mail was begun, as `git format-patch` writes it. That of a commit without changes has no diff.
    Mail,
    Yes,
}

/// How the diff changed a path already.
struct Seen {
    has_hunks: bool,
    is_moved: bool,
}

impl Parser {
    /// Reads one line, or a hunk from its header on.
    fn read(&mut self, lines: &mut Lines<impl BufRead>) -> Result<(), DiffError> {
        let line = lines.line.strip_suffix(b"\r").unwrap_or(&lines.line);
        let is_behind_hunk = std::mem::take(&mut self.is_behind_hunk);
        let old_name = self.old_name.take();
        if let Some(names) = line.strip_prefix(b"diff --git ") {
            let file = File::of_git(lines.number, names).ok_or_else(|| lines.error(Problem::Name))?;
            return self.begin(file);
        }
        if let Some(name) =
            line.strip_prefix(b"diff --cc ").or_else(|| line.strip_prefix(b"diff --combined "))
        {
            let file = File::of_merge(lines.number, name).ok_or_else(|| lines.error(Problem::Name))?;
            return self.begin(file);
        }
        if line.starts_with(b"@@ ") || line.starts_with(b"@@@") {
            return self.read_hunk(lines);
        }
        if line.starts_with(b"\x1b[") {
            return Err(lines.error(Problem::Coloured));
        }
        if let (Some(old), Some(new)) = (old_name, line.strip_prefix(b"+++ ")) {
            let new = header_name(new).ok_or_else(|| lines.error(Problem::Name))?;
            return self.name(lines.number - 1, old, new);
        }
        if let Some(name) = line.strip_prefix(b"--- ") {
            self.old_name = header_name(name);
            return Ok(());
        }
        if is_behind_hunk && !is_signature(line) && matches!(line.first(), Some(b' ' | b'+' | b'-')) {
            return Err(lines.error(Problem::TooMany));
        }
        self.read_text(line, lines.number)
    }

    /// Begins with the next file.
    fn begin(&mut self, file: File) -> Result<(), DiffError> {
        match self.file.replace(file) {
            Some(previous) => self.end(previous, None),
            None => Ok(()),
        }
    }

    /// Takes the names of the `---` and `+++` lines, which begin a file unless a line of git's did.
    fn name(&mut self, line: usize, old: Vec<u8>, new: Vec<u8>) -> Result<(), DiffError> {
        match &mut self.file {
            Some(file) if file.is_in_header() => {
                file.name(old, new);
                Ok(())
            }
            _ => self.begin(File::plain(line, old, new)),
        }
    }

    /// Reads what stands outside of hunks: git's extended headers, remarks of diff, and any other text.
    fn read_text(&mut self, line: &[u8], number: usize) -> Result<(), DiffError> {
        if let Some(file) = self.file.as_mut().filter(|file| file.is_in_header()) {
            file.read_header(line);
        } else if let Some((old, new)) = binary_names(line) {
            self.begin(File::binary(number, old, new))?;
        }
        if line.starts_with(b"Only in ") {
            self.diff.not_shown.push(shown(line));
        }
        self.remark = match self.remark {
            _ if line.starts_with(b"Only in ") || line.starts_with(b"Submodule ") => Remark::Yes,
            Remark::No if line.starts_with(b"From ") && line.ends_with(MAIL_DATE) => Remark::Mail,
            Remark::Mail if is_signature(line) => Remark::Yes, // the mail is complete
            remark => remark,
        };
        if self.guess.is_none() && !line.trim_ascii().is_empty() {
            self.guess = Some(guess(line));
        }
        Ok(())
    }

    /// Reads a hunk, whose header is the line read last.
    fn read_hunk(&mut self, lines: &mut Lines<impl BufRead>) -> Result<(), DiffError> {
        let header = Header::parse(&lines.line).map_err(|refusal| {
            lines.error(match refusal {
                NoHeader::Shape => Problem::Hunk,
                NoHeader::Number => Problem::Number,
            })
        })?;
        let Some(file) = self.file.as_mut().filter(|file| file.is_named()) else {
            return Err(lines.error(Problem::Homeless));
        };
        if header.new.first() < file.hunk {
            return Err(lines.error(Problem::Order));
        }
        if header.new.count > 0 && file.is_deleted() {
            return Err(lines.error(Problem::Deleted));
        }
        file.hunk = header.new.first();
        file.has_hunks = true;
        let mut body = if file.is_gits_word() { Body::at_its_word(&header) } else { Body::refined(&header) };
        while !body.is_complete() || lines.remark_follows()? {
            if !lines.next()? {
                return Err(lines.error(Problem::Truncated(body.missing())));
            }
            match body.read(&lines.line) {
                // With --function-context git's hunks may overlap, by lines that did not change.
                Ok(BodyLine::Added(line)) if line < file.next_line => return Err(lines.error(Problem::Order)),
                Ok(BodyLine::Added(line)) => {
                    file.next_line = line + 1;
                    if self.keeps_text {
                        AddedText::push(&mut file.text, line, &lines.line[body.columns()..]);
                    }
                }
                Ok(_) => {}
                Err(NoBodyLine::TooMany) => return Err(lines.error(Problem::TooMany)),
                Err(NoBodyLine::TookTooLong) => return Err(lines.error(TookTooLong.into())),
                Err(NoBodyLine::Mark) if lines.line.starts_with(b"\x1b[") => {
                    return Err(lines.error(Problem::Coloured));
                }
                Err(NoBodyLine::Mark) => return Err(lines.error(Problem::Mark(body.missing()))),
            }
        }
        let traces = body.finish().map_err(|error| lines.error(error.into()))?;
        file.take(traces);
        self.is_behind_hunk = true;
        Ok(())
    }

    /// Adds a file that was read to its end, which is the end of the diff at line `end_of_diff`.
    fn end(&mut self, file: File, end_of_diff: Option<usize>) -> Result<(), DiffError> {
        if !file.has_hunks && file.is_named() && !file.is_binary() {
            let is_cut_off = end_of_diff.is_some_and(|end| end <= file.line + 1);
            if !file.is_plain() || is_cut_off {
                return Err(DiffError::At { line: file.line, problem: Problem::Truncated(1) });
            }
            // Two lines of some text that look like names.
            return Ok(());
        }
        let path = file.path();
        let changed_before = |path: &[u8], unless_moved: bool| {
            let seen = self.seen.get(path);
            seen.is_some_and(|seen| seen.has_hunks && !(unless_moved && seen.is_moved))
        };
        let problem = if file.is_reversed() {
            Some(Problem::Reversed)
        } else if file.has_hunks && changed_before(&path, false) {
            Some(Problem::Twice(shown(&path)))
        } else {
            // Two files that were exchanged are both moved, in one diff.
            let from = file.moved_from().filter(|from| changed_before(from, true));
            from.map(|from| Problem::Twice(shown(from)))
        };
        if let Some(problem) = problem {
            return Err(DiffError::At { line: file.line, problem });
        }
        if !file.is_deleted() {
            let seen = Seen { has_hunks: file.has_hunks, is_moved: file.moved_from().is_some() };
            self.seen.insert(path, seen);
        }
        let (change, trace) = file.into_change();
        self.diff.changes.push(change);
        self.traces.push(trace);
        Ok(())
    }

    /// The diff, whose last line was `line`.
    fn finish(mut self, line: usize) -> Result<Diff, DiffError> {
        if let Some(file) = self.file.take() {
            self.end(file, Some(line))?;
        }
        match self.guess {
            Some(guess) if self.diff.changes.is_empty() && self.remark != Remark::Yes => {
                Err(DiffError::NoDiff(guess))
            }
            _ => {
                let Self { mut diff, traces, .. } = self;
                tell_moved(&mut diff.changes, &traces);
                Ok(diff)
            }
        }
    }
}

/// The date by which git marks the first line of a mail as its own (git-format-patch(1)).
const MAIL_DATE: &[u8] = b" Mon Sep 17 00:00:00 2001";

/// Whether a line ends the patch in a mail.
fn is_signature(line: &[u8]) -> bool {
    matches!(line, b"-- " | b"--")
}

/// What an input without any diff may be, by its first line.
fn guess(line: &[u8]) -> &'static str {
    match line.trim_ascii_start() {
        [b'<', ..] => "it looks like XML or HTML",
        [b'{' | b'[', ..] => "it looks like JSON",
        [b'*', b'*', b'*', b' ', ..] => "it is a context diff; make a unified one (diff -u)",
        [digit, ..] if digit.is_ascii_digit() && line.iter().all(|byte| b"0123456789,acd".contains(byte)) => {
            "it is a diff without names; make a unified one (diff -u)"
        }
        _ => "it has no line that begins with \"diff --git\", or \"---\" and \"+++\"",
    }
}
