//! The words of a command, with placeholders that stand for what is a shard's own.

use std::fmt::Write as _;
use std::path::Path;

/// What placeholders of a shard stand for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Values<'a> {
    /// The shard's number, from 1.
    pub(super) shard: u32,
    /// How many shards there are.
    pub(super) total: u32,
    /// Its directory.
    pub(super) out: &'a Path,
    /// Its temporary directory.
    pub(super) tmp: &'a Path,
    /// Where its JUnit file is expected.
    pub(super) junit: &'a Path,
    /// Its part of the list of tests; nothing where there is no list.
    pub(super) tests: &'a [String],
    /// The file that has these, one a line.
    pub(super) tests_file: &'a Path,
}

/// A word with placeholders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Shard,
    Shard0,
    Total,
    Out,
    Tmp,
    Junit,
    /// All tests with this between them; without it, each is a word.
    Tests(Option<String>),
    TestsFile,
}

const KNOWN: &str =
    "{shard}, {shard0}, {total}, {out}, {tmp}, {junit}, {tests}, {tests:SEPARATOR} and {tests-file}";

impl Word {
    /// Takes a word apart. `{{` stands for `{`. Braces that hold no name are text, as are those of a shell's `${NAME}`.
    pub(super) fn parse(text: &str, is_for_shell: bool) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(start) = rest.find('{') {
            plain.push_str(&rest[..start]);
            rest = &rest[start + 1..];
            if let Some(behind) = rest.strip_prefix('{') {
                plain.push('{');
                rest = behind;
                continue;
            }
            let inside = rest.split_once('}').filter(|(name, _)| is_a_name(name) && !plain.ends_with('$'));
            let Some((name, behind)) = inside else {
                plain.push('{');
                continue;
            };
            let piece = Piece::named(name).ok_or_else(|| {
                format!("unknown placeholder {{{name}}}: there are {KNOWN}; {{{{ stands for {{")
            })?;
            if !plain.is_empty() {
                pieces.push(Piece::Text(std::mem::take(&mut plain)));
            }
            pieces.push(piece);
            rest = behind;
        }
        plain.push_str(rest);
        if !plain.is_empty() || pieces.is_empty() {
            pieces.push(Piece::Text(plain));
        }
        if !is_for_shell && pieces.len() > 1 && pieces.contains(&Piece::Tests(None)) {
            return Err(format!(
                "{text}: {{tests}} stands for several words and must be one by itself; {{tests:,}} is all of them with commas between"
            ));
        }
        Ok(Self(pieces))
    }

    /// The words that it stands for: itself with what is the shard's own, or the tests.
    pub(super) fn fill(&self, values: &Values<'_>) -> Vec<String> {
        if self.0 == [Piece::Tests(None)] {
            return values.tests.to_vec();
        }
        vec![self.0.iter().map(|piece| piece.fill(values, str::to_owned)).collect()]
    }

    /// The text for a shell that it stands for: what is the shard's own is quoted where that is needed.
    pub(super) fn fill_for_shell(&self, values: &Values<'_>) -> String {
        self.0.iter().map(|piece| piece.fill(values, quoted)).collect()
    }

    /// Whether it tells which shard this is, or names the shard's tests.
    pub(super) fn names_the_shard(&self) -> bool {
        self.0.iter().any(|piece| match piece {
            Piece::Shard | Piece::Shard0 | Piece::Tests(_) | Piece::TestsFile => true,
            Piece::Text(text) => VARIABLES.iter().any(|name| text.contains(name)),
            Piece::Total | Piece::Out | Piece::Tmp | Piece::Junit => false,
        })
    }

    /// Whether it makes the command run a part only: it tells how many shards there are, or names the shard's tests.
    pub(super) fn splits(&self) -> bool {
        self.0.iter().any(|piece| matches!(piece, Piece::Total)) || self.needs_tests()
    }

    /// Whether it stands for tests of a list.
    pub(super) fn needs_tests(&self) -> bool {
        self.0.iter().any(|piece| matches!(piece, Piece::Tests(_) | Piece::TestsFile))
    }
}

/// The variables that tell a command its shard; see [`super::environment`].
const VARIABLES: [&str; 3] = ["COV_RUN_SHARD", "COV_RUN_TESTS", "SHARD_INDEX"];

