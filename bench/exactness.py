#!/usr/bin/env python3
"""Compares the pipeline with plain pytest and with coverage.py on real projects: outcomes by test id, numbers by file.

For each project and Python: the outcomes of `cov-run` are those of plain `pytest`, and our text report, which names every
line and every branch that was missed, equals that of a serial `coverage run --branch -m pytest`, line for line. A test that
two runs of plain pytest disagree on is flaky: it is named, and may end as it did in either. Where a report differs,
coverage.py is asked again, up to four times, and files of which it does not always say the same are flaky, too: of such a
file we must miss each line and branch that all serial runs missed, and none that all of them reached. What differs still is
looked for in a run with one worker, where each test runs after the same ones as in a serial run: what is not there depends on
that, or on chance. Prints a table; ends with status 1 if an outcome differs, or a line of the report with one worker as with more.

    python3 bench/exactness.py [PROJECT...]

What each run said is kept under target/projects/exactness.
"""

from __future__ import annotations

import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections import Counter
from pathlib import Path

from projects import HOME, PROJECTS, TOOLS, Project, clean_environ, environment_of, pythons, version_of

WORKERS = 2
# Where coverage.py said something else than we do, it is asked again, with these thresholds of the garbage collector: some
# lines, such as the `except` of a generator that nobody finishes, run when it comes.
AGAIN = (700, 1000, 1500, 2500)
# A plug-in for serial runs; one that has a `workerinput` looks like a worker.
PLUGIN = """\
import gc
import pytest

gc.set_threshold({threshold})

@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    if {workerinput!r}:
        config.workerinput = {workerinput!r}
"""


def environ(**more: str) -> dict[str, str]:
    """One order of sets for all: what depends on it differs from run to run."""
    return {**clean_environ(), "PYTHONHASHSEED": "0", **more}


def outcomes(junit: Path) -> Counter:
    """How often each test of a JUnit file had each outcome. Times of day and addresses, which some ids contain, are levelled."""
    counted: Counter = Counter()
    if not junit.exists():
        return counted
    for case in ElementTree.parse(junit).iter("testcase"):
        kinds = sorted(child.tag for child in case if child.tag in {"failure", "error", "skipped"})
        name = re.sub(r"\d\d:\d\d:\d\d", "TIME", case.get("name"))
        name = re.sub(r"\b0x[0-9a-f]{6,}", "ADDRESS", name)
        counted[case.get("classname"), name, ",".join(kinds) or "passed"] += 1
    return counted


def names(counted: Counter) -> set[tuple[str, str]]:
    """The tests, however they ended."""
    return {entry[:2] for entry in counted}


def plain(bin_: Path, project: Project, out: Path, name: str) -> Counter:
    """The outcomes under plain pytest."""
    junit = out / f"{name}.xml"
    junit.unlink(missing_ok=True)
    command = [bin_ / "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={junit}", *project.pytest_args]
    subprocess.run(command, cwd=project.path, env=environ(), stdout=(out / f"{name}.txt").open("w"), stderr=subprocess.STDOUT)
    return outcomes(junit)


