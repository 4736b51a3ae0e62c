#!/usr/bin/env python3
"""Splits real suites into 1 to 64 shards, as cov-run does by recorded timings, and compares with the best there can be.

Each suite runs twice under cov-run; what the first run took is what the shards are balanced by. `cov-run split` then
says what each shard of each number of shards gets. Proves that the shards of each number are everything, each file
once, and prints how much longer the longest shard takes than the bound that no split can beat: the larger of the
longest file and an even share.

    python3 bench/shards.py [PROJECT...]

"balanced": by the durations that the shards were balanced by. "next run": by those of the second run. "by size": what
cov-run does as long as no timings are there. "in turn": the files dealt out one after the other, as many runners do.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from projects import HOME, PROJECTS, TOOLS, Project, clean_environ, environment_of, pythons

MOST = 64
SHOWN = (2, 4, 8, 16, 32, 64)
CACHE = HOME / "shards"


def record(project: Project, run: str) -> tuple[Path, dict[str, int]]:
    """The file of timings of a run, and the microseconds that each test file took in it."""
    home = CACHE / project.name
    timings = home / f"{run}.json"
    if not timings.exists():
        python = environment_of(pythons()[-1], project) / "python"
        partial = home / f"{run}.partial.json"
        partial.unlink(missing_ok=True)
        command = [TOOLS / "cov-run", "-n2", "--no-cov", "--python", python, "--out", home / "out", "--timings", partial]
        done = subprocess.run([*command, "--", *project.pytest_args], cwd=project.path, capture_output=True, text=True, env=clean_environ())
        if done.returncode not in (0, 1):
            raise RuntimeError(f"{project.name} {project.version} could not be recorded:\n{done.stdout}{done.stderr}")
        partial.rename(timings)
    files = json.loads(timings.read_text())["files"]
    return timings, {name: file["import"]["mean"] + sum(test["mean"] for test in file["tests"].values()) for name, file in files.items()}


def shards(project: Project, files: list[str], total: int, options: list[str | Path]) -> list[list[str]]:
    """What each of `total` shards gets. They are everything, each file once."""
    parts = []
    for number in range(1, total + 1):
        command = [TOOLS / "cov-run", "split", f"{number}/{total}", *options]
        done = subprocess.run(command, cwd=project.path, input="\n".join(files), capture_output=True, text=True, check=True)
        parts.append(done.stdout.splitlines())
    together = sorted(file for part in parts for file in part)
    assert together == sorted(files), f"{project.name}: {total} shards are not everything once"
    assert all(part == [file for file in files if file in part] for part in parts), f"{project.name}: order"
    return parts


def over(parts: list[list[str]], took: dict[str, int]) -> float:
    """How much longer than the bound the longest of the shards takes."""
    every = [took[file] for part in parts for file in part]
    bound = max(max(every), -(-sum(every) // len(parts)))
    return max(sum(took[file] for file in part) for part in parts) / bound - 1


def main(names: list[str]) -> None:
    print("| suite | files | seconds of tests | longest file | how split |", " | ".join(map(str, SHOWN)), f"| worst of 1 to {MOST} |")
    print("|---|--:|--:|--:|---|" + "--:|" * (len(SHOWN) + 1))
    for project in PROJECTS:
        if names and project.name not in names:
            continue
        try:
            (timings, took), (_, again) = record(project, "first"), record(project, "second")
        except RuntimeError as error:
            print(error, file=sys.stderr)
            continue
        files = [file for file in took if file in again]
        by_time = {total: shards(project, files, total, ["--timings", timings]) for total in range(1, MOST + 1)}
        by_size = {total: shards(project, files, total, []) for total in SHOWN}
        in_turn = {total: [files[number::total] for number in range(total)] for total in range(1, MOST + 1)}
        facts = [f"{project.name} {project.version}", len(files), f"{sum(took.values()) / 1e6:.1f}", f"{max(took.values()) / sum(took.values()):.0%}"]
        ways = [("balanced", by_time, took), ("next run", by_time, again), ("by size", by_size, took), ("in turn", in_turn, took)]
        for way, split, judged in ways:
            cells = [f"{over(split[total], judged):.1%}" for total in SHOWN]
            worst = f"{max(over(split[total], judged) for total in split):.1%}" if len(split) == MOST else ""
            print("|", " | ".join(map(str, [*facts, way, *cells, worst])), "|", flush=True)
            facts = [""] * len(facts)


if __name__ == "__main__":
    main(sys.argv[1:])
