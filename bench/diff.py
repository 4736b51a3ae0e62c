#!/usr/bin/env python3
"""Times diff-cov against diff-cover and against `git diff` alone, and shows what both say where diff-cover passes wrongly.

Two large changes: a Cobertura report of 20,000 files with 200 lines each (120 MB) and a diff of 5,000 of them; and one file
with 1,000,000 changed lines. Prints the tables that docs/BENCHMARKS.md quotes: seconds of CPU (user and system, all
processes), wall, and the peak of resident memory of any one process.

    python3 bench/diff.py [--runs N] [--files N] [--lines N] [speed] [verdicts]
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import platform
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from projects import HOME, TOOLS, run

PEER = "diff-cover==11.0.1"
DIFF_COV = TOOLS / "diff-cov"


@dataclass
class Cost:
    """What a command cost, and how it ended."""

    status: int
    cpu: float
    wall: float
    megabytes: float


def peer() -> Path:
    """diff-cover in an environment of its own, made once."""
    root = HOME / "diff-cover"
    program = root / "bin" / "diff-cover"
    if not program.exists():
        venv.create(root, with_pip=True, clear=True)
        run([root / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", PEER])
    return program


def environ(home: Path) -> dict[str, str]:
    """The environment without any configuration of git's but the repository's own."""
    name = {f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    return {**os.environ, "HOME": str(home), "XDG_CONFIG_HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1", **name}


def git(root: Path, *arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], cwd=root, env=environ(root.parent), check=True, capture_output=True).stdout


def cost(command: list[str | Path], cwd: Path) -> Cost:
    """Runs `command` to its end. `wait4` knows the processes below it too, once they were waited for."""
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=cwd, env=environ(cwd.parent), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    return Cost(os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024)


def cobertura(path: Path, files: Iterator[tuple[str, list[int]]]) -> None:
    """Writes a report as coverage.py does: for each file the hits of its lines."""
    with path.open("w") as report:
        report.write('<?xml version="1.0" ?>\n<coverage version="7.0" line-rate="0.7">\n\t<packages>\n')
        report.write('\t\t<package name="." line-rate="0.7">\n\t\t\t<classes>\n')
        for name, hits in files:
            report.write(f'\t\t\t\t<class name="{Path(name).name}" filename="{name}" line-rate="0.7">\n')
            report.write("\t\t\t\t\t<methods/>\n\t\t\t\t\t<lines>\n")
            report.writelines(f'\t\t\t\t\t\t<line number="{line}" hits="{hit}"/>\n' for line, hit in enumerate(hits, 1))
            report.write("\t\t\t\t\t</lines>\n\t\t\t\t</class>\n")
        report.write("\t\t\t</classes>\n\t\t</package>\n\t</packages>\n</coverage>\n")


def repository(root: Path) -> None:
    root.mkdir(parents=True)
    git(root, "init", "--quiet", "--initial-branch=main")
    git(root, "config", "gc.auto", "0")


def many_files(root: Path, count: int) -> None:
    """`count` files of 200 lines, of which a quarter changes: about every twelfth line, and some come and go."""
    generator = random.Random(1)
    repository(root)
    names = [f"package_{index % 200:03}/part_{index % 7}/module_{index:05}.py" for index in range(count)]
    texts = {}
    for index, name in enumerate(names):
        texts[name] = [f"value_{line} = compute({index}, {line}, {generator.randrange(1000)})\n" for line in range(200)]
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("".join(texts[name]))
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "-m", "old")
    git(root, "checkout", "--quiet", "-b", "topic")
    for name in names[:: 4]:
        lines = texts[name]
        for _ in range(17):
            place = generator.randrange(len(lines))
            lines[place : place + generator.randrange(3)] = [f"changed = {generator.random()}\n"] * generator.randrange(3)
        (root / name).write_text("".join(lines))
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "-m", "new")
    hits = ((name, [int(generator.random() < 0.7) for _ in lines]) for name, lines in texts.items())
    cobertura(root / "coverage.xml", hits)


def one_file(root: Path, lines: int) -> None:
    """One file, every line of which changes."""
    repository(root)
    (root / "big.py").write_text("".join(f"value_{line} = {line}\n" for line in range(lines)))
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "-m", "old")
    git(root, "checkout", "--quiet", "-b", "topic")
    (root / "big.py").write_text("".join(f"    value_{line} = {line}\n" for line in range(lines)))
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "-m", "new")
    cobertura(root / "coverage.xml", iter([("big.py", [int(line % 10 > 0) for line in range(lines)])]))


def speed(options: argparse.Namespace) -> None:
    print(f"{PEER}, git {git(HOME, '--version').decode().split()[2]}; {os.cpu_count()} cores, {platform.machine()}; medians of {options.runs} runs\n")
    print("| change | tool | CPU s | wall s | peak MB |")
    print("|---|---|--:|--:|--:|")
    ways = [
        ("diff-cover", [peer(), "coverage.xml", "--compare-branch=main", "--format=json:out.json", "--quiet"]),
        ("diff-cov", [DIFF_COV, "coverage.xml", "--base=main", "--to=json=out.json", "--quiet"]),
        ("`git diff` alone", ["git", "diff", "--unified=0", "main"]),
    ]
    for what, root, make, size in [
        (f"{options.files // 4:,} of {options.files:,} files", HOME / "diff" / f"many-{options.files}", many_files, options.files),
        (f"{options.lines:,} lines of one file", HOME / "diff" / f"one-{options.lines}", one_file, options.lines),
    ]:
        if not (root / "coverage.xml").exists():
            shutil.rmtree(root, ignore_errors=True)
            # In a process of its own: the peak of a process begins with the size of the one that started it.
            maker = multiprocessing.get_context("spawn").Process(target=make, args=(root, size))
            maker.start()
            maker.join()
        for name, command in ways:
            costs = [cost(command, root) for _ in range(options.runs)]
            if any(each.status for each in costs):
                sys.exit(f"{name} ended with {costs[0].status}")
            cpu, wall, megabytes = (statistics.median(getattr(each, key) for each in costs) for key in ("cpu", "wall", "megabytes"))
            print(f"| {what} | {name} | {cpu:.2f} | {wall:.2f} | {megabytes:,.0f} |", flush=True)


def versions(root: Path, name: str, old: str, new: str, hits: list[int], report_name: str | None = None) -> None:
    """A repository with `old` in `name` on main, `new` committed on topic, and a report of `hits`."""
    repository(root)
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(old)
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "-m", "old")
    git(root, "checkout", "--quiet", "-b", "topic")
    (root / name).write_text(new)
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--allow-empty", "-m", "new")
    cobertura(root / "coverage.xml", iter([(report_name or name, hits)]))


A, B = "a = 1\n", "b = 2\n"


def no_line_end(root: Path) -> list[str]:
    versions(root, "a.py", "a = 1\nb = 2", "a = 1\nb = 2\nc = 3", [1, 0, 1])
    return []


def local_changes(root: Path) -> list[str]:
    old = [f"line{line} = 0\n" for line in range(1, 13)]
    new = "".join(old).replace("line10 = 0", "line10 = 1")
    versions(root, "a.py", "".join(old), new, [int(line != 15) for line in range(1, 18)])
    (root / "a.py").write_text("new = 0\n" * 5 + new)
    return []


def two_reports(root: Path) -> list[str]:
    versions(root, "a.py", A, A + B, [1, 0])
    cobertura(root / "second.xml", iter([("a.py", [1])]))
    return ["second.xml"]


def other_names(root: Path) -> list[str]:
    versions(root, "a.py", A, A + B, [1, 0], "/build/checkout/a.py")
    return []


def rounding(root: Path) -> list[str]:
    versions(root, "a.py", "", "x = 1\n" * 30_000, [int(line != 777) for line in range(30_000)])
    return ["--total-percent-float"]


def two_names(root: Path) -> list[str]:
    versions(root, "x b/a.py", A, A + B, [1, 0])
    return []


def relative(root: Path) -> list[str]:
    versions(root, "sub/a.py", A, A + B, [1, 0])
    git(root, "config", "diff.relative", "true")
    (root / "coverage.xml").rename(root / "sub" / "coverage.xml")
    return ["cd sub"]


def untracked(root: Path) -> list[str]:
    versions(root, "sub/a.py", A, A, [])
    (root / "sub" / "new.py").write_text(B)
    (root / "coverage.xml").unlink()
    cobertura(root / "sub" / "coverage.xml", iter([("sub/new.py", [0])]))
    return ["cd sub", "--include-untracked"]


def attribute(root: Path) -> list[str]:
    versions(root, "a.py", A + B, A + "b = 3\n", [1, 0])
    (root / ".gitattributes").write_text("*.py -diff\n")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--amend", "--no-edit")
    return []


def colours(root: Path) -> list[str]:
    versions(root, "a.py", A, A + B, [1, 0])
    (root / "change.diff").write_bytes(git(root, "diff", "--color=always", "main"))
    return ["--diff-file=change.diff"]


WRONG_PASSES = [
    ("a last line without a line end is counted twice", no_line_end),
    ("committed and local changes are added up by numbers of different versions", local_changes),
    ("a report that does not know a line hides that another missed it", two_reports),
    ("names in the report start elsewhere", other_names),
    ("29,999 of 30,000 are 100 %", rounding),
    ("a name contains ` b/`", two_names),
    ("`diff.relative` is set", relative),
    ("a new file in a subdirectory is not tracked", untracked),
    ("an attribute hides the text of a file", attribute),
    ("the diff file is coloured", colours),
]

OURS = {"--include-untracked": ["--untracked"], "--total-percent-float": [], "--diff-file=change.diff": ["--diff=change.diff"]}


def answer(command: list[str | Path], cwd: Path) -> str:
    """The status and the last words of a command."""
    done = subprocess.run(command, cwd=cwd, env=environ(cwd.parent), capture_output=True, text=True)
    lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip("- ")]
    words = next((line for line in lines if line.startswith(("Coverage:", "No lines"))), lines[-1] if lines else "")
    return f"{done.returncode}: {words.removeprefix('diff-cov: ')}".replace("|", "\\|")


def verdicts() -> None:
    print("\nUncovered lines changed, and all must be covered (`--fail-under 100`):\n")
    print("| what | diff-cover | diff-cov |")
    print("|---|---|---|")
    for what, make in WRONG_PASSES:
        with tempfile.TemporaryDirectory() as home:
            root = Path(home) / "project"
            options = make(root)
            cwd = root / "sub" if "cd sub" in options else root
            options = [option for option in options if option != "cd sub"]
            # Reports first: diff-cover takes none behind an option.
            options.sort(key=lambda option: option.startswith("-"))
            theirs = [peer(), "coverage.xml", *options, "--fail-under=100", "--compare-branch=main"]
            given = [each for option in options for each in OURS.get(option, [option])]
            base = [] if "--diff=change.diff" in given else ["--base=main"]
            ours = [DIFF_COV, "coverage.xml", "--fail-under=100", *base, "--quiet", *given]
            print(f"| {what} | {answer(theirs, cwd)} | {answer(ours, cwd)} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("parts", nargs="*", choices=["speed", "verdicts", []])
    options = parser.parse_args()
    HOME.mkdir(parents=True, exist_ok=True)
    if "speed" in options.parts or not options.parts:
        speed(options)
    if "verdicts" in options.parts or not options.parts:
        verdicts()


if __name__ == "__main__":
    main()
