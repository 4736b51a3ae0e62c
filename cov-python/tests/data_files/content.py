"""What a data file holds, asked by coverage.py's public methods."""


def content(data):
    """What a CoverageData holds, by its public methods."""
    kind = "arcs" if data._has_arcs else "lines" if data._has_lines else None
    found = {}
    for path in data.measured_files():
        contexts = {}
        for line, names in data.contexts_by_lineno(path).items():
            for name in names:
                if line >= 0:
                    contexts.setdefault(name, []).append(line)
        found[path] = {
            "tracer": data.file_tracer(path) or None,
            "lines": sorted(data.lines(path)),
            "arcs": sorted(set(data.arcs(path) or [])),
            "contexts": {name: sorted(set(lines) - {0}) for name, lines in contexts.items()},
        }
    return {"kind": kind, "files": found}
