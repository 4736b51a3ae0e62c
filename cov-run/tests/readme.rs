//! The session in the README is what really happens.

use regex::Regex;

use crate::project::Project;

const PROJECT: &[(&str, &str)] = &[
    ("pytest.ini", "[pytest]\n"),
    (
        "test_parse.py",
        "import pytest\n\n\n@pytest.mark.parametrize('text, value', [('x=0', 0), ('x=2', 2), ('x=1', 2)])\n\
         def test_parse(text, value):\n    assert int(text[2:]) == value\n",
    ),
    ("test_report.py", "def test_text():\n    pass\n\n\ndef test_html():\n    pass\n"),
];

#[test]
fn the_session_is_real() {
    let readme = include_str!("../README.md");
    let session = readme.split("```console\n").nth(1).unwrap().split("\n```").next().unwrap();
    let (command, expected) = session.split_once('\n').unwrap();
    let args: Vec<&str> = command.strip_prefix("$ cov-run ").unwrap().split(' ').collect();
    let run = Project::new(PROJECT).run(&args).expect(1);
    // A line of its own stands for any number of lines, else the dots stand for the rest of a word or a rule.
    let pattern = regex::escape(&sorted(expected));
    let pattern = pattern.replace("\n\\[\\.\\.\\]\n", "\n(.*\n)*").replace("\\[\\.\\.\\]", ".*");
    let pattern = Regex::new(&format!("^{pattern}\n$")).unwrap();
    let actual = sorted(&run.stdout);
    assert!(pattern.is_match(&actual), "{actual}\nis not\n{expected}");
}

/// Which file is done first is not the README's to say.
fn sorted(session: &str) -> String {
    let counter = Regex::new(r"(?m)^(test_.*) \[\d/\d\]$").unwrap();
    let mut lines: Vec<String> = counter.replace_all(session, "$1 [/]").lines().map(str::to_owned).collect();
    let first = lines.iter().position(|line| line.ends_with("[/]")).unwrap();
    lines[first..first + 2].sort();
    lines.join("\n") + if session.ends_with('\n') { "\n" } else { "" }
}
