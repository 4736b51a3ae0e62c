"""A pytest plug-in that writes down what coverage.py's own tests ask of path patterns, path aliases, numbits and the union
of data, and what coverage.py answers: one JSON object a line, into the file that HARVEST names.

    HARVEST=cases.jsonl python -m pytest -p harvest tests/test_files.py ...
"""

import functools
import json
import os

from coverage import files, numbits, sqldata
from coverage.exceptions import CoverageException

from content import content

OUTPUT = open(os.environ["HARVEST"], "w", encoding="utf-8")


def put(kind, **case):
    print(json.dumps({kind: case}), file=OUTPUT, flush=True)


class Pattern:
    """A compiled pattern that writes down what it is asked."""

    def __init__(self, compiled, **case):
        self.compiled, self.case = compiled, case
        self.pattern = compiled.pattern

    def match(self, path):
        found = self.compiled.match(path)
        put("glob", **self.case, path=path, found=found and found[0])
        return found


def globs_to_regex(patterns, case_insensitive=False, partial=False):
    case = dict(patterns=list(patterns), any_case=case_insensitive, partial=partial)
    try:
        return Pattern(real_globs_to_regex(case["patterns"], case_insensitive, partial), **case)
    except CoverageException as error:
        put("glob", **case, error=str(error))
        raise


def add(self, pattern, result):
    rules = self.__dict__.setdefault("harvested", [])
    rules.append([pattern, result])
    try:
        real_add(self, pattern, result)
    except CoverageException as error:
        put("alias", **seen_from(self), error=str(error))
        rules.pop()
        raise


def map_path(self, path, exists=files.source_exists):
    if "asking" in self.__dict__:
        return real_map(self, path, exists)
    asked = {}

    def answer(name):
        asked[name] = bool(exists(name))
        return asked[name]

    # Relative paths that came before may have made rules.
    earlier = self.__dict__.setdefault("mapped", [])
    self.asking = True
    try:
        found = real_map(self, path, answer)
    finally:
        del self.asking
    put("alias", **seen_from(self), earlier=list(earlier), path=path, exists=asked, found=found)
    earlier.append([path, asked])
    return found


def seen_from(aliases):
    return dict(
        rules=aliases.__dict__.get("harvested", []),
        relative=aliases.relative,
        directory=files.relative_directory() if aliases.relative else os.getcwd(),
    )


def update(self, other_data, map_path=None):
    names = {}

    def map_and_tell(path):
        names[path] = map_path(path) if map_path else path
        return names[path]

    case = dict(ours=content(self), theirs=content(other_data), names=names)
    try:
        real_update(self, other_data, map_and_tell)
    except CoverageException as error:
        put("union", **case, error=str(error))
        raise
    put("union", **case, result=content(self))


def nums_to_numbits(nums):
    nums = list(nums)
    found = real_nums_to_numbits(nums)
    put("numbits", numbers=sorted(set(nums)), bits=found.hex())
    return found


real_globs_to_regex, files.globs_to_regex = files.globs_to_regex, globs_to_regex
real_add, files.PathAliases.add = files.PathAliases.add, functools.wraps(files.PathAliases.add)(add)
real_map, files.PathAliases.map = files.PathAliases.map, functools.wraps(files.PathAliases.map)(map_path)
real_update, sqldata.CoverageData.update = sqldata.CoverageData.update, update
real_nums_to_numbits, numbits.nums_to_numbits = numbits.nums_to_numbits, nums_to_numbits
