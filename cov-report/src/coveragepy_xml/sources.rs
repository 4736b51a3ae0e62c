//! The directories that the names of files are relative to.

use std::collections::BTreeSet;
use std::path::Path;

use cov_model::path::absolute;

use crate::options::Options;
use crate::order::compare_names;

/// The `<source>`s: the directories of `[run] source` that exist, and what turns out to be needed for other files.
#[derive(Debug)]
pub(super) struct Sources {
    root: String,
    /// Whether files are known by relative names, and sources are too.
    is_relative: bool,
    paths: BTreeSet<String>,
}

impl Sources {
    /// Those that the project configures.
    pub(super) fn new(options: &Options) -> Self {
        let is_relative = options.relative_files;
        let exists = |source: &&String| options.root.join(source).exists();
        let named = |source: &String| {
            if is_relative {
                return source.trim_end_matches(['\\', '/']).to_owned();
            }
            let directory = options.root.join(source);
            absolute(&directory.canonicalize().unwrap_or(directory))
        };
        let paths = options.sources.iter().filter(exists).map(named).collect();
        Self { root: absolute(&options.root), is_relative, paths }
    }

    /// `path` as it is seen from the source that it is below; from the innermost, if there are several (coverage.py takes
    /// one by chance). Where there is none, the source that it needs is added.
    pub(super) fn path_below(&mut self, path: &str) -> String {
        let file =
            if self.is_relative { path.to_owned() } else { absolute(&Path::new(&self.root).join(path)) };
        let from = |source: &String| -> Option<&str> {
            // The empty source is the current directory, where names are absolute.
            let source = if source.is_empty() && !self.is_relative { &self.root } else { source };
            file.strip_prefix(source.as_str())?.strip_prefix('/')
        };
        // The innermost source leaves the shortest path.
        if let Some(below) = self.paths.iter().filter_map(from).min_by_key(|below| below.len()) {
            return below.to_owned();
        }
        let source = file.strip_suffix(path).unwrap_or_default().trim_end_matches(['\\', '/']).to_owned();
        self.paths.insert(source);
        path.to_owned()
    }

    /// The sources, as people count.
    pub(super) fn sorted(&self) -> Vec<String> {
        let mut paths: Vec<String> = self.paths.iter().map(|path| crate::summary::printable(path)).collect();
        paths.sort_by(|left, right| compare_names(left, right));
        paths
    }
}
