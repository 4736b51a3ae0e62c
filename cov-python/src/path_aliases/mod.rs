//! Coverage.py's `[paths]`: which directories of other machines are a directory of this one.

mod real_path;

use std::collections::HashMap;
use std::path::{MAIN_SEPARATOR, MAIN_SEPARATOR_STR, Path};

use cov_model::glob::{GlobError, GlobPrefix};
use regex::Regex;
use thiserror::Error;

use crate::data_file::{DataConflict, DataFile};
use real_path::real_path;

/// The extensions of archives that Python imports from.
const ARCHIVES: [&str; 5] = [".zip", ".whl", ".egg", ".pex", ".par"];

/// Rules that give files of other machines their names on this one: `PathAliases` of coverage.py's files.py.
///
/// What is not there: the directories of `sys.path`, in which coverage.py looks for a relative result that is not in the
/// current directory.
#[derive(Clone, Debug)]
pub struct PathAliases {
    rules: Vec<Rule>,
    directory: String,
    is_relative: bool,
}

#[derive(Clone, Debug)]
struct Rule {
    pattern: String,
    beginning: Beginning,
    /// Ends with a separator, whose kind the whole path then has.
    result: String,
}

#[derive(Clone, Debug)]
enum Beginning {
    /// What the configuration says.
    Glob(GlobPrefix),
    /// What follows from a relative path.
    Implied(Regex),
}

/// Why a pattern of `[paths]` cannot be.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum PathPatternError {
    /// It would match a whole tree, and not its root.
    #[error("pattern {0:?} in [paths] ends with a wildcard, and would match every file: name the directory")]
    Wildcard(String),
    /// It is no pattern.
    #[error("in [paths]: {0}")]
    Glob(#[from] GlobError),
}

impl PathAliases {
    /// No rules yet, for paths seen from `directory`. With `is_relative` (`relative_files = true`) files in there are
    /// known by relative paths.
    pub fn new(directory: &Path, is_relative: bool) -> Self {
        let directory = real_path(&cov_model::path::absolute(directory), "/");
        Self { rules: Vec::new(), directory, is_relative }
    }

    /// The rules of `[paths]`: under each name first the result, then the patterns that lead to it.
    pub fn configured(
        paths: &[(String, Vec<String>)],
        directory: &Path,
        is_relative: bool,
    ) -> Result<Self, PathPatternError> {
        let mut aliases = Self::new(directory, is_relative);
        for (_, places) in paths {
            let Some((result, patterns)) = places.split_first() else { continue };
            for pattern in patterns {
                aliases.add(pattern, result)?;
            }
        }
        Ok(aliases)
    }

    /// Adds the rule that what is below `pattern`, a glob, is below `result`.
    pub fn add(&mut self, pattern: &str, result: &str) -> Result<(), PathPatternError> {
        let slashes = ['\\', '/'];
        let pattern_separator = separator(pattern);
        let trimmed = if pattern.chars().count() > 1 { pattern.trim_end_matches(slashes) } else { pattern };
        if trimmed.ends_with('*') {
            return Err(PathPatternError::Wildcard(pattern.to_owned()));
        }
        let is_floating = trimmed.starts_with('*') || is_absolute(&format!("{trimmed}{pattern_separator}"));
        let mut glob = if self.is_relative || is_floating {
            trimmed.to_owned()
        } else {
            real_path(trimmed, &self.directory)
        };
        if !glob.ends_with(pattern_separator) {
            glob.push(pattern_separator);
        }
        self.rules.push(Rule {
            pattern: pattern.to_owned(),
            beginning: Beginning::Glob(GlobPrefix::new(&glob)?),
            result: format!("{}{}", result.trim_end_matches(slashes), separator(result)),
        });
        Ok(())
    }

    /// The name of `path` on this machine: by the first rule that matches and leads to a file that `exists`, else `path`
    /// as it is.
    ///
    /// Unless paths are relative, a result is absolute and without links. Where they are, a file of this directory
    /// loses the directory in front, and a relative path makes a rule of its own for the paths that follow: what is
    /// below a directory of the same name anywhere is below this one.
    pub fn map(&mut self, path: &str, exists: &dyn Fn(&str) -> bool) -> String {
        if let Some(mapped) = self.rules.iter().find_map(|rule| self.apply(rule, path, exists)) {
            return mapped;
        }
        if !self.is_relative {
            return path.to_owned();
        }
        let path = self.relative(path);
        if self.add_implied(path) { self.map(path, exists) } else { path.to_owned() }
    }

