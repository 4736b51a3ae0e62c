//! The dialect of INI files that Python's configparser reads.

use std::collections::HashSet;

use super::python::{is_space, strip};

/// Options of this section hold in every section.
const DEFAULT: &str = "DEFAULT";

/// An INI file.
#[derive(Debug)]
pub(super) struct Ini {
    /// The sections in the order of the file, but for the defaults, which are always there and always the first.
    sections: Vec<IniSection>,
}

#[derive(Debug)]
struct IniSection {
    name: String,
    options: Vec<IniOption>,
}

/// One `name = value`.
#[derive(Debug)]
pub(super) struct IniOption {
    /// The name in lower case.
    pub(super) name: String,
    /// The value, its continuation lines joined by `\n`.
    pub(super) value: String,
    /// The line of the name, from 1.
    pub(super) line: usize,
}

impl Ini {
    /// Reads `text`, whose lines end with `\n`. An error is its line and what is wrong there.
    ///
    /// From `RawConfigParser._read` of Python 3.11 to 3.13 as coverage.py sets it up: `=` and `:` delimit, `#` and `;`
    /// start a comment that has its line to itself, a deeper indented line continues a value, empty lines belong to the
    /// value before them, and nothing may be said twice.
    pub(super) fn parse(text: &str) -> Result<Self, (usize, String)> {
        let mut ini = Self { sections: vec![IniSection { name: DEFAULT.to_owned(), options: Vec::new() }] };
        let mut seen = HashSet::new();
        let mut current: Option<usize> = None;
        let mut in_option = false;
        let mut indent = 0;
        for (index, raw) in text.split('\n').enumerate() {
            let line = index + 1;
            let content = strip(raw);
            if content.starts_with(['#', ';']) {
                continue;
            }
            let open =
                current.filter(|_| in_option).and_then(|section| ini.sections[section].options.last_mut());
            if content.is_empty() {
                if let Some(option) = open {
                    option.value.push('\n');
                }
                continue;
            }
            let this_indent = raw.chars().take_while(|&character| is_space(character)).count();
            if let Some(option) = open.filter(|_| this_indent > indent) {
                option.value.push('\n');
                option.value.push_str(content);
                continue;
            }
            indent = this_indent;
            if let Some(name) = section_header(content) {
                current = Some(
                    ini.open_section(name)
                        .ok_or_else(|| (line, format!("section [{name}] is there twice")))?,
                );
                in_option = false;
                continue;
            }
            let Some(section) = current else {
                return Err((line, format!("{content:?} stands before the first [section]")));
            };
            let (name, value) = option_line(content)
                .ok_or_else(|| (line, format!("{content:?} is neither a [section] nor a name = value")))?;
            if !seen.insert((section, name.clone())) {
                return Err((line, format!("option {name:?} is there twice in its section")));
            }
            ini.sections[section].options.push(IniOption { name, value, line });
            in_option = true;
        }
        ini.close_values();
        Ok(ini)
    }

    /// The options of a section, followed by the defaults that it does not set itself.
    pub(super) fn section(&self, name: &str) -> Option<Vec<&IniOption>> {
        let (defaults, sections) = self.sections.split_first()?;
        let section = sections.iter().find(|section| section.name == name)?;
        let is_set = |name: &str| section.options.iter().any(|option| option.name == name);
        let unset = defaults.options.iter().filter(|default| !is_set(&default.name));
        Some(section.options.iter().chain(unset).collect())
    }

    /// Starts a section, and gives its index; none if it is there already. Only the defaults may be continued.
    fn open_section(&mut self, name: &str) -> Option<usize> {
        if name == DEFAULT {
            return Some(0);
        }
        if self.sections.iter().any(|section| section.name == name) {
            return None;
        }
        self.sections.push(IniSection { name: name.to_owned(), options: Vec::new() });
        Some(self.sections.len() - 1)
    }

    /// Cuts off the empty lines behind the values.
    fn close_values(&mut self) {
        for option in self.sections.iter_mut().flat_map(|section| &mut section.options) {
            option.value.truncate(option.value.trim_end_matches(is_space).len());
        }
    }
}

/// The name in `[name]`. It reaches to the last bracket, and what follows that is nothing.
fn section_header(content: &str) -> Option<&str> {
    let name = &content.strip_prefix('[')?;
    let end = name.rfind(']').filter(|&end| end > 0)?;
    Some(&name[..end])
}

/// Name and value of an option, divided by the first `=` or `:`.
fn option_line(content: &str) -> Option<(String, String)> {
    let (name, value) = content.split_once(['=', ':'])?;
    let name = strip(name);
    (!name.is_empty()).then(|| (name.to_lowercase(), strip(value).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[(&str, &str, usize)]) {
        let ini = Ini::parse(text).unwrap();
        let options = ini.section("s").unwrap();
        let options: Vec<_> =
            options.iter().map(|option| (&*option.name, &*option.value, option.line)).collect();
        assert_eq!(options, expected, "{text}");
    }

    #[test]
    fn options_are_divided_by_the_first_delimiter() {
        check("[s]\nA = b : c\nd:e=f\ng =\n", &[("a", "b : c", 2), ("d", "e=f", 3), ("g", "", 4)]);
    }

    #[test]
    fn deeper_lines_continue_a_value() {
        check(
            "[s]\na =\n  one\n\n # no\n  two ; yes\nb = 1",
            &[("a", "\none\n\ntwo ; yes", 2), ("b", "1", 7)],
        );
        check("[s]\n  a = 1\n  b = 2\n   [x]\n", &[("a", "1", 2), ("b", "2\n[x]", 3)]);
    }

    #[test]
    fn defaults_hold_in_every_section() {
        check(
            "[DEFAULT]\na = 1\nb = 1\n[s] rest\nb = 2\n[DEFAULT]\nc = 1",
            &[("b", "2", 5), ("a", "1", 2), ("c", "1", 7)],
        );
    }

    #[test]
    fn what_is_no_ini_file_is_named_with_its_line() {
        for (text, expected) in [
            ("a = 1", (1, r#""a = 1" stands before the first [section]"#)),
            ("[s]\n\nnonsense\n", (3, r#""nonsense" is neither a [section] nor a name = value"#)),
            ("[s]\n= 1\n", (2, r#""= 1" is neither a [section] nor a name = value"#)),
            ("[s]\n[s]\n", (2, "section [s] is there twice")),
            ("[s]\na=1\nA=2\n", (3, r#"option "a" is there twice in its section"#)),
        ] {
            let (line, problem) = Ini::parse(text).unwrap_err();
            assert_eq!((line, &*problem), expected, "{text}");
        }
    }
}
