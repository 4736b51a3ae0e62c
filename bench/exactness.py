#!/usr/bin/env python3
"""Compares the pipeline with plain pytest and with coverage.py on real projects: outcomes by test id, numbers by file.

For each project and Python: the outcomes of `cov-run` are those of plain `pytest`, and our text report equals that of
`pytest --cov --cov-branch`, run serially, line for line. Prints a table; ends with status 1 if anything differs.

    python3 bench/exactness.py [PROJECT...]
"""

from __future__ import annotations

import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections import Counter
from pathlib import Path

from projects import HOME, PROJECTS, TOOLS, Project, clean_environ, environment, pythons, version_of


def outcomes(junit: Path) -> Counter:
    """How often each test of a JUnit file had each outcome. Times of day, which some ids contain, are levelled."""
    counted: Counter = Counter()
    for case in ElementTree.parse(junit).iter("testcase"):
        kinds = sorted(child.tag for child in case if child.tag in {"failure", "error", "skipped"})
        name = re.sub(r"\d\d:\d\d:\d\d", "TIME", case.get("name"))
        counted[case.get("classname"), name, ",".join(kinds) or "passed"] += 1
    return counted


def pytest(bin_: Path, project: Project, out: Path, *args: str) -> Path:
    """Runs plain pytest and gives its JUnit file."""
    junit = out / f"pytest{len(args)}.xml"
    command = [bin_ / "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={junit}", *args, *project.pytest_args]
    subprocess.run(command, cwd=project.path, env=clean_environ(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return junit


def theirs(bin_: Path, project: Project, out: Path) -> str:
    """coverage.py's text report of a serial run under pytest-cov."""
    data = out / "serial.coverage"
    env = {**clean_environ(), "COVERAGE_FILE": str(data)}
    args = [f"--cov={project.package}", "--cov-branch", "--cov-report="]
    command = [bin_ / "pytest", "-q", "-p", "no:cacheprovider", *args, *project.pytest_args]
    subprocess.run(command, cwd=project.path, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    report = [bin_ / "coverage", "report", "-m", "--precision=2"]
    return subprocess.run(report, cwd=project.path, env=env, capture_output=True, text=True).stdout


def ours(bin_: Path, project: Project, out: Path, workers: int) -> str:
    """Our text report of a parallel run."""
    source = [f"--source={project.package}", "--branch", f"-n{workers}", f"--python={bin_ / 'python'}"]
    run = [TOOLS / "cov-run", f"--project={project.path}", f"--out={out}", *source, "--", "-p", "no:cacheprovider"]
    subprocess.run([*run, *project.pytest_args], env=clean_environ(), stdout=(out / "run.txt").open("w"), stderr=subprocess.STDOUT)
    merged = out / "coverage.json"
    subprocess.run([TOOLS / "cov-merge", out, "-o", merged], env=clean_environ())
    report = [TOOLS / "cov-report", merged, f"--project={project.path}", "--to=text", "--show-missing", "--precision=2"]
    return subprocess.run(report, env=clean_environ(), capture_output=True, text=True).stdout


def main() -> int:
    chosen = [project for project in PROJECTS if not sys.argv[1:] or project.name in sys.argv[1:]]
    differences = 0
    print("| project | Python | tests | outcomes that differ | files | statements, missed, branches, partial | lines of the report that differ |")
    print("|---|---|---|---|---|---|---|")
    for python in pythons():
        bin_ = environment(python)
        for project in chosen:
            out = HOME / "exactness" / f"{project.name}-{version_of(python)}"
            out.mkdir(parents=True, exist_ok=True)
            expected, actual = theirs(bin_, project, out).splitlines(), ours(bin_, project, out, 2).splitlines()
            plain, parallel = outcomes(pytest(bin_, project, out)), outcomes(out / "junit-1of1.xml")
            lines = [*(f"- {line}" for line in expected if line not in actual), *(f"+ {line}" for line in actual if line not in expected)]
            tests = [*(f"- {test}" for test in (plain - parallel).elements()), *(f"+ {test}" for test in (parallel - plain).elements())]
            (out / "differences.txt").write_text("\n".join([*tests, *lines, ""]))
            total = next((line.split() for line in actual if line.startswith("TOTAL")), ["?"] * 6)
            print(
                f"| {project.name} {project.version} | {version_of(python)} | {sum(parallel.values())} | {len(tests)} "
                f"| {max(len(actual) - 4, 0)} | {', '.join(total[1:5])} | {len(lines)} |",
                flush=True,
            )
            for line in [*tests, *lines][:20]:
                print(f"    {line}", file=sys.stderr)
            differences += len(tests) + len(lines) + (not actual) + (not expected)
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
