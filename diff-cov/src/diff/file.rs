//! One file of a diff, as far as it was read: its names, what became of it, its lines.

use std::collections::BTreeSet;

use super::name::{git_names, header_name, is_reversed, name_after};
use super::trace::Trace;
use super::{AddedText, Change, Kind, Runs};

/// What a diff calls a file that is not there.
const NOTHING: &[u8] = b"/dev/null";

/// A file of a diff.
#[expect(clippy::struct_excessive_bools, reason = "each is told by a line of its own")]
#[derive(Debug, Default)]
pub(super) struct File {
    /// The 1-based line of the diff where it begins.
    pub(super) line: usize,
    /// The names of a `diff --git` line, with their prefixes.
    git: Option<(Vec<u8>, Vec<u8>)>,
    /// The name of a `diff --cc` line.
    combined: Option<Vec<u8>>,
    /// The names of the `---` and `+++` lines.
    names: Option<(Vec<u8>, Vec<u8>)>,
    /// The names of the `rename` or `copy` lines.
    from: Option<Vec<u8>>,
    to: Option<Vec<u8>>,
    is_copy: bool,
    is_new: bool,
    /// Whether git shows the file as rewritten from the first line to the last, the equal ones too (`git diff -B`).
    is_rewritten: bool,
    kind: Option<Kind>,
    pub(super) has_hunks: bool,
    /// Where its last hunk begins.
    pub(super) hunk: u32,
    /// The first line that may still be added.
    pub(super) next_line: u32,
    /// The lines that changed against some version before.
    lines: Runs,
    /// What changed against the version before; nothing for a merge, which has several.
    trace: Trace,
    pub(super) text: Vec<AddedText>,
}

impl File {
    /// A file that begins with the line `diff --git`, the rest of which is `names`.
    pub(super) fn of_git(line: usize, names: &[u8]) -> Option<Self> {
        Some(Self { line, git: Some(git_names(names)?), ..Self::default() })
    }

    /// A file that begins with the line `diff --cc`, the rest of which is `name`.
    pub(super) fn of_merge(line: usize, name: &[u8]) -> Option<Self> {
        Some(Self { line, combined: Some(header_name(name)?), ..Self::default() })
    }

    /// A file that begins with the lines `---` and `+++`.
    pub(super) fn plain(line: usize, old: Vec<u8>, new: Vec<u8>) -> Self {
        Self { line, names: Some((old, new)), ..Self::default() }
    }

    /// A file of a plain diff that is binary.
    pub(super) fn binary(line: usize, old: &[u8], new: &[u8]) -> Self {
        Self { kind: Some(Kind::Binary), ..Self::plain(line, old.to_vec(), new.to_vec()) }
    }

    /// Whether it is known to be binary.
    pub(super) fn is_binary(&self) -> bool {
        self.kind == Some(Kind::Binary)
    }

    /// Whether it has no other head than its `---` and `+++` lines, which any text may contain.
    pub(super) fn is_plain(&self) -> bool {
        self.git.is_none() && self.combined.is_none()
    }

    /// Whether its `---` and `+++` lines were read.
    pub(super) fn is_named(&self) -> bool {
        self.names.is_some()
    }

    /// Takes the names of its `---` and `+++` lines.
    pub(super) fn name(&mut self, old: Vec<u8>, new: Vec<u8>) {
        self.names = Some((old, new));
    }

    /// Whether lines of git's extended header may follow.
    pub(super) fn is_in_header(&self) -> bool {
        !self.is_plain() && !self.is_named() && !self.has_hunks
    }

