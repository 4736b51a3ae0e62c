//! The source of a file, and whether it is the one that was measured.

use std::fs;
use std::path::Path;

use cov_model::{Digest, FileCoverage};

/// What is known of the source of a file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Source {
    /// Its text with `\n` between the lines, if it could be read.
    pub(crate) text: Option<String>,
    /// Whether that is what was measured.
    pub(crate) trust: Trust,
}

/// Whether a source is the one that was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trust {
    /// Its digest says so.
    Same,
    /// The report has no digest, and nothing speaks against it.
    Unknown,
    /// Its text is another one.
    Changed,
    /// The report speaks of this line, which the source does not have.
    TooShort(u32),
    /// It could not be read.
    Absent,
}

impl Trust {
    /// Whether readers must be warned.
    pub(crate) fn is_doubtful(self) -> bool {
        !matches!(self, Self::Same | Self::Unknown)
    }
}

impl Source {
    /// Reads the source of `coverage` at `path`.
    ///
    /// A report says which files are read, and it may come from anybody: what is outside of `root`, the canonical path of
    /// the project, is shown only if the report has the digest of it, and so nothing that its author did not know.
    pub(crate) fn read(path: &Path, root: &Path, coverage: &FileCoverage) -> Self {
        let absent = Self { text: None, trust: Trust::Absent };
        let Ok(path) = path.canonicalize() else {
            return absent;
        };
        // Only a regular file is read: a report must not make us wait for a pipe.
        if !path.is_file() {
            return absent;
        }
        let Ok(bytes) = fs::read(&path) else {
            return absent;
        };
        let source = Self::of(bytes, coverage);
        if path.starts_with(root) || source.trust == Trust::Same { source } else { absent }
    }

    fn of(bytes: Vec<u8>, coverage: &FileCoverage) -> Self {
        let digest = coverage.digest.map(|digest| digest == Digest::of(&bytes));
        let is_python = coverage.language.as_deref() == Some("python");
        let python = is_python.then(|| cov_python::source::decode(&bytes).ok()).flatten();
        let text = python.unwrap_or_else(|| decode(bytes));
        let lines = text.split_terminator('\n').count();
        let measured = coverage.lines.iter().last().map_or(0, |(line, _)| line);
        let last = coverage.excluded.last().copied().unwrap_or(0).max(measured);
        let trust = match digest {
            Some(true) => Trust::Same,
            Some(false) => Trust::Changed,
            None if last as usize > lines => Trust::TooShort(last),
            None => Trust::Unknown,
        };
        Self { text: Some(text), trust }
    }
}

/// `bytes` as text. What is not UTF-8 is taken for Latin-1, which can be anything and is often right.
fn decode(bytes: Vec<u8>) -> String {
    let text = String::from_utf8(bytes)
        .unwrap_or_else(|error| error.as_bytes().iter().map(|&byte| char::from(byte)).collect());
    let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
    if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trust(bytes: &[u8], digest: Option<Digest>, last: u32) -> Trust {
        let lines = [(last, 1)].into_iter().collect();
        Source::of(bytes.to_owned(), &FileCoverage { digest, lines, ..FileCoverage::default() }).trust
    }

    #[test]
    fn a_source_is_trusted_by_its_digest() {
        let bytes = b"a = 1\nb = 2\n";
        assert_eq!(trust(bytes, Some(Digest::of(bytes)), 2), Trust::Same);
        assert_eq!(trust(bytes, Some(Digest::of(b"")), 2), Trust::Changed);
        assert_eq!(trust(bytes, None, 2), Trust::Unknown);
        assert_eq!(trust(bytes, None, 3), Trust::TooShort(3));
    }

    #[test]
    fn any_bytes_are_text() {
        assert_eq!(decode(b"\xef\xbb\xbfa\r\nb\rc\n".to_vec()), "a\nb\nc\n");
        assert_eq!(decode(b"# caf\xe9".to_vec()), "# café");
    }

    #[test]
    fn what_is_no_file_is_absent() {
        let source = Source::read(Path::new("/"), Path::new("/"), &FileCoverage::default());
        assert_eq!(source, Source { text: None, trust: Trust::Absent });
    }

    #[test]
    fn files_outside_of_the_project_are_shown_to_those_who_know_them_only() {
        let directory = tempfile::tempdir().unwrap();
        let outside = directory.path().canonicalize().unwrap();
        let root = outside.join("project");
        fs::create_dir(&root).unwrap();
        fs::write(outside.join("secret"), "secret").unwrap();
        let read = |name, bytes: Option<&[u8]>| {
            let coverage = FileCoverage { digest: bytes.map(Digest::of), ..FileCoverage::default() };
            Source::read(&root.join(name), &root, &coverage).trust
        };
        assert_eq!(read("../secret", None), Trust::Absent);
        assert_eq!(read("../secret", Some(b"guess")), Trust::Absent);
        assert_eq!(read("../secret", Some(b"secret")), Trust::Same);
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(outside.join("secret"), root.join("link")).unwrap();
            assert_eq!(read("link", None), Trust::Absent);
        }
    }
}
