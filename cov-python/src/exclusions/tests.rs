//! Lines and branches that comments and patterns leave out, as coverage.py leaves them out.

use super::*;
use crate::pattern::Pattern;
use crate::python_version::PythonVersion;
use crate::statements;

/// Which lines of `text` are excluded where `# no` excludes.
fn excluded(text: &str) -> Vec<u32> {
    let syntax = Syntax::parse(text, PythonVersion::default()).unwrap();
    let map = LineMap::of(&syntax);
    let matches = Pattern::new(&["# no$"]).unwrap().lines_matching(text, None).unwrap();
    find(&syntax, &map, &statements::find(&syntax, &map), matches).iter().collect()
}

#[test]
fn a_line_goes_alone_and_a_head_with_its_suite() {
    assert_eq!(excluded("a\nb  # no\nc\n"), [2]);
    assert_eq!(excluded("if a:  # no\n    b\n\n    # comment\n    c\nd\n"), [1, 2, 5]);
    assert_eq!(excluded("if a:\n    b\nelse:  # no\n    c\nd\n"), [3, 4]);
    assert_eq!(excluded("if a:  # no\n    b\nelse:\n    c\n"), [1, 2]);
    assert_eq!(excluded("for a in b:  # no\n    if c:\n        d\n    e\nelse:\n    f\n"), [1, 2, 3, 4]);
    assert_eq!(excluded("if a: b  # no\nc\n"), [1]);
}

#[test]
fn any_colon_outside_of_brackets_opens_a_suite_for_a_moment() {
    assert_eq!(excluded("f = lambda: 0  # no\na\n"), [1]);
    assert_eq!(excluded("a: int  # no\nb\n"), [1]);
    assert_eq!(excluded("a = {1: 2}  # no\nb\n"), [1]);
    assert_eq!(excluded("if a[\n    1:2  # no\n]:\n    b\nc\n"), [1, 4]);
}

#[test]
fn a_comment_at_any_line_of_a_head_takes_the_suite() {
    assert_eq!(excluded("if (a\n    or b):  # no\n    c\n"), [1, 3]);
    assert_eq!(excluded("if (a  # no\n    or b):\n    c\n"), [1, 3]);
    // Behind the colon it is too late.
    assert_eq!(excluded("if a: b = (\n    1)  # no\nc\n"), [1]);
}

#[test]
fn lines_of_one_statement_go_together() {
    assert_eq!(excluded("a = [\n    1,  # no\n    2,\n]\nb\n"), [1]);
    assert_eq!(excluded("if a:  # no\n    '''b\n    '''\n    c\n"), [1, 2, 4]);
}

#[test]
fn decorators_and_signatures_take_the_definition() {
    assert_eq!(excluded("@a  # no\n@b\ndef f():\n    c\n\n    d\ne\n"), [1, 2, 3, 4, 5, 6]);
    assert_eq!(excluded("@a\nclass C:  # no\n    b\nc\n"), [1, 2, 3]);
    assert_eq!(excluded("def f(\n    a,  # no\n    b,\n):\n    c\nd\n"), [1, 2, 3, 4, 5]);
    assert_eq!(excluded("class C:\n    @a  # no\n    def f(self):\n        b\n    c\n"), [2, 3, 4]);
    assert_eq!(excluded("@a\ndef f():\n    b  # no\n"), [3]);
}

#[test]
fn the_last_case_goes_with_all_of_its_suite() {
    assert_eq!(excluded("match a:\n    case 1:\n        b\n    case _:\n        c  # no\n"), [4, 5]);
    assert_eq!(excluded("match a:\n    case b:\n        c  # no\n"), [2, 3]);
    assert_eq!(excluded("match a:\n    case 1:\n        b  # no\n"), [3]);
    assert_eq!(excluded("match a:\n    case _ if b:\n        c  # no\n"), [3]);
    assert_eq!(excluded("match a:\n    case _:\n        b\n        c  # no\n"), [4]);
}

#[test]
fn a_statement_of_several_lines_of_bytecode_keeps_its_case() {
    // Here coverage.py compares the lines of bytecode with first lines.
    assert_eq!(excluded("match a:\n    case _:\n        b(\n            c)  # no\n"), [3]);
    assert_eq!(excluded("match a:\n    case _:\n        b(\n        )  # no\n"), [2, 3]);
    assert_eq!(excluded("match a:\n    case _:\n        b(c\n          .d)  # no\n"), [3]);
}
