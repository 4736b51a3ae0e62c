#!/usr/bin/env python3
"""What a runner costs for each test, and how much memory it takes: 10,000 tests that do nothing, in 200 files.

pytest, pytest -n2 and cov-run -n2, each without coverage and with branches. Prints microseconds for each test, wall and CPU
(user and system, all processes), and the peak memory of the process that was started: pytest, pytest-xdist's controller,
cov-run. Generated under target/trivial.

    python3 bench/trivial.py [--files 1000 --tests 50000] [--runs N]
"""

from __future__ import annotations

import argparse
import resource
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

from projects import ROOT, TOOLS, clean_environ, environment, pythons, version_of

HOME = ROOT / "target" / "trivial"
TEST = "def test_{number}():\n    assert number({number})\n"


def generate(files: int, tests: int) -> Path:
    """The project with so many tests in so many files."""
    path = HOME / f"{tests}-in-{files}"
    if not (path / "ready").exists():
        shutil.rmtree(path, ignore_errors=True)
        for file in range(files):
            place = path / "tests" / f"part_{file // 100}"
            place.mkdir(parents=True, exist_ok=True)
            own = range(file * tests // files, (file + 1) * tests // files)
            text = "\n\n".join(TEST.format(number=number) for number in own)
            (place / f"test_file_{file}.py").write_text(f"from numbers_of import number\n\n\n{text}")
        (path / "numbers_of.py").write_text("def number(value):\n    if value < 0:\n        return False\n    return True\n")
        (path / "pytest.ini").write_text("[pytest]\npythonpath = .\n")
        (path / ".coveragerc").write_text("[run]\nsource = numbers_of\nbranch = true\n")
        (path / "ready").touch()
    return path


def run(command: list, path: Path, tests: int) -> tuple[float, float, int]:
    """Wall and CPU seconds of a command, and the peak memory of its process in MB."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    began, before = time.perf_counter(), usage.ru_utime + usage.ru_stime
    peak = 0
    with (path / "said.txt").open("w") as said:
        process = subprocess.Popen(command, cwd=path, env=clean_environ(), stdout=said, stderr=subprocess.STDOUT)
        while process.poll() is None:
            status = Path(f"/proc/{process.pid}/status").read_text()
            peak = max([peak, *(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))])
            time.sleep(0.02)
    wall = time.perf_counter() - began
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode or f"{tests} passed" not in (path / "said.txt").read_text():
        sys.exit(f"{' '.join(map(str, command))} ended with {process.returncode}: see {path}/said.txt")
    return wall, usage.ru_utime + usage.ru_stime - before, peak // 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--tests", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=1)
    options = parser.parse_args()
    path = generate(options.files, options.tests)
    print(f"{options.tests} tests in {options.files} files; medians of {options.runs} interleaved runs\n")
    print("| Python | runner | coverage | wall: us a test | CPU: us a test | peak memory of the runner: MB |\n|---|---|---|--:|--:|--:|")
    for python in pythons():
        bin_ = environment(python, [], "venv-trivial", ("pytest==9.2.0",))
        pytest = [bin_ / "pytest", "-q", "-p", "no:cacheprovider"]
        ours = [TOOLS / "cov-run", "-q", "-n2", f"--python={bin_ / 'python'}"]
        cov = ["--cov", "--cov-branch", "--cov-report="]
        cases = {
            ("pytest", "none"): [*pytest, "-p", "no:xdist", "-p", "no:cov"],
            ("pytest -n2", "none"): [*pytest, "-n2", "-p", "no:cov"],
            ("cov-run -n2", "none"): [*ours, "--no-cov", "--", "-p", "no:cacheprovider"],
            ("pytest", "branches"): [*pytest, "-p", "no:xdist", *cov],
            ("pytest -n2", "branches"): [*pytest, "-n2", *cov],
            ("cov-run -n2", "branches"): [*ours, "--branch", "--", "-p", "no:cacheprovider"],
        }
        found: dict[tuple[str, str], list[tuple[float, float, int]]] = {case: [] for case in cases}
        for _ in range(options.runs):
            for case, command in cases.items():
                found[case].append(run(command, path, options.tests))
        for (runner, coverage), measured in found.items():
            wall, used, peak = (statistics.median(values) for values in zip(*measured, strict=True))
            scale = 1_000_000 / options.tests
            print(f"| {version_of(python)} | {runner} | {coverage} | {wall * scale:.0f} | {used * scale:.0f} | {peak:.0f} |", flush=True)


if __name__ == "__main__":
    main()
