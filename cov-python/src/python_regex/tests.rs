//! Patterns in Python's dialect, and what each becomes or why it is refused.

use super::*;

fn translated(pattern: &str) -> String {
    translate(pattern).unwrap().pattern
}

fn problem(pattern: &str) -> String {
    translate(pattern).unwrap_err()
}

/// The pieces of `text` that `pattern` matches, as `re.finditer` would find them.
fn found<'t>(pattern: &str, text: &'t str) -> Vec<&'t str> {
    let translation = translate(pattern).unwrap();
    let regex = fancy_regex::RegexBuilder::new(&translation.pattern).multi_line(true).build().unwrap();
    if !translation.needs_backtracking {
        let linear = regex::RegexBuilder::new(&translation.pattern).multi_line(true).build().unwrap();
        let same: Vec<_> = linear.find_iter(text).map(|found| found.as_str()).collect();
        assert_eq!(same, regex.find_iter(text).map(|found| found.unwrap().as_str()).collect::<Vec<_>>());
    }
    regex.find_iter(text).map(|found| found.unwrap().as_str()).collect()
}

#[test]
fn what_both_dialects_share_stays() {
    for pattern in ["", "abc", "a|b", "^a$", "(?:a)*?", "a{2,3}", "(a)(b)", ".*"] {
        assert_eq!(translated(pattern), pattern);
    }
    assert_eq!(translated(r"a\.b"), r"a\.b");
    assert_eq!(translated("(?i)a"), "(?i)a");
    assert_eq!(translated("(?i-s:a)"), "(?i-s:a)");
}

#[test]
fn spaces_are_those_of_str_isspace() {
    assert_eq!(found(r"\s", "a\x1cb\u{85}c\u{a0}d\u{200b}"), ["\x1c", "\u{85}", "\u{a0}"]);
    assert_eq!(found(r"\S+", "a\x1fb\u{2028}c"), ["a", "b", "c"]);
    assert_eq!(found(r"[:\s]+", ":\x1d a"), [":\x1d "]);
    assert_eq!(found(r"[^\s]", "\x1ea "), ["a"]);
    assert_eq!(found(r"(?a:\s)", "\x1c\u{a0}\t"), ["\t"]);
}

#[test]
fn digits_and_letters_are_those_of_unicode_unless_ascii_is_asked_for() {
    assert_eq!(found(r"\d", "1\u{663}\u{b2}"), ["1", "\u{663}"]);
    assert_eq!(found(r"\w+", "a_\u{e9}\u{b2}-\u{203f}"), ["a_\u{e9}\u{b2}"]);
    assert_eq!(found(r"(?a)\w+|\d", "a_\u{e9}\u{663}7"), ["a_", "7"]);
    assert_eq!(found(r"\W", "a-b"), ["-"]);
    assert_eq!(found(r"[\W\d]+", "a-1b"), ["-1"]);
}

#[test]
fn ends_are_spelled_differently() {
    assert_eq!(found(r"\Aa", "a\na"), ["a"]);
    assert_eq!(found(r"a\Z", "a\na"), ["a"]);
    assert_eq!(found(r"a\Z", "a\n").len(), 0);
    assert_eq!(found(r"^a$", "a\na\n"), ["a", "a"]);
    assert_eq!(found(r"(?-m:a$)", "a\na\n"), ["a"]);
    assert_eq!(found(r"(?-m:^a)", "a\na\n"), ["a"]);
}

#[test]
fn numbers_behind_a_backslash_are_octal_or_groups() {
    assert_eq!(translated(r"\0"), r"\x{0}");
    assert_eq!(translated(r"\101\060"), "A0");
    assert_eq!(translated(r"[\101-\103]"), "[A-C]");
    assert_eq!(found(r"(a)\1", "aab"), ["aa"]);
}

#[test]
fn groups_are_referred_to_by_number_and_name() {
    assert_eq!(found(r"(?P<quote>['\x22]).*?(?P=quote)", "'a\"b' \"c\""), ["'a\"b'", "\"c\""]);
    assert_eq!(translated(r"(a)\1"), r"(a)(?:\1)");
    assert_eq!(problem(r"(a\1)"), "cannot refer to an open group");
    assert_eq!(problem(r"(a)\2"), "invalid group reference 2");
    assert_eq!(problem(r"(?P=x)"), "unknown group name \"x\"");
    assert_eq!(problem(r"(?P<x>a)(?P<x>b)"), "redefinition of group name \"x\"");
    assert_eq!(problem(r"(?P<1>a)"), "bad character in group name \"1\"");
}

