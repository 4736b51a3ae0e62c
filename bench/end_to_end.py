#!/usr/bin/env python3
"""Compares our reports with coverage.py's, byte for byte, over the `.coverage` data of real projects' suites.

Each suite runs in two or three parts, each of which leaves a data file, under coverage.py itself: branches and lines,
the C tracer and sys.monitoring, contexts too. Theirs: `coverage combine --keep` and then `coverage report -m`, `xml`,
`json`, `lcov` and `report --format=total`. Ours: `cov-merge .coverage.*` and one `cov-report`. Prints a line for each
measurement and format; ends with status 1 if anything differs.

    python3 bench/end_to_end.py [--measure-only] [PROJECT...]

What is measured, and what coverage.py says of it, is kept under target/projects/end-to-end and found again.

Levelled before comparing, since coverage.py itself says it differently from run to run:

- the time, in XML and JSON;
- in JSON the order of the contexts of a line, which is that of a set, and of the lines that have contexts, which is
  that of the data file's rows.
"""

from __future__ import annotations

import argparse
import difflib
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from projects import HOME, PROJECTS, ROOT, TOOLS, Project, clean_environ, environment, pythons, version_of

MORE = [
    Project("itsdangerous", "2.2.0", "itsdangerous", ["freezegun"], ["tests"]),
    Project("markupsafe", "3.0.4", "markupsafe", [], ["tests"]),
    Project("more_itertools", "11.2.1", "more_itertools", [], ["tests"]),
    Project("pluggy", "1.7.0", "pluggy", [], ["testing"]),
    Project("toolz", "1.2.0", "toolz", [], ["toolz"]),
]
# Other suites take too long to be run this often.
ALL = [*MORE, *(project for project in PROJECTS if project.name in ("marshmallow", "boltons", "werkzeug", "jinja2", "attrs"))]
CACHE = HOME / "end-to-end"
FORMATS = {"text": ["report", "-m"], "xml": ["xml"], "json": ["json"], "lcov": ["lcov"], "total": ["report", "--format=total"]}
OURS = {"text": "text", "xml": "coveragepy-xml", "json": "coveragepy-json", "lcov": "lcov", "total": "total"}


@dataclass(frozen=True)
class Mode:
    """How a suite is measured."""

    name: str
    core: str
    parts: int
    # None is the project's own configuration with --branch.
    configuration: str | None


LINES = "[run]\nsource = {package}\n[report]\nprecision = 3\nskip_empty = true\n[xml]\npackage_depth = 1\n[json]\npretty_print = true\n[lcov]\nline_checksums = true\n"
CONTEXTS = "[run]\nbranch = true\nsource = {package}\ndynamic_context = test_function\n[json]\nshow_contexts = true\n"
BRANCH = Mode("branch", "ctrace", 3, None)
LINE = Mode("line", "ctrace", 2, LINES)
MONITORED = Mode("line-sysmon", "sysmon", 2, LINES)
IN_CONTEXT = Mode("contexts", "ctrace", 2, CONTEXTS)


def modes(project: Project, version: str) -> list[Mode]:
    """What is measured of a project: sys.monitoring is 3.12's, and contexts make large reports."""
    monitored = [MONITORED] if version.startswith("3.13") else []
    contexts = [IN_CONTEXT] if version.startswith("3.13") and project.name in ("itsdangerous", "marshmallow") else []
    return [BRANCH, LINE, *monitored, *contexts]


