#!/usr/bin/env python3
"""Times the whole pipeline against the parallel Python set-up, interleaved, on the same machine.

Theirs: `pytest -n2 --cov=PACKAGE --cov-branch` with XML, terminal and HTML reports. Ours: cov-run -n2, cov-merge, and
cov-report to text, Cobertura and HTML. Prints the table that docs/BENCHMARKS.md quotes: medians of wall seconds, CPU
seconds (user and system, all processes) and the ratio of walls.

    python3 bench/pipeline.py [--runs N] [PROJECT...]
"""

from __future__ import annotations

import argparse
import contextlib
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from projects import HOME, PEERS, PROJECTS, ROOT, TOOLS, Project, clean_environ, environment, pythons, version_of

EXAMPLE = Project("example", "", "", [], [])
WORKERS = 2


def cpu() -> float:
    """CPU seconds of all child processes that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def timed(steps: Callable[[], None]) -> tuple[float, float]:
    """Wall and CPU seconds of `steps`, which are tried again where pytest-xdist could not begin."""
    while True:
        wall, used = time.perf_counter(), cpu()
        with contextlib.suppress(FlakyCollection):
            steps()
            return time.perf_counter() - wall, cpu() - used


class FlakyCollection(Exception):
    """pytest-xdist's workers collected different tests (marshmallow's ids contain the time of day)."""


def call(command: list, cwd: Path) -> None:
    done = subprocess.run(command, cwd=cwd, env=clean_environ(), capture_output=True, text=True)
    if done.returncode and "Different tests were collected" in done.stdout:
        raise FlakyCollection
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))} ended with {done.returncode}:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")


def theirs(bin_: Path, project: Project, path: Path, out: Path) -> None:
    """The Python set-up. The example's own addopts already ask for all of it."""
    reports = [f"--cov-report=xml:{out}/coverage.xml", "--cov-report=term-missing", f"--cov-report=html:{out}/html"]
    asked = [f"--cov={project.package}", "--cov-branch", *reports] if project.package else []
    call([bin_ / "pytest", "-q", "-p", "no:cacheprovider", f"-n{WORKERS}", *asked, *project.pytest_args], path)


def ours(bin_: Path, project: Project, path: Path, out: Path) -> None:
    asked = [f"--source={project.package}", "--branch"] if project.package else []
    run = [TOOLS / "cov-run", f"--out={out}", f"-n{WORKERS}", f"--python={bin_ / 'python'}", *asked]
    call([*run, "--", "-p", "no:cacheprovider", *project.pytest_args], path)
    call([TOOLS / "cov-merge", out, "-o", out / "coverage.json"], path)
    formats = [f"--to=cobertura={out}/coverage.xml", "--to=text", f"--to=html={out}/html"]
    call([TOOLS / "cov-report", out / "coverage.json", *formats], path)


def plain(bin_: Path, project: Project, path: Path, _out: Path) -> None:
    """pytest alone: one process, no coverage."""
    unasked = [] if project.package else ["-n0", "--no-cov"]
    call([bin_ / "pytest", "-q", "-p", "no:cacheprovider", *unasked, *project.pytest_args], path)


def measure(bin_: Path, project: Project, path: Path, runs: int) -> None:
    walls: dict[str, list[float]] = {}
    cpus: dict[str, list[float]] = {}
    for _ in range(runs):
        for ways in (plain, theirs, ours):
            out = HOME / "bench" / f"{project.name}-{ways.__name__}"
            # Timings of the run before are what a user has, too: only the rest is made new.
            shutil.rmtree(out / "html", ignore_errors=True)
            out.mkdir(parents=True, exist_ok=True)
            wall, used = timed(lambda ways=ways, out=out: ways(bin_, project, path, out))
            walls.setdefault(ways.__name__, []).append(wall)
            cpus.setdefault(ways.__name__, []).append(used)
    wall = {name: statistics.median(values) for name, values in walls.items()}
    used = {name: statistics.median(values) for name, values in cpus.items()}
    name = f"{project.name} {project.version}".strip()
    print(
        f"| {name} | {version_of(bin_ / 'python')} | {wall['plain']:.2f} | {wall['theirs']:.2f} ({used['theirs']:.1f}) "
        f"| {wall['ours']:.2f} ({used['ours']:.1f}) | {wall['theirs'] / wall['ours']:.1f} |",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("projects", nargs="*")
    options = parser.parse_args()
    print(f"{', '.join(PEERS)}; {os.cpu_count()} cores, {platform.machine()}; medians of {options.runs} interleaved runs\n")
    print("| project | Python | pytest, serial, no coverage: wall s | pytest -n2 --cov, 3 reports: wall s (CPU s) | cov tools: wall s (CPU s) | times faster |")
    print("|---|---|---|---|---|---|")
    for python in pythons():
        bin_ = environment(python)
        example = HOME / "example"
        shutil.rmtree(example, ignore_errors=True)
        shutil.copytree(ROOT / "example", example, ignore=shutil.ignore_patterns(".cov", "htmlcov", ".coverage*"))
        for project, path in [(EXAMPLE, example), *((project, project.path) for project in PROJECTS)]:
            if not options.projects or project.name in options.projects:
                measure(bin_, project, path, options.runs)


if __name__ == "__main__":
    main()
