#!/usr/bin/env python3
"""Measures random programs with coverage.py's tracer and with cov-run's monitor, and compares every line and way.

A program is functions of nested loops, conditions, handlers, `match`, `with`, comprehensions and generators. Their
conditions ask for the next of a list of random answers, most of them the same for long, so that branches go one way many
times before they go the other, or never do. To be run by Python 3.12 or 3.13 with coverage.py; prints each program that
differs, and ends with 1 if one did.

    python3.13 bench/monitor.py [--programs 500] [--seed 1]
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import random
import sys
import tempfile
from pathlib import Path

from projects import ROOT, environment, python_of

VENV = "venv-monitor"

HEAD = """\
class Stop(Exception):
    pass


class Within:
    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        return kind is Stop and ask()


answers = []


def ask():
    if not answers:
        raise SystemExit
    return answers.pop()

"""


class Program:
    """Writes a program."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.lines: list[str] = []

    def text(self) -> str:
        names = [f"f{number}" for number in range(4)]
        for name in names:
            kind = self.random.choice(["plain", "plain", "generator"])
            self.put(0, f"\n\ndef {name}():")
            self.put(1, "x = 0")
            self.block(1, 3, generator=kind == "generator", loop=False)
            self.put(0, f"\n\ndef run_{name}():")
            self.put(1, f"list({name}() or ())")
        self.put(0, f"\n\nALL = [{', '.join(f'run_{name}' for name in names)}]")
        return HEAD + "\n".join(self.lines) + "\n"

    def put(self, depth: int, line: str) -> None:
        self.lines.append("    " * depth + line)

    def condition(self) -> str:
        return self.random.choice(["ask()", "ask()", "not ask()", "ask() and ask()", "ask() or ask()", "ask() if ask() else ask()", "x and ask()"])

    def block(self, depth: int, left: int, generator: bool, loop: bool) -> None:
        for _ in range(self.random.randint(1, 3)):
            self.statement(depth, left, generator, loop)

    def statement(self, depth: int, left: int, generator: bool, loop: bool) -> None:
        simple = ["x += 1", "x = [y for y in (1, 2) if ask()] and 1", "x = sum(y for y in (1, 2) if ask())", "x = 1 if ask() else 2"]
        simple += ["if ask(): x = 3", "for x in (1, 2): x += 1", "assert x is not None or ask()", "x = (lambda: ask())() and 1"]
        if loop:
            simple += ["if ask(): break", "if ask(): continue"]
        if generator:
            simple += ["yield x", "x = (yield x) or 1", "yield from range(ask())"]
        if left == 0 or self.random.random() < 0.3:
            self.put(depth, self.random.choice(simple))
            return
        kind = self.random.choice(["if", "if", "for", "while", "try", "with", "match", "leave"])
        getattr(self, f"put_{kind}")(depth, left - 1, generator, loop)

    def put_if(self, depth: int, *rest) -> None:
        self.put(depth, f"if {self.condition()}:")
        self.block(depth + 1, *rest)
        while self.random.random() < 0.3:
            self.put(depth, f"elif {self.condition()}:")
            self.block(depth + 1, *rest)
        if self.random.random() < 0.4:
            self.put(depth, "else:")
            self.block(depth + 1, *rest)

    def put_for(self, depth: int, left: int, generator: bool, loop: bool) -> None:
        self.put(depth, self.random.choice(["for x in range(4):", "for x, _ in zip(range(3), 'abcd'):"]))
        self.end_of_loop(depth, left, generator, loop)

    def put_while(self, depth: int, left: int, generator: bool, loop: bool) -> None:
        self.put(depth, self.random.choice(["while ask():", "while True:\n" + "    " * (depth + 1) + "if ask():\n" + "    " * (depth + 2) + "break"]))
        self.end_of_loop(depth, left, generator, loop)

    def end_of_loop(self, depth: int, left: int, generator: bool, loop: bool) -> None:
        self.block(depth + 1, left, generator, loop=True)
        if self.random.random() < 0.3:
            self.put(depth, "else:")
            self.block(depth + 1, left, generator, loop)

    def put_try(self, depth: int, *rest) -> None:
        self.put(depth, "try:")
        if self.random.random() < 0.6:
            self.put(depth + 1, "if ask(): raise Stop" if self.random.random() < 0.5 else f"if ask():\n{'    ' * (depth + 2)}raise Stop")
        self.block(depth + 1, *rest)
        ends = self.random.choice(["except", "finally", "both", "else"])
        if ends != "finally":
            self.put(depth, "except Stop:" if self.random.random() < 0.7 else "except Stop as error:")
            self.block(depth + 1, *rest)
        if ends == "else":
            self.put(depth, "else:")
            self.block(depth + 1, *rest)
        if ends in ("finally", "both"):
            self.put(depth, "finally:")
            self.block(depth + 1, rest[0], rest[1], False)

    def put_with(self, depth: int, *rest) -> None:
        self.put(depth, self.random.choice(["with Within():", "with Within(), Within() as w:"]))
        self.block(depth + 1, *rest)

    def put_match(self, depth: int, *rest) -> None:
        self.put(depth, "match x:")
        for case in self.random.sample(["0", "1 | 2", "int() if ask()", "[y]"], 2):
            self.put(depth + 1, f"case {case}:")
            self.block(depth + 2, *rest)
        if self.random.random() < 0.5:
            self.put(depth + 1, "case _:")
            self.block(depth + 2, *rest)

    def put_leave(self, depth: int, *rest) -> None:
        self.put(depth, f"if {self.condition()}:")
        self.put(depth + 1, self.random.choice(["return", "raise Stop"]))


