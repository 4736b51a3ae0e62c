from __future__ import annotations

import pytest

from analysis.model import Severity
from analysis.query import QueryError, compile_query
from tests.builders import at, incident

DISK = incident(
    "disk",
    service="search",
    severity=Severity.HIGH,
    opened=at("Mon 10:00"),
    summary="Disk full on node 3",
    tags=["disk full", "night"],
)
CERT = incident(
    "cert",
    service="login",
    severity=Severity.CRITICAL,
    opened=at("Wed 10:00"),
    minutes=45,
    summary="certificate expired",
)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["disk", "cert"]),
        ("severity >= high", ["disk", "cert"]),
        ("severity = sev1", ["cert"]),
        ("SEVERITY<critical", ["disk"]),
        ("service = search", ["disk"]),
        ("service != Search", ["cert"]),
        ('tag = "disk full"', ["disk"]),
        ("tag != night", ["cert"]),
        ("summary = expired", ["cert"]),
        ("open", ["disk"]),
        ("not open", ["cert"]),
        ("not not open", ["disk"]),
        ("opened < 2024-03-05", ["disk"]),
        ("duration <= 45m and not open", ["cert"]),
        ("age > 1h", ["disk"]),
        ("open and severity > high", []),
        ("service = mail or service = login or open", ["disk", "cert"]),
        ("service = login and (open or severity = critical)", ["cert"]),
        ("open or service = login and severity = low", ["disk"]),
    ],
)
def test_queries(query, expected):
    predicate = compile_query(query)
    assert [item.identifier for item in (DISK, CERT) if predicate(item)] == expected


@pytest.mark.parametrize(
    ("query", "column", "message"),
    [
        ("severity", 9, "expected an operator, found 'end of query'"),
        ("severity >=", 12, "expected a value"),
        ("severity >= urgent", 13, "unknown severity 'urgent'"),
        ("severity = (", 12, "expected a value, found '('"),
        ("and open", 1, "expected a field, found 'and'"),
        ("open open", 6, "unexpected 'open'"),
        ("(open", 6, "expected ')', found 'end of query'"),
        ("open !", 6, "unexpected '!'"),
        ("service < mail", 11, "service has no order"),
        ("colour = red", 10, "unknown field 'colour'"),
        ("opened > soon", 10, "'soon' is not a timestamp"),
        ("age > long", 7, "'long' is not a duration"),
    ],
)
def test_mistakes_are_named_by_their_column(query, column, message):
    with pytest.raises(QueryError) as caught:
        compile_query(query)
    assert caught.value.column == column
    assert message in str(caught.value)
