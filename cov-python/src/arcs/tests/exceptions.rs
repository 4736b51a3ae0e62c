//! `try` and `raise`.

use super::check;

#[test]
fn a_try_goes_to_its_else_and_its_finally() {
    check(
        r"
try:
    a = 2
except B:
    c = 4
except D:
    e = 6
else:
    f = 8
finally:
    g = 10
h = 11
",
        "1>2 2>8 3>4 4>10 5>6 6>10 8>10 10>11 11>-1",
    );
}

#[test]
fn a_raise_goes_to_the_first_handler() {
    check(
        r"
def f():
    try:
        raise A
    except B:
        raise C
    except D:
        e = 7
    raise F
",
        "1>-1 2>3 3>4 4>5 5>-1 6>7 7>8 8>-1",
    );
}

#[test]
fn a_raise_in_a_handler_of_a_try_with_finally_goes_nowhere() {
    check(
        r"
def f():
    try:
        a = 3
    except B:
        raise C
    finally:
        d = 7
    e = 8
",
        "1>-1 2>3 3>7 4>5 7>8 8>-1",
    );
}

#[test]
fn a_try_that_cannot_complete_has_no_way_on() {
    check(
        r"
def f():
    try:
        return a
    finally:
        b = 5
    c = 6
",
        "1>-1 2>3 3>-1",
    );
}

#[test]
fn a_return_does_not_go_through_finally() {
    check(
        r"
def f():
    for a in b:
        try:
            if a:
                return 5
            if c:
                break
            continue
        finally:
            d = 10
    e = 11
",
        "1>-1 2>3 2>11 3>4 4>5 4>6 5>-1 6>7 6>8 7>11 8>2 11>-1",
    );
}

#[test]
fn an_except_star_is_an_except() {
    check(
        r"
try:
    a = 2
except* B:
    c = 4
",
        "1>2 2>-1 3>4 4>-1",
    );
}
