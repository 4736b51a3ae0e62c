#!/usr/bin/env python3
"""Compares `cov-run --contexts` with `pytest --cov-context=test` on real projects: the lines of each test, and the cost.

Exactness: pytest-cov runs serially under coverage.py's C tracer, cov-run in one worker, since what a test is the first to
run in its process depends on the tests before it, and imports all test files first, as pytest does. Each line of each test
is compared. pytest-cov counts what fixtures of wide scope run to the test that comes first or last; cov-run has contexts
for them, so a line that only pytest-cov has is excused where such a context has it too. Cost: CPU seconds of both with two
workers, with and without contexts. Selection: in a copy of the project a statement of some function, picked at random, is
replaced by a `raise`; `diff-cov --tests` says which tests that affects, all tests are run, and those that fail must be among
them. Prints three tables; ends with status 1 if a line differs or a test that fails was not selected.

    python3 bench/contexts.py [--runs N] [--changes N] [--seed N] [PROJECT...]
"""

from __future__ import annotations

import argparse
import json
import random
import re
import shutil
import statistics
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

from pipeline import cpu
from projects import HOME, PROJECTS, TOOLS, Project, clean_environ, environment_of, pythons, version_of

# Prints a data file of coverage.py as {file: {context: [lines]}}.
DUMP = """
import collections, json, os, sys
from coverage import CoverageData
data = CoverageData(sys.argv[1])
data.read()
files = {}
for name in data.measured_files():
    contexts = collections.defaultdict(list)
    for line, names in data.contexts_by_lineno(name).items():
        for context in names:
            contexts[context].append(line)
    files[os.path.relpath(name)] = contexts
json.dump(files, sys.stdout)
"""

# Lets the worker import every test file before the first test.
IMPORT_FIRST = """
import pytest

pending = True

@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item):
    global pending
    if pending:
        pending = False
        others = next(plugin for plugin in item.config.pluginmanager.get_plugins() if hasattr(plugin, "import_all"))
        with others.outside_of_tests():
            others.import_all()
"""

# What pytest-xdist says when it could not begin, as where ids contain the time of day: then it is tried again.
FLAKY = "Different tests were collected"

# Walks over all objects that the garbage collector knows, other programs' included.
NOT_COMPARED = {"tests/test_gcutils.py::test_get_all"}

Lines = dict[str, set[tuple[str, int]]]


def level(test: str) -> str:
    """A test's id without its phase, and without times of day and addresses, which some ids contain."""
    test = re.sub(r"\|(setup|run|teardown)$", "", test)
    return re.sub(r"\d\d:\d\d:\d\d(\.\d+)?|0x[0-9a-f]+", "*", test)


