//! The names of files: from what a document calls them to paths relative to the project's root.

use std::fs;
use std::path::Path;

use crate::path::{absolute, is_absolute, join, normal, within};

/// How the files of a document are named, and which of them are wanted.
///
/// Names become relative to the root, with `/`. Of the places where a file may be (below each `<source>`, or as named),
/// the one where a file is wins. Nothing is opened; whether a file exists is all that is asked.
pub struct Paths<'a> {
    root: String,
    /// The root without symbolic links.
    real_root: String,
    exists: Box<dyn Fn(&str) -> bool + 'a>,
    /// An existing directory without symbolic links.
    real: Rename<'a>,
    rename: Rename<'a>,
    keep: Box<dyn Fn(&str) -> bool + 'a>,
}

/// Another name of a path, if it has one.
type Rename<'a> = Box<dyn Fn(&str) -> Option<String> + 'a>;

/// A file's name in the report.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) name: String,
    /// Several sources may have such a file, and nothing tells which of them is meant.
    pub(super) is_unsure: bool,
}

impl<'a> Paths<'a> {
    /// Names relative to the absolute path `root`, where `exists` tells whether there is a file of an absolute path.
    pub fn new(root: &str, exists: impl Fn(&str) -> bool + 'a) -> Self {
        let root = normal(root);
        Self {
            real_root: root.clone(),
            root,
            exists: Box::new(exists),
            real: Box::new(|_| None),
            rename: Box::new(|_| None),
            keep: Box::new(|_| true),
        }
    }

    /// Names relative to the directory `root`, by the files that are on this machine.
    pub fn on_disk(root: &Path) -> Self {
        let real = |path: &Path| fs::canonicalize(path).ok().map(|path| path.to_string_lossy().into_owned());
        let mut paths = Self::new(&absolute(root), |path| Path::new(path).exists());
        if let Some(root) = real(root) {
            paths.real_root = normal(&root);
        }
        paths.real = Box::new(move |path| real(Path::new(path)));
        paths
    }

    /// Renames what `rename` gives another name. It is asked for a file as the document names it, and for each place
    /// where the file may be.
    #[must_use]
    pub fn renamed_by(mut self, rename: impl Fn(&str) -> Option<String> + 'a) -> Self {
        self.rename = Box::new(rename);
        self
    }

    /// Passes over the files that `keep` does not want; it is asked with the name relative to the root.
    #[must_use]
    pub fn kept_by(mut self, keep: impl Fn(&str) -> bool + 'a) -> Self {
        self.keep = Box::new(keep);
        self
    }

    /// Whether the file of this name is wanted.
    pub fn is_kept(&self, name: &str) -> bool {
        (self.keep)(name)
    }

    /// A `<source>` as it is joined with names: below the root where it is that, symbolic links followed.
    pub(super) fn source(&self, text: &str) -> String {
        let source = normal(text);
        if is_absolute(&source)
            && within(&self.root, &source).is_none()
            && let Some(real) = (self.real)(&source).map(|real| normal(&real))
            && let Some(inside) = within(&self.real_root, &real)
        {
            return join(&self.root, inside);
        }
        source
    }

    /// The name of the file that a document with `sources` calls `filename`.
    pub(super) fn name(&self, filename: &str, sources: &[String]) -> Result<Named, String> {
        let sure = |name: String| Ok(Named { name, is_unsure: false });
        if let Some(name) = (self.rename)(filename) {
            return sure(self.relative(&name));
        }
        if filename.contains("://") {
            return sure(filename.to_owned());
        }
        let filename = normal(filename);
        // What .NET calls the root of the sources in builds that are the same everywhere.
        if let Some(inside) = filename.strip_prefix("/_/")
            && self.is_file(inside)
        {
            return sure(inside.to_owned());
        }
        if is_absolute(&filename) {
            let renamed = (self.rename)(&filename);
            return sure(self.relative(renamed.as_deref().unwrap_or(&filename)));
        }
        let mut places: Vec<Candidate> = Vec::new();
        for source in sources {
            let place = join(source, &filename);
            let renamed = (self.rename)(&place);
            // Where nothing is on disk, a root elsewhere (a container, another machine) has the layout of this one.
            let is_elsewhere =
                renamed.is_none() && is_absolute(&place) && within(&self.root, &place).is_none();
            let candidate =
                Candidate { name: self.relative(renamed.as_deref().unwrap_or(&place)), is_elsewhere };
            if !places.contains(&candidate) {
                places.push(candidate);
            }
        }
        let existing: Vec<&Candidate> = places.iter().filter(|place| self.is_file(&place.name)).collect();
        match *existing.as_slice() {
            [place] => return sure(place.name.clone()),
            [] if self.is_file(&filename) => return sure(self.relative(&filename)),
            [] => {}
            _ => {
                let names: Vec<&str> = existing.iter().map(|place| place.name.as_str()).collect();
                return Err(format!(
                    "{filename:?} may be any of {}: say which with --path-map {filename}=PATH, or use a report that names files in full, such as coverage.py's JSON",
                    names.join(", ")
                ));
            }
        }
        Ok(match places.as_slice() {
            [Candidate { name, is_elsewhere: false }] => Named { name: name.clone(), is_unsure: false },
            [_] | [] => Named { name: self.relative(&filename), is_unsure: false },
            _ => Named { name: self.relative(&filename), is_unsure: true },
        })
    }

    /// `path` relative to the root, or as it is where it lies elsewhere.
    fn relative(&self, path: &str) -> String {
        let whole = join(&self.root, &normal(path));
        match within(&self.root, &whole) {
            Some(inside) if !inside.is_empty() => inside.to_owned(),
            _ => whole,
        }
    }

