"""Makes a project that has everything that the table of coverage.py tells apart, and runs it."""

import sys
from pathlib import Path

BRANCHES = '''
def both(x):
    if x:
        return 1
    return 2

def one_way(x):
    if x:
        print("x", file=open("/dev/null", "w"))

def never(x):
    for y in x:
        print(y)

    # a comment between two statements
    while x:
        x -= 1
    else:
        return None

def declared(x):
    for y in x:  # pragma: no branch
        y += 1

def declared_and_never(x):
    if x:  # pragma: no branch
        print(x)

def excluded(x):  # pragma: no cover
    if x:
        print(x)

def excluded_arm(x):
    if x:
        raise NotImplementedError  # pragma: no cover
    return [y for y in range(3) if y]

def several(x):
    for y in range(x):
        if y == 1:
            continue
        if y == 7:
            break
        elif y == 8:
            return 8
    else:
        return None
    try:
        y = x
    finally:
        y = 0

def cases(x):
    match x:
        case 1:
            return "one"
        case 2:
            return "two"
        case _:
            return "more"

both(0); both(1); one_way(1); declared([1]); excluded_arm(0); several(4); cases(1); cases(3)
'''

FILES = {
    "package/__init__.py": "",
    "package/branches.py": BRANCHES,
    "package/covered.py": "a = 1\nb = 2\n",
    "package/half.py": "def f():\n    return 1\n\n\ndef g():\n    return 2\n\n\nf()\n",
    "package/file9.py": "import sys\nif sys.argv:\n    a = 1\n",
    "package/file10.py": "import sys\nif not sys.argv:\n    a = 1\n",
    "package/file010.py": "a = [\n  1,\n  2,\n]\n",
    "package/only_comments.py": "# nothing\n",
    "package/sub_package/a-file_with *odd* [name]|`.py": "a = 1\nif a == 2:\n    a = 2\n",
    "package/sub_package/naïve_日本.py": "a = 1\n",
    "package/sub_package/control\x1b[31m.py": "a = 1\n",
    "package/sub_package/__init__.py": "# a comment\n",
    # One line in many, so that rounding shows.
    "package/large.py": "a = 0\n" * 299 + "if a:\n    a = 1\n",
    "package/small.py": "def f():\n" + "    a = 0\n" * 299,
    "main.py": (
        "import glob, runpy\n"
        "for name in sorted(glob.glob('package/**/*.py', recursive=True)):\n"
        "    runpy.run_path(name)\n"
    ),
}


def main(root: Path) -> None:
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


main(Path(sys.argv[1]))
