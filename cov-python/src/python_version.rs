//! Which Python ran, as far as that changes which lines are statements.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// A group of Python versions whose compilers agree about the lines of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PythonVersion {
    /// 3.11: functions inside of unreachable code still count, and the grammar is older.
    Python311,
    /// 3.12 and 3.13.
    #[default]
    Python312,
    /// 3.14 and later: annotations without a value in a class body are not executed.
    Python314,
}

/// A version that coverage.py 7.17 does not run on, or no version at all.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0:?} is not a version of Python that can be analysed: it is 3.11 or later")]
pub struct UnknownVersion(String);

impl PythonVersion {
    /// The group of `3.minor`; none for what is older than 3.11.
    pub fn of_minor(minor: u32) -> Option<Self> {
        match minor {
            0..=10 => None,
            11 => Some(Self::Python311),
            12 | 13 => Some(Self::Python312),
            14.. => Some(Self::Python314),
        }
    }

    /// The newest grammar of the group.
    pub(crate) fn grammar(self) -> ruff_python_ast::PythonVersion {
        match self {
            Self::Python311 => ruff_python_ast::PythonVersion::PY311,
            Self::Python312 => ruff_python_ast::PythonVersion::PY313,
            Self::Python314 => ruff_python_ast::PythonVersion::PY314,
        }
    }
}

/// From what Python calls its version: `3.11`, `3.13.1`, `3.14.0rc1`, `3.13.0+`.
impl FromStr for PythonVersion {
    type Err = UnknownVersion;

    fn from_str(text: &str) -> Result<Self, UnknownVersion> {
        let minor = text.trim().strip_prefix("3.").and_then(|rest| {
            let digits = rest.find(|character: char| !character.is_ascii_digit()).unwrap_or(rest.len());
            rest[..digits].parse().ok()
        });
        minor.and_then(Self::of_minor).ok_or_else(|| UnknownVersion(text.to_owned()))
    }
}

impl fmt::Display for PythonVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Python311 => "3.11",
            Self::Python312 => "3.12",
            Self::Python314 => "3.14",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_as_python_writes_them_are_understood() {
        let group = |text: &str| text.parse().ok();
        assert_eq!(group("3.11"), Some(PythonVersion::Python311));
        assert_eq!(group("3.11.7"), Some(PythonVersion::Python311));
        assert_eq!(group("3.13.0+"), Some(PythonVersion::Python312));
        assert_eq!(group("3.14.0rc1"), Some(PythonVersion::Python314));
        assert_eq!(group("3.14t"), Some(PythonVersion::Python314));
        assert_eq!(group("3.20"), Some(PythonVersion::Python314));
        for not_ours in ["3.10.2", "2.7", "3", "3.", "", "four", "3.99999999999"] {
            assert_eq!(group(not_ours), None, "{not_ours}");
        }
    }
}
