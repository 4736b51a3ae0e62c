"""Random Python programs: every compound statement in every other, dead code, pragmas anywhere.

They are valid Python 3.11, end soon when they run with `runtime` of harvest.py as their globals, and depend on nothing but the
seed. Without dead code they are for Python 3.11, whose compiler keeps some of it, by rules of its own that are not modelled.
"""

import random
from pathlib import Path

TESTS = ["c()"] * 8 + [
    "not c()", "c() and c()", "c() or c()", "c() and 0", "0 and c()", "1 or c()", "c() or 1", "0", "1", "True", "False", "None",
    "__debug__", "not __debug__", "not 0", "not (1 and 1)", "()", "(0,)", '""', "'a'", "1 - 1", "-1", "1 == 1", "0 or None",
    "(\n    c()\n    or 0\n)", "c(\n    1,\n)", "[\n    1]", "...", "0.0", "1j", "b''", "lambda: c()", "(x := c())", "f''", "f'{1}'",
    "{0: 1}[0]", "TYPE_CHECKING", "1 if 1 else c()", "c() if 0 else 1", "~0", "2 ** 0", "'a' 'b'", "not not 1", "not c() and 0",
]  # fmt: skip

SIMPLE = ["c()"] * 4 + [
    "pass", "...", "x = c()", "x: int = 1", "x: int", "x.y: int = 1", "assert c()", "assert True", "assert 0", "assert (\n    c()\n)",
    "import os", "from os import (\n    path,\n    sep,\n)", "x = lambda: c()", "x = [y for y in f()]", "x = {\n    y: y\n    for y in f()\n}",
    "x = [\n    c(),\n    2,\n]", "x = {\n    'a': 1,\n}", "x = {\n    **{},\n}", "c(\n    # pragma: no cover\n    1,\n)", "'a string'", "'''of\nlines'''",
    "x = '''of\n# pragma: no cover\nlines'''", "1", "x = 1; c()", "c(); x = 2; c()", "x = 1 + \\\n    2", "x += 1", "del x", "del ()", "f'{c()}'", "b'x'",
    "x = f'''\n{c()}\n'''", "x = c() if c() else 2", "(\n    x\n) = c()", "x = (\n    c()\n).y", "None", "c\\\n()", "x = [\n] = c()", "print", "import os; c()",
]  # fmt: skip

PATTERNS = [
    "1", "2 | 3", "'a'", "[a, *b]", "{'k': a}", "str()", "str(a)", "None", "int() as a", "(\n    1\n    | 2\n)", "[\n    a,\n]", "-1",
    "c.x", "1 if c()", "_ if c()", "a if c()", "_ if 0", "_ if 1", "a if (\n    c()\n)", "(1 | _) if c()", "[_, _]", "[1, *_]",
]  # fmt: skip
IRREFUTABLE = ["_", "a", "1 | _", "(_)", "(1 | _)", "(1 | _) as a", "(a)"]

# What a compiler knows to be true or false, or never to go on.
DECIDED = {
    "c() and 0", "0 and c()", "1 or c()", "c() or 1", "0", "1", "True", "False", "None", "__debug__", "not __debug__", "not 0",
    "not (1 and 1)", "()", "(0,)", '""', "'a'", "1 - 1", "-1", "0 or None", "[\n    1]", "...", "0.0", "1j", "b''", "f''", "f'{1}'",
    "1 if 1 else c()", "c() if 0 else 1", "~0", "2 ** 0", "'a' 'b'", "not not 1", "not c() and 0", "assert 0", "_ if 0", "_ if 1",
}  # fmt: skip
JUMPS = ("break", "continue", "return", "raise")

PRAGMAS = ["  # pragma: no cover", "  # pragma: no branch", "  # a comment", "  # PRAGMA:NO COVER", "  # pragma: no cover: why"]
MANAGERS = ["m()", "m() as x", "m(), m()", "(\n    m(),\n    m() as x,\n)", "m(\n)", "m() as x.y", "(m())"]


