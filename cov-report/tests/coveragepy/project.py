"""Makes a project that has everything that the table of coverage.py tells apart, and runs it."""

import sys
from pathlib import Path

BRANCHES = '''
def both(x):
    if x:
        return 1
    return 2

def one_way(x):
    if x:
        print("x", file=open("/dev/null", "w"))

def never(x):
    for y in x:
        print(y)

    # a comment between two statements
    while x:
        x -= 1
    else:
        return None

def declared(x):
    for y in x:  # pragma: no branch
        y += 1

def declared_and_never(x):
    if x:  # pragma: no branch
        print(x)

def excluded(x):  # pragma: no cover
    if x:
        print(x)

def excluded_arm(x):
    if x:
        raise NotImplementedError  # pragma: no cover
    return [y for y in range(3) if y]

def several(x):
    for y in range(x):
        if y == 1:
            continue
        if y == 7:
            break
        elif y == 8:
            return 8
    else:
        return None
    try:
        y = x
    finally:
        y = 0

def cases(x):
    match x:
        case 1:
            return "one"
        case 2:
            return "two"
        case _:
            return "more"

both(0); both(1); one_way(1); declared([1]); excluded_arm(0); several(4); cases(1); cases(3)
'''

REGIONS = '''
import typing
from functools import wraps


class Outer:
    """Has everything."""

    limit: int = 3

    def method(self):
        def inner():
            return [
                1,
                2,
            ]

        class Local:
            def deep(self):
                return self if inner() else None

            limit = 4

        return Local().deep()

    class Nested:
        def method(self): return 1

        @property
        def covered(self):
            try:
                return 1
            finally:
                self.x = 1

    @typing.overload
    def many(self, x: int) -> int: ...

    @typing.overload
    def many(self, x: str) -> str: ...

    def many(self, x):
        with open("/dev/null") as null:
            return x


if typing.TYPE_CHECKING:
    def many(): return 0
else:
    def many():
        while True:
            return (yield)


def twice(): return 1
def twice():
    return 2


async def asynchronous(x):
    async for y in x:
        if y: break
    async with x:
        lambda: (y for y in x)
    match x:
        case [1] | 2: pass
        case _: return


def test_one():
    Outer().method()
    twice()


def test_two():
    Outer().many(1); Outer.Nested().covered
    for _ in many():
        break


test_one()
test_two()
if twice():
    class Conditional:
        def method(self):  # pragma: no cover
            return 1


def last():  # pragma: no cover
    return 1
'''

FILES = {
    "package/regions.py": REGIONS,
    "package/regions_only.py": "def only(): return 1",
    "package/sub_package/latin.py": b"# -*- coding: latin-1 -*-\nname = 'caf\xe9'\x0c\nif name:\r\n    name = ''\n",
    "package/__init__.py": "",
    "package/branches.py": BRANCHES,
    "package/covered.py": "a = 1\nb = 2\n",
    "package/half.py": "def f():\n    return 1\n\n\ndef g():\n    return 2\n\n\nf()\n",
    "package/file9.py": "import sys\nif sys.argv:\n    a = 1\n",
    "package/file10.py": "import sys\nif not sys.argv:\n    a = 1\n",
    "package/file010.py": "a = [\n  1,\n  2,\n]\n",
    "package/only_comments.py": "# nothing\n",
    "package/sub_package/a-file_with *odd* [name]|`.py": "a = 1\nif a == 2:\n    a = 2\n",
    "package/sub_package/naïve_日本.py": "a = 1\n",
    "package/sub_package/control\x1b[31m.py": "a = 1\n",
    "package/sub_package/__init__.py": "# a comment\n",
    # One line in many, so that rounding shows.
    "package/large.py": "a = 0\n" * 299 + "if a:\n    a = 1\n",
    "package/small.py": "def f():\n" + "    a = 0\n" * 299,
    "main.py": (
        "import glob, runpy\n"
        "for name in sorted(glob.glob('package/**/*.py', recursive=True)):\n"
        "    runpy.run_path(name)\n"
    ),
}


def main(root: Path) -> None:
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())


main(Path(sys.argv[1]))
