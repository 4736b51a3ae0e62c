"""The digest from files to text, through the command line: one test of the whole path."""

from __future__ import annotations

import io

from analysis.formats import CsvFormat
from analysis.model import Severity
from pipeline.cli.commands import main
from tests.builders import at, incident

EXPECTED = """\
Incidents from 2024-03-04 to 2024-03-10

6 incidents, 6 more than the week before.
Half of them were resolved within 35m.
Critical: I-4 search, index lost

By day (falling)
  Mon   4 ####################
  Tue   0 .
  Wed   1 #####
  Thu   1 #####
  Fri   0 .
  Sat   0 .
  Sun   0 .

By service
  search         4  median 40m
  login          1  none resolved
  mail           1  median 10m

Bursts
  Mon 10:00 search, 3 in 10m

Still open
  critical I-4 search, 6d 13h
  medium   I-5 login, 4d 12h
"""


def test_a_week_of_incidents_becomes_a_digest(tmp_path):
    path = tmp_path / "week.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        CsvFormat().write(
            [
                incident("I-1", opened=at("Mon 10:00"), minutes=30),
                incident("I-2", opened=at("Mon 10:05"), minutes=40),
                incident("I-3", opened=at("Mon 10:10"), minutes=50),
                incident(
                    "I-4",
                    opened=at("Mon 11:00"),
                    severity=Severity.CRITICAL,
                    summary="index lost",
                ),
                incident("I-5", opened=at("Wed 12:00"), severity=Severity.MEDIUM, service="login"),
                incident("I-6", opened=at("Thu 09:00"), minutes=10, service="mail"),
            ],
            file,
        )
    out = io.StringIO()
    assert main(["digest", str(path), "--monday", "2024-03-04"], out) == 0
    assert out.getvalue() == EXPECTED

    out = io.StringIO()
    assert main(["digest", str(path), "--monday", "2024-03-11"], out) == 0
    assert "A quiet week: no incident." in out.getvalue()