    fn is_file(&self, name: &str) -> bool {
        (self.exists)(&join(&self.root, name))
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Candidate {
    name: String,
    /// Below a source that has nothing to do with the root.
    is_elsewhere: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(files: &[&str], sources: &[&str], filename: &str) -> Result<Named, String> {
        let paths = Paths::new("/proj", |path| files.contains(&path));
        let sources: Vec<String> = sources.iter().map(|source| paths.source(source)).collect();
        paths.name(filename, &sources)
    }

    #[track_caller]
    fn check(files: &[&str], sources: &[&str], filename: &str, expected: &str) {
        assert_eq!(named(files, sources, filename).map(|named| named.name).as_deref(), Ok(expected));
    }

    #[test]
    fn the_file_that_exists_wins() {
        let files = ["/proj/src/a.py", "/proj/api/models.py", "/proj/b.py"];
        check(&files, &["/proj/src"], "a.py", "src/a.py");
        check(&files, &["/proj/analysis", "/proj/api"], "models.py", "api/models.py");
        // A source that was left behind by a build elsewhere.
        check(&files, &["/build/7/proj/x"], "b.py", "b.py");
        check(&files, &["/build/7/proj"], "src/a.py", "src/a.py");
        check(&files, &["src"], "a.py", "src/a.py");
        check(&files, &["/proj"], "src/../src/./a.py", "src/a.py");
        check(&files, &["/proj", "/proj/src"], "a.py", "src/a.py");
        check(&files, &["/proj/", "/proj"], "b.py", "b.py");
    }

    #[test]
    fn absolute_names_below_the_root_become_relative() {
        check(&["/proj/a.py"], &[], "/proj/a.py", "a.py");
        check(&[], &["/elsewhere"], "/proj/deep/a.py", "deep/a.py");
        check(&[], &[], "/usr/lib/a.py", "/usr/lib/a.py");
        check(&[], &[], "/projector/a.py", "/projector/a.py");
    }

    #[test]
    fn where_nothing_exists_a_single_source_below_the_root_counts() {
        check(&[], &["/proj/src"], "a.py", "src/a.py");
        check(&[], &["/"], "proj/a.py", "a.py");
        check(&[], &["src"], "a.py", "src/a.py");
        check(&[], &["."], "a.py", "a.py");
        check(&[], &["/build/src"], "a.py", "a.py");
        check(&[], &[], "a.py", "a.py");
        check(&[], &[""], "a.py", "a.py");
    }

    #[test]
    fn windows_names_are_read_everywhere() {
        check(&[], &[], r"src\pkg\a.cs", "src/pkg/a.cs");
        check(&[], &[], r"C:\agent\src\a.cs", "C:/agent/src/a.cs");
        check(&[], &[r"C:\agent"], r"src\a.cs", "src/a.cs");
        let windows = Paths::new(r"C:\proj", |path| path == "C:/proj/a.cs");
        let sources = [windows.source(r"c:\proj\")];
        assert_eq!(windows.name("a.cs", &sources).unwrap().name, "a.cs");
        assert_eq!(windows.name(r"c:\proj\b\c.cs", &[]).unwrap().name, "b/c.cs");
    }

    #[test]
    fn the_root_of_deterministic_builds_is_ours_where_the_file_is() {
        check(&["/proj/src/a.cs"], &[], "/_/src/a.cs", "src/a.cs");
        check(&[], &[], "/_/src/a.cs", "/_/src/a.cs");
    }

    #[test]
    fn addresses_are_left_alone() {
        check(&[], &[""], "https://example.org/x/a.cs", "https://example.org/x/a.cs");
    }

    #[test]
    fn two_files_of_one_name_are_not_guessed_at() {
        let files = ["/proj/analysis/models.py", "/proj/api/models.py"];
        let error = named(&files, &["/proj/analysis", "/proj/api"], "models.py").unwrap_err();
        assert!(error.contains("analysis/models.py, api/models.py"), "{error}");
        assert!(error.contains("--path-map models.py=PATH"), "{error}");
        assert!(named(&[], &["/proj/analysis", "/proj/api"], "models.py").unwrap().is_unsure);
    }

    #[test]
    fn a_renamed_file_is_where_it_is_said_to_be() {
        let map = |path: &str| {
            path.strip_prefix("/build/7/").map(|rest| format!("/proj/{rest}")).or(match path {
                "models.py" => Some("api/models.py".to_owned()),
                _ => None,
            })
        };
        let paths = Paths::new("/proj", |_| false).renamed_by(map);
        assert_eq!(paths.name("a.py", &["/build/7/src".to_owned()]).unwrap().name, "src/a.py");
        assert_eq!(paths.name("/build/7/a.py", &[]).unwrap().name, "a.py");
        let unclear = ["/proj/analysis".to_owned(), "/proj/api".to_owned()];
        let named = paths.name("models.py", &unclear).unwrap();
        assert_eq!((named.name.as_str(), named.is_unsure), ("api/models.py", false));
    }

    #[test]
    fn a_source_behind_a_symbolic_link_is_the_root() {
        let mut paths = Paths::new("/real/proj", |path| path == "/real/proj/src/a.py");
        paths.real = Box::new(|path| path.strip_prefix("/link/").map(|rest| format!("/real/{rest}")));
        let source = paths.source("/link/proj/src");
        assert_eq!(paths.name("a.py", &[source]).unwrap().name, "src/a.py");
    }
}
