//! One option of a section, and its value as each of the types that coverage.py knows.

use std::str::FromStr;

use toml::de::DeValue;

use super::Environment;
use super::error::Problem;
use super::python::{float, integer, split_lines, strip};
use super::substitution::substitute;
use crate::percent::Percent;

/// An option with its value, not yet typed.
pub(super) struct Setting<'d> {
    pub(super) name: String,
    /// The line, from 1.
    pub(super) line: usize,
    pub(super) value: Value<'d>,
    pub(super) environment: Environment<'d>,
}

/// A value as its file has it.
pub(super) enum Value<'d> {
    Ini(&'d str),
    Toml(&'d DeValue<'d>),
}

impl Setting<'_> {
    /// A yes or no. INI knows more words for it than TOML strings, which must be `true` or `false`.
    pub(super) fn boolean(&self) -> Result<bool, Problem> {
        if let Value::Toml(DeValue::Boolean(value)) = self.value {
            return Ok(*value);
        }
        let expected = "a boolean (true or false)";
        let Some(text) = self.string()? else { return Err(self.wrong_type(expected)) };
        let lower = text.to_lowercase();
        match (&self.value, &*lower) {
            (Value::Ini(_), "1" | "yes" | "on" | "true") => Ok(true),
            (Value::Ini(_), "0" | "no" | "off" | "false") => Ok(false),
            (Value::Toml(_), _) if text == "true" => Ok(true),
            (Value::Toml(_), _) if text == "false" => Ok(false),
            _ => Err(wrong(expected, &text)),
        }
    }

    /// A text. Coverage.py takes any TOML value here and fails on some later; this takes those that become a text.
    pub(super) fn text(&self) -> Result<String, Problem> {
        if let Some(text) = self.string()? {
            return Ok(text);
        }
        match self.value {
            Value::Toml(DeValue::Integer(number)) => Ok(number.to_string()),
            Value::Toml(DeValue::Float(number)) => Ok(number.to_string()),
            Value::Toml(DeValue::Boolean(value)) => Ok(if *value { "True" } else { "False" }.to_owned()),
            _ => Err(self.wrong_type("a string")),
        }
    }

    /// A path, in which a leading `~` is the home directory.
    pub(super) fn path(&self) -> Result<String, Problem> {
        let Some(path) = self.string()? else { return Err(self.wrong_type("a string")) };
        Ok(expand_user(path, self.environment))
    }

    /// A list of texts: an array in TOML; in INI what stands between commas and line ends, but for nothing.
    pub(super) fn list(&self) -> Result<Vec<String>, Problem> {
        match self.string_in_ini()? {
            Some(text) => Ok(non_empty(text.split(['\n', ',']))),
            None => self.array(),
        }
    }

    /// A list of regular expressions, which have commas in them: only line ends divide them in INI.
    ///
    /// They are not compiled here: they are in Python's dialect, and whoever searches with them has to read that.
    pub(super) fn regexes(&self) -> Result<Vec<String>, Problem> {
        match self.string_in_ini()? {
            Some(text) => Ok(non_empty(split_lines(&text))),
            None => Ok(non_empty(self.array()?.iter().map(String::as_str))),
        }
    }

    /// A whole number that fits the type which the option has here.
    pub(super) fn integer<T: TryFrom<i64>>(&self, expected: &'static str) -> Result<T, Problem> {
        let number = match self.value {
            Value::Toml(DeValue::Integer(number)) => {
                i64::from_str_radix(number.as_str(), number.radix()).ok()
            }
            // Python's booleans are integers.
            Value::Toml(DeValue::Boolean(value)) => Some(i64::from(*value)),
            _ => self.string()?.and_then(|text| integer(&text)),
        };
        number.and_then(|number| T::try_from(number).ok()).ok_or_else(|| self.wrong_type(expected))
    }

    /// A percentage, exactly as it was written.
    pub(super) fn percent(&self) -> Result<Percent, Problem> {
        let number = match self.value {
            Value::Toml(DeValue::Integer(number)) => {
                i64::from_str_radix(number.as_str(), number.radix()).ok().map(|number| number.to_string())
            }
            Value::Toml(DeValue::Float(number)) => Some(number.as_str().to_owned()),
            Value::Toml(DeValue::Boolean(value)) => Some(u8::from(*value).to_string()),
            _ => self.string()?.and_then(|text| float(&text)),
        };
        let number = number.ok_or_else(|| self.wrong_type("a float"))?;
        Ok(Percent::from_str(number.strip_prefix('+').unwrap_or(&number))?)
    }

    /// The value with its variables replaced, if it is a string; every INI value is.
    fn string(&self) -> Result<Option<String>, Problem> {
        match self.value {
            Value::Ini(text) => substitute(text, self.environment).map(Some),
            Value::Toml(DeValue::String(text)) => substitute(text, self.environment).map(Some),
            Value::Toml(_) => Ok(None),
        }
    }

    fn string_in_ini(&self) -> Result<Option<String>, Problem> {
        match self.value {
            Value::Ini(_) => self.string(),
            Value::Toml(_) => Ok(None),
        }
    }

    /// The strings of a TOML array.
    fn array(&self) -> Result<Vec<String>, Problem> {
        let Value::Toml(DeValue::Array(values)) = self.value else { return Err(self.wrong_type("a list")) };
        values
            .iter()
            .map(|value| match value.get_ref() {
                DeValue::String(text) => substitute(text, self.environment),
                other => Err(wrong_value("a list of strings", other)),
            })
            .collect()
    }

    fn wrong_type(&self, expected: &'static str) -> Problem {
        match self.value {
            Value::Ini(text) => wrong(expected, text),
            Value::Toml(value) => wrong_value(expected, value),
        }
    }
}

/// `os.path.expanduser`, but for the homes of other users, which only the system's user list knows.
pub(super) fn expand_user(path: String, environment: Environment<'_>) -> String {
    let Some(rest) = path.strip_prefix('~') else { return path };
    match environment("HOME") {
        Some(home) if rest.is_empty() || rest.starts_with('/') => {
            let expanded = format!("{}{rest}", home.trim_end_matches('/'));
            if expanded.is_empty() { "/".to_owned() } else { expanded }
        }
        _ => path,
    }
}

fn non_empty<'s>(items: impl Iterator<Item = &'s str>) -> Vec<String> {
    items.map(strip).filter(|item| !item.is_empty()).map(str::to_owned).collect()
}

fn wrong(expected: &'static str, text: &str) -> Problem {
    Problem::WrongType { expected, value: format!("{text:?}") }
}

fn wrong_value(expected: &'static str, value: &DeValue<'_>) -> Problem {
    let value = match value {
        DeValue::String(text) => format!("{text:?}"),
        DeValue::Integer(number) => number.to_string(),
        DeValue::Float(number) => number.to_string(),
        DeValue::Boolean(value) => value.to_string(),
        DeValue::Datetime(moment) => moment.to_string(),
        DeValue::Array(_) => "[...]".to_owned(),
        DeValue::Table(_) => "{...}".to_owned(),
    };
    Problem::WrongType { expected, value }
}
