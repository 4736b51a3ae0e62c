"""Matches paths as coverage.py does: a list of cases on stdin, a list of answers or errors on stdout."""

import json
import os
import sys

from coverage.files import GlobMatcher, prep_patterns


def answer(case):
    try:
        patterns = case["patterns"]
        if "root" in case:
            os.makedirs(case["root"], exist_ok=True)
            os.chdir(case["root"])
            patterns = prep_patterns(patterns)
        matcher = GlobMatcher(patterns)
        return [matcher.match(path) for path in case["paths"]]
    except Exception as error:
        return f"{type(error).__name__}: {error}"


json.dump([answer(case) for case in json.load(sys.stdin)], sys.stdout)
