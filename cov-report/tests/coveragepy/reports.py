"""Runs coverage.py once for each list of arguments on standard input; prints what each said and its status, as JSON."""

import contextlib
import io
import json
import sys

from coverage.cmdline import main

said = []
for arguments in json.load(sys.stdin):
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        status = main(arguments)
    said.append((output.getvalue(), status))
json.dump(said, sys.stdout)
