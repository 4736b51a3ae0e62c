"""Every kind of branch that a shard may take or leave."""

import contextlib

DEBUG = False


def choose(value):
    if value == 1:
        return "one"
    elif value == 2:
        result = "two"
    else:
        result = "many"
    if DEBUG:
        print(result)
    return result


def search(items, wanted):
    for item in items:
        if item == wanted:
            break
        if item is None:
            continue
    else:
        return None
    return item


def forever(limit):
    while True:
        limit -= 1
        if limit < 0:
            return limit


def guarded(number):
    try:
        if number == 0:
            raise ValueError(number)
        return 10 // number
    except ValueError:
        return None
    finally:
        number = 0


def matched(command):
    match command:
        case ["go", where]:
            return where
        case {"stop": True}:
            return "stop"
        case _ if command:
            return "other"
    return None


def together(items):
    with contextlib.suppress(KeyError):
        if items:
            return {item: item for item in items if item}[1]
    return [item for item in items if item] or (lambda: None)()


def counted(number):
    yield number
    if number > 1: return
    yield from (each for each in range(number) if each)


def partial(number):
    if number:  # pragma: no branch
        number += 1
    while number > 5:  # pragma: no cover
        number -= 1
    return number


def abstract():
    raise NotImplementedError


class Cart:
    """A class, with a method that a decorator hides."""

    size = 1 if DEBUG else 2

    @property
    def total(self):
        assert self.size, "empty"
        return self.size

    async def later(self):
        async with contextlib.AsyncExitStack():
            if self.size > 1:
                return self.size
