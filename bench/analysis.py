#!/usr/bin/env python3
"""Compares our static analysis with coverage.py's parser: standard libraries, packages from the index, random programs.

For Python 3.11 and 3.13, every .py file of the corpus: whether it is Python, statements, excluded lines, multi-line
statements, possible arcs and their descriptions, jumps out of `with`, exit counts, lines that need not branch, functions and
classes. Prints how much was compared and where each differing file first differs; ends with status 1 if a file differs that
is not listed here with its reason.

    python3 bench/analysis.py [--jobs N] [--programs N] [--seed N] [PART...]
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import corpus
from projects import ROOT, TOOLS, pythons, run, version_of

sys.path.append(str(ROOT / "cov-python" / "tests" / "oracle"))
from programs import write_programs  # noqa: E402

# What is known to differ, by the end of the path, with the reason.
KNOWN = {
    "3.11": {
        "test/test_sys_settrace.py": "a `pass` behind a `try` with `finally`, both dead code, which 3.11 alone keeps",
    }
}


def lines_of(runs: list) -> int:
    return sum(last - first + 1 for first, last in runs)


class Comparison:
    """What was compared under one Python, and what differs."""

    def __init__(self, version: str) -> None:
        self.version = version
        self.counts: Counter = Counter()
        self.known = dict(KNOWN.get(version.rpartition(".")[0], {}))
        self.differing = 0

    def add(self, expected: bytes, actual: bytes) -> None:
        """Compares the lines of JSON of the same files."""
        theirs, ours = expected.splitlines(), actual.splitlines()
        if len(theirs) != len(ours):
            sys.exit(f"{len(theirs)} files were asked for, {len(ours)} came back")
        for their_line, our_line in zip(theirs, ours):
            their = json.loads(their_line)
            if "failure" in their:
                self.counts["failures"] += 1
                print(f"  {their['path']}: coverage.py itself fails: {their['failure']}", file=sys.stderr)
                continue
            self.count(their)
            if their_line != our_line:
                self.differ(their, json.loads(our_line))

    def count(self, facts: dict) -> None:
        self.counts["files"] += 1
        if "error" in facts:
            self.counts["refused"] += 1
            return
        for name in ("statements", "excluded", "no_branch"):
            self.counts[name] += lines_of(facts[name])
        self.counts["continued"] += lines_of([span[:2] for span in facts["continued"]])
        for name in ("arcs", "exits", "regions", "jumps"):
            self.counts[name] += len(facts[name])

    def differ(self, theirs: dict, ours: dict) -> None:
        path = theirs["path"]
        difference = first_difference(theirs, ours)
        known = next((reason for name, reason in self.known.items() if path.endswith(name)), None)
        if known is None:
            self.differing += 1
        else:
            self.counts["known"] += 1
        print(f"  {path}: {difference}" + (f" (known: {known})" if known else ""), file=sys.stderr)

    def row(self) -> str:
        names = "files refused statements excluded continued no_branch arcs jumps exits regions failures known".split()
        return f"| {self.version} | {' | '.join(f'{self.counts[name]:,}' for name in names)} | {self.differing} |"


def first_difference(theirs: dict, ours: dict) -> str:
    """The first of the facts that differs, and where."""
    for name in theirs:
        if name not in ours:
            return f"coverage.py has {name}, we have {next(iter(set(ours) - set(theirs)), 'nothing')}"
        if theirs[name] != ours[name]:
            if not isinstance(theirs[name], list):
                return f"{name}: coverage.py {theirs[name]}, we {ours[name]}"
            only_theirs = [item for item in theirs[name] if item not in ours[name]][:3]
            only_ours = [item for item in ours[name] if item not in theirs[name]][:3]
            return f"{name}: coverage.py {only_theirs}, we {only_ours}"
    return f"we have {sorted(set(ours) - set(theirs))}"


def analyse(files: list[str], version: str) -> bytes:
    """What our analysis says of `files`, a line of JSON each."""
    command = [TOOLS / "examples" / "analyse", "--python", version]
    done = subprocess.run(command, input="\n".join([*files, ""]).encode(), stdout=subprocess.PIPE)
    if done.returncode:
        sys.exit(f"{command[0]} ended with {done.returncode}")
    return done.stdout


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--jobs", type=int, default=2, help="processes of coverage.py's")
    options.add_argument("--programs", type=int, default=2000, help="how many random programs")
    options.add_argument("--seed", type=int, default=random.randrange(1 << 32), help="what they are made from")
    options.add_argument("parts", nargs="*", help="parts of the corpus by name, such as sympy==1.14.0; all if none is given")
    asked = options.parse_args()
    run(["cargo", "build", "--quiet", "--release", "--package=cov-python", "--example=analyse"], cwd=ROOT)
    print(f"random programs from seed {asked.seed}")
    print("| Python | files | not Python | statements | excluded lines | lines of multi-line statements | lines excused from branching "
          "| arcs | jumps out of with | exit counts | functions and classes | coverage.py failed | known to differ | differ |")
    print("|" + "---|" * 14)
    differing = 0
    for python in pythons():
        comparison = Comparison(version_of(python))
        for part in corpus.parts(python):
            if not asked.parts or part.name in asked.parts:
                comparison.add(corpus.expected(python, part, asked.jobs), analyse(part.files(), comparison.version))
        if not asked.parts:
            with tempfile.TemporaryDirectory() as directory:
                dead_code = not comparison.version.startswith("3.11.")
                files = write_programs(Path(directory), asked.seed, asked.programs, dead_code)
                comparison.add(corpus.oracle(python, files, asked.jobs), analyse(files, comparison.version))
        print(comparison.row(), flush=True)
        differing += comparison.differing
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
