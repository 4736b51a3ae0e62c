//! What arcs are called, and how many leave a line.

use super::possible_arcs;
use crate::arcs::exit_counts;
use crate::data_file::LineArc;

#[track_caller]
fn check_words(source: &str, arc: LineArc, action: &str, missing: &str) {
    let found = possible_arcs(source);
    assert_eq!(found.descriptions.action(arc), action);
    assert_eq!(found.descriptions.missing(arc), missing);
}

#[test]
fn arcs_are_told_in_coverage_pys_words() {
    check_words(
        "if a:\n    b = 2\nc = 3\n",
        (1, 3),
        "jump to line 3",
        "line 1 didn't jump to line 3 because the condition on line 1 was always true",
    );
    check_words(
        "if a:\n    b = 2\n",
        (1, -1),
        "exit the module",
        "line 1 didn't exit the module because the condition on line 1 was always true",
    );
    check_words(
        "def f():\n    if a:\n        return 3\n",
        (2, -1),
        "return from function 'f'",
        "line 2 didn't return from function 'f' because the condition on line 2 was always true",
    );
    check_words(
        "def f():\n    if a:\n        raise 3\n",
        (3, -1),
        "except from function 'f'",
        "line 3 didn't except from function 'f' because the raise on line 3 wasn't executed",
    );
    check_words(
        "class A:\n    for b in c:\n        d = 3\n",
        (2, -1),
        "exit class 'A'",
        "line 2 didn't exit class 'A' because the loop on line 2 didn't complete",
    );
    check_words(
        "for a in b:\n    c = 2\n",
        (1, 2),
        "jump to line 2",
        "line 1 didn't jump to line 2 because the loop on line 1 never started",
    );
    check_words(
        "while a:\n    if b:\n        break\n    continue\nc = 5\n",
        (3, 5),
        "jump to line 5",
        "line 3 didn't jump to line 5 because the break on line 3 wasn't executed",
    );
    check_words(
        "while a:\n    if b:\n        break\n    continue\nc = 5\n",
        (4, 1),
        "jump to line 1",
        "line 4 didn't jump to line 1 because the continue on line 4 wasn't executed",
    );
    check_words(
        "match a:\n    case 1:\n        b = 3\n",
        (2, -1),
        "exit the module",
        "line 2 didn't exit the module because the pattern on line 2 always matched",
    );
    check_words(
        "match a:\n    case 1:\n        b = 3\n",
        (2, 3),
        "jump to line 3",
        "line 2 didn't jump to line 3 because the pattern on line 2 never matched",
    );
    check_words(
        "try:\n    a = 2\nexcept B:\n    c = 4\n",
        (3, 4),
        "jump to line 4",
        "line 3 didn't jump to line 4 because the exception caught by line 3 didn't happen",
    );
    check_words("a = 1\nb = 2\n", (1, 2), "jump to line 2", "line 1 didn't jump to line 2 because ");
    check_words("a = 1\nb = 2\n", (2, 7), "jump to line 7", "line 2 didn't jump to line 7");
    check_words(
        "a = 1\nb = 2\n",
        (2, -7),
        "jump to the function exit",
        "line 2 didn't jump to the function exit",
    );
    check_words(
        "def f():\n    with a:\n        b = 3\n",
        (3, -1),
        "jump to the function exit",
        "line 3 didn't jump to the function exit",
    );
    check_words(
        "def f(): return 1\n",
        (1, -1),
        "exit the module",
        "line 1 didn't exit the module because  or line 1 didn't return from function 'f' because the return on line 1 wasn't executed",
    );
    check_words(
        "def f():\n    while True:\n        if a: break\n        elif b: break\n",
        (3, -1),
        "return from function 'f'",
        "line 3 didn't return from function 'f' because the break on line 3 wasn't executed",
    );
    check_words(
        "for a in b:\n    if a: continue\n",
        (2, 1),
        "jump to line 1",
        "line 2 didn't jump to line 1 because the continue on line 2 wasn't executed or line 2 didn't jump to line 1 because the condition on line 2 was always true",
    );
}

#[test]
fn exits_to_and_from_excluded_lines_do_not_count() {
    let found = possible_arcs("if a:\n    b = 2\nelif c:\n    d = 4\ne = 5\n");
    assert_eq!(exit_counts(&found.arcs, |_| false), [(1, 2), (2, 1), (3, 2), (4, 1), (5, 1)]);
    assert_eq!(exit_counts(&found.arcs, |line| line == 4), [(1, 2), (2, 1), (3, 1), (5, 1)]);
    assert_eq!(exit_counts(&found.arcs, |line| line == 3), [(1, 1), (2, 1), (4, 1), (5, 1)]);
}
