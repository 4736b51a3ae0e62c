"""What one line, loop, handler or coroutine can do, for tracer and monitor to agree on."""

import asyncio
import contextlib
import threading


class Numbers:
    def __init__(self, count):
        self.count = count

    def __aiter__(self):
        return self

    async def __anext__(self):
        if self.count == 0:
            raise StopAsyncIteration
        self.count -= 1
        await asyncio.sleep(0)
        return self.count

    async def __aenter__(self):
        return self

    async def __aexit__(self, *error):
        return self.count == 0


async def each(numbers):
    total = 0
    async for number in numbers:
        total += number
    return total


async def first(numbers):
    async for number in numbers:
        if number < 100:
            break
    else:
        return None
    return number


async def never_ends(numbers):
    async for number in numbers:
        return number
    return None


async def never_begins(numbers):
    async for number in numbers:
        return number


async def comprehensions(numbers):
    return [number async for number in numbers
            if number]


async def within(numbers, fail):
    async with numbers:
        if fail:
            raise ValueError
        return 1
    return 2


async def produce(count):
    for number in range(count):
        yield number
        if number == 1:
            continue


async def consume(count):
    return [number async for number in produce(count)]


def finally_returns(x):
    try:
        if x:
            return 1
        y = 2
    finally:
        z = 3
    return y + z


def finally_in_loop(items):
    for item in items:
        try:
            if item == 1:
                continue
            if item == 2:
                break
        finally:
            last = item
    else:
        last = None
    return last


def nested_finally(x):
    try:
        try:
            return 1 / x
        finally:
            a = 1
    except ZeroDivisionError:
        return 0
    finally:
        a = 2


def several_excepts(error):
    try:
        raise error
    except (KeyError,
            IndexError):
        return 1
    except ValueError as caught:
        return str(caught)
    except BaseException:
        return 3
    else:
        return 4


def not_caught(error):
    try:
        if error:
            raise error
    except KeyError:
        return 1
    return 2


def suppressed(x):
    with contextlib.suppress(ZeroDivisionError):
        return 1 / x
    return 0


def withs(x):
    with contextlib.nullcontext() as a, \
            contextlib.nullcontext(x):
        if x:
            return a
    return x


def while_else(x):
    while x:
        x -= 1
        if x == 5:
            break
    else:
        return "else"
    return "break"


def forever():
    count = 0
    while True:
        count += 1
        if count > 3:
            break
    return count


def forever_returns(count):
    while 1:
        if count > 3: return count
        count += 1


def one_line(x):
    if x: return 1
    for _ in x or (): pass
    while x: x = 0
    y = 1 if x else 2
    return y


def multi_line(a, b, c):
    if (a and
            b or
            c):
        return 1
    return (a
            or b
            or 3)


def multi_line_call(a):
    if dict(
        a=a,
        b=(1 if a
           else 2),
    )["a"]:
        return [
            x
            for x in range(3)
            if x
        ]
    return {
        "a": a,
    }


def matches(value):
    match value:
        case 1 | 2:
            return "small"
        case [a, *_] if a:
            return "list"
        case {"key": key}:
            return key
        case str():
            pass
        case _ if value is None:
            return "none"
    return "end"


def hot(count):
    total = 0
    for number in range(count):
        if number < 0:
            total -= 1
        if number >= 0:
            total += 1
        elif number == -1:
            total = 7
    return total


def recursive(n):
    if n == 0:
        return 0
    x = recursive(n - 1)
    if n % 2:
        x += 1
    return x


def generator(count):
    while count:
        received = yield count
        if received:
            count = received
        count -= 1
    return "done"


def delegate(count):
    result = yield from generator(count)
    if result:
        yield result


def conditions(f):
    try:
        if f():
            return 1
    except ValueError:
        return 2
    return 3


def starred():
    try:
        raise ExceptionGroup("g", [ValueError(1), KeyError(2)])
    except* ValueError:
        a = 1
    except* TypeError:
        a = 2
    except* KeyError:
        a = 3
    return a


def lambdas(x):
    f = lambda y: y if y else 0
    g = (lambda: 1) if x else (lambda: 2)
    return f(x), g()


def asserts(x):
    assert x, (
        "message"
    )
    assert isinstance(x, int) and \
        x
    return x


def chained(x):
    if 0 < x < 10:
        return 1
    if (y := x) and not y > 100:
        return y
    return None


def in_thread():
    found = []

    def run(n):
        for each in range(n):
            if each % 2:
                found.append(each)

    threads = [threading.Thread(target=run, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


class Body:
    if True:
        a = 1
    else:
        a = 2
    for b in (1, 2):
        c = b
    d = [e for e in range(3) if e]

    def method(self): return self.a

    class Inner: x = 1


def decorate(f):
    return f


@decorate
@decorate
def decorated(
    a=1,
    b=2,
):
    """Doc."""
    if a:
        del b
        return
    global GLOBAL
    GLOBAL = a


def dead(x):
    return x
    if x:
        x = 1


def loop_with_try(items):
    out = []
    for item in items:
        try:
            out.append(1 / item)
        except ZeroDivisionError:
            continue
        except TypeError:
            break
        else:
            out.append(item)
    return out


def with_in_loop(items):
    for item in items:
        with contextlib.suppress(ValueError):
            if item == 1:
                continue
            if item == 2:
                raise ValueError
            if item == 3:
                break
            x = item
    return items


def return_in_with_loop(items):
    for item in items:
        with contextlib.nullcontext():
            if item:
                return item


def empty_loop(items):
    for item in items:
        pass


def loop_last(items):
    for item in items:
        if item:
            print(item, end="")


def nested_functions(x):
    def a():
        if x:
            return 1
        return 2
    def b(): return 3
    if x:
        return a()
    return b()


def pairs(count):
    for each in range(count):
        yield each, each + 1


def spread_loop(count):
    for (
        a,
        b,
    ) in pairs(count):
        c = a + b
    return c


def spread_attribute(count, target):
    for (
        target.a,
        b,
    ) in (
        pairs(
            count
        )
    ):
        c = target.a + b
    return c


def spread_choice(flag):
    for item in (
        ()
        if not flag
        else [1]
    ):
        if item:
            break
    return flag


def spread_backslash(count):
    for item in \
            range(count):
        if item:
            continue
    return item


def spread_starred(items):
    for (
        first,
        *rest,
    ) in items:
        if first:
            rest.append(1)
    else:
        return 5
    return 6


def spread_captures(value):
    match value:
        case (
            int() as first,
            second,
            {
                "key": third,
            },
        ):
            result = first, second, third
        case [
            first,
            *others,
        ]:
            result = others
        case (
            "a"
            | "b"
        ):
            result = 1
        case (
            str(
            )
        ) as text if (
            text
            and value
        ):
            result = 2
        case _:
            result = 3
    return result


async def apairs(count):
    for each in range(count):
        yield each, each


async def spread_async(count):
    async for (
        a,
        b,
    ) in apairs(
        count
    ):
        c = a
    return [
        d
        async for (
            d,
            e,
        ) in apairs(count)
    ]


if Body.a == 1:
    VALUE = 1
else:
    VALUE = 2
try:
    import does_not_exist
except ImportError:
    does_not_exist = None
