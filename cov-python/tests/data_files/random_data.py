"""Writes data files of random content with coverage.py, and what coverage.py itself reads from them.

    python random_data.py DIRECTORY COUNT

Makes DIRECTORY/N for every number below COUNT: data files `.coverage.K`, and `expected.json` with what each of them holds,
and with what `coverage combine` makes of all of them under the `[paths]` that it names.
"""

import json
import os
import random
import sys

from coverage import CoverageData
from coverage.files import PathAliases, isabs_anywhere, set_relative_directory

from content import content

ROOT, COUNT = os.path.realpath(sys.argv[1]), int(sys.argv[2])
SOURCES = ["src/a.py", "src/deep/b.py", "src/with space & ünï.py", "lib/c.py"]
CONTEXTS = ["", "static", "tests/test_a.py::test_one|run", "ü|setup"]
RULES = {
    "source": ["src", "/ci/*/build/src", "C:\\work\\SRC", "*/checkout/src"],
    "library": ["lib/", "/opt/lib"],
}
ELSEWHERE = ["/ci/7/build/", "c:\\work\\", "/home/me/checkout/", "/opt/", "/nowhere/"]


def lines(chance):
    """Line numbers: few or many, near each other or far apart."""
    most = chance.choice([1, 7, 8, 64, 300, 5000])
    return [chance.randint(1, most) for _ in range(chance.choice([0, 1, 5, most // 3]))]


def arcs(chance):
    numbers = lines(chance)
    pairs = list(zip([-1, *numbers], [*numbers, -1])) if numbers else []
    return pairs + [(-number, number) for number in numbers[:3]]


def paths(chance, root):
    """Names of sources here and elsewhere, and of files that are nowhere."""
    for source in SOURCES:
        yield chance.choice([os.path.join(root, source), source])
        place = chance.choice(ELSEWHERE)
        yield place + (source.replace("/", "\\") if "\\" in place else source)


def is_elsewhere(name, root):
    return isabs_anywhere(name) and not name.startswith(root)


def write(name, chance, root, has_arcs, tracers):
    data = CoverageData(name)
    # Under relative_files the first to be met decide about the others.
    names = sorted(chance.sample(list(paths(chance, root)), chance.randint(0, 8)), key=lambda name: is_elsewhere(name, root))
    # In the order of the names, whatever runs first.
    (data.add_arcs if has_arcs else data.add_lines)({})
    data.touch_files(names)
    for context in chance.sample(CONTEXTS, chance.choice([1, 1, 3])):
        data.set_context(context)
        some = [name for name in names if chance.random() < 0.8]
        if has_arcs:
            data.add_arcs({name: arcs(chance) for name in some})
        else:
            data.add_lines({name: lines(chance) for name in some})
    data.touch_file("/nowhere/page.html", plugin_name="templates" if tracers else "")
    data.write()
    data.close()


def case(number):
    chance = random.Random(number)
    root = os.path.join(ROOT, str(number))
    for source in SOURCES:
        os.makedirs(os.path.join(root, os.path.dirname(source)), exist_ok=True)
        open(os.path.join(root, source), "w").close()
    os.chdir(root)
    set_relative_directory()
    has_arcs, relative = chance.random() < 0.5, chance.random() < 0.3
    aliases = PathAliases(relative=relative)
    rules = RULES if chance.random() < 0.7 else {}
    for result, *patterns in rules.values():
        for pattern in patterns:
            aliases.add(pattern, result)
    found = {}
    combined = CoverageData(no_disk=True)
    # What follows from relative paths depends on what came first: one data file says it all.
    for index in range(1 if relative else chance.randint(1, 4)):
        name = f".coverage.{index}"
        write(name, chance, root, has_arcs, tracers=number % 2)
        data = CoverageData(name, read_only=True)
        data.read()
        found[name] = content(data)
        combined.update(data, map_path=aliases.map)
    expected = {"paths": list(rules.items()), "relative": relative, "files": found, "combined": content(combined)}
    with open("expected.json", "w", encoding="utf-8") as output:
        json.dump(expected, output)


for number in range(COUNT):
    case(number)