impl Piece {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "shard" => Self::Shard,
            "shard0" => Self::Shard0,
            "total" => Self::Total,
            "out" => Self::Out,
            "tmp" => Self::Tmp,
            "junit" => Self::Junit,
            "tests" => Self::Tests(None),
            "tests-file" => Self::TestsFile,
            _ => Self::Tests(Some(name.strip_prefix("tests:")?.to_owned())),
        })
    }

    fn fill(&self, values: &Values<'_>, quote: impl Fn(&str) -> String) -> String {
        let path = |path: &Path| quote(&path.to_string_lossy());
        match self {
            Self::Text(text) => text.clone(),
            Self::Shard => values.shard.to_string(),
            Self::Shard0 => (values.shard - 1).to_string(),
            Self::Total => values.total.to_string(),
            Self::Out => path(values.out),
            Self::Tmp => path(values.tmp),
            Self::Junit => path(values.junit),
            Self::Tests(None) => values.tests.iter().map(|test| quote(test)).collect::<Vec<_>>().join(" "),
            Self::Tests(Some(separator)) => quote(&values.tests.join(separator)),
            Self::TestsFile => path(values.tests_file),
        }
    }
}

/// Whether what stands between braces looks like a placeholder. `{}` of find, JSON and lists of a shell do not.
fn is_a_name(text: &str) -> bool {
    let name = text.split_once(':').map_or(text, |(name, _)| name);
    let is_part = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_');
    name.starts_with(|char: char| char.is_ascii_alphabetic()) && name.chars().all(is_part)
}

/// `text` as a shell takes it for one word.
fn quoted(text: &str) -> String {
    let is_plain = |char: char| char.is_ascii_alphanumeric() || "/._-+=:@%,".contains(char);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    let mut quoted = "'".to_owned();
    for char in text.chars() {
        // A quote cannot stand between quotes.
        let _ = if char == '\'' { quoted.write_str("'\\''") } else { quoted.write_char(char) };
    }
    quoted + "'"
}

#[cfg(test)]
mod tests {
    use super::*;

    const TESTS: [&str; 2] = ["a b", "c"];

    fn with_values<T>(use_them: impl FnOnce(&Values<'_>) -> T) -> T {
        use_them(&Values {
            shard: 2,
            total: 3,
            out: Path::new("/o/x y"),
            tmp: Path::new("/t"),
            junit: Path::new("/o/j.xml"),
            tests: &TESTS.map(str::to_owned),
            tests_file: Path::new("/t/tests"),
        })
    }

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let word = Word::parse(text, false).unwrap();
        assert_eq!(with_values(|values| word.fill(values)), expected);
    }

    #[test]
    fn placeholders_are_filled() {
        check("{shard}/{total}", &["2/3"]);
        check("--index={shard0}", &["--index=1"]);
        check("{out}", &["/o/x y"]);
        check("--xml={junit}", &["--xml=/o/j.xml"]);
        check("{tmp}{tests-file}", &["/t/t/tests"]);
        check("plain", &["plain"]);
        check("", &[""]);
    }

    #[test]
    fn tests_are_words_or_joined() {
        check("{tests}", &["a b", "c"]);
        check("-Dtest={tests:,}", &["-Dtest=a b,c"]);
        check("{tests:}", &["a bc"]);
        check("{tests:||}", &["a b||c"]);
        assert!(Word::parse("-k{tests}", false).unwrap_err().contains("{tests:,}"));
    }

    #[test]
    fn braces_of_others_are_text() {
        for text in ["{}", "{\"a\": 1}", "{a,b}", "${HOME}", "{ print $1 }", "{", "x{shard"] {
            check(text, &[text]);
        }
        check("{{shard}", &["{shard}"]);
        check("{{{shard}}", &["{2}"]);
        check("{{{{", &["{{"]);
    }

    #[test]
    fn unknown_placeholders_are_refused() {
        for text in ["{shards}", "a{OUT}", "{shard_0}", "{shard:1}"] {
            assert!(Word::parse(text, false).unwrap_err().starts_with("unknown placeholder {"), "{text}");
        }
    }

    #[test]
    fn a_shell_gets_words_quoted() {
        let shell =
            |text: &str| with_values(|values| Word::parse(text, true).unwrap().fill_for_shell(values));
        assert_eq!(shell("go test {tests} > {out}/log"), "go test 'a b' c > '/o/x y'/log");
        assert_eq!(shell("echo ${HOME} {shard}"), "echo ${HOME} 2");
        assert_eq!(quoted("it's"), "'it'\\''s'");
        assert_eq!(quoted(""), "''");
    }

    #[test]
    fn words_tell_whether_they_split() {
        let word = |text: &str| Word::parse(text, false).unwrap();
        assert!(
            word("{shard}/{total}").splits() && word("{tests}").splits() && word("{tests-file}").splits()
        );
        assert!(!word("report-{shard}").splits());
        assert!(word("report-{shard}").names_the_shard());
        assert!(word("echo $COV_RUN_SHARD").names_the_shard());
        assert!(!word("{total} {out}").names_the_shard());
    }
}
