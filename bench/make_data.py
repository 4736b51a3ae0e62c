"""Makes coverage.py's data files for the sources named on stdin, as bench/reports.py needs them.

    python make_data.py DIRECTORY COUNT < names

Together the data files hold four fifths of the arcs that coverage.py's parser finds possible, and the entries of every
function; each of several holds a tenth of that for half of the files. The choice is pseudo-random and always the same.
"""

import ast
import random
import sys

from coverage import CoverageData
from coverage.config import DEFAULT_EXCLUDE
from coverage.exceptions import CoverageException
from coverage.parser import PythonParser

EXCLUDE = "|".join(f"(?:{pattern})" for pattern in DEFAULT_EXCLUDE)


def taken(name: str, chance: random.Random) -> list[tuple[int, int]]:
    """The arcs of a source that were taken; none if it cannot be parsed."""
    parser = PythonParser(filename=name, exclude=EXCLUDE)
    try:
        parser.parse_source()
        arcs = sorted(parser.arcs())
    except CoverageException:
        return []
    entered = [(-1, min(parser.statements, default=1))]
    for node in ast.walk(ast.parse(parser.text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            entered.append((-first, node.body[0].lineno))
    return [arc for arc in [*entered, *arcs] if chance.random() < 0.8]


def main() -> None:
    directory, count = sys.argv[1], int(sys.argv[2])
    chance = random.Random(7)
    arcs = {name: found for name in sys.stdin.read().split("\n") if (found := taken(name, chance))}
    for number in range(count):
        data = CoverageData(basename=f"{directory}/.coverage.{number:03}")
        chosen = {}
        for name, found in arcs.items():
            if count == 1 or chance.random() < 0.5:
                chosen[name] = found if count == 1 else chance.sample(found, (len(found) + 9) // 10)
        data.add_arcs(chosen)
        data.write()
        data.close(force=True)


if __name__ == "__main__":
    main()
