//! Coverage.py's patterns of file paths: what `include`, `omit` and the rules of a gate select.

use std::fmt::Write as _;
use std::iter::Peekable;
use std::str::Chars;
use std::sync::LazyLock;

use regex::{Regex, RegexBuilder};
use thiserror::Error;

/// Patterns, any of which may match a path.
///
/// From `files.py` of coverage.py: `*` and `?` stay within a component, `**/` is any number of directories, a leading
/// `*/` is any directory or none, a trailing `/*` is everything below, `[a-f]` is a choice, and a pattern without a slash
/// matches a name in any directory. `/` and `\` are the same.
#[derive(Clone, Debug)]
pub struct Globs {
    regex: Regex,
}

/// A text that is no pattern.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum GlobError {
    /// A combination of characters that has no meaning.
    #[error("file pattern {pattern:?} cannot include {found:?}")]
    Meaningless {
        /// The pattern.
        pattern: String,
        /// What is wrong in it.
        found: String,
    },
    /// A choice in brackets that has no end, or goes backwards.
    #[error("file pattern {pattern:?} has a choice in brackets that has no end or goes backwards")]
    Choice {
        /// The patterns, as one regular expression.
        pattern: String,
    },
    /// So many patterns, or so long ones, that they cannot be searched for.
    #[error("file patterns are too large")]
    TooLarge,
}

impl Globs {
    /// Patterns that match whole paths.
    pub fn new<S: AsRef<str>>(patterns: &[S]) -> Result<Self, GlobError> {
        let choices =
            patterns.iter().map(|pattern| regex_of(pattern.as_ref())).collect::<Result<Vec<_>, _>>()?;
        let joined = match &*choices {
            [single] => single.clone(),
            several => several.iter().map(|choice| format!("(?:{choice})")).collect::<Vec<_>>().join("|"),
        };
        let translated = translate_choices(&format!("(?:{joined})"))?;
        Ok(Self { regex: compiled(&format!(r"\A{translated}\z"), cfg!(windows))? })
    }

    /// Patterns that also match absolute paths below `root`, as `include` and `omit` do: each is used as it is and, unless
    /// it starts with a wildcard, taken from `root`, which is absolute.
    pub fn below<S: AsRef<str>>(patterns: &[S], root: &str) -> Result<Self, GlobError> {
        let mut all = Vec::with_capacity(2 * patterns.len());
        for pattern in patterns {
            let pattern = pattern.as_ref();
            all.push(pattern.to_owned());
            if !pattern.starts_with(['*', '?']) {
                all.push(absolute(pattern, root));
            }
        }
        Self::new(&all)
    }

    /// Whether a pattern matches the whole path.
    pub fn matches(&self, path: &str) -> bool {
        self.regex.is_match(path)
    }
}

/// A pattern for the beginnings of paths, in capitals or not: what `[paths]` calls the same directory.
///
/// From `globs_to_regex` of coverage.py's files.py, `partial` and `case_insensitive`.
#[derive(Clone, Debug)]
pub struct GlobPrefix {
    regex: Regex,
}

impl GlobPrefix {
    /// The beginnings that `pattern` matches; one that ends with a slash matches whole directories.
    pub fn new(pattern: &str) -> Result<Self, GlobError> {
        let translated = translate_choices(&regex_of(pattern)?)?;
        Ok(Self { regex: compiled(&format!(r"\A(?:{translated})"), true)? })
    }

    /// The beginning of `path` that matches.
    pub fn of<'p>(&self, path: &'p str) -> Option<&'p str> {
        self.regex.find(path).map(|found| found.as_str())
    }
}

fn compiled(regex: &str, is_any_case: bool) -> Result<Regex, GlobError> {
    RegexBuilder::new(regex).case_insensitive(is_any_case).build().map_err(|_| GlobError::TooLarge)
}

/// Which files of a report are reported: those that `include` matches, if it says anything, less those of `omit`.
#[derive(Clone, Debug)]
pub struct FileFilter {
    root: String,
    include: Option<Globs>,
    omit: Option<Globs>,
}

impl FileFilter {
    /// A filter for paths that are relative to `root`, which is absolute.
    pub fn new<S: AsRef<str>>(include: &[S], omit: &[S], root: &str) -> Result<Self, GlobError> {
        let globs = |patterns: &[S]| {
            if patterns.is_empty() { Ok(None) } else { Globs::below(patterns, root).map(Some) }
        };
        Ok(Self { root: root.to_owned(), include: globs(include)?, omit: globs(omit)? })
    }

