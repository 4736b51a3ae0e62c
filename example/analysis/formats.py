"""The text formats of incident records: CSV, JSON lines and logfmt."""

from __future__ import annotations

import abc
import csv
import json
import re
from dataclasses import dataclass, field
from typing import Any, Dict, Iterable, Iterator, List, Mapping, TextIO, Union

from analysis.model import Incident, RecordError

COLUMNS = ("id", "service", "severity", "opened", "resolved", "summary", "tags")


@dataclass
class Parsed:
    """What a file held: the incidents, and the records that are none."""

    incidents: List[Incident] = field(default_factory=list)
    errors: List[RecordError] = field(default_factory=list)


class Format(abc.ABC):
    """A way to write incidents as text."""

    name = ""

    def __repr__(self) -> str:
        return f"<Format {self.name}>"

    @abc.abstractmethod
    def records(self, lines: Iterable[str]) -> Iterator[Union[Incident, RecordError]]:
        """Yield each record; one that is no incident is yielded as its error, not raised."""

    def write(self, incidents: Iterable[Incident], file: TextIO) -> int:
        """Write the incidents and say how many they were; not every format can."""
        raise NotImplementedError(f"{self.name} is read only")

    def read(self, lines: Iterable[str]) -> Iterator[Incident]:
        """Yield the incidents; the first bad record raises RecordError."""
        for record in self.records(lines):
            if isinstance(record, RecordError):
                raise record
            yield record

    def read_all(self, lines: Iterable[str]) -> Parsed:
        """Read what can be read, and keep the errors beside it."""
        parsed = Parsed()
        for record in self.records(lines):
            if isinstance(record, RecordError):
                parsed.errors.append(record)
            else:
                parsed.incidents.append(record)
        return parsed


class CsvFormat(Format):
    """Comma-separated values with a header line."""

    name = "csv"

    def records(self, lines: Iterable[str]) -> Iterator[Union[Incident, RecordError]]:
        reader = csv.DictReader(lines)
        for row in reader:
            if None in row:  # DictReader's key for the cells that no column names
                yield RecordError("more cells than columns", reader.line_num)
                continue
            try:
                yield Incident.from_mapping(row, reader.line_num)
            except RecordError as error:
                yield error

    def write(self, incidents: Iterable[Incident], file: TextIO) -> int:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        count = 0
        for incident in incidents:
            row = incident.to_mapping()
            row["tags"] = ";".join(row["tags"])
            writer.writerow(row)
            count += 1
        return count


class LineFormat(Format):
    """A format with one record a line; empty lines and `#` comments are skipped."""

    @abc.abstractmethod
    def decode(self, text: str) -> Mapping[str, Any]:
        """The fields of one line; raise ValueError if it is no record."""

    def records(self, lines: Iterable[str]) -> Iterator[Union[Incident, RecordError]]:
        for line, raw in enumerate(lines, start=1):
            text = raw.strip()
            if not text or text.startswith("#"):
                continue
            try:
                yield Incident.from_mapping(self.decode(text), line)
            except RecordError as error:
                yield error
            except ValueError as error:
                yield RecordError(str(error), line)


class JsonLinesFormat(LineFormat):
    """One JSON object a line."""

    name = "jsonl"

    def decode(self, text: str) -> Mapping[str, Any]:
        row = json.loads(text)
        if not isinstance(row, dict):
            raise ValueError(f"expected an object, found {type(row).__name__}")
        return row

    def write(self, incidents: Iterable[Incident], file: TextIO) -> int:
        count = 0
        for incident in incidents:
            file.write(json.dumps(incident.to_mapping(), ensure_ascii=False) + "\n")
            count += 1
        return count


class LogfmtFormat(LineFormat):
    """`key=value` pairs, values with spaces in double quotes; what the pager logs."""

    name = "logfmt"

    _pair = re.compile(r'\s*([\w.]+)=("(?:[^"\\]|\\.)*"|[^\s"]*)')

    def decode(self, text: str) -> Mapping[str, Any]:
        row: Dict[str, str] = {}
        end = 0
        while end < len(text):
            pair = self._pair.match(text, end)
            if pair is None:
                raise ValueError(f"column {end + 1}: expected key=value")
            key, value = pair.groups()
            if key in row:
                raise ValueError(f"column {end + 1}: {key} is given twice")
            if value.startswith('"'):
                value = re.sub(r"\\(.)", r"\1", value[1:-1])
            row[key] = value
            end = pair.end()
        return row


FORMATS: Dict[str, Format] = {
    form.name: form for form in (CsvFormat(), JsonLinesFormat(), LogfmtFormat())
}


def format_of(filename: str) -> Format:
    """The format that a file name's last part stands for; `.log` is logfmt."""
    suffix = filename.rpartition(".")[2].lower()
    if suffix == "log":
        suffix = "logfmt"
    if suffix not in FORMATS:
        raise ValueError(f"{filename}: unknown format, expected one of {', '.join(FORMATS)}")
    return FORMATS[suffix]
