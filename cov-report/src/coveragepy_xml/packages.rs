//! Files as classes, in packages that are directories.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use cov_model::Ratio;
use cov_model::path::absolute;

use super::sources::Sources;
use crate::options::Options;
use crate::order::compare_names;
use crate::summary::{FileSummary, Summary, printable};

/// A name, in the order in which people count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name(String);

/// A package.
#[derive(Debug, Default)]
pub(super) struct Package<'a> {
    /// Its files by their paths. Of several that come to one path, the last.
    pub(super) classes: BTreeMap<Name, Class<'a>>,
    /// Its lines.
    pub(super) lines: Ratio,
    /// Its branches.
    pub(super) branches: Ratio,
}

/// A file.
#[derive(Debug)]
pub(super) struct Class<'a> {
    /// The path within the package.
    pub(super) name: String,
    /// The file.
    pub(super) file: &'a FileSummary<'a>,
}

/// The packages of the files that are to be reported.
pub(super) fn packages<'a>(
    summary: &'a Summary<'a>,
    options: &Options,
    sources: &mut Sources,
) -> BTreeMap<Name, Package<'a>> {
    let mut packages: BTreeMap<Name, Package<'a>> = BTreeMap::new();
    for file in summary.files.iter().filter(|file| !(options.skip.empty && file.is_empty())) {
        let path = printable(&sources.path_below(file.path));
        let directory = package_directory(&path, options.package_depth);
        let class = Class { name: relative(&path, &directory, options), file };
        let package = packages.entry(Name(directory.replace('/', "."))).or_default();
        package.lines += file.totals.lines;
        package.branches += file.totals.branches;
        package.classes.insert(Name(path), class);
    }
    packages
}

/// The directory that is the package of `path`: its first `depth` components; counted from the end, below 0.
fn package_directory(path: &str, depth: i64) -> String {
    let directory = match path.rsplit_once('/') {
        None => ".",
        Some((_, name)) => match path[..path.len() - name.len()].trim_end_matches('/') {
            "" => "/",
            directory => directory,
        },
    };
    let components: Vec<&str> = directory.split('/').collect();
    let depth = usize::try_from(depth).unwrap_or_else(|_| {
        components.len().saturating_sub(usize::try_from(depth.unsigned_abs()).unwrap_or(usize::MAX))
    });
    components[..depth.min(components.len())].join("/")
}

/// `path` as it is seen from `directory`, one of those around it; the empty one is the project's root.
fn relative(path: &str, directory: &str, options: &Options) -> String {
    match directory {
        "." => path.to_owned(),
        "" if path.starts_with('/') => {
            let root = absolute(&options.root);
            let (path, root): (Vec<&str>, Vec<&str>) = (path.split('/').collect(), root.split('/').collect());
            let common = path.iter().zip(&root).take_while(|(ours, theirs)| ours == theirs).count();
            let up = std::iter::repeat_n("..", root.len() - common);
            up.chain(path[common..].iter().copied()).collect::<Vec<_>>().join("/")
        }
        _ => path.strip_prefix(directory).unwrap_or(path).trim_start_matches('/').to_owned(),
    }
}

impl Name {
    /// The name.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl Ord for Name {
    fn cmp(&self, other: &Self) -> Ordering {
        compare_names(&self.0, &other.0)
    }
}

impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_ends_where_the_project_says() {
        // Each from Python's `"/".join(dirname(path).split("/")[:depth])`.
        for (path, depth, expected) in [
            ("a/b/c.py", 99, "a/b"),
            ("a/b/c.py", 1, "a"),
            ("a/b/c.py", 0, ""),
            ("a/b/c.py", -1, "a"),
            ("a/b/c.py", -5, ""),
            ("c.py", 99, "."),
            ("c.py", 0, ""),
            ("/o/c.py", 99, "/o"),
            ("/o/c.py", 1, ""),
        ] {
            assert_eq!(package_directory(path, depth), expected, "{path} {depth}");
        }
    }
}
