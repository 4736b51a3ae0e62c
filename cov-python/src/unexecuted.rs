//! The files that count although they never ran: all Python below the sources.

use std::fs;
use std::path::{Path, PathBuf};

use cov_model::glob::{GlobError, Globs};
use cov_model::path;

use crate::data_file::DataFile;

/// What is to be measured, whether it runs or not.
#[derive(Clone, Copy, Debug)]
pub struct Sources<'a> {
    /// The project's directory.
    pub root: &'a Path,
    /// Directories (`source`, `source_dirs`).
    pub directories: &'a [String],
    /// Packages and modules by their dotted names (`source`, `source_pkgs`). They count once they are imported.
    pub packages: &'a [String],
    /// Whether directories without `__init__.py` are packages too.
    pub namespace_packages: bool,
    /// Patterns of files that are not measured (`[run] omit`).
    pub omit: &'a [String],
    /// Whether files below the root are recorded by relative names.
    pub relative_files: bool,
}

impl Sources<'_> {
    /// Adds every file that did not run to `data`, as `find_possibly_unexecuted_files` of coverage.py's `inorout.py`
    /// finds them when a process saves.
    pub fn touch(&self, data: &mut DataFile) -> Result<(), GlobError> {
        let root = path::absolute(self.root);
        let omit = Globs::below(self.omit, &root)?;
        let packages = self.packages.iter().filter_map(|package| package_directory(package, data));
        let directories: Vec<PathBuf> =
            self.directories.iter().map(|directory| self.root.join(directory)).chain(packages).collect();
        for directory in directories {
            for file in python_files(&directory, self.namespace_packages) {
                let file = path::absolute(&file);
                if !self.omit.is_empty() && omit.matches(&file) {
                    continue;
                }
                let inside = path::within(&root, &file).filter(|_| self.relative_files);
                data.files.entry(inside.unwrap_or(&file).to_owned()).or_default();
            }
        }
        Ok(())
    }
}

/// Where a package is that was imported: its `__init__.py` has run then.
fn package_directory(package: &str, data: &DataFile) -> Option<PathBuf> {
    let file = format!("/{}/__init__.py", package.replace('.', "/"));
    let found = data.files.keys().filter(|path| format!("/{path}").ends_with(&file));
    // The shortest is the package; others would be packages of its name inside of packages.
    let shortest = found.min_by_key(|path| path.len())?;
    Path::new(shortest).parent().map(Path::to_owned)
}

/// The Python files of a directory and of the packages below it, as `find_python_files` of coverage.py's `files.py` has
/// them: a directory without `__init__.py` is no package, and nothing below it counts, unless `namespace_packages`.
///
/// The directory itself need not be a package. Directories that cannot be read have no files.
pub fn python_files(directory: &Path, namespace_packages: bool) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut directories = vec![directory.to_owned()];
    let mut is_package = true;
    while let Some(directory) = directories.pop() {
        let entries: Vec<_> = fs::read_dir(&directory).into_iter().flatten().flatten().collect();
        if is_package || namespace_packages || entries.iter().any(|entry| entry.file_name() == "__init__.py")
        {
            for entry in entries {
                let path = entry.path();
                match entry.file_type() {
                    // As os.walk does, which lists links to directories and does not follow them.
                    Ok(kind) if kind.is_dir() => directories.push(path),
                    Ok(kind) if kind.is_symlink() && path.is_dir() => {}
                    _ if is_python_name(&entry.file_name().to_string_lossy()) => found.push(path),
                    _ => {}
                }
            }
        }
        is_package = false;
    }
    found.sort();
    found
}

/// Whether a file of this name is imported as Python: coverage.py takes `[^.#~!$@%^&*()+=,]+\.pyw?`.
fn is_python_name(name: &str) -> bool {
    let stem = name.strip_suffix(".py").or_else(|| name.strip_suffix(".pyw"));
    stem.is_some_and(|stem| !stem.is_empty() && !stem.contains(is_unfit))
}

fn is_unfit(character: char) -> bool {
    ".#~!$@%^&*()+=,".contains(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(root: &Path, namespace_packages: bool) -> Vec<String> {
        let files = python_files(root, namespace_packages);
        files.iter().map(|path| path.strip_prefix(root).unwrap().to_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn packages_are_walked_and_other_directories_are_not() {
        let root = tempfile::tempdir().unwrap();
        for path in [
            "setup.py",
            "a/__init__.py",
            "a/b/__init__.py",
            "a/b/c.pyw",
            "a/.#d.py",
            "a/e.f.py",
            "g/h.py",
            "g/i/__init__.py",
        ] {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let packages = ["a/__init__.py", "a/b/__init__.py", "a/b/c.pyw", "setup.py"];
        assert_eq!(names(root.path(), false), packages);
        let all = [&packages[..3], &["g/h.py", "g/i/__init__.py"], &packages[3..]].concat();
        assert_eq!(names(root.path(), true), all);
        assert!(names(&root.path().join("absent"), true).is_empty());
    }
}
