#!/usr/bin/env python3
"""Compares cov-run with plain pytest under every supported Python and pytest, a small suite for each plug-in.

Each suite uses what its plug-in is for, and has a test that fails. Its outcomes by test id under `cov-run -n2` are those
under plain `pytest`; so are those of all suites together, with all plug-ins loaded. Prints a table: `=` is equal, `-` is
what pip cannot install together, a number how many outcomes differ. Ends with status 1 if any differ.

    python3 bench/compatibility.py [--python=3.8]... [--pytest=7.4.4]... [SUITE...]

Environments and what each run said are kept under target/compatibility.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

from exactness import outcomes
from plugin_suites import REPEATED, SUITES, Suite
from projects import ROOT, TOOLS, clean_environ, python_of

HOME = ROOT / "target" / "compatibility"
PYTHONS = ["3.8", "3.9", "3.10", "3.11", "3.12", "3.13"]
PYTESTS = ["7.4.4", "8.0.2", "8.4.2", "9.2.0"]


def environment(python: Path, version: str, pytest: str, suites: list[Suite]) -> Path | None:
    """The `bin` of an environment with all plug-ins; None where pip finds no versions that go together."""
    venv = HOME / "venv" / f"{version}-{pytest}"
    if (venv / "refused").exists():
        return None
    if not (venv / "ready").exists():
        subprocess.run([python, "-m", "venv", "--clear", venv], check=True)
        pip = [venv / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        packages = [f"pytest=={pytest}", "coverage", "django", *(suite.package for suite in suites)]
        done = subprocess.run([*pip, *packages], capture_output=True, text=True)
        if done.returncode:
            (venv / "refused").write_text(done.stderr)
            return None
        (venv / "ready").touch()
    return venv / "bin"


def write(home: Path, suites: list[Suite]) -> None:
    """Writes the files of the suites, each in a directory of its own if there are several."""
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    (home / "pytest.ini").write_text(f"[pytest]\n{''.join(suite.ini for suite in suites)}pythonpath = . with_django\n")
    for suite in suites:
        place = home / f"with_{suite.name}" if len(suites) > 1 else home
        place.mkdir(exist_ok=True)
        if len(suites) > 1:
            (place / "__init__.py").touch()
        for name, text in suite.files.items():
            (place / name).write_text(text)


def last_attempts(counted: Counter) -> Counter:
    """Without the attempts that pytest-rerunfailures repeated: to pytest's JUnit each of them is a test that passed."""
    repeated = {entry[:2]: entry for entry in counted if entry[1] in REPEATED}
    kept = Counter({entry: count for entry, count in counted.items() if entry[:2] not in repeated})
    return kept + Counter(repeated.values())


def compare(bin_: Path, home: Path, suites: list[Suite], pytest: str) -> int:
    """How many outcomes of a run of these suites differ from plain pytest's."""
    write(home, suites)
    together = len(suites) > 1
    environ = {**clean_environ(), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"}
    args = [arg for suite in suites for arg in suite.args]
    if not together:
        environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        # pytest 9 has the fixture `subtests` itself.
        builtin = suites[0].name == "subtests" and pytest.startswith("9")
        args = [*([] if builtin else ["-p", suites[0].plugin]), *args]
    args += ["-p", "no:cacheprovider", f"--basetemp={home}-tmp"]
    theirs = home / "theirs.xml"
    for stale in (theirs, home / ".cov" / "junit-1of1.xml"):
        stale.unlink(missing_ok=True)
    plain = [bin_ / "pytest", *args, f"--junitxml={theirs}"]
    subprocess.run(plain, cwd=home, env=environ, stdout=(home / "theirs.txt").open("w"), stderr=subprocess.STDOUT, timeout=300)
    run = [TOOLS / "cov-run", "-n2", "--branch", f"--python={bin_ / 'python'}", "--", *args]
    subprocess.run(run, cwd=home, env=environ, stdout=(home / "ours.txt").open("w"), stderr=subprocess.STDOUT, timeout=300)
    expected, actual = (last_attempts(outcomes(file)) for file in (theirs, home / ".cov" / "junit-1of1.xml"))
    lost, gained = expected - actual, actual - expected
    said = [f"{sign} {entry}, {count} times\n" for sign, found in (("-", lost), ("+", gained)) for entry, count in found.items()]
    (home / "differences.txt").write_text("".join(said))
    return sum((lost + gained).values()) or (0 if expected else -1)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", action="append", choices=PYTHONS)
    parser.add_argument("--pytest", action="append")
    parser.add_argument("suites", nargs="*", metavar="SUITE")
    options = parser.parse_args()
    chosen = [suite for suite in SUITES if not options.suites or suite.name in options.suites]
    columns = [*(suite.name for suite in chosen), *([] if options.suites else ["all together"])]
    print(f"| Python | pytest | {' | '.join(columns)} |\n|{'---|' * (len(columns) + 2)}")
    differences = 0
    for version in options.python or PYTHONS:
        python = python_of(version)
        if python is None:
            print(f"| {version} | | no such Python here |")
            continue
        for pytest in options.pytest or PYTESTS:
            bin_ = environment(python, version, pytest, SUITES)
            cells = []
            for column in columns if bin_ else []:
                suites = [suite for suite in chosen if column in (suite.name, "all together")]
                found = compare(bin_, HOME / f"{version}-{pytest}" / column.replace(" ", "-"), suites, pytest)
                cells.append("=" if found == 0 else "nothing ran" if found < 0 else str(found))
                differences += abs(found)
            print(f"| {version} | {pytest} | {' | '.join(cells or ['-'] * len(columns))} |", flush=True)
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
