//! Coverage.py's own configuration of a project, read as coverage.py reads it.
//!
//! The rules are those of `config.py` and `tomlconfig.py` of coverage.py 7.17: which files are tried in which order, what
//! a section is called in each, how a value becomes a list or a number, and what is an error. `docs/decisions/0006` says
//! where this reader deliberately differs.

mod document;
mod error;
mod ini;
mod options;
mod plugins;
mod python;
mod setting;
mod settings;
mod substitution;
#[cfg(test)]
mod tests;
mod tool;

use std::path::{Path, PathBuf};
use std::{fs, io};

use document::Document;
pub use error::{ConfigError, Problem, UnknownOption};
pub use plugins::{Plugin, PluginEffect};
pub use settings::{
    CoverageConfig, DEFAULT_EXCLUDE, DEFAULT_PARTIAL, DEFAULT_PARTIAL_ALWAYS, HtmlConfig, JsonConfig,
    LcovConfig, ReportConfig, RunConfig, XmlConfig,
};
pub use tool::{DiffConfig, GateConfig, RunnerConfig, ToolConfig};

/// Where a variable of the environment is looked up.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The environment of this process, for [`Configuration::read`]. A value that is not Unicode counts as not set.
pub fn process_environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The files that are tried, and whether each is coverage.py's own, rather than shared with other tools.
const CANDIDATES: [(&str, bool); 5] = [
    (".coveragerc", true),
    (".coveragerc.toml", true),
    ("setup.cfg", false),
    ("tox.ini", false),
    ("pyproject.toml", false),
];

/// A project's configuration, and where it stood.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Configuration {
    /// The settings; defaults where no file sets them.
    pub coverage: CoverageConfig,
    /// The file that was used: none when no file has anything to say.
    pub path: Option<PathBuf>,
    /// Options that coverage.py does not know, in the order of the files. Coverage.py warns of them and goes on.
    pub warnings: Vec<UnknownOption>,
}

impl Configuration {
    /// Reads the configuration of the project in `directory`.
    ///
    /// With `rcfile` that file must exist, and it alone is read; a variable `COVERAGE_RCFILE` does the same, relative to
    /// `directory`. Otherwise the first of `.coveragerc`, `.coveragerc.toml`, `setup.cfg`, `tox.ini` and
    /// `pyproject.toml` that configures coverage.py is used: the first two whenever they exist, the others when they set
    /// an option. `COVERAGE_FILE`, `COVERAGE_DEBUG` and `COVERAGE_CORE` then win over the file.
    pub fn read(
        directory: &Path,
        rcfile: Option<&Path>,
        environment: Environment<'_>,
    ) -> Result<Self, ConfigError> {
        let mut found = match explicit_file(directory, rcfile, environment) {
            Some(path) => Self::read_explicit(path, environment)?,
            None => Self::search(directory, environment)?,
        };
        found.coverage.set_from_environment(environment);
        found.coverage.finish().map_err(|problem| ConfigError {
            path: found.path.clone().unwrap_or_default(),
            line: None,
            option: None,
            problem,
        })?;
        Ok(found)
    }

    /// Reads the one file that the user named.
    fn read_explicit(path: PathBuf, environment: Environment<'_>) -> Result<Self, ConfigError> {
        let mut found = Self::default();
        let text = read_text(&path)?;
        found.set_from_text(&text, &path, true, environment)?;
        found.path = Some(path);
        Ok(found)
    }

    /// Reads the first file that is used.
    fn search(directory: &Path, environment: Environment<'_>) -> Result<Self, ConfigError> {
        let mut found = Self::default();
        for (name, own) in CANDIDATES {
            let path = in_directory(directory, Path::new(name));
            let text = match read_text(&path) {
                Err(ConfigError { problem: Problem::Unreadable(error), .. }) if is_absent(&error) => continue,
                read => read?,
            };
            let any_set = found.set_from_text(&text, &path, own, environment)?;
            if own || any_set {
                found.path = Some(path);
                break;
            }
        }
        Ok(found)
    }

    /// Takes over what `text`, read from `path`, sets; whether it sets anything.
    fn set_from_text(
        &mut self,
        text: &str,
        path: &Path,
        own: bool,
        environment: Environment<'_>,
    ) -> Result<bool, ConfigError> {
        let in_file = |line, option, problem| ConfigError { path: path.to_owned(), line, option, problem };
        let document = Document::parse(text, path.extension().is_some_and(|extension| extension == "toml"))
            .map_err(|(line, problem)| in_file(line, None, problem))?;
        let mut any_set = false;
        for name in CoverageConfig::SECTIONS {
            let section =
                document.section(name, own).map_err(|(line, problem)| in_file(line, None, problem))?;
            let Some(section) = section else { continue };
            for setting in section.settings(environment) {
                let option = format!("[{}] {}", section.name, setting.name);
                match self.coverage.set(name, &setting) {
                    Ok(true) => any_set = true,
                    Ok(false) => {
                        self.warnings.push(UnknownOption {
                            path: path.to_owned(),
                            line: setting.line,
                            option,
                        });
                    }
                    Err(problem) => return Err(in_file(Some(setting.line), Some(option), problem)),
                }
            }
        }
        Ok(any_set)
    }
}

/// The file that the user asks for instead of those that are searched.
///
/// Asking for `.coveragerc` is the same as not asking, as it always was in coverage.py.
fn explicit_file(directory: &Path, rcfile: Option<&Path>, environment: Environment<'_>) -> Option<PathBuf> {
    match rcfile {
        Some(path) if path != Path::new(".coveragerc") => Some(path.to_owned()),
        _ => environment("COVERAGE_RCFILE")
            .filter(|path| !path.is_empty())
            .map(|path| in_directory(directory, Path::new(&path))),
    }
}

/// `path` in `directory`, without a leading `./`.
fn in_directory(directory: &Path, path: &Path) -> PathBuf {
    if directory == Path::new(".") { path.to_owned() } else { directory.join(path) }
}

/// The text of a configuration file with its line ends made `\n`.
fn read_text(path: &Path) -> Result<String, ConfigError> {
    let error = |line, problem| ConfigError { path: path.to_owned(), line, option: None, problem };
    let bytes = fs::read(path).map_err(|unreadable| error(None, Problem::Unreadable(unreadable)))?;
    let text = String::from_utf8(bytes).map_err(|not_text| {
        let before = &not_text.as_bytes()[..not_text.utf8_error().valid_up_to()];
        error(Some(before.split(|&byte| byte == b'\n').count()), Problem::NotUtf8)
    })?;
    Ok(python::universal_newlines(text))
}

/// Whether nothing is there to be read. To a search, a directory of that name is nothing either.
fn is_absent(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::IsADirectory
    )
}