def theirs(bin_: Path, project: Project, out: Path) -> Lines:
    """The lines that each test ran, as pytest-cov has them."""
    data = out / "theirs.coverage"
    env = {**clean_environ(), "COVERAGE_FILE": str(data), "COVERAGE_CORE": "ctrace"}
    command = [bin_ / "pytest", "-q", "-p", "no:cacheprovider", *asked_of_pytest(project), "--cov-context=test", *project.pytest_args]
    subprocess.run(command, cwd=project.path, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    dump = subprocess.run([bin_ / "python", "-c", DUMP, data], cwd=project.path, capture_output=True, check=True)
    return by_context(json.loads(dump.stdout))


def ours(bin_: Path, project: Project, out: Path) -> Lines:
    """The same as cov-run has them."""
    (out / "import_first.py").write_text(IMPORT_FIRST)
    env = {**clean_environ(), "PYTHONPATH": str(out)}
    command = [*cov_run(bin_, project, out, 1, "--contexts"), "-p", "import_first"]
    subprocess.run(command, cwd=project.path, env=env, stdout=(out / "run.txt").open("w"), stderr=subprocess.STDOUT)
    profile = json.loads((out / "profile-1of1.json").read_text())
    return by_context({file["path"]: file.get("contexts", {}) for file in profile["files"]})


def by_context(files: dict[str, dict[str, list[int]]]) -> Lines:
    lines = defaultdict(set)
    for path, contexts in files.items():
        for context, numbers in contexts.items():
            lines[level(context)].update((path, number) for number in numbers)
    return lines


def asked_of_pytest(project: Project) -> list[str]:
    return [*(f"--cov={package}" for package in project.package.split(",")), "--cov-branch", "--cov-report="]


def cov_run(bin_: Path, project: Project, out: Path, workers: int, *flags: str) -> list:
    sources = [f"--source={package}" for package in project.package.split(",")]
    command = [TOOLS / "cov-run", f"--out={out}", f"-n{workers}", "--branch", *sources, f"--python={bin_ / 'python'}", *flags]
    return [*command, "--", "-p", "no:cacheprovider", *project.pytest_args]


def compare(bin_: Path, project: Project, out: Path) -> int:
    """Prints a row of the first table, and gives the number of differences."""
    expected, actual = theirs(bin_, project, out), ours(bin_, project, out)
    shared = set().union(*(lines for context, lines in actual.items() if "::" not in context and context))
    tests = {context for context in {*expected, *actual} if "::" in context} - NOT_COMPARED
    missing = {(test, *line) for test in tests for line in expected[test] - actual[test]}
    excused = {each for each in missing if each[1:] in shared}
    extra = {(test, *line) for test in tests for line in actual[test] - expected[test]}
    different = sorted([*(("-", *each) for each in missing - excused), *(("+", *each) for each in extra)])
    (out / "differences.txt").write_text("".join(f"{sign} {test} {path}:{line}\n" for sign, test, path, line in different))
    for sign, test, path, line in different[:10]:
        print(f"    {sign} {test} {path}:{line}", file=sys.stderr)
    fixtures = sum(context.startswith("fixture:") for context in actual)
    total = sum(len(actual[test]) for test in tests)
    print(
        f"| {project.name} {project.version} | {version_of(bin_ / 'python')} | {len(tests)} | {fixtures} | {total:,} "
        f"| {len(excused):,} | {len(different)} |",
        flush=True,
    )
    return len(different) + (not total)


def cost(bin_: Path, project: Project, out: Path, runs: int) -> str:
    """A row of the second table."""
    pytest = [bin_ / "pytest", "-q", "-p", "no:cacheprovider", "-n2", *asked_of_pytest(project)]
    ways = {
        "pytest": [*pytest, *project.pytest_args],
        "pytest with contexts": [*pytest, "--cov-context=test", *project.pytest_args],
        "cov-run": cov_run(bin_, project, out, 2),
        "cov-run with contexts": cov_run(bin_, project, out, 2, "--contexts"),
    }
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(runs):
        for way, command in ways.items():
            said = FLAKY
            while FLAKY in said:
                before = cpu()
                said = subprocess.run(command, cwd=project.path, env=clean_environ(), capture_output=True, text=True).stdout
            seconds[way].append(cpu() - before)
    median = {way: statistics.median(values) for way, values in seconds.items()}
    plain, recorded = median["cov-run"], median["cov-run with contexts"]
    size = (out / "profile-1of1.json").stat().st_size / 1e6
    return (
        f"| {project.name} {project.version} | {version_of(bin_ / 'python')} | {median['pytest']:.1f} | {median['pytest with contexts']:.1f} "
        f"| {plain:.1f} | {recorded:.1f} | {100 * (recorded / plain - 1):+.0f} % | {size:.1f} |"
    )


def selection(bin_: Path, project: Project, out: Path, changes: int, seed: int) -> tuple[str, int]:
    """A row of the third table, and how many tests failed that were not selected."""
    copy = out / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(project.path, copy, ignore=shutil.ignore_patterns(".cov", "__pycache__", ".git"))
    env = {**clean_environ(), "PYTHONPATH": str(copy / "src" if (copy / "src").is_dir() else copy), "PYTHONDONTWRITEBYTECODE": "1"}

    def said(*command: str | Path) -> str:
        return subprocess.run(command, cwd=copy, env=env, capture_output=True, text=True).stdout

    git = ["git", "-c", "user.name=bench", "-c", "user.email=bench@localhost"]
    for command in (["init", "-q"], ["add", "-Af"], ["commit", "-qm", "measured"]):
        said(*git, *command)
    said(*cov_run(bin_, project, out / "run", 2, "--contexts"))
    said(TOOLS / "cov-merge", out / "run", "-o", out / "coverage.json")
    report = json.loads((out / "coverage.json").read_text())
    failing_before = failed(bin_, project, copy, env)
    places = [place for file in report["files"] if not file["path"].startswith("test") for place in statements(file, copy)]
    tried, selected, failures, missed = 0, [], [], []
    for path, line in random.Random(seed).sample(places, len(places)):
        source = (copy / path).read_text().split("\n")
        indent = re.match(" *", source[line - 1]).group()
        (copy / path).write_text("\n".join([*source[: line - 1], f"{indent}raise RuntimeError('changed')", *source[line:]]))
        answers = [json.loads(each) for each in said(TOOLS / "diff-cov", out / "coverage.json", "--base=HEAD", "--tests").splitlines()]
        if answers and answers[0]["mode"] == "select" and answers[-1].get("end"):
            chosen = {level(answer["id"]) for answer in answers[1:-1]}
            fail = failed(bin_, project, copy, env) - failing_before
            tried += 1
            selected.append(len(chosen))
            failures.append(len(fail))
            missed += [(test, path, line) for test in fail - chosen]
        said(*git, "checkout", "-q", ".")
        if tried == changes:
            break
    for test, path, line in missed[:10]:
        print(f"    {test} fails after a change of {path}:{line} and was not selected", file=sys.stderr)
    total = len({level(context) for file in report["files"] for context in file.get("contexts", {}) if "::" in context})
    return (
        f"| {project.name} {project.version} | {version_of(bin_ / 'python')} | {tried} | {total} | {sum(selected) / max(tried, 1):.0f} "
        f"| {sum(failures) / max(tried, 1):.0f} | {len(missed)} |",
        len(missed) + (not tried),
    )


def statements(file: dict, root: Path) -> list[tuple[str, int]]:
    """The statements of functions, of one line each, that some test ran; those that begin a block are left out."""
    text = (root / file["path"]).read_text().split("\n")
    spans = {line for first, last in file.get("spans", []) for line in range(first, last + 1)}
    ran = {line for line, hits in file["lines"] if hits} - spans
    bodies = [range(function["body"], function["end"] + 1) for function in file.get("functions", []) if "body" in function]
    return [
        (file["path"], line)
        for line in sorted(ran)
        if any(line in body for body in bodies) and not text[line - 1].rstrip().endswith(":") and '"""' not in text[line - 1]
    ]


def failed(bin_: Path, project: Project, copy: Path, env: dict[str, str]) -> set[str]:
    """The tests that fail, or cannot be set up, under plain pytest."""
    command = [bin_ / "pytest", "-q", "-p", "no:cacheprovider", "--tb=no", "-rfE", *project.pytest_args]
    done = subprocess.run(command, cwd=copy, env={**env, "COLUMNS": "10000"}, capture_output=True, text=True)
    tests = re.findall(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", done.stdout, re.MULTILINE)
    return {level(test) for test in tests}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3, help="how often the cost is measured; 0 for not at all")
    parser.add_argument("--changes", type=int, default=10, help="how many changes of each project tests are selected for")
    parser.add_argument("--seed", type=int, default=1, help="of the changes")
    parser.add_argument("projects", nargs="*", default=["marshmallow", "boltons"])
    options = parser.parse_args()
    chosen = [project for project in PROJECTS if project.name in options.projects]
    differences, costs, selections = 0, [], []
    print("| project | Python | tests | fixture contexts | lines of all tests | lines that are those of shared fixtures | lines that differ |")
    print("|---|---|--:|--:|--:|--:|--:|")
    for python in pythons():
        for project in chosen:
            bin_ = environment_of(python, project)
            out = HOME / "contexts" / f"{project.name}-{version_of(python)}"
            out.mkdir(parents=True, exist_ok=True)
            differences += compare(bin_, project, out)
            if options.runs:
                costs.append(cost(bin_, project, out, options.runs))
            if options.changes:
                row, missed = selection(bin_, project, out, options.changes, options.seed)
                selections.append(row)
                differences += missed
    if costs:
        print("\n| project | Python | pytest -n2 --cov: CPU s | with --cov-context=test | cov-run -n2: CPU s | with --contexts | more | profile MB |")
        print("|---|---|--:|--:|--:|--:|--:|--:|")
        print("\n".join(costs))
    if selections:
        print("\n| project | Python | changes | tests | selected on average | failing on average | failing and not selected |")
        print("|---|---|--:|--:|--:|--:|--:|")
        print("\n".join(selections))
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
