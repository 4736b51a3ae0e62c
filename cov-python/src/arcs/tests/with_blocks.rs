//! `with` blocks, whose jump back is done away with.

use super::check;

#[test]
fn async_loops_and_with_blocks_are_as_the_others() {
    check(
        r"
async def f():
    async for a in b:
        c = 3
    async with d:
        e = 5
    g = 6
",
        "1>-1 2>3 2>4 3>2 4>5 5>6 6>-1",
    );
}

#[test]
fn a_with_block_leads_to_what_follows_it() {
    check(
        r"
with a:
    b = 2
    c = 3
d = 4
",
        "1>2 2>3 3>4 4>-1",
    );
}

#[test]
fn a_with_block_leads_from_each_of_its_ends() {
    check(
        r"
with a:
    if b:
        c = 3
    elif d:
        e = 5
f = 6
",
        "1>2 2>3 2>4 3>6 4>5 4>6 5>6 6>-1",
    );
}

#[test]
fn with_blocks_that_end_together_lead_to_one_place() {
    check(
        r"
with a:
    b = 2
    with c, \
        d:
        with e:
            f = 6
g = 7
",
        "1>2 2>3 3>5 5>6 6>7 7>-1",
    );
}

#[test]
fn a_with_block_at_the_end_of_a_loop_leads_back() {
    check(
        r"
for a in b:
    with c:
        d = 3
        if d:
            continue
        if e:
            break
f = 8
",
        "1>2 1>8 2>3 3>4 4>5 4>6 5>1 6>1 6>7 7>8 8>-1",
    );
}

#[test]
fn a_with_block_at_the_end_of_a_function_leads_out() {
    check(
        r"
def f():
    with a:
        with b:
            c = 4
",
        "1>-1 2>3 3>4 4>-1",
    );
}

#[test]
fn a_with_block_left_by_return_is_as_it_is() {
    check(
        r"
def f():
    with a:
        return b
",
        "1>-1 2>3 3>-1",
    );
}

#[test]
fn a_with_block_on_one_line_keeps_its_way_on() {
    check(
        r"
with a: b = 1
c = 2
def f():
    with d: return 4
",
        "1>2 2>3 3>-1 4>-3",
    );
}

#[test]
fn a_with_block_that_ends_a_finally_without_a_way_on_keeps_its_jump() {
    check(
        r"
def f():
    try:
        return a
    finally:
        with b:
            c = 6
",
        "1>-1 2>3 3>-1 5>6 6>5",
    );
}

#[test]
fn a_with_block_that_coverage_py_fails_on_has_a_way_on() {
    check(
        r"
def f():
    with a:
        global b
    c = 4
",
        "1>-1 2>4 4>-1",
    );
}
