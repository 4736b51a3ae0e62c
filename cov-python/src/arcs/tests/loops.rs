//! `for` and `while`.

use super::check;

#[test]
fn a_for_loop_goes_back_and_on() {
    check(
        r"
for a in b:
    c = 2
d = 3
",
        "1>2 1>3 2>1 3>-1",
    );
}

#[test]
fn the_else_of_a_loop_is_where_it_completes() {
    check(
        r"
for a in b:
    if a:
        break
else:
    c = 5
d = 6
",
        "1>2 1>5 2>1 2>3 3>6 5>6 6>-1",
    );
}

#[test]
fn a_break_in_the_else_of_a_loop_is_the_outer_loops() {
    check(
        r"
for a in b:
    for c in d:
        break
    else:
        break
    e = 6
f = 7
",
        "1>2 1>7 2>3 2>5 3>6 5>7 6>1 7>-1",
    );
}

#[test]
fn a_while_loop_goes_back_and_on() {
    check(
        r"
while a:
    if b:
        continue
    if c:
        break
    d = 6
else:
    e = 8
f = 9
",
        "1>2 1>8 2>3 2>4 3>1 4>5 4>6 5>9 6>1 8>9 9>-1",
    );
}

#[test]
fn a_loop_for_ever_has_no_way_out_but_break() {
    check(
        r"
while True:
    if a:
        break
    b = 4
c = 5
",
        "1>2 2>3 2>4 3>5 4>1 5>-1",
    );
}

#[test]
fn the_else_of_a_loop_for_ever_is_still_led_to() {
    check(
        r"
def f():
    while 1:
        a = 3
    else:
        b = 5
    c = 6
",
        "1>-1 2>-1 2>3 3>2",
    );
}
