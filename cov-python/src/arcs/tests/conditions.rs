//! `if`, `elif`, `else` and `match`.

use super::{check, possible_arcs};

#[test]
fn a_condition_has_two_ways() {
    check(
        r"
if a:
    b = 2
c = 3
",
        "1>2 1>3 2>3 3>-1",
    );
}

#[test]
fn an_elif_is_an_if_in_an_else() {
    check(
        r"
if a:
    b = 2
elif c:
    d = 4
elif e:
    f = 6
else:
    g = 8
h = 9
",
        "1>2 1>3 2>9 3>4 3>5 4>9 5>6 5>8 6>9 8>9 9>-1",
    );
}

#[test]
fn a_constant_test_has_one_way() {
    check(
        r"
if True:
    a = 2
else:
    b = 4
if not 1:
    c = 6
elif __debug__ and 'x':
    d = 8
elif e:
    f = 10
g = 11
",
        "1>2 2>5 5>7 7>8 8>11 11>-1",
    );
}

#[test]
fn a_constant_elif_ends_its_chain() {
    check(
        r"
if a:
    b = 2
elif 0:
    c = 4
elif d:
    e = 6
f = 7
",
        "1>2 1>3 2>7 3>5 5>6 5>7 6>7 7>-1",
    );
}

#[test]
fn a_match_goes_from_case_to_case() {
    check(
        r"
match a:
    case 1:
        b = 3
    case [c, d] if c:
        e = 5
f = 6
",
        "1>2 2>3 2>4 3>6 4>5 4>6 5>6 6>-1",
    );
}

#[test]
fn a_case_that_always_matches_is_the_last_way() {
    check(
        r"
match a:
    case 1:
        b = 3
    case _:
        c = 5
d = 6
",
        "1>2 2>3 2>4 3>6 4>5 5>6 6>-1",
    );
}

#[test]
fn a_wildcard_with_a_guard_may_not_match() {
    check(
        r"
match a:
    case 1 | _ if b:
        c = 3
d = 4
",
        "1>2 2>3 2>4 3>4 4>-1",
    );
}

#[test]
fn a_chain_of_thousands_of_elifs_is_walked() {
    let mut source = "if a: b\n".to_owned();
    for _ in 0..20_000 {
        source.push_str("elif a: b\n");
    }
    assert_eq!(possible_arcs(&source).arcs.len(), 20_000 + 20_001);
}
