from __future__ import annotations

from datetime import timedelta

import pytest

from analysis.model import Incident, RecordError, Severity
from tests.builders import MONDAY, incident


@pytest.fixture
def row():
    return {
        "id": "I-7",
        "service": "Billing",
        "severity": "high",
        "opened": "2024-03-04T00:00:00Z",
        "resolved": "2024-03-04T01:30:00Z",
        "summary": "invoices late",
        "tags": ["money", "Late"],
    }


class TestSeverity:
    @pytest.mark.parametrize("severity", list(Severity), ids=lambda severity: severity.label)
    def test_reads_its_own_label(self, severity):
        assert Severity.parse(f" {severity.label.title()} ") is severity

    @pytest.mark.parametrize(
        ("text", "severity"), [("sev1", Severity.CRITICAL), ("SEV4", Severity.LOW)]
    )
    def test_reads_the_old_pager(self, text, severity):
        assert Severity.parse(text) is severity

    @pytest.mark.parametrize("text", ["", "sev0", "sev5", "sev", "urgent"])
    def test_refuses_the_rest(self, text):
        with pytest.raises(ValueError, match="unknown severity"):
            Severity.parse(text)

    def test_worse_is_greater(self):
        assert max(Severity) is Severity.CRITICAL


class TestIncident:
    def test_reads_a_mapping(self, row):
        read = Incident.from_mapping(row)
        assert read.service == "billing"
        assert read.duration == timedelta(minutes=90)
        assert read.tags == {"money", "late"}

    def test_reads_what_it_writes(self, row):
        read = Incident.from_mapping(row)
        assert Incident.from_mapping(read.to_mapping()) == read

    def test_tags_may_be_one_string(self, row):
        row["tags"] = "money; late;;"
        assert Incident.from_mapping(row).tags == {"money", "late"}

    @pytest.mark.parametrize("field", ["id", "service", "severity", "opened"])
    def test_says_which_field_is_missing(self, row, field):
        del row[field]
        with pytest.raises(RecordError, match=f"^line 3: field {field} is missing$"):
            Incident.from_mapping(row, line=3)

    @pytest.mark.parametrize(
        ("field", "value", "message"),
        [
            ("id", " ", "identifier is empty"),
            ("service", "", "names no service"),
            ("severity", "bad", "unknown severity 'bad'"),
            ("opened", "soon", "'soon' is not a timestamp"),
            ("resolved", "2024-03-03", "is resolved before it is opened"),
            ("tags", 5, "not iterable"),
        ],
    )
    def test_says_what_is_wrong_with_a_field(self, row, field, value, message):
        row[field] = value
        with pytest.raises(RecordError, match=message) as caught:
            Incident.from_mapping(row)
        assert caught.value.line == 0

    def test_is_open_until_it_is_resolved(self):
        first = incident()
        assert first.is_open
        assert first.duration is None
        second = first.resolve(MONDAY + timedelta(hours=2))
        assert first.is_open
        assert second.duration == timedelta(hours=2)

    def test_is_resolved_once(self):
        with pytest.raises(RecordError, match="already resolved"):
            incident(minutes=5).resolve(MONDAY)

    def test_keeps_its_tags_when_it_gets_more(self):
        assert incident(tags=["a"]).with_tags(["b"]).tags == {"a", "b"}
