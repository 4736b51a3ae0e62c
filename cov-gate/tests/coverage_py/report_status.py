"""What `coverage report` says of counts: a list of cases on stdin, a list of exit statuses on stdout."""

import contextlib
import io
import json
import os
import sys
import tempfile

from coverage import CoverageData
from coverage.cmdline import main


def status(case):
    with tempfile.TemporaryDirectory() as directory:
        os.chdir(directory)
        with open("module.py", "w") as file:
            file.write("x = 1\n" * case["total"])
        with open(".coveragerc", "w") as file:
            file.write(case["configuration"])
        data = CoverageData()
        data.add_lines({os.path.abspath("module.py"): range(1, case["covered"] + 1)})
        data.write()
        with contextlib.redirect_stdout(io.StringIO()):
            result = main(["report"])
        os.chdir("/")
        return result


print(json.dumps([status(case) for case in json.load(sys.stdin)]))
