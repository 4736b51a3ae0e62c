"""What coverage.py's parser says of Python files, as lines of JSON: what our analysis is compared with.

Reads from standard input, one a line, file names or objects {"path", "text", "exclude", "partial"} whose text takes the place
of the file's and whose lists of patterns take that of coverage.py's defaults. Writes a line for each, in the same order;
`facts.rs` writes the same of our analysis.

    python oracle.py [--jobs N] < NAMES > FACTS
"""

import argparse
import json
import multiprocessing
import signal
import sys
import warnings

from coverage.config import DEFAULT_EXCLUDE, DEFAULT_PARTIAL, DEFAULT_PARTIAL_ALWAYS
from coverage.exceptions import NotPython
from coverage.misc import join_regex
from coverage.parser import PythonParser
from coverage.regions import code_regions

# Seconds that one file may take.
LONGEST = 60


def runs(lines):
    """Lines as sorted [first, last] pairs."""
    found = []
    for line in sorted(lines):
        if found and found[-1][1] == line - 1:
            found[-1][1] = line
        else:
            found.append([line, line])
    return found


def continued(multiline_map):
    """The lines that belong to a statement begun above, as sorted [from, to, first] triples."""
    found = []
    for line, first in sorted(multiline_map.items()):
        if line == first:
            continue
        if found and found[-1][1:] == [line - 1, first]:
            found[-1][1] = line
        else:
            found.append([line, line, first])
    return found


def described(parser, arc):
    """The arc, with its two descriptions unless they are those of a plain step to the next line.

    Several causes come in the order of a set of coverage.py's, which changes from run to run; here they are sorted.
    """
    start, end = arc
    missing, action = parser.missing_arc_description(start, end), parser.arc_description(start, end)
    if (missing, action) == (f"line {start} didn't jump to line {end} because ", f"jump to line {end}"):
        return arc
    subject = f"line {start} didn't "
    causes = missing.removeprefix(subject).split(f" or {subject}")
    return [*arc, subject + f" or {subject}".join(sorted(causes)), action]


def facts(path, text, exclude, partial):
    parser = PythonParser(text, path, join_regex(exclude))
    try:
        parser.parse_source()
    except NotPython:
        return {"path": path, "error": "not Python"}
    arcs = sorted(parser.arcs())  # this makes the descriptions and the jumps, too
    return {
        "path": path,
        "statements": runs(parser.statements),
        "excluded": runs(parser.excluded),
        "continued": continued(parser.multiline_map),
        "arcs": [described(parser, arc) for arc in arcs],
        "jumps": sorted([*arc, new and list(new)] for arc, new in parser._with_jump_fixers.items()),
        "exits": sorted(parser.exit_counts().items()),
        "no_branch": runs(parser.lines_matching(join_regex(partial))),
        "regions": sorted([region.start, region.kind, region.name, runs(region.lines)] for region in code_regions(parser.text)),
    }


def give_up(*_):
    raise TimeoutError


def answer(wanted):
    given = json.loads(wanted) if wanted.startswith("{") else {"path": wanted}
    exclude = given.get("exclude", DEFAULT_EXCLUDE)
    partial = given.get("partial", DEFAULT_PARTIAL + DEFAULT_PARTIAL_ALWAYS)
    # There are programs that coverage.py never gets done with, such as some whose `with` has no code in it.
    signal.signal(signal.SIGALRM, give_up)
    signal.alarm(LONGEST)
    try:
        found = facts(given["path"], given.get("text"), exclude, partial)
    except Exception as error:  # coverage.py's own failures are facts too
        found = {"path": given["path"], "failure": type(error).__name__}
    finally:
        signal.alarm(0)
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--jobs", type=int, default=1)
    jobs = parser.parse_args().jobs
    sys.stdin.reconfigure(encoding="utf-8")
    sys.stdout.reconfigure(encoding="utf-8")
    warnings.simplefilter("ignore")
    sys.setrecursionlimit(10_000)
    names = (line.rstrip("\n") for line in sys.stdin)
    if jobs == 1:
        answers = map(answer, names)
        for line in answers:
            print(line)
    else:
        with multiprocessing.get_context("fork").Pool(jobs) as pool:
            for line in pool.imap(answer, names, chunksize=8):
                print(line)


if __name__ == "__main__":
    main()
