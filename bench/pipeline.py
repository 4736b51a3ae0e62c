#!/usr/bin/env python3
"""Times the whole pipeline against the parallel Python set-up, interleaved, on the same machine.

For each project: serial pytest without coverage; `pytest -n2 --cov=PACKAGE --cov-branch`, without reports and
with XML, terminal and HTML; cov-run -n2 alone, and with cov-merge and cov-report to text, Cobertura and HTML. Prints the
tables that docs/BENCHMARKS.md quotes: medians of wall seconds and of CPU seconds (user and system, all processes).

The ideal is half of what the tests take in a serial run without coverage, by its JUnit file, and one start of pytest with
its plug-ins and conftests: nothing for importing test files, measuring, reporting. The second table says where the
pipeline's seconds beyond the ideal go.

    python3 bench/pipeline.py [--runs N] [PROJECT...]
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import resource
import shutil
import statistics
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from projects import HOME, PEERS, PROJECTS, ROOT, TOOLS, Project, clean_environ, environment, environment_of, pythons, version_of

# Its own addopts ask for workers, coverage and reports.
EXAMPLE = Project("example", "", "analysis,api,pipeline", [], ["-o", "addopts=--strict-markers --strict-config"])
WORKERS = 2


class FlakyCollection(Exception):
    """pytest-xdist's workers collected different tests (marshmallow's ids contain the time of day)."""


@dataclass(frozen=True)
class Bench:
    """A project, an environment that runs it, and a directory for what a way to run it writes."""

    project: Project
    bin_: Path
    path: Path
    out: Path

    def call(self, command: list) -> str:
        """Runs a command and gives what it printed. Tests may fail, but nothing else may."""
        done = subprocess.run(command, cwd=self.path, env=clean_environ(), capture_output=True, text=True)
        if done.returncode and "Different tests were collected" in done.stdout:
            raise FlakyCollection
        if done.returncode not in (0, 1):
            sys.exit(f"{' '.join(map(str, command))} ended with {done.returncode}:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
        return done.stdout

    def pytest(self, *args: str) -> str:
        return self.call([self.bin_ / "pytest", "-q", "-p", "no:cacheprovider", *args, *self.project.pytest_args])

    def coverage(self) -> list[str]:
        return [*(f"--cov={package}" for package in self.project.package.split(",")), "--cov-branch"]

    def serial(self) -> str:
        return self.pytest("-n0", "--no-cov", f"--junitxml={self.out / 'junit.xml'}")

    def xdist(self) -> str:
        return self.pytest(f"-n{WORKERS}", *self.coverage(), "--cov-report=")

    def xdist_reports(self) -> str:
        reports = [f"--cov-report=xml:{self.out}/coverage.xml", "--cov-report=term-missing", f"--cov-report=html:{self.out}/html"]
        return self.pytest(f"-n{WORKERS}", *self.coverage(), *reports)

    def cov_run(self) -> str:
        # Said as to pytest-cov, for a project may look: sqlalchemy's leaves out tests when it is measured.
        run = [TOOLS / "cov-run", f"--out={self.out}", f"-n{WORKERS}", f"--python={self.bin_ / 'python'}"]
        return self.call([*run, "--", "-p", "no:cacheprovider", *self.coverage(), *self.project.pytest_args])

    def pipeline(self) -> str:
        said = self.cov_run()
        self.call([TOOLS / "cov-merge", self.out, "-o", self.out / "coverage.json"])
        formats = [f"--to=cobertura={self.out}/coverage.xml", "--to=text", f"--to=html={self.out}/html"]
        self.call([TOOLS / "cov-report", self.out / "coverage.json", *formats])
        return said

    def start(self) -> str:
        """pytest with plug-ins and conftests, and no test file."""
        return self.pytest("-n0", "--no-cov", "--markers")


WAYS: dict[str, Callable[[Bench], str]] = {
    "pytest": Bench.serial,
    "pytest -n2 --cov": Bench.xdist,
    "the same, 3 reports": Bench.xdist_reports,
    "cov-run -n2": Bench.cov_run,
    "the pipeline, 3 reports": Bench.pipeline,
    "start": Bench.start,
}


def cpu() -> float:
    """CPU seconds of all child processes that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def timed(steps: Callable[[Bench], str], bench: Bench) -> tuple[float, float, str]:
    """Wall and CPU seconds of `steps` and what they printed; tried again where pytest-xdist could not begin."""
    while True:
        # Timings of the run before are what a user has, too: only the reports are made new.
        shutil.rmtree(bench.out / "html", ignore_errors=True)
        wall, used = time.perf_counter(), cpu()
        try:
            said = steps(bench)
        except FlakyCollection:
            continue
        return time.perf_counter() - wall, cpu() - used, said


def tally(said: str) -> str:
    """How many tests passed and failed, as pytest and cov-run say in their last lines."""
    counts = {kind: int(count) for count, kind in re.findall(r"(\d+) (passed|failed|errors?)\b", said[-2000:])}
    return ", ".join(f"{counts[kind]} {kind}" for kind in sorted(counts, reverse=True))


