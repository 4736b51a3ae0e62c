"""Writes what coverage.py knows of its data as a report of the cov tools: a second opinion on cov-python's analysis.

    python profile.py COVERAGE.JSON     with coverage.py's configuration in the current directory
"""

import ast
import json
import sys
from pathlib import Path

from coverage import Coverage
from coverage.version import __version__

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def branches(analysis, reporter):
    """The branches, with their arms by where they lead."""
    missing, executed = analysis.missing_branch_arcs(), analysis.executed_branch_arcs()
    found = []
    for line, exits in sorted(analysis.exit_counts.items()):
        if exits < 2:
            continue
        taken = [arm for arm in executed.get(line, []) if arm not in analysis.excluded]
        uncounted = [arm for arm in executed.get(line, []) if arm in analysis.excluded]
        untaken = missing.get(line, [])
        branch = {"line": line, "arms": exits, "naming": "destination"}
        for name, arms in [("taken", taken), ("uncounted", uncounted)]:
            if arms:
                branch[name] = {str(arm): 1 for arm in arms}
        if untaken:
            branch["untaken"] = [str(arm) for arm in untaken]
        described = {str(arm): reporter.arc_description(line, arm) for arm in [*taken, *uncounted, *untaken]}
        if described:
            branch["described"] = described
        found.append(branch)
    return found


def regions(analysis, reporter):
    """Functions and classes: names and lines are coverage.py's, bounds those of Python's own parser."""
    nodes = {node.lineno: node for node in ast.walk(ast.parse(reporter.source())) if isinstance(node, DEFINITIONS)}
    functions, classes = [], []
    for region in sorted(reporter.code_regions(), key=lambda region: region.start):
        node = nodes[region.start]
        place = {"name": region.name, "start": region.start}
        if region.kind == "function":
            statements = analysis.statements & region.lines
            entered = {"hits": int(bool(statements & analysis.executed))} if statements else {}
            functions.append({**place, "body": node.body[0].lineno, "end": node.end_lineno, **entered})
        else:
            classes.append({**place, "end": node.end_lineno})
    return {"functions": functions, "classes": classes}


def main(output):
    coverage = Coverage()
    coverage.load()
    data = coverage.get_data()
    files = []
    for measured in data.measured_files():
        (reporter, _), = coverage._get_file_reporters([measured])
        analysis = coverage._analyze(measured, file_reporter=reporter)
        file = {"path": reporter.relative_filename(), "language": "python", "hits": "yes-no"}
        file["lines"] = [[line, int(line in analysis.executed)] for line in sorted(analysis.statements)]
        file["excluded"] = sorted(analysis.excluded)
        if data.has_arcs():
            reporter.parser.arcs()
            reporter.missing_arc_description(1, 1)
            file["branches"] = branches(analysis, reporter)
        file.update(regions(analysis, reporter))
        file["length"] = len(reporter.source().splitlines())
        contexts = {}
        for line, names in data.contexts_by_lineno(measured).items():
            for name in names:
                contexts.setdefault(name, []).append(line)
        if data.measured_contexts() != {""}:
            file["contexts"] = {name: sorted(lines) for name, lines in contexts.items()}
        files.append({key: value for key, value in file.items() if value or key in ("lines", "branches", "length")})
    files.sort(key=lambda file: file["path"].encode())
    document = {"format": "cov-report", "version": 1, "measured_with": [f"coverage.py {__version__}"], "files": files}
    Path(output).write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")


main(sys.argv[1])