    /// Reads a line of git's extended header. What is unknown, or just a remark, changes nothing.
    pub(super) fn read_header(&mut self, line: &[u8]) {
        let kind_of_mode = |mode: &[u8]| match mode {
            b"120000" => Some(Kind::Link),
            b"160000" => Some(Kind::Submodule),
            _ => None,
        };
        if line.starts_with(b"deleted file mode ") {
            self.kind = Some(Kind::Deleted);
        } else if let Some(mode) =
            line.strip_prefix(b"new file mode ").or_else(|| line.strip_prefix(b"new mode "))
        {
            self.kind = kind_of_mode(mode);
            self.is_new |= line.starts_with(b"new file");
        } else if let Some(index) = line.strip_prefix(b"index ") {
            let mode = index.splitn(2, |&byte| byte == b' ').nth(1).and_then(kind_of_mode);
            self.kind = self.kind.or(mode);
        } else if let Some(name) = line.strip_prefix(b"rename from ") {
            self.from = header_name(name);
        } else if let Some(name) = line.strip_prefix(b"rename to ") {
            self.to = header_name(name);
        } else if let Some(name) = line.strip_prefix(b"copy from ") {
            self.from = header_name(name);
        } else if let Some(name) = line.strip_prefix(b"copy to ") {
            self.to = header_name(name);
            self.is_copy = true;
        } else if line.starts_with(b"dissimilarity index ") {
            self.is_rewritten = true;
        } else if line.starts_with(b"Binary files ") || line == b"GIT binary patch" {
            self.kind = self.kind.or(Some(Kind::Binary));
        }
    }

    /// Whether git says which lines changed, which is also what reviewers see.
    pub(super) fn is_gits_word(&self) -> bool {
        self.git.is_some() && !self.is_rewritten
    }

    /// The name that the file was moved from.
    pub(super) fn moved_from(&self) -> Option<&[u8]> {
        self.from.as_deref().filter(|_| !self.is_copy)
    }

    /// Whether the diff leads from the new version to the old one.
    pub(super) fn is_reversed(&self) -> bool {
        [&self.git, &self.names].into_iter().flatten().any(|(old, new)| is_reversed(old, new))
    }

    /// Whether the change deletes the file.
    pub(super) fn is_deleted(&self) -> bool {
        self.kind == Some(Kind::Deleted) || self.names.as_ref().is_some_and(|(_, new)| new == NOTHING)
    }

    /// The file's name after the change, or before it if the change deletes the file.
    pub(super) fn path(&self) -> Vec<u8> {
        if let Some(name) = self.to.as_ref().or(self.combined.as_ref()) {
            return name.clone();
        }
        // Where the names of git's line differ in more than a prefix, they may have been parted at the wrong blank.
        let git = self.git.as_ref().map(|(old, new)| (name_after(old, new), new));
        if let Some((name, new)) = &git
            && (name != *new || self.names.is_none())
        {
            return name.clone();
        }
        let Some((old, new)) = &self.names else { return Vec::new() };
        let without = |prefix: &[u8], name: &Vec<u8>| name.strip_prefix(prefix).unwrap_or(name).to_vec();
        if new == NOTHING {
            without(b"a/", old)
        } else if old == NOTHING {
            without(b"b/", new)
        } else {
            name_after(old, new)
        }
    }

    /// Takes over what a hunk changed, against each version before.
    pub(super) fn take(&mut self, mut traces: Vec<Trace>) {
        if traces.len() == 1
            && let Some(trace) = traces.pop()
        {
            trace.added.iter().for_each(|line| self.lines.push(line.number));
            self.trace.append(trace);
            return;
        }
        let lines = traces.into_iter().flat_map(|trace| trace.added).map(|line| line.number);
        lines.collect::<BTreeSet<u32>>().into_iter().for_each(|line| self.lines.push(line));
    }

    /// The name before the change; none if the file is new.
    fn path_before(&self, path: &[u8]) -> Option<Vec<u8>> {
        let is_new = self.is_new || self.names.as_ref().is_some_and(|(old, _)| old == NOTHING);
        (!is_new).then(|| self.from.clone().unwrap_or_else(|| path.to_vec()))
    }

    /// The change that the diff tells of, and its lines.
    pub(super) fn into_change(self) -> (Change, Trace) {
        let path = self.path();
        let kind = if self.is_deleted() { Kind::Deleted } else { self.kind.unwrap_or(Kind::Text) };
        let before = self.path_before(&path);
        let removed =
            self.combined.is_none().then(|| self.trace.removed.iter().map(|line| line.number).collect());
        let respaced = self.trace.respaced.iter().copied().collect();
        let change = Change {
            path,
            before,
            kind,
            lines: self.lines,
            removed,
            respaced,
            moved: Runs::default(),
            text: self.text,
        };
        (change, self.trace)
    }
}
