//! Statements in a row, definitions, and suites on one line.

use super::check;

#[test]
fn an_empty_module_is_left_from_line_1() {
    check(
        r"
", "1>-1",
    );
}

#[test]
fn statements_follow_each_other_and_logical_lines_count_once() {
    check(
        r"
a = 1
b = [
    2,
]
c = 3; d = 4
",
        "1>2 2>5 5>-1",
    );
}

#[test]
fn decorators_come_one_after_the_other() {
    check(
        r"
@a
@b(
    1,
)
def f():
    c = 6
@d
class G:
    e = 9
h = 10
",
        "1>2 2>5 5>7 6>-1 7>8 8>10 9>-7 10>-1",
    );
}

#[test]
fn a_function_is_left_through_the_line_it_starts_on() {
    check(
        r"
def f(a):
    if a:
        return 1
    if not a:
        raise B
",
        "1>-1 2>3 2>4 3>-1 4>-1 4>5 5>-1",
    );
}

#[test]
fn a_class_is_left_through_the_line_it_starts_on() {
    check(
        r"
class A:
    b = 2
    if b:
        c = 4
",
        "1>-1 2>3 3>-1 3>4 4>-1",
    );
}

#[test]
fn a_function_on_line_1_is_left_where_the_module_is() {
    check(
        r"
def f(): return 1
",
        "1>-1",
    );
}

#[test]
fn a_definition_on_one_line_shares_it() {
    check(
        r"
a = 1
class B: c = 2
def d(): e = 3
f = 4
",
        "1>2 2>-2 2>3 3>-3 3>4 4>-1",
    );
}

#[test]
fn a_suite_on_the_line_of_its_statement_is_no_arc() {
    check(
        r"
if a: b = 1
for c in d: e = 2
while f: g = 3
h = 4
",
        "1>2 2>3 3>4 4>-1",
    );
}

#[test]
fn what_is_never_executed_is_passed_by() {
    check(
        r"
def f():
    global a
    b = 3
    return b
    c = 5
",
        "1>-1 3>4 4>-1",
    );
}

#[test]
fn functions_in_functions_are_walked_each() {
    check(
        r"
def f():
    def g():
        return 3
    class H:
        def i(self):
            pass
    return g
",
        "1>-1 2>4 3>-2 4>7 5>-4 6>-5 7>-1",
    );
}