@dataclass(frozen=True)
class Measurement:
    """One suite, measured one way; its files are in `home`."""

    project: Project
    version: str
    mode: Mode
    bin_: Path

    @property
    def name(self) -> str:
        return f"{self.project.name}-{self.version}-{self.mode.name}"

    @property
    def home(self) -> Path:
        return CACHE / self.name

    def fragments(self) -> list[Path]:
        return sorted(self.home.glob(".coverage.*"))

    def environ(self, data_file: Path) -> dict[str, str]:
        """For coverage.py and for our tools alike: both read the configuration that the variable names."""
        environ = {**clean_environ(), "COVERAGE_FILE": str(data_file), "COVERAGE_CORE": self.mode.core, "PYTHONHASHSEED": "0"}
        if self.mode.configuration is not None:
            configuration = self.home / "coveragerc"
            configuration.write_text(self.mode.configuration.format(package=self.project.package))
            environ["COVERAGE_RCFILE"] = str(configuration)
        return environ

    def measure(self) -> None:
        """Runs the suite in parts, unless that was done."""
        done = self.home / "measured"
        if done.exists():
            return
        self.home.mkdir(parents=True, exist_ok=True)
        for stale in self.fragments():
            stale.unlink()
        coverage = [self.bin_ / "coverage", "run", "--parallel-mode"]
        if self.mode.configuration is None:
            coverage += ["--branch", f"--source={self.project.package}"]
        pytest = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-o", "addopts="]
        options = [option for option in self.project.pytest_args if option.startswith("-")]
        with (self.home / "pytest.txt").open("w") as log:
            for part in range(self.mode.parts):
                files = self.test_files()[part :: self.mode.parts]
                command = [*coverage, *pytest, *options, *files]
                subprocess.run(command, cwd=self.project.path, env=self.environ(self.home / ".coverage"), stdout=log, stderr=log)
        if len(self.fragments()) < self.mode.parts:
            sys.exit(f"{self.name}: coverage.py left {len(self.fragments())} data files: see {self.home}/pytest.txt")
        done.touch()

    def test_files(self) -> list[str]:
        """The suite's test files, but for those that the project leaves out."""
        left_out = [arg.removeprefix("--ignore=") for arg in self.project.pytest_args if arg.startswith("--ignore=")]
        places = [place for place in self.project.pytest_args if not place.startswith("-")]
        found = [path for place in places for path in sorted((self.project.path / place).rglob("test_*.py"))]
        names = [str(path.relative_to(self.project.path)) for path in found]
        return [name for name in names if name not in left_out]

    def theirs(self) -> dict[str, str]:
        """What coverage.py says, by format; asked once."""
        out = self.home / "theirs"
        if not (out / "asked").exists():
            out.mkdir(exist_ok=True)
            environ = self.environ(out / ".coverage")
            self.run([self.bin_ / "coverage", "combine", "--keep", "--quiet", *self.fragments()], environ)
            for format_, arguments in FORMATS.items():
                to_file = [] if arguments[0] == "report" else ["-q", "-o", out / format_]
                done = self.run([self.bin_ / "coverage", *arguments, *to_file], environ)
                if not to_file:
                    (out / format_).write_bytes(done)
            (out / "asked").touch()
        return {format_: (out / format_).read_text() for format_ in FORMATS}

    def ours(self) -> dict[str, str]:
        """What we say, by format."""
        out = self.home / "ours"
        out.mkdir(exist_ok=True)
        environ = {name: value for name, value in self.environ(out / ".coverage").items() if name != "COVERAGE_FILE"}
        merged = out / "merged.json"
        settings = [f"--project={self.project.path}", f"--python-version={self.version}"]
        self.run([TOOLS / "cov-merge", *self.fragments(), *settings, "-o", merged], environ)
        targets = [f"--to={name}={out / format_}" for format_, name in OURS.items()]
        self.run([TOOLS / "cov-report", merged, "--show-missing", f"--project={self.project.path}", *targets], environ)
        return {format_: (out / format_).read_text() for format_ in FORMATS}

    def run(self, command: list, environ: dict[str, str]) -> bytes:
        done = subprocess.run(command, cwd=self.project.path, env=environ, capture_output=True)
        # 2 is coverage.py's for a total below the project's own fail_under.
        if done.returncode not in (0, 2):
            said = (done.stdout + done.stderr).decode(errors="replace")
            raise RuntimeError(f"{' '.join(map(str, command))} ended with {done.returncode}:\n{said}")
        return done.stdout


def levelled(format_: str, text: str) -> str:
    """A report without what differs from run to run."""
    if format_ == "xml":
        return re.sub(r' timestamp="\d+"', ' timestamp="0"', text, count=1)
    if format_ == "json":
        text = re.sub(r'"timestamp": "[^"]*"', '"timestamp": "0"', text, count=1)
        if '"show_contexts": true' in text:
            return sorted_contexts(text)
    return text


def sorted_contexts(text: str) -> str:
    """A JSON report with its contexts in order; equal texts stay equal, and different ones different."""

    def sort(value):
        if isinstance(value, dict):
            for key, inner in value.items():
                if key == "contexts":
                    value[key] = {line: sorted(inner[line]) for line in sorted(inner, key=int)}
                else:
                    sort(inner)

    document = json.loads(text)
    sort(document)
    return json.dumps(document, indent=4 if "\n" in text else None)


def compare(measurement: Measurement) -> int:
    """Prints a line for each format; how many differ."""
    differences = 0
    theirs = measurement.theirs()
    try:
        ours = measurement.ours()
    except RuntimeError as failure:
        print(f"| {measurement.name} | {failure} |")
        return 1
    for format_ in FORMATS:
        expected, actual = levelled(format_, theirs[format_]), levelled(format_, ours[format_])
        if expected == actual:
            print(f"| {measurement.name} | {format_} | {len(expected.splitlines())} lines, {len(expected)} characters | equal |", flush=True)
            continue
        differences += 1
        if format_ == "json":
            expected, actual = (json.dumps(json.loads(text), indent=1) for text in (expected, actual))
        lines = list(difflib.unified_diff(expected.splitlines(), actual.splitlines(), "theirs", "ours", n=2, lineterm=""))
        (measurement.home / f"{format_}.diff").write_text("\n".join(lines) + "\n")
        print(f"| {measurement.name} | {format_} | {len(expected.splitlines())} lines | DIFFERS |", flush=True)
        for line in lines[:20]:
            print(f"    {line}", file=sys.stderr)
    return differences


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--measure-only", action="store_true", help="run the suites and coverage.py, and compare nothing")
    parser.add_argument("projects", nargs="*", metavar="PROJECT")
    args = parser.parse_args()
    chosen = [project for project in ALL if not args.projects or project.name in args.projects]
    differences = compared = 0
    print("| measurement | format | size | |\n|---|---|---|---|")
    for python in pythons():
        version, bin_ = version_of(python), environment(python, ALL, "venv-end-to-end")
        for project in chosen:
            for mode in modes(project, version):
                measurement = Measurement(project, version, mode, bin_)
                measurement.measure()
                if args.measure_only:
                    measurement.theirs()
                    continue
                differences += compare(measurement)
                compared += len(FORMATS)
    print(f"{compared} reports compared, {differences} differ")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
