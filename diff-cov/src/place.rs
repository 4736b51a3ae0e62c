//! Where names lead to: those of the diff start at its root, those of the report at the project's directory.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

/// Where the names of a diff and of a report lead to.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// The project's directory.
    pub(crate) project: PathBuf,
    /// The root of the repository that the project is in, if it is in one.
    pub(crate) top: Option<PathBuf>,
    /// The project's place below that root: empty, or with a `/` at its end.
    pub(crate) prefix: String,
    /// How the diff's names are to be taken.
    pub(crate) names: Names,
}

/// Where a diff's names start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Names {
    /// At the repository's root: git said so.
    AtTop,
    /// At the project's directory.
    AtProject,
    /// Nobody said where: a diff file.
    Unknown,
}

impl Place {
    /// The name of a file of the diff as seen from the project, if it is in there.
    pub(crate) fn in_project<'a>(&self, name: &'a str) -> Option<&'a str> {
        match self.names {
            Names::AtProject => Some(name),
            Names::AtTop | Names::Unknown => name.strip_prefix(&self.prefix),
        }
    }

    /// The name of a file of the diff as seen from the project, or as it is if it is not in there.
    pub(crate) fn seen_from_project(&self, name: &str) -> String {
        self.in_project(name).unwrap_or(name).to_owned()
    }

    /// What the diff would call a file of the report, if the report's names are what they should be.
    pub(crate) fn in_diff(&self, name: &str) -> String {
        match self.names {
            Names::AtTop if !name.starts_with('/') => format!("{}{name}", self.prefix),
            _ => name.to_owned(),
        }
    }

    /// Where a file of the diff may be.
    pub(crate) fn files_of_change(&self, name: &[u8]) -> Vec<PathBuf> {
        let path = path_of(name);
        let at_top = self.top.as_ref().map(|top| top.join(&path));
        match self.names {
            Names::AtTop => at_top.into_iter().collect(),
            Names::AtProject => vec![self.project.join(path)],
            Names::Unknown => at_top.into_iter().chain([self.project.join(path)]).collect(),
        }
    }

    /// Where a file of the report is, if the report's names are what they should be.
    pub(crate) fn file_of_report(&self, name: &str) -> PathBuf {
        self.project.join(name)
    }

    /// The file that a name of the diff and one of the report were found to be, if it is on this machine.
    pub(crate) fn source(&self, change: &[u8], report: &str) -> Option<PathBuf> {
        let mut files = self.files_of_change(change);
        if self.names == Names::Unknown {
            files.insert(0, self.file_of_report(report));
        }
        files.into_iter().find(|file| file.is_file())
    }

    /// Whether the files on this machine show that a name of the diff and one of the report are two files.
    pub(crate) fn are_different(&self, change: &[u8], report: &str) -> bool {
        let Ok(reported) = fs::canonicalize(self.file_of_report(report)) else { return false };
        let changed: Vec<PathBuf> =
            self.files_of_change(change).iter().filter_map(|file| fs::canonicalize(file).ok()).collect();
        !changed.is_empty() && !changed.contains(&reported)
    }
}

/// A name of git's or of a diff's as a path.
pub(crate) fn path_of(name: &[u8]) -> Cow<'_, Path> {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt as _;
        Cow::Borrowed(Path::new(OsStr::from_bytes(name)))
    }
    #[cfg(not(unix))]
    Cow::Owned(PathBuf::from(String::from_utf8_lossy(name).into_owned()))
}

/// A path as the bytes that git would name it by.
pub(crate) fn bytes_of(path: &Path) -> Vec<u8> {
    path.as_os_str().as_encoded_bytes().to_vec()
}