    /// Whether the file at `path` is reported.
    pub fn keeps(&self, path: &str) -> bool {
        let absolute = absolute(path, &self.root);
        self.include.as_ref().is_none_or(|include| include.matches(&absolute))
            && !self.omit.as_ref().is_some_and(|omit| omit.matches(&absolute))
    }
}

/// `path` as it is seen from `root`, without `.`, `..` and doubled slashes. Links are not followed.
fn absolute(path: &str, root: &str) -> String {
    let from_root = if path.starts_with('/') { path.to_owned() } else { format!("{root}/{path}") };
    let mut parts: Vec<&str> = Vec::new();
    for part in from_root.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

/// What a part of a pattern becomes.
#[derive(Clone, Copy)]
enum Meaning {
    /// Nothing: it is an error.
    None,
    /// This regular expression.
    Regex(&'static str),
    /// Itself, as a regular expression.
    Same,
    /// The character itself.
    Literal,
}

/// The parts of a pattern, the first that fits first: `G2RX_TOKENS` of coverage.py's files.py. The flag is for a part that
/// only a pattern's start can be.
static PARTS: LazyLock<Vec<(Regex, bool, Meaning)>> = LazyLock::new(|| {
    [
        (r"\*\*\*+", false, Meaning::None),
        (r"[^/]+\*\*+", false, Meaning::None),
        (r"\*\*+[^/]+", false, Meaning::None),
        (r"\*\*/\*\*", false, Meaning::None),
        (r"\*+/", true, Meaning::Regex(r"(.*[/\\])?")),
        (r"/\*+\z", false, Meaning::Regex(r"[/\\].*")),
        (r"\*\*/", false, Meaning::Regex(r"(.*[/\\])?")),
        (r"/", false, Meaning::Regex(r"[/\\]")),
        (r"\*", false, Meaning::Regex(r"[^/\\]*")),
        (r"\?", false, Meaning::Regex(r"[^/\\]")),
        (r"\[.*?\]", false, Meaning::Same),
        (r"[a-zA-Z0-9_-]+", false, Meaning::Same),
        (r"[\[\]]", false, Meaning::None),
        (r"(?s:.)", false, Meaning::Literal),
    ]
    .into_iter()
    .map(|(part, only_first, meaning)| {
        (
            Regex::new(&format!(r"\A(?:{part})")).expect("a literal that the tests compile"),
            only_first,
            meaning,
        )
    })
    .collect()
});

/// One pattern as a regular expression in Python's dialect.
fn regex_of(pattern: &str) -> Result<String, GlobError> {
    let slashes = pattern.replace('\\', "/");
    let anchored = if slashes.contains('/') { slashes } else { format!("**/{slashes}") };
    let mut regex = String::new();
    let mut rest = &*anchored;
    while !rest.is_empty() {
        let at_start = rest.len() == anchored.len();
        let (found, meaning) = PARTS
            .iter()
            .filter(|(_, only_first, _)| at_start || !only_first)
            .find_map(|(part, _, meaning)| Some((part.find(rest)?.as_str(), *meaning)))
            .expect("the last part is any character");
        match meaning {
            Meaning::None => {
                return Err(GlobError::Meaningless { pattern: pattern.to_owned(), found: found.to_owned() });
            }
            Meaning::Regex(meaning) => regex.push_str(meaning),
            Meaning::Same => regex.push_str(found),
            Meaning::Literal => regex.push_str(&regex::escape(found)),
        }
        rest = &rest[found.len()..];
    }
    Ok(regex)
}

/// Rewrites the choices in brackets of a regular expression from Python's dialect to Rust's.
///
/// Python knows no classes within classes and no set operations, and takes a `]` that stands first as itself.
fn translate_choices(regex: &str) -> Result<String, GlobError> {
    let refusal = || GlobError::Choice { pattern: regex.to_owned() };
    let mut translated = String::with_capacity(regex.len());
    let mut characters = regex.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' => {
                translated.push(character);
                translated.extend(characters.next());
            }
            '[' => translate_choice(&mut characters, &mut translated).ok_or_else(refusal)?,
            _ => translated.push(character),
        }
    }
    Ok(translated)
}

