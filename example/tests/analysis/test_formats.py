from __future__ import annotations

import io

import pytest

from analysis.formats import CsvFormat, JsonLinesFormat, LogfmtFormat, format_of
from analysis.model import RecordError
from tests.builders import incident

CSV = """\
id,service,severity,opened,resolved,summary,tags
I-1,search,high,2024-03-04T00:00:00Z,,"slow, very",disk;night
I-2,login,sev4,2024-03-04T01:00:00Z,2024-03-04T02:00:00Z,,
"""

LOGFMT = r"""
# written by the pager
id=I-1 service=search severity=high opened=2024-03-04T00:00:00Z summary="slow, \"very\"" tags=disk;night

id=I-2 service=login severity=sev4 opened=1709514000 resolved=1709517600
"""


@pytest.mark.parametrize(
    ("form", "text"), [(CsvFormat(), CSV), (LogfmtFormat(), LOGFMT)], ids=["csv", "logfmt"]
)
def test_two_incidents_are_read(form, text):
    first, second = form.read(io.StringIO(text))
    assert first.identifier == "I-1"
    assert first.summary.replace('"', "") == "slow, very"
    assert first.tags == {"disk", "night"}
    assert first.is_open
    assert second.duration.total_seconds() == 3600


@pytest.mark.parametrize("form", [CsvFormat(), JsonLinesFormat()], ids=lambda form: form.name)
def test_what_is_written_is_read_again(form, quarter):
    file = io.StringIO()
    assert form.write(quarter, file) == len(quarter)
    file.seek(0)
    assert list(form.read(file)) == quarter


def test_text_outside_ascii_stays_readable():
    file = io.StringIO()
    JsonLinesFormat().write([incident(summary="Überlauf")], file)
    assert "Überlauf" in file.getvalue()


def test_the_first_bad_record_ends_a_strict_read():
    records = CsvFormat().read(io.StringIO(CSV + "I-3,mail\n" + "I-4\n"))
    assert next(records).identifier == "I-1"
    assert next(records).identifier == "I-2"
    with pytest.raises(RecordError, match="line 4: field severity is missing"):
        next(records)


def test_bad_csv_records_do_not_hide_good_ones():
    text = CSV.replace("I-2,", "I-2,surplus,cells,here,and,more,of,them,") + CSV.splitlines()[1]
    parsed = CsvFormat().read_all(io.StringIO(text))
    assert [error.line for error in parsed.errors] == [3]
    assert str(parsed.errors[0]) == "line 3: more cells than columns"
    assert len(parsed.incidents) == 2


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "Expecting property name"),
        ("[1, 2]", "expected an object, found list"),
        ('{"id": "I-1"}', "field service is missing"),
    ],
    ids=["torn", "list", "incomplete"],
)
def test_bad_json_lines_are_named(line, message):
    parsed = JsonLinesFormat().read_all(["# comment", "", line])
    assert not parsed.incidents
    (error,) = parsed.errors
    assert error.line == 3
    assert message in str(error)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("id=1 =2", "column 5: expected key=value"),
        ('id="open', "column 4: expected key=value"),
        ("id=1 id=2", "column 5: id is given twice"),
    ],
)
def test_bad_logfmt_is_named_by_its_column(line, message):
    parsed = LogfmtFormat().read_all([line])
    assert message in str(parsed.errors[0])


@pytest.mark.xfail(reason="escapes of control characters are not decoded", strict=True)
def test_logfmt_line_feeds_are_decoded():
    row = LogfmtFormat().decode(r'summary="two\nlines"')
    assert row["summary"] == "two\nlines"


@pytest.mark.parametrize(
    ("filename", "name"),
    [("a.csv", "csv"), ("A.JSONL", "jsonl"), ("pager.log", "logfmt"), ("x.y.logfmt", "logfmt")],
)
def test_the_file_name_tells_the_format(filename, name):
    assert format_of(filename).name == name


def test_an_unknown_format_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match=r"notes\.txt: .* csv, jsonl, logfmt"):
        format_of("notes.txt")
