#!/usr/bin/env python3
"""Times combining and reporting of the same measured data by coverage.py and by the cov tools.

Theirs: `coverage combine --keep`, then `report -m`, `xml`, `json` and `html`, a process each, since coverage.py has no other
way. Ours: cov-merge, and one cov-report to text, XML, JSON and HTML. The sources are real projects'; the data files are made
once, by coverage.py's own API, of four fifths of the arcs that its parser finds possible. Prints the table that
docs/BENCHMARKS.md quotes: CPU seconds (user and system), wall seconds, and the peak memory of the largest process.

    python3 bench/reports.py [--runs N] [CASE...]
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import corpus
from projects import ROOT, TOOLS, pythons, version_of

HOME = ROOT / "target" / "reports"
MAKER = ROOT / "bench" / "make_data.py"


@dataclass(frozen=True)
class Case:
    """A project's sources, and how many data files measured them."""

    package: str
    kind: str
    fragments: int

    @property
    def name(self) -> str:
        return f"{self.package.replace('==', ' ')}, {self.fragments} data file{'s' * (self.fragments > 1)}"


CASES = [
    Case("docutils==0.23", "wheel", 1),
    Case("networkx==3.7", "wheel", 1),
    Case("django==6.1.3", "source", 1),
    Case("django==6.1.3", "source", 200),
]


@dataclass
class Cost:
    """What commands took: CPU seconds, wall seconds, and peak memory in MB."""

    cpu: float = 0.0
    wall: float = 0.0
    memory: float = 0.0

    def run(self, command: list[str | Path], cwd: Path) -> None:
        """Adds what `command` takes. Its output is thrown away."""
        start = time.perf_counter()
        with open(cwd / "said.txt", "wb") as said:
            process = subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=said)
            _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            sys.exit(f"{' '.join(map(str, command))} ended with {process.returncode}:\n{(cwd / 'said.txt').read_text()[-2000:]}")
        self.wall += time.perf_counter() - start
        self.cpu += usage.ru_utime + usage.ru_stime
        self.memory = max(self.memory, usage.ru_maxrss / 1024)


def prepare(case: Case, python: Path) -> tuple[Path, list[Path]]:
    """A copy of the sources to work in, and the data files, both made by the first run."""
    work = HOME / f"{case.package}-{case.fragments}"
    data = work.with_name(f"{work.name}-data")
    if not (data / "ready").exists():
        shutil.rmtree(work, ignore_errors=True)
        shutil.rmtree(data, ignore_errors=True)
        shutil.copytree(corpus.fetch(case.package, case.kind).path, work)
        data.mkdir()
        files = [path for path in sorted(work.rglob("*.py"))]
        names = "\n".join(map(str, files))
        subprocess.run([python, MAKER, data, str(case.fragments)], input=names, text=True, check=True)
        (data / "ready").touch()
    return work, sorted(data.glob(".coverage.*"))


def theirs(python: Path, work: Path, fragments: list[Path]) -> Cost:
    coverage = [python, "-m", "coverage"]
    cost = Cost()
    cost.run([*coverage, "combine", "--quiet", "--keep", *fragments], work)
    for report in (["report", "-m"], ["xml", "-q"], ["json", "-q"], ["html", "-q"]):
        shutil.rmtree(work / "htmlcov", ignore_errors=True)
        cost.run([*coverage, *report, "-i"], work)
    return cost


def ours(work: Path, fragments: list[Path]) -> Cost:
    cost = Cost()
    shutil.rmtree(work / "ours", ignore_errors=True)
    cost.run([TOOLS / "cov-merge", *fragments, "-o", "coverage.cov.json"], work)
    targets = ["text=ours/text", "coveragepy-xml=ours/xml", "coveragepy-json=ours/json", "html=ours/html"]
    cost.run([TOOLS / "cov-report", "coverage.cov.json", *(f"--to={target}" for target in targets)], work)
    return cost


def median(costs: list[Cost]) -> Cost:
    of: Callable[[str], float] = lambda field: statistics.median(getattr(cost, field) for cost in costs)
    return Cost(of("cpu"), of("wall"), of("memory"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3, help="how often each is run; medians are printed")
    parser.add_argument("cases", nargs="*", help="only cases whose name contains one of these")
    args = parser.parse_args()
    interpreter = pythons()[-1]
    python = corpus.environment(interpreter)
    print(f"{corpus.COVERAGE}, Python {version_of(interpreter)}, medians of {args.runs} interleaved runs\n")
    print("| data | files | coverage.py: CPU s | wall s | MB | cov tools: CPU s | wall s | MB | times less CPU |")
    print("|---|---|---|---|---|---|---|---|---|")
    for case in CASES:
        if args.cases and not any(part in case.name for part in args.cases):
            continue
        work, fragments = prepare(case, python)
        runs = [(theirs(python, work, fragments), ours(work, fragments)) for _ in range(args.runs)]
        them, us = median([run[0] for run in runs]), median([run[1] for run in runs])
        files = len(list(work.rglob("*.py")))
        print(
            f"| {case.name} | {files} | {them.cpu:.1f} | {them.wall:.1f} | {them.memory:.0f} "
            f"| {us.cpu:.2f} | {us.wall:.2f} | {us.memory:.0f} | {them.cpu / us.cpu:.0f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