    /// What `rule` makes of `path`, where it matches and the file exists.
    fn apply(&self, rule: &Rule, path: &str, exists: &dyn Fn(&str) -> bool) -> Option<String> {
        let beginning = match &rule.beginning {
            Beginning::Glob(glob) => glob.of(path)?,
            Beginning::Implied(regex) => regex.find(path)?.as_str(),
        };
        let result = &*rule.result;
        let mapped = format!("{result}{}", &path[beginning.len()..])
            .replace(separator(path), separator(result).encode_utf8(&mut [0; 4]));
        let mapped = if self.is_relative { mapped } else { real_path(&mapped, &self.directory) };
        let starts_with_dot = |path: &str| path.starts_with("./") || path.starts_with(".\\");
        let keeps_dot = starts_with_dot(result) && result.len() > 2;
        let mapped = if starts_with_dot(&mapped) && !keeps_dot { mapped[2..].to_owned() } else { mapped };
        exists(&mapped).then_some(mapped)
    }

    /// `path` without this directory in front.
    fn relative<'p>(&self, path: &'p str) -> &'p str {
        let below = path.strip_prefix(&*self.directory);
        below
            .and_then(|rest| if self.directory == "/" { Some(rest) } else { rest.strip_prefix('/') })
            .unwrap_or(path)
    }

    /// Adds the rule that follows from a relative path, if it has a directory and there is none yet.
    fn add_implied(&mut self, path: &str) -> bool {
        let Some((first, _)) = path.split_once(['/', '\\']).filter(|_| !is_absolute(path)) else {
            return false;
        };
        let pattern = format!("*/{first}");
        if self.rules.iter().any(|rule| rule.pattern == pattern) {
            return false;
        }
        let Ok(regex) = Regex::new(&format!(r"\A(.*[\\/])?{}[\\/]", regex::escape(first))) else {
            return false;
        };
        self.rules.push(Rule {
            pattern,
            beginning: Beginning::Implied(regex),
            result: format!("{first}{MAIN_SEPARATOR}"),
        });
        true
    }

    /// `data` with its files named as on this machine, separators included, as `coverage combine` does.
    ///
    /// Files that get the same name are merged. Those of this directory are mapped before the others, because of the
    /// rules that follow from them; coverage.py maps in the order in which files were first met, whatever that was.
    pub fn apply_to(
        &mut self,
        data: DataFile,
        exists: &dyn Fn(&str) -> bool,
    ) -> Result<DataFile, DataConflict> {
        let (here, elsewhere): (Vec<_>, Vec<_>) =
            data.files.keys().partition(|path| !is_absolute(self.relative(path)));
        let names: HashMap<String, String> = here
            .into_iter()
            .chain(elsewhere)
            .map(|path| (path.clone(), self.map(path, exists).replace(['/', '\\'], MAIN_SEPARATOR_STR)))
            .collect();
        data.with_paths(|path| names.get(path).cloned().unwrap_or_else(|| path.to_owned()))
    }

    /// Whether a source is there, as a file seen from `directory` or in an archive: `source_exists` of files.py.
    pub fn source_exists(directory: &Path, path: &str) -> bool {
        let is_there = |path: &str| directory.join(path).exists();
        let separator = separator(path);
        let archive = || {
            ARCHIVES.iter().find_map(|extension| {
                let (start, _) = path.split_once(&format!("{extension}{separator}"))?;
                Some(format!("{start}{extension}")).filter(|archive| is_there(archive))
            })
        };
        is_there(path) || archive().is_some()
    }
}

/// The separator that `path` uses, or this system's.
fn separator(path: &str) -> char {
    path.chars().find(|character| matches!(character, '\\' | '/')).unwrap_or(MAIN_SEPARATOR)
}

/// Whether `path` is absolute on some system: `isabs_anywhere` of files.py, under Python before 3.13, for which a path
/// of Windows without a drive is absolute too.
fn is_absolute(path: &str) -> bool {
    let bytes = path.as_bytes();
    let is_slash = |index: usize| bytes.get(index).is_some_and(|byte| matches!(byte, b'/' | b'\\'));
    is_slash(0) || (bytes.get(1) == Some(&b':') && is_slash(2))
}