def answers_of(seed: int) -> list[bool]:
    """What a program is answered: runs of the same, some of them long."""
    source = random.Random(seed)
    given: list[bool] = []
    while len(given) < 400:
        given += [source.random() < 0.4] * source.choice([1, 1, 2, 5, 30])
    return given


def measured(path: Path, seed: int, by_monitor: bool) -> tuple[list, dict]:
    """The missing lines and ways of a program, run with these answers."""
    import coverage
    from cov_run_worker import monitor

    measurement = coverage.Coverage(data_file=None, branch=True, include=[str(path)], config_file=False)
    with monitor.taking_the_place_of_the_tracer() if by_monitor else contextlib.nullcontext():
        measurement.start()
    names = {"__name__": "program"}
    exec(compile(path.read_text(), str(path), "exec"), names)
    for offset in range(40):
        names["answers"][:] = answers_of(seed + offset)
        for function in names["ALL"]:
            with contextlib.suppress(Exception, SystemExit):
                function()
    measurement.stop()
    analysis = measurement._analyze(str(path))
    return sorted(analysis.missing), {line: sorted(ways) for line, ways in analysis.missing_branch_arcs().items()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", default="3.13", help="its version, 3.12 or 3.13")
    parser.add_argument("--programs", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    here = ".".join(map(str, sys.version_info[:2]))
    if here != options.python or not Path(sys.prefix).name.startswith(VENV):
        python = python_of(options.python)
        if python is None:
            sys.exit(f"there is no Python {options.python}")
        chosen = environment(python, [], VENV) / "python"
        os.execv(chosen, [chosen, *sys.argv])
    sys.path.insert(0, str(ROOT / "cov-run" / "python"))
    differing = missed = 0
    with tempfile.TemporaryDirectory() as directory:
        for seed in range(options.seed, options.seed + options.programs):
            path = Path(directory) / f"program_{seed}.py"
            path.write_text(Program(seed).text())
            with contextlib.redirect_stderr(io.StringIO()):
                theirs, ours = (measured(path, seed, by_monitor) for by_monitor in (False, True))
            missed += len(theirs[1])
            if theirs != ours:
                differing += 1
                print(f"seed {seed}: the tracer misses {theirs}, the monitor {ours}\n{path.read_text()}")
    print(f"{differing} of {options.programs} programs differ; {missed} branches were missed in part")
    return int(bool(differing))


if __name__ == "__main__":
    sys.exit(main())
