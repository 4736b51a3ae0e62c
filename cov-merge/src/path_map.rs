//! Path maps: files that have other names where they were measured.

use std::fmt;
use std::str::FromStr;

use cov_model::path::{join, normal, within};
use cov_model::{Conflict, Report};

/// What is below one directory is below another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathMapping {
    /// A directory or a file, normal; empty for whatever is relative.
    from: String,
    /// Its other name, normal; empty for the project's directory.
    to: String,
}

/// A text that is no mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAMapping;

impl fmt::Display for NotAMapping {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("write FROM=TO, such as /build/agent/project=. or src=frontend/src")
    }
}

impl std::error::Error for NotAMapping {}

impl FromStr for PathMapping {
    type Err = NotAMapping;

    fn from_str(text: &str) -> Result<Self, NotAMapping> {
        match text.split_once('=') {
            Some((from, to)) if !from.is_empty() && !to.is_empty() => {
                Ok(Self { from: normal(from), to: normal(to) })
            }
            _ => Err(NotAMapping),
        }
    }
}

/// All mappings of a command line.
#[derive(Clone, Debug, Default)]
pub struct PathMap(Vec<PathMapping>);

impl PathMap {
    /// Of several mappings that fit, the longest counts; of equals the first.
    pub fn new(mappings: &[PathMapping]) -> Self {
        let mut mappings = mappings.to_vec();
        mappings.sort_by_key(|mapping| std::cmp::Reverse(mapping.from.len()));
        Self(mappings)
    }

    /// The other name of `path`, where a mapping fits.
    pub fn renamed(&self, path: &str) -> Option<String> {
        let path = normal(path);
        let renamed =
            self.0.iter().find_map(|PathMapping { from, to }| Some(join(to, within(from, &path)?)))?;
        (!renamed.is_empty()).then_some(renamed)
    }

    /// `report` under its files' other names. Files that get the same name are merged, as if measured apart.
    pub fn apply(&self, mut report: Report) -> Result<Report, Conflict> {
        if self.0.is_empty() {
            return Ok(report);
        }
        let files = std::mem::take(&mut report.files);
        let mut renamed = report;
        for (path, file) in files {
            let path = self.renamed(&path).unwrap_or(path);
            renamed.merge(Report { files: [(path, file)].into(), ..Report::default() })?;
        }
        Ok(renamed)
    }
}

#[cfg(test)]
mod tests {
    use cov_model::FileCoverage;

    use super::*;

    #[track_caller]
    fn check(mappings: &[&str], path: &str, expected: Option<&str>) {
        let mappings: Vec<PathMapping> = mappings.iter().map(|text| text.parse().unwrap()).collect();
        assert_eq!(PathMap::new(&mappings).renamed(path).as_deref(), expected);
    }

    #[test]
    fn names_are_mapped_at_slashes() {
        check(&["src=lib"], "src/a.py", Some("lib/a.py"));
        check(&["src/=lib/"], "src/a.py", Some("lib/a.py"));
        check(&["src=lib"], "srcs/a.py", None);
        check(&["src=lib"], "x/src/a.py", None);
        check(&["/build/7=."], "/build/7/src/a.py", Some("src/a.py"));
        check(&["a.py=b/a.py"], "a.py", Some("b/a.py"));
        check(&["a.py=."], "a.py", None);
        check(&[".=backend"], "src/a.py", Some("backend/src/a.py"));
        check(&[".=backend"], "/src/a.py", None);
        check(&["src=/abs"], "src/a.py", Some("/abs/a.py"));
    }

    #[test]
    fn the_longest_mapping_counts_and_one_only() {
        check(&["/b=x", "/b/c=y"], "/b/c/a.py", Some("y/a.py"));
        check(&["a=b", "b=c"], "a/x.py", Some("b/x.py"));
    }

    #[test]
    fn names_of_windows_are_mapped() {
        check(&[r"C:\agent\7=."], r"C:\agent\7\src\a.cs", Some("src/a.cs"));
        check(&[r"c:\agent=."], "C:/agent/src/a.cs", Some("src/a.cs"));
        check(&[r"\\server\share=."], r"\\server\share\a.cs", Some("a.cs"));
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "a", "=b", "a=", "="] {
            assert_eq!(text.parse::<PathMapping>(), Err(NotAMapping), "{text}");
        }
    }

    #[test]
    fn files_that_become_one_are_merged() {
        let file =
            |hits| FileCoverage { lines: [(1, hits)].into_iter().collect(), ..FileCoverage::default() };
        let files = [("py311/a.py".to_owned(), file(2)), ("py313/a.py".to_owned(), file(3))];
        let report = Report { files: files.into(), ..Report::default() };
        let map = PathMap::new(&["py311=lib".parse().unwrap(), "py313=lib".parse().unwrap()]);
        assert_eq!(map.apply(report).unwrap().files["lib/a.py"].lines.get(1), Some(5));
    }
}