/// Rewrites one choice, whose opening bracket is read. None if it does not end, or a range in it goes backwards.
fn translate_choice(characters: &mut Peekable<Chars<'_>>, translated: &mut String) -> Option<()> {
    translated.push('[');
    if characters.next_if_eq(&'^').is_some() {
        translated.push('^');
    }
    let mut is_first = true;
    loop {
        if !is_first && characters.next_if_eq(&']').is_some() {
            translated.push(']');
            return Some(());
        }
        is_first = false;
        let low = choice_character(characters)?;
        let mut high = low;
        let mut ahead = characters.clone();
        if ahead.next() == Some('-') && ahead.peek() != Some(&']') {
            characters.next();
            high = choice_character(characters)?;
        }
        if low > high {
            return None;
        }
        write!(translated, r"\x{{{:x}}}-\x{{{:x}}}", u32::from(low), u32::from(high)).ok()?;
    }
}

fn choice_character(characters: &mut Peekable<Chars<'_>>) -> Option<char> {
    match characters.next()? {
        '\\' => characters.next(),
        character => Some(character),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, matching: &[&str], others: &[&str]) {
        let globs = Globs::new(&[pattern]).unwrap();
        for path in matching {
            assert!(globs.matches(path), "{pattern} {path}");
        }
        for path in others {
            assert!(!globs.matches(path), "{pattern} {path}");
        }
    }

    #[test]
    fn wildcards_stay_within_a_component() {
        check("src/*.py", &["src/a.py", r"src\a.py"], &["src/b/a.py", "lib/src/a.py", "src/a.pyc"]);
        check("src/?.py", &["src/a.py"], &["src/ab.py", "src//.py"]);
        check("src/[ab].py", &["src/a.py"], &["src/c.py"]);
        check("src/a+b.py", &["src/a+b.py"], &["src/aab.py"]);
    }

    #[test]
    fn directories_are_crossed_at_the_ends_and_by_double_stars() {
        check("*/tests/*", &["tests/a.py", "a/b/tests/c/d.py"], &["a/tests", "mytests/a.py"]);
        check("src/**/a.py", &["src/a.py", "src/b/c/a.py"], &["src/ba.py"]);
        check("conftest.py", &["conftest.py", "a/b/conftest.py"], &["my_conftest.py"]);
    }

    #[test]
    fn beginnings_match_in_any_case_and_with_either_slash() {
        let prefix = GlobPrefix::new("*/Src/").unwrap();
        assert_eq!(prefix.of("/build/src/a.py"), Some("/build/src/"));
        assert_eq!(prefix.of(r"c:\build\SRC\a.py"), Some(r"c:\build\SRC\"));
        assert_eq!(prefix.of("src/src/a.py"), Some("src/src/"));
        assert_eq!(prefix.of("/build/mysrc/a.py"), None);
        assert!(GlobPrefix::new("a/***/").is_err());
    }

    #[test]
    fn choices_are_those_of_python() {
        check("a/[!b]", &["a/!", "a/b"], &["a/c"]);
        check("a/[a&&b]", &["a/&", "a/a"], &["a/c"]);
        check("a/[[]", &["a/["], &["a/a"]);
        check("a/[a-]", &["a/-", "a/a"], &["a/b"]);
    }

    #[test]
    fn patterns_without_a_meaning_are_refused() {
        for (pattern, found) in
            [("a***", "a***"), ("x**", "x**"), ("**x", "**x"), ("**/**", "**/**"), ("a/]", "]")]
        {
            let error = Globs::new(&[pattern]).unwrap_err();
            assert!(matches!(&error, GlobError::Meaningless { .. }), "{pattern} {found} {error}");
        }
        for pattern in ["a/[]", "a/[z-a]"] {
            assert!(matches!(Globs::new(&[pattern]), Err(GlobError::Choice { .. })), "{pattern}");
        }
    }

    #[test]
    fn a_filter_sees_paths_from_the_root() {
        let filter =
            FileFilter::new(&["src/*", "*/lib/*"], &["*/tests/*", "src/__init__.py"], "/home/me/p").unwrap();
        for (path, expected) in [
            ("src/a.py", true),
            ("./src/b/../a.py", true),
            ("/home/me/p/src/a.py", true),
            ("/elsewhere/src/a.py", false),
            ("/elsewhere/lib/a.py", true),
            ("src/__init__.py", false),
            ("src/b/tests/a.py", false),
            ("other/a.py", false),
        ] {
            assert_eq!(filter.keeps(path), expected, "{path}");
        }
        assert!(FileFilter::new::<&str>(&[], &[], "/").unwrap().keeps("anything"));
    }
}
