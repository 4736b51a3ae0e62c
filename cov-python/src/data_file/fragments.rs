//! Which data files belong together: what `coverage combine` would take from a directory.

use std::collections::HashSet;
use std::path::{Path, PathBuf, absolute};
use std::sync::LazyLock;
use std::{fs, io};

use regex::Regex;

/// The end of a fragment's name that coverage.py made: `SUFFIX_PATTERN` of its sqldata.py. It tells the data's hash.
static SUFFIX: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\.[^.]+\.pid\d+\.X\w{6}x\.H(\w{10}h)$").expect("a literal that the tests compile")
});

/// The data files directly in `directory`, where they are called `base` (`.coverage`): that one and every `base.*`, but
/// for the journals of `SQLite`. From `combinable_files` of coverage.py's data.py, which leaves `base` itself to be the result.
pub fn in_directory(directory: &Path, base: &str) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let name = entry.file_name();
        let is_wanted = name.to_str().is_some_and(|name| is_fragment(name, base));
        if is_wanted && !entry.path().is_dir() {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

fn is_fragment(name: &str, base: &str) -> bool {
    let suffix = name.strip_prefix(base);
    suffix.is_some_and(|suffix| suffix.is_empty() || suffix.starts_with('.')) && !name.ends_with("-journal")
}

/// `files` sorted by their absolute paths, without those whose names tell that another has the same data.
///
/// Coverage.py also compares the bytes of the others; the union of equal data is the same without that.
pub fn distinct(mut files: Vec<PathBuf>) -> Vec<PathBuf> {
    files.sort_by_cached_key(|file| absolute(file).unwrap_or_else(|_| file.clone()));
    let mut seen = HashSet::new();
    files.retain(|file| {
        let name = file.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
        let hash = SUFFIX.captures(&name).map(|found| found[1].to_owned());
        hash.is_none_or(|hash| seen.insert(hash))
    });
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_gives_its_data_files() {
        let directory = tempfile::tempdir().unwrap();
        for name in
            [".coverage.b", ".coverage", ".coveragerc", ".coverage.a", ".coverage.a-journal", "x.coverage.a"]
        {
            fs::write(directory.path().join(name), "").unwrap();
        }
        fs::create_dir(directory.path().join(".coverage.d")).unwrap();
        let found = in_directory(directory.path(), ".coverage").unwrap();
        let names: Vec<_> = found.iter().map(|path| path.file_name().unwrap().to_str().unwrap()).collect();
        assert_eq!(names, [".coverage", ".coverage.a", ".coverage.b"]);
    }

    #[test]
    fn names_tell_of_equal_data() {
        let files = |names: &[&str]| names.iter().map(PathBuf::from).collect::<Vec<_>>();
        let named = files(&[
            "b/.coverage.host.pid12.Xabc123x.H0123456789h",
            "a/.coverage.host.pid11.XABC123x.H0123456789h",
            "a/.coverage.host.pid11.XABC123x.H1123456789h",
            "b/.coverage.host.pid12.Xabc123x",
            "a/.coverage.host.pid12.Xabc123x",
        ]);
        assert_eq!(
            distinct(named),
            files(&[
                "a/.coverage.host.pid11.XABC123x.H0123456789h",
                "a/.coverage.host.pid11.XABC123x.H1123456789h",
                "a/.coverage.host.pid12.Xabc123x",
                "b/.coverage.host.pid12.Xabc123x",
            ])
        );
    }
}