def durations(junit: Path) -> float:
    """The seconds that the tests of a JUnit file took."""
    return sum(float(case.get("time")) for case in ElementTree.parse(junit).iter("testcase"))


@dataclass(frozen=True)
class Row:
    """A project under a Python: medians of wall and CPU seconds by way, and of what its tests took."""

    name: str
    python: str
    wall: dict[str, float]
    cpu: dict[str, float]
    tests: float

    @property
    def ideal(self) -> float:
        return self.tests / WORKERS + self.wall["start"]

    def times(self) -> str:
        wall, ideal = self.wall, self.ideal
        cells = [f"{wall[name]:.2f} ({self.cpu[name]:.1f})" for name in WAYS if name != "start"]
        ratios = [
            f"{wall['pytest -n2 --cov'] / wall['cov-run -n2']:.1f}",
            f"**{wall['the same, 3 reports'] / wall['the pipeline, 3 reports']:.1f}**",
            f"{ideal:.2f}",
            f"{wall['cov-run -n2'] / ideal:.1f}",
            f"{wall['the pipeline, 3 reports'] / ideal:.1f}",
        ]
        return f"| {self.name} | {self.python} | {' | '.join([*cells, *ratios])} |"

    def rest(self) -> str:
        """Where the seconds beyond the ideal go."""
        pipeline = self.wall["the pipeline, 3 reports"]
        around = (self.wall["pytest"] - self.wall["start"] - self.tests) / WORKERS
        more = (self.cpu["the pipeline, 3 reports"] - self.cpu["pytest"]) / WORKERS
        idle = pipeline - self.ideal - around - more
        return f"| {self.name} | {self.python} | " + " | ".join(f"{each:.2f}" for each in (self.ideal, around, more, idle, pipeline)) + " |"


def measure(bin_: Path, project: Project, path: Path, runs: int) -> Row:
    """Runs a project in every way, in turn, so often."""
    python = version_of(bin_ / "python")
    walls: dict[str, list[float]] = {name: [] for name in WAYS}
    cpus: dict[str, list[float]] = {name: [] for name in WAYS}
    tests, tallies = [], {}
    for _ in range(runs):
        for name, steps in WAYS.items():
            out = HOME / "bench" / f"{project.name}-{python}-{steps.__name__}"
            out.mkdir(parents=True, exist_ok=True)
            wall, used, said = timed(steps, Bench(project, bin_, path, out))
            walls[name].append(wall)
            cpus[name].append(used)
            if name == "pytest":
                tests.append(durations(out / "junit.xml"))
            if name != "start":
                tallies[name] = tally(said)
    for name, counted in tallies.items():
        if counted != tallies["pytest"]:
            print(f"    {name}: {counted}; pytest: {tallies['pytest']}", file=sys.stderr)
    wall = {name: statistics.median(values) for name, values in walls.items()}
    used = {name: statistics.median(values) for name, values in cpus.items()}
    return Row(f"{project.name} {project.version}".strip(), python, wall, used, statistics.median(tests))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("projects", nargs="*", metavar="PROJECT")
    options = parser.parse_args()
    print(f"pytest 9.2.0, {', '.join(PEERS)}; {os.cpu_count()} cores, {platform.machine()}; medians of {options.runs} interleaved runs")
    print("wall seconds (CPU seconds); A is cov-run against pytest -n2 --cov, B the pipeline against the same with 3 reports\n")
    columns = [*(name for name in WAYS if name != "start"), "A: times faster", "B: times faster", "ideal", "cov-run / ideal", "pipeline / ideal"]
    print(f"| project | Python | {' | '.join(columns)} |\n|{'---|' * (len(columns) + 2)}")
    example = HOME / "example"
    rows: list[Row] = []

    def add(bin_: Path, project: Project, path: Path) -> None:
        rows.append(measure(bin_, project, path, options.runs))
        print(rows[-1].times(), flush=True)

    for python in pythons():
        shutil.rmtree(example, ignore_errors=True)
        shutil.copytree(ROOT / "example", example, ignore=shutil.ignore_patterns(".cov", "htmlcov", ".coverage*"))
        if not options.projects or EXAMPLE.name in options.projects:
            add(environment(python, [], "venv-example", ("pytest==9.2.0",)), EXAMPLE, example)
        for project in PROJECTS:
            if not options.projects or project.name in options.projects:
                add(environment_of(python, project), project, project.path)

    print("\nwhere the pipeline's wall seconds go: the ideal; half of what pytest does around the tests (collecting, fixtures, reports);")
    print("half of the CPU seconds that it takes more than pytest alone (measuring, a second import, merging, reports); one core idle\n")
    print("| project | Python | ideal | pytest around the tests | more work | idle | the pipeline |\n|---|---|--:|--:|--:|--:|--:|")
    for row in rows:
        print(row.rest())


if __name__ == "__main__":
    main()
