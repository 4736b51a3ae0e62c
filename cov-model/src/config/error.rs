//! What can be wrong with a configuration file.

use std::path::PathBuf;
use std::{fmt, io};

use thiserror::Error;

use crate::percent::NotAPercentage;

/// A configuration file that cannot be used, and where.
#[derive(Debug)]
pub struct ConfigError {
    /// The file.
    pub path: PathBuf,
    /// The line, from 1, where the trouble has one.
    pub line: Option<usize>,
    /// The section in brackets and the option, both as the file has them, where the trouble is a value.
    pub option: Option<String>,
    /// What is wrong.
    pub problem: Problem,
}

/// What is wrong with a file, or with the value of an option.
#[derive(Debug, Error)]
pub enum Problem {
    /// The file is there, or was asked for, and cannot be read.
    #[error("cannot read it as a configuration file: {0}")]
    Unreadable(io::Error),
    /// The file is not text.
    #[error("not UTF-8 text")]
    NotUtf8,
    /// The file is not an INI or TOML file.
    #[error("{0}")]
    Syntax(String),
    /// A place for a table holds something else.
    #[error("{0} is not a table")]
    NotATable(String),
    /// A value has not the type of its option.
    #[error("is not {expected}: {value}")]
    WrongType {
        /// What the option takes, with its article.
        expected: &'static str,
        /// The value, as TOML would write it.
        value: String,
    },
    /// `fail_under` outside of 0 to 100.
    #[error(transparent)]
    NotAPercentage(#[from] NotAPercentage),
    /// `${NAME?}` of a variable that is not set.
    #[error("needs the environment variable {0}, which is not set")]
    UndefinedVariable(String),
    /// Words that `concurrency` does not know.
    #[error("unknown concurrency choices: {0}")]
    UnknownConcurrency(String),
    /// Several libraries of light threads, where at most one can be measured.
    #[error("conflicting concurrency settings: {0}")]
    ConflictingConcurrency(String),
}

impl fmt::Display for ConfigError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:", self.path.display())?;
        if let Some(line) = self.line {
            write!(formatter, "{line}:")?;
        }
        if let Some(option) = &self.option {
            write!(formatter, " option {option}")?;
            if matches!(self.problem, Problem::NotAPercentage(_)) {
                write!(formatter, ":")?;
            }
        }
        write!(formatter, " {}", self.problem)
    }
}

impl std::error::Error for ConfigError {}

/// An option that coverage.py does not know: a slip of the pen, or of another version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownOption {
    /// The file.
    pub path: PathBuf,
    /// The line, from 1.
    pub line: usize,
    /// The section in brackets and the option, both as the file has them.
    pub option: String,
}

impl fmt::Display for UnknownOption {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, line, option } = self;
        write!(formatter, "{}:{line}: unknown option {option}", path.display())
    }
}
