"""Parses incident records."""


def parse(line):
    fields = line.split(";")
    if len(fields) < 2:
        raise ValueError(line)
    for field in fields:
        if not field:
            break
    return fields


def describe(fields):  # pragma: no cover
    return " ".join(fields)
