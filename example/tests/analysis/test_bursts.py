from __future__ import annotations

from datetime import timedelta

import pytest

from analysis.bursts import find_bursts
from analysis.model import Severity
from tests.builders import at, incident


def opened(*times, service="search", severity=Severity.LOW):
    return [
        incident(f"{service}-{time}", service=service, severity=severity, opened=at(time))
        for time in times
    ]


def test_three_in_a_quarter_of_an_hour_are_a_burst():
    (burst,) = find_bursts(opened("Mon 10:00", "Mon 10:10", "Mon 10:15"))
    assert burst.start == at("Mon 10:00")
    assert burst.end == at("Mon 10:15")
    assert len(burst.identifiers) == 3


@pytest.mark.parametrize(
    "times",
    [
        pytest.param([], id="none"),
        pytest.param(["Mon 10:00", "Mon 10:01"], id="too few"),
        pytest.param(["Mon 10:00", "Mon 10:10", "Mon 10:16"], id="too slow"),
        pytest.param(["Mon 10:00", "Tue 10:00", "Wed 10:00"], id="other days"),
    ],
)
def test_less_is_no_burst(times):
    assert find_bursts(opened(*times)) == []


def test_windows_that_overlap_are_one_burst():
    times = ["Mon 10:00", "Mon 10:08", "Mon 10:15", "Mon 10:22", "Mon 10:30", "Mon 12:00"]
    (burst,) = find_bursts(opened(*times))
    assert burst.identifiers == tuple(f"search-{time}" for time in times[:-1])


def test_services_are_apart_and_bursts_in_order():
    late = opened("Tue 10:00", "Tue 10:01", service="login", severity=Severity.HIGH)
    early = opened("Mon 10:01", "Mon 10:00", "Tue 10:00", "Tue 10:01")
    bursts = find_bursts(late + early, window=timedelta(minutes=1), threshold=2)
    assert [(burst.service, burst.worst.label) for burst in bursts] == [
        ("search", "low"),
        ("login", "high"),
        ("search", "low"),
    ]


def test_one_incident_is_no_burst():
    with pytest.raises(ValueError, match="threshold is 1"):
        find_bursts([], threshold=1)
