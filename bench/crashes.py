#!/usr/bin/env python3
"""What is left when something dies: cov-run beside pytest-xdist with pytest-cov, a small project for each way to die.

Seven tests in two files, two workers. Six of them pass, each covers a line of its own; the guilty one does what the case
is named after. Prints the table of docs/CRASHES.md: how the runner ended, which tests passed and whether the guilty one is
named, how many of the lines that finished tests ran are in the report, and which processes stay behind.

    python3 bench/crashes.py [CASE...]

What each run said is kept under target/crashes.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import uuid
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from pathlib import Path

from projects import ROOT, TOOLS, clean_environ, environment, pythons, version_of

HOME = ROOT / "target" / "crashes"
LIMIT = 60  # seconds; who takes longer hangs
PASSING = ("a", "b", "c", "d", "e", "f")

CODE = "".join(f"def {name}():\n    return 1\n\n\n" for name in (*PASSING, "guilty"))
ONE = """
import collections
import ctypes
import itertools
import os
import resource
import signal
import subprocess
import sys
import time

import pytest

import code_under_test


def test_a():
    code_under_test.a()


def test_b():
    code_under_test.b()


def test_guilty({fixtures}):
    code_under_test.guilty()
    {body}


def test_c():
    code_under_test.c()
"""
TWO = """
import code_under_test
{top}

def test_d():
    code_under_test.d()


def test_e():
    code_under_test.e()


def test_f():
    code_under_test.f()
"""
CONFTEST = """
import ctypes
import os

import pytest


@pytest.fixture(scope="session")
def shared():
    {setup}
    yield
    {teardown}


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call(item):
    outcome = yield
    if outcome.excinfo is None:
        with open("finished", "a") as finished:
            print(item.name[len("test_"):], file=finished)