#[test]
fn classes_have_no_inner_ones() {
    assert_eq!(found("[[a]+", "[a]"), ["[a"]);
    assert_eq!(found("[]a]+", "]a["), ["]a"]);
    assert_eq!(found("[^]a]+", "]ab"), ["b"]);
    assert_eq!(found("[a&&b]+", "a&b"), ["a&b"]);
    assert_eq!(found("[a-]+", "a-b"), ["a-"]);
    assert_eq!(found(r"[\b]", "\x08b"), ["\x08"]);
    assert_eq!(found(r"[\])]+(\s*->.*?)?:", ") -> x:"), [") -> x:"]);
    assert_eq!(problem("[a"), "unterminated character set");
    assert_eq!(problem("[b-a]"), "bad character range");
    assert_eq!(problem(r"[a-\d]"), "bad character range");
}

#[test]
fn braces_that_count_nothing_are_braces() {
    assert_eq!(found("a{,2}", "aaa"), ["aa", "a"]);
    assert_eq!(found("a{", "a{"), ["a{"]);
    assert_eq!(found("a{}", "a{}"), ["a{}"]);
    assert_eq!(found("a{x}", "a{x}"), ["a{x}"]);
    assert_eq!(found("{1", "{1"), ["{1"]);
    assert_eq!(problem("a{3,2}"), "min repeat greater than max repeat");
}

#[test]
fn repetition_needs_something_to_repeat() {
    for pattern in ["*", "a|*", "(*)", "^*", r"\b+", "(?:+)"] {
        assert_eq!(problem(pattern), "nothing to repeat", "{pattern}");
    }
    for pattern in ["a**", "a{2}{3}", "a+*", "a???"] {
        assert_eq!(problem(pattern), "multiple repeat", "{pattern}");
    }
}

#[test]
fn possessive_and_atomic_do_not_give_back() {
    assert!(found("a++a", "aaa").is_empty());
    assert!(found("(?>a+)a", "aaa").is_empty());
    assert!(found("(?:a|b){1,3}+a", "aba").is_empty());
    assert_eq!(found("a?+b", "ab"), ["ab"]);
    assert_eq!(found("x(?=a)", "xaxb"), ["x"]);
    assert_eq!(found("(?<!x)a", "xaa"), ["a"]);
}

#[test]
fn the_verbose_flag_drops_spaces_and_comments_but_not_in_classes() {
    assert_eq!(found("(?x) a b  # c\n [ ] c", "ab c"), ["ab c"]);
    assert_eq!(found("(?x: a )b c", "ab c"), ["ab c"]);
    assert_eq!(found(r"(?x)a\ b", "a b"), ["a b"]);
    assert_eq!(found("a(?#b)c", "ac"), ["ac"]);
}

#[test]
fn flags_for_the_whole_pattern_stand_at_its_start() {
    assert_eq!(found("(?i)(?s)A.b", "a\nB"), ["a\nB"]);
    assert_eq!(found("(?is)A.b", "a\nB"), ["a\nB"]);
    for pattern in ["a(?i)", "(?:(?i)a)|(?:b)", " (?x)a"] {
        assert_eq!(problem(pattern), "global flags not at the start of the expression", "{pattern}");
    }
}

#[test]
fn what_python_refuses_is_refused_in_its_words() {
    for (pattern, expected) in [
        ("(a", "missing ), unterminated subpattern"),
        ("a)", "unbalanced parenthesis"),
        ("(?#a", "missing ), unterminated comment"),
        ("(?", "unexpected end of pattern"),
        ("(?<a)", "unknown extension ?<a"),
        ("(?Pa)", "unknown extension ?Pa"),
        ("(?%a)", "unknown extension ?%"),
        ("a\\", "bad escape (end of pattern)"),
        (r"\q", r"bad escape \q"),
        (r"[\q]", r"bad escape \q"),
        (r"\x1", r"incomplete escape \x1"),
        (r"\777", r"octal escape value \777 outside of range 0-0o377"),
        ("(a)(?(1)b|c)", "conditional groups are not supported"),
        (r"\ud800", "0xd800 is no character of a text"),
    ] {
        assert_eq!(problem(pattern), expected, "{pattern}");
    }
}

#[test]
fn punctuation_means_itself() {
    for text in ["<", ">", "a<b>", "\"", "'", "%", "@", "a-b", "~", "&", "#", "`", "\u{e9}", "\t"] {
        assert_eq!(found(text, text), [text]);
        if !text.chars().any(char::is_alphanumeric) {
            let escaped: String = text.chars().flat_map(|character| ['\\', character]).collect();
            assert_eq!(found(&escaped, text), [text]);
        }
    }
}