def theirs(bin_: Path, project: Project, out: Path, name: str, threshold: int | None = None) -> list[str]:
    """coverage.py's text report of a serial run, as a worker if the project does something else there.

    `threshold` is that of the garbage collector, if not Python's own.
    """
    for stale in out.glob(f"{name}.coverage*"):
        stale.unlink()
    env = environ(COVERAGE_FILE=str(out / f"{name}.coverage"))
    plugin = []
    if project.workerinput or threshold:
        (out / "serial_plugin.py").write_text(PLUGIN.format(workerinput=project.workerinput, threshold=threshold or "*gc.get_threshold()"))
        env["PYTHONPATH"], plugin = str(out), ["-p", "serial_plugin"]
    log = (out / f"{name}.txt").open("w")
    command = [bin_ / "coverage", "run", "--branch", f"--source={project.package}", "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    subprocess.run([*command, *plugin, *project.pytest_args], cwd=project.path, env=env, stdout=log, stderr=subprocess.STDOUT)
    if not (out / f"{name}.coverage").exists():  # the project asks for a data file for each process
        subprocess.run([bin_ / "coverage", "combine", "--keep"], cwd=project.path, env=env, stdout=log, stderr=subprocess.STDOUT)
    report = [bin_ / "coverage", "report", "-m", "--precision=2"]
    return subprocess.run(report, cwd=project.path, env=env, capture_output=True, text=True).stdout.splitlines()


def ours(bin_: Path, project: Project, out: Path, workers: int) -> tuple[Counter, list[str]]:
    """The outcomes and our text report of a run with so many workers."""
    out.mkdir(exist_ok=True)
    junit, merged = out / "junit-1of1.xml", out / "coverage.json"
    for stale in (junit, merged, *out.glob("profile-*.json")):
        stale.unlink(missing_ok=True)
    log = (out / "run.txt").open("w")
    source = [f"--source={package}" for package in project.package.split(",")]
    run = [TOOLS / "cov-run", f"--project={project.path}", f"--out={out}", *source, "--branch", f"-n{workers}", f"--python={bin_ / 'python'}"]
    subprocess.run([*run, "--", "-p", "no:cacheprovider", *project.pytest_args], env=environ(), stdout=log, stderr=subprocess.STDOUT)
    subprocess.run([TOOLS / "cov-merge", out, "-o", merged], env=environ(), stdout=log, stderr=subprocess.STDOUT)
    report = [TOOLS / "cov-report", merged, f"--project={project.path}", "--to=text", "--show-missing", "--precision=2"]
    return outcomes(junit), subprocess.run(report, env=environ(), stdout=subprocess.PIPE, stderr=log, text=True).stdout.splitlines()


def entries(report: list[str]) -> dict[str, tuple[list[str], set[str]]]:
    """The files of a report, and its total: the numbers of statements and of branches, and each line and branch that was missed."""
    rows = {}
    for row in report:
        columns = row.split(maxsplit=6)
        if len(columns) < 6 or not columns[1].isdigit():
            continue
        missed: set[str] = set()
        for entry in columns[6].split(", ") if len(columns) > 6 else []:
            first, dash, last = entry.partition("-")
            missed |= {str(line) for line in range(int(first), int(last) + 1)} if dash and last.isdigit() else {entry}
        rows[columns[0]] = ([columns[1], columns[3]], missed)
    return rows


def changed(variants: list[list[str]], actual: list[str]) -> tuple[list[str], list[str]]:
    """What we say of files and no serial run does, and the files that the serial runs do not agree on."""
    flaky = {row.split()[0] for report in variants for row in report if row.strip() and not all(row in other for other in variants)}
    lost = [f"- {row}" for row in variants[0] if row not in actual and (row.split() or [""])[0] not in flaky]
    gained = [f"+ {row}" for row in actual if row not in variants[0] and (row.split() or [""])[0] not in flaky]
    flaky.discard("TOTAL")  # the sum of the others
    said, ours = [entries(report) for report in variants], entries(actual)
    none = ([], set())
    for file in sorted(flaky):
        numbers, missed = ours.get(file, none)
        serial = [report.get(file, none) for report in said]
        wrong = missed - set.union(*(each for _, each in serial))
        forgotten = set.intersection(*(each for _, each in serial)) - missed
        lost += [f"- {file}: {entry} missed in each serial run" for entry in sorted(forgotten)]
        gained += [f"+ {file}: {entry} reached in each serial run" for entry in sorted(wrong)]
        if numbers not in [each for each, _ in serial]:
            gained.append(f"+ {file}: {' statements, '.join(numbers)} branches")
    return lost + gained, sorted(flaky)


def compare(python: Path, project: Project) -> int:
    """Prints the row of a project under a Python; how much differs."""
    bin_ = environment_of(python, project)
    out = HOME / "exactness" / f"{project.name}-{version_of(python)}"
    out.mkdir(parents=True, exist_ok=True)
    first, second = (plain(bin_, project, out, name) for name in ("plain", "plain-again"))
    unsteady = sorted({entry[:2] for entry in (first - second) + (second - first)})
    parallel, report = ours(bin_, project, out, WORKERS)
    variants = [theirs(bin_, project, out, "serial")]
    for again, threshold in enumerate(AGAIN, start=1):
        if changed(variants, report)[0]:
            variants.append(theirs(bin_, project, out, f"serial-{again}", threshold))
    lines, flaky = changed(variants, report)
    alone = changed(variants, ours(bin_, project, out / "one-worker", 1)[1])[0] if lines else []
    tests = [f"- {entry}" for entry in ((first & second) - parallel).elements()]
    tests += [f"+ {entry}" for entry in (parallel - (first | second)).elements()]
    both, here = names(first) & names(second), names(parallel)
    tests += [f"- {name}" for name in unsteady if name in both and name not in here]
    said = [*(f"flaky: {'::'.join(entry)}" for entry in unsteady), *(f"flaky: {name}" for name in flaky), *tests, *lines]
    (out / "differences.txt").write_text("\n".join([*said, ""]))
    total = next((line.split() for line in report if line.startswith("TOTAL")), ["?"] * 6)
    kinds = Counter(outcome for _, _, outcome in parallel.elements())
    print(
        f"| {project.name} {project.version} | {version_of(python)} | {sum(parallel.values())} ({kinds['failure'] + kinds['error']} failed) | {len(unsteady)}, {len(flaky)} "
        f"| {len(tests)} | {len(variants)} | {max(len(report) - 4, 0)} | {', '.join(total[1:5])} | {len(lines)}, {len(alone)} |",
        flush=True,
    )
    for line in said[:20]:
        print(f"    {line}", file=sys.stderr, flush=True)
    return len(tests) + len({*lines} & {*alone}) + (not report) + (not parallel)


def main() -> int:
    chosen = [project for project in PROJECTS if not sys.argv[1:] or project.name in sys.argv[1:]]
    print("| project | Python | tests | flaky: tests, files | outcomes that differ | serial runs of coverage.py | files | statements, missed, branches, partial | lines of the report that differ, with one worker |")
    print("|---|---|---|---|---|---|---|---|---|")
    differences = sum(compare(python, project) for python in pythons() for project in chosen)
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