"""


@dataclass(frozen=True)
class Case:
    """A way to die, and what of the project makes it."""

    name: str
    body: str = "pass"
    setup: str = "pass"
    teardown: str = "pass"
    top: str = ""
    # What the report should say besides the name of the guilty test.
    cause: str = ""
    ours: list[str] = field(default_factory=list)
    theirs: list[str] = field(default_factory=list)
    # The runner itself is killed as soon as the guilty test runs.
    kills_runner: bool = False
    # Whether there is such a process for each runner.
    only_ours: bool = False
    # The tests that pass.
    passing: tuple[str, ...] = PASSING

    def write(self, path: Path) -> None:
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(parents=True)
        uses = (self.setup, self.teardown) != ("pass", "pass")
        (path / "pytest.ini").write_text("[pytest]\npythonpath = .\n")
        (path / "code_under_test.py").write_text(CODE)
        (path / "test_one.py").write_text(ONE.format(body=self.body, fixtures="shared" if uses else ""))
        (path / "test_two.py").write_text(TWO.format(top=self.top))
        (path / "conftest.py").write_text(CONFTEST.format(setup=self.setup, teardown=self.teardown))


SEGFAULT = "ctypes.string_at(0)"
KILL = "os.kill(os.getpid(), signal.SIGKILL)"
CASES = [
    Case("SIGSEGV", SEGFAULT, cause="SIGSEGV"),
    Case("SIGKILL", KILL, cause="SIGKILL"),
    Case("os._exit(0)", "os._exit(0)", cause="status 0"),
    Case("os._exit(3)", "os._exit(3)", cause="status 3"),
    Case("sys.exit(3)", "sys.exit(3)", cause="SystemExit"),
    Case(
        "hang in C with the GIL held, time limit 5 s",
        "collections.deque(itertools.repeat(None), maxlen=0)",
        cause=r"(?i)timeout \(>5",
        ours=["--timeout=5"],
        theirs=["--timeout=5"],
    ),
    Case(
        "20 children that stay",
        "for _ in range(20):\n        subprocess.Popen(['sleep', '300'])",
        passing=(*PASSING, "guilty"),
    ),
    Case(
        "address space exceeded",
        "resource.setrlimit(resource.RLIMIT_AS, (1 << 30, resource.RLIM_INFINITY))\n    bytearray(1 << 34)",
        cause="MemoryError",
    ),
    Case("much memory, then SIGKILL", f"held = bytearray(b'1') * (1 << 28)\n    {KILL}", cause="SIGKILL"),
    Case("SIGSEGV while a file is collected", top=f"import ctypes\n{SEGFAULT}\n", cause="SIGSEGV", passing=("a", "b", "c", "guilty")),
    Case("SIGSEGV in a session fixture's setup", setup=SEGFAULT, cause="SIGSEGV"),
    Case("os._exit in a session fixture's teardown", teardown="os._exit(7)", cause="status 7", passing=(*PASSING, "guilty")),
    Case("the process that workers are forked from, killed", "os.kill(os.getppid(), signal.SIGKILL)\n    time.sleep(1)", only_ours=True, passing=(*PASSING, "guilty")),
    Case("the runner itself, killed", "open('started', 'w').close()\n    time.sleep(30)", kills_runner=True),
]


@dataclass(frozen=True)
class Runner:
    """A way to run the project, and to read what is left."""

    name: str
    is_ours: bool
    args: list[str] = field(default_factory=list)

    def command(self, bin_: Path, case: Case) -> list:
        if self.is_ours:
            return [TOOLS / "cov-run", "-n2", "--branch", "--source=code_under_test", f"--python={bin_ / 'python'}", *case.ours]
        cov = ["--cov=code_under_test", "--cov-branch", "--cov-report=", "--junitxml=junit.xml"]
        return [bin_ / "pytest", "-n2", *self.args, *cov, *case.theirs]

    def junit(self, path: Path) -> Path:
        return path / ".cov" / "junit-1of1.xml" if self.is_ours else path / "junit.xml"

    def covered(self, bin_: Path, path: Path, env: dict[str, str]) -> set[int]:
        """The lines that the report says ran."""
        quiet = {"cwd": path, "env": env, "capture_output": True}
        if self.is_ours:
            subprocess.run([TOOLS / "cov-merge", ".cov", "--allow-incomplete", "-o", "merged.json"], **quiet)
            subprocess.run([TOOLS / "cov-report", "merged.json", "--to=coveragepy-json=lines.json"], **quiet)
        else:
            if not (path / ".coverage").exists():
                subprocess.run([bin_ / "coverage", "combine"], **quiet)
            subprocess.run([bin_ / "coverage", "json", "-o", "lines.json"], **quiet)
        with contextlib.suppress(OSError, ValueError):
            files = json.loads((path / "lines.json").read_text())["files"]
            return {line for name, found in files.items() if name.endswith("code_under_test.py") for line in found["executed_lines"]}
        return set()


RUNNERS = [Runner("cov-run", True), Runner("pytest -n2", False), Runner("pytest -n2 --dist loadfile", False, ["--dist=loadfile"])]


def left_behind(mark: str) -> list[int]:
    """The processes that have this mark in their environment."""
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdigit() and int(process.name) != os.getpid():
            with contextlib.suppress(OSError):
                if mark.encode() in (process / "environ").read_bytes() and "Z" != (process / "stat").read_text().rsplit(")", 1)[1].split()[0]:
                    found.append(int(process.name))
    return found


def end(processes: list[int]) -> None:
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def run(command: list, case: Case, path: Path, env: dict[str, str], mark: str) -> tuple[str, list[int]]:
    """How the runner ended, and the processes that it has left 3 seconds later."""
    with (path / "said.txt").open("w") as said:
        runner = subprocess.Popen(command, cwd=path, env=env, stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT)
    began = time.monotonic()
    ended = "hangs"
    while time.monotonic() - began < LIMIT:
        if runner.poll() is not None:
            ended = str(runner.returncode)
            break
        if case.kills_runner and (path / "started").exists():
            runner.kill()
        time.sleep(0.05)
    if ended != "hangs":
        for _ in range(30):
            if not left_behind(mark):
                break
            time.sleep(0.1)
    left = [process for process in left_behind(mark) if process != runner.pid]
    end([runner.pid, *left] if ended == "hangs" else left)
    runner.wait()
    return ended, left


def explanations(junit: Path) -> str:
    """What the report says of the tests that did not pass."""
    said = []
    with contextlib.suppress(OSError, ElementTree.ParseError):
        for case in ElementTree.parse(junit).iter("testcase"):
            said += [f"{child.get('message')} {child.text}" for child in case if child.tag in {"failure", "error"}]
    return "\n".join(said)


def read(junit: Path) -> dict[str, list[str]]:
    """The outcomes of each test, by its bare name; `` is what no test is named for."""
    found: dict[str, list[str]] = {}
    with contextlib.suppress(OSError, ElementTree.ParseError):
        for case in ElementTree.parse(junit).iter("testcase"):
            bad = [child.tag for child in case if child.tag in {"failure", "error"}]
            name = case.get("name").removeprefix("test_").split("::")[-1].removeprefix("test_")
            found.setdefault(name, []).append(bad[0] if bad else "passed")
    return found


def row(case: Case, runner: Runner, bin_: Path) -> str:
    """A row of the table."""
    # No name of a signal in it, which pytest would print.
    path = HOME / f"case-{CASES.index(case) + 1}" / f"runner-{RUNNERS.index(runner) + 1}"
    case.write(path)
    mark = f"CRASHES_MARK={uuid.uuid4()}"
    env = {**clean_environ(), "PYTHONDONTWRITEBYTECODE": "1", **dict([mark.split("=")])}
    ended, left = run(runner.command(bin_, case), case, path, env, mark)
    name = runner.name
    if case.kills_runner and runner.is_ours:
        name += ", then cov-run rescue"
        subprocess.run([TOOLS / "cov-run", "rescue"], cwd=path, env=env, capture_output=True)
    outcomes = read(runner.junit(path))
    said = (path / "said.txt").read_text(errors="replace")
    passed = [test for test in case.passing if "passed" in outcomes.get(test, [])]
    covered = runner.covered(bin_, path, env)
    line_of = {test: CODE.splitlines().index(f"def {test}():") + 2 for test in (*PASSING, "guilty")}
    finished = (path / "finished").read_text().split() if (path / "finished").exists() else []
    kept = [test for test in PASSING if test in finished and line_of[test] in covered]
    failures = re.findall(r"^(?:FAILED|ERROR) .*", said, re.MULTILINE)
    blamed = sum("test_guilty" in line or bool(case.top) and "test_two" in line for line in failures)
    wrongly = sum("test_" in line for line in failures) - blamed
    named = "-" if not case.cause else f"{'yes' if blamed else 'no'}{f', {blamed} times' if blamed > 1 else ''}, {'with' if re.search(case.cause, explanations(runner.junit(path))) else 'without'} cause"
    if wrongly > 0:
        named += f"; {wrongly} others failed"
    return (
        f"| {case.name} | {name} | {ended} | {len(passed)} of {len(case.passing)} | {named} "
        f"| {len(kept)} of {len(set(finished) & set(PASSING))} | {len(left) or 'none'} |"
    )


def main() -> None:
    python = pythons()[-1]
    bin_ = environment(python, [], "venv-crashes", ("pytest==9.2.0", "pytest-timeout==2.4.0"))
    print(f"Python {version_of(python)}, pytest 9.2.0, pytest-xdist 3.8.0, pytest-cov 7.1.0, pytest-timeout 2.4.0 where a time limit is given\n")
    print("| what dies | runner | exit status | tests said to pass | guilty test named | lines covered of tests that finished | processes left |\n|---|---|---|---|---|---|---|")
    for case in CASES:
        if sys.argv[1:] and not any(chosen in (case.name, str(CASES.index(case) + 1)) for chosen in sys.argv[1:]):
            continue
        for runner in RUNNERS:
            if runner.is_ours or not case.only_ours:
                print(row(case, runner, bin_), flush=True)


if __name__ == "__main__":
    main()
