"""Takes some ways through `constructs.py`, and leaves others."""

import asyncio
import types
import pytest
import constructs as c

run = asyncio.run
def test_async():
    assert run(c.each(c.Numbers(3))) == 3
    assert run(c.first(c.Numbers(3))) == 2
    assert run(c.first(c.Numbers(0))) is None
    assert run(c.never_ends(c.Numbers(2))) == 1
    assert run(c.never_begins(c.Numbers(0))) is None
    assert run(c.comprehensions(c.Numbers(3))) == [2, 1]
    assert run(c.within(c.Numbers(0), True)) == 2
    assert run(c.consume(3)) == [0, 1, 2]
def test_many_at_once():
    async def both():
        return await asyncio.gather(*(c.each(c.Numbers(n)) for n in range(5)), *(c.within(c.Numbers(n), n == 2) for n in range(2)))
    run(both())
def test_finally():
    assert c.finally_returns(1) == 1
    assert c.finally_in_loop([0, 1, 2]) == 2
    assert c.nested_finally(0) == 0
def test_excepts():
    assert c.several_excepts(ValueError("x")) == "x"
    with pytest.raises(ValueError):
        c.not_caught(ValueError())
    assert c.suppressed(0) == 0
    assert c.withs(0) == 0
    def fails(): raise ValueError
    assert c.conditions(fails) == 2
    assert c.conditions(int) == 3
    assert c.starred() == 3
def test_loops():
    assert c.while_else(3) == "else"
    assert c.forever() == 4
    assert c.forever_returns(0) == 4
    assert c.one_line([]) == 2
    assert c.hot(1000) == 1000
    assert c.recursive(5) == 3
    assert c.loop_with_try([1, 0, "x", 2]) == [1.0, 1]
    assert c.with_in_loop([0, 1, 2, 3, 4])
    assert c.return_in_with_loop([0, 0]) is None
    c.empty_loop([1]); c.loop_last([0])
def test_lines():
    assert c.multi_line(1, 0, 0) == 1
    assert c.multi_line_call(0) == {"a": 0}
    assert c.multi_line_call(1) == [1, 2]
    assert c.matches([1]) == "list"
    assert c.matches("x") == "end"
    assert c.matches({"key": 4}) == 4
    assert c.lambdas(0) == (0, 2)
    assert c.asserts(3) == 3
    assert c.chained(5) == 1
    assert c.chained(50) == 50
def test_generators():
    one, two = c.generator(3), c.generator(2)
    next(one); next(two); one.send(2); next(two)
    assert list(c.delegate(1)) == [1, "done"]
def test_rest():
    assert sorted(c.in_thread()) == [1, 1]
    assert c.Body().method() == 1
    c.decorated(); c.dead(0)
    assert c.nested_functions(0) == 3
def test_loops_of_many_lines():
    assert c.spread_loop(1) == 1
    assert c.spread_attribute(2, types.SimpleNamespace()) == 3
    assert c.spread_choice(0) == 0
    assert c.spread_backslash(2) == 1
    assert c.spread_starred([[0, 1], [2, 3]]) == 5
    assert c.spread_captures((1, 2, {"key": 3})) == (1, 2, 3)
    assert asyncio.run(c.spread_async(2)) == [0, 1]