class Program:
    """A program in the making."""

    def __init__(self, seed: str, dead_code: bool) -> None:
        self.random = random.Random(seed)
        self.dead_code = dead_code
        self.jumps = 0
        self.lines: list[str] = []
        self.statements = self.random.randrange(5, 60)
        self.functions = 0

    def emit(self, depth: int, text: str) -> None:
        """Adds a statement, or the head of one; a pragma may come behind any of its lines that ends in code."""
        indent = "    " * depth
        if self.random.random() < 0.04:
            self.lines.append(self.random.choice(["", "# a comment", indent + "# pragma: no cover", indent + "# indented"]))
        self.jumps += any(jump in text for jump in JUMPS)
        lines = text.split("\n")
        pragma = self.random.choice(PRAGMAS) if self.random.random() < 0.08 else ""
        if "'''" in text or "\\" in text:
            lines[-1] += pragma
        else:
            lines[self.random.randrange(len(lines))] += pragma
        self.lines += [indent + line if "'''" not in text or number == 0 else line for number, line in enumerate(lines)]

    def simple(self, scope: dict) -> str:
        """A statement without a block that may stand in `scope`."""
        chosen = self.random.random()
        if chosen < 0.07 and scope["loop"]:
            return self.random.choice(["break", "continue", "c(); break"])
        if chosen < 0.14 and scope["function"] and not scope["star"]:
            values = ["return", "return c()", "return (\n    1,\n)", "c(); return"] if scope["function"] != "generator" else ["return"]
            return self.random.choice(values)
        if chosen < 0.19:
            return self.random.choice(["raise E", "raise E(\n    1\n)", "raise", *["raise E; c()"] * self.dead_code])
        if chosen < 0.23 and scope["function"] == "generator":
            return self.random.choice(["yield", "x = yield c()", "yield from f()", "x = yield (\n    1\n)"])
        if chosen < 0.23 and scope["function"] == "async":
            return self.random.choice(["await w()", "x = [y async for y in g()]", "await w(\n)"])
        if chosen < 0.25 and scope["function"]:
            return "global " + self.random.choice(["h", "k"])
        return self.choose(SIMPLE)

    def block(self, depth: int, scope: dict, head: str, first: str = "") -> None:
        """A head and its block; `first` is put first into it."""
        inline = self.random.random() < 0.07
        body = self.simple(scope)
        if inline and "\n" not in body and "'''" not in body and not body.startswith("global"):
            self.emit(depth, f"{head}: {first + '; ' if first else ''}{body}")
            return
        self.emit(depth, f"{head}:")
        if first:
            self.emit(depth + 1, first)
        self.suite(depth + 1, scope)

    def suite(self, depth: int, scope: dict) -> None:
        jumps = self.jumps
        for _ in range(self.random.choice([1, 1, 2, 2, 3])):
            self.statement(depth, scope)
            if self.jumps > jumps and not self.dead_code:
                break

    def choose(self, texts: list[str]) -> str:
        chosen = self.random.choice(texts)
        return chosen if self.dead_code or chosen not in DECIDED else self.choose(texts)

    def statement(self, depth: int, scope: dict) -> None:
        self.statements -= 1
        # Outside of everything a `raise` makes all the rest dead code.
        if depth > 6 or self.statements < 0 or self.maybe(0.45 if depth else 0.05):
            self.emit(depth, self.simple(scope))
            return
        kinds = [self.if_, self.if_, self.while_, self.for_, self.try_, self.try_, self.with_, self.match, self.function, self.class_]
        self.random.choice(kinds)(depth, scope)

    def maybe(self, probability: float) -> bool:
        return self.random.random() < probability

    def if_(self, depth: int, scope: dict) -> None:
        self.block(depth, scope, f"if {self.choose(TESTS)}")
        while self.maybe(0.3):
            self.block(depth, scope, f"elif {self.choose(TESTS)}")
        if self.maybe(0.4):
            self.block(depth, scope, "else")

    def while_(self, depth: int, scope: dict) -> None:
        # The call in the block ends the program before an endless loop does.
        self.block(depth, {**scope, "loop": True}, f"while {self.choose(TESTS)}", "c()")
        if self.maybe(0.3):
            self.block(depth, scope, "else")

    def for_(self, depth: int, scope: dict) -> None:
        if scope["function"] == "async" and self.maybe(0.4):
            head = "async for x in g()"
        else:
            head = self.random.choice(["for x in f()", "for x in f(\n)", "for x in (\n    c(),\n)", "for x, in f()", "for (\n    x\n) in f()", "for x in ()"])
        self.block(depth, {**scope, "loop": True}, head)
        if self.maybe(0.3):
            self.block(depth, scope, "else")

    def try_(self, depth: int, scope: dict) -> None:
        jumps = self.jumps
        self.block(depth, scope, "try")
        completes = self.jumps == jumps or self.dead_code
        handlers = self.random.choice([0, 1, 1, 2])
        star = self.maybe(0.1)
        inner = {**scope, "loop": False, "star": True} if star else scope
        for number in range(handlers):
            caught = self.random.choice(["E", "(E, ValueError)", "E as e", "(\n    E,\n    KeyError,\n)"])
            if star:
                self.block(depth, inner, f"except* {caught}")
            elif number == handlers - 1 and self.maybe(0.3):
                self.block(depth, scope, "except")
            else:
                self.block(depth, scope, f"except {caught}")
        if handlers and completes and self.maybe(0.3):
            self.block(depth, scope, "else")
        if not handlers or self.maybe(0.4):
            self.block(depth, scope, "finally")

    def with_(self, depth: int, scope: dict) -> None:
        prefix = "async " if scope["function"] == "async" and self.maybe(0.4) else ""
        self.block(depth, scope, f"{prefix}with {self.random.choice(MANAGERS)}")

    def match(self, depth: int, scope: dict) -> None:
        self.emit(depth, self.random.choice(["match v():", "match v(\n):", "match c(), v():"]))
        for _ in range(self.random.choice([1, 1, 2, 3])):
            self.block(depth + 1, scope, f"case {self.choose(PATTERNS)}")
        if self.maybe(0.4):
            self.block(depth + 1, scope, f"case {self.random.choice(IRREFUTABLE)}")

    def decorators(self, depth: int) -> None:
        while self.maybe(0.25):
            self.emit(depth, self.random.choice(["@d", "@d  # one", "@e(\n    1,\n)", "@e(1)"]))

    def function(self, depth: int, scope: dict) -> None:
        self.decorators(depth)
        name = f"f{self.functions}"
        self.functions += 1
        kind = self.random.choice(["plain", "plain", "plain", "generator", "async"])
        parameters = self.random.choice(["()", "(x=1)", "(\n    x=1,\n    *y: int,\n)", "() -> int", "(x: int = c()) -> (\n    int\n)"])
        head = f"{'async ' if kind == 'async' else ''}def {name}{parameters}"
        inner = {"function": kind, "loop": False, "star": False}
        self.block(depth, inner, head, self.random.choice(["", "", "", "'''Docstring.'''", "'doc'", "x = y = e = 0"]))
        if not depth or self.maybe(0.5):
            self.emit(depth, f"call({name})")

    def class_(self, depth: int, scope: dict) -> None:
        self.decorators(depth)
        head = self.random.choice(["class A", "class A()", "class A(\n    object,\n)", "class A(c() and object or object)"])
        self.block(depth, {"function": "", "loop": False, "star": False}, head, self.random.choice(["", "", "'''Doc.'''"]))

    def text(self) -> str:
        if self.maybe(0.2):
            self.emit(0, "'''A module\n\n# pragma: no cover\n'''")
        if self.maybe(0.1):
            self.emit(0, "from __future__ import annotations")
        # Python keeps a module's first constant even if only dead code has it; an import makes that a number.
        self.lines.append("import os")
        while self.statements > 0:
            jumps = self.jumps
            self.statement(0, {"function": "", "loop": False, "star": False})
            if self.jumps > jumps and not self.dead_code:
                break
        return "\n".join(self.lines) + self.random.choice(["\n", "\n", "", "\n\n", "\n# end", "  # pragma: no cover"])


def write_programs(directory: Path, seed: int, number: int, dead_code: bool) -> list[str]:
    """Writes `number` programs into `directory`, and gives their names."""
    names = []
    for index in range(number):
        path = directory / f"program{index}.py"
        path.write_text(Program(f"{seed}/{index}", dead_code).text(), encoding="utf-8")
        names.append(str(path))
    return names
