from __future__ import annotations

from datetime import date, timedelta

import pytest

from analysis.aggregate import daily_counts, group_by, percentile, summarize, trend
from analysis.model import Severity
from tests.builders import at, incident


@pytest.fixture(scope="module")
def week():
    return [
        incident("a", service="search", opened=at("Mon 10:00"), minutes=10),
        incident("b", service="login", opened=at("Mon 11:00"), minutes=30),
        incident("c", service="login", opened=at("Thu 11:00"), severity=Severity.HIGH),
        incident("d", service="login", opened=at("Thu 12:00"), minutes=20),
    ]


def test_a_summary_counts(week):
    summary = summarize(week)
    assert summary.total == 4
    assert summary.open == 1
    assert summary.by_severity == {"critical": 0, "high": 1, "medium": 0, "low": 3}
    assert list(summary.by_service.items()) == [("login", 3), ("search", 1)]


def test_a_summary_measures_what_is_resolved(week):
    summary = summarize(week)
    assert summary.mean == timedelta(minutes=20)
    assert summary.median == timedelta(minutes=20)
    assert summary.p90 == timedelta(minutes=28)
    assert summary.longest == "b"


def test_a_summary_of_nothing_has_no_durations():
    assert summarize([]).to_mapping() == {
        "total": 0,
        "open": 0,
        "by_severity": {"critical": 0, "high": 0, "medium": 0, "low": 0},
        "by_service": {},
        "mean_seconds": None,
        "median_seconds": None,
        "p90_seconds": None,
        "longest": None,
    }


def test_a_summary_of_a_quarter_is_consistent(quarter):
    summary = summarize(quarter)
    assert summary.total == len(quarter)
    assert sum(summary.by_severity.values()) == summary.total
    assert sum(summary.by_service.values()) == summary.total
    assert summary.median < summary.p90


def test_groups_keep_the_order(week):
    groups = group_by(week, lambda incident: incident.service)
    assert list(groups) == ["search", "login"]
    assert [incident.identifier for incident in groups["login"]] == ["b", "c", "d"]


@pytest.mark.parametrize(
    ("values", "fraction", "expected"),
    [
        ([5], 0.5, 5),
        ([3, 1, 2], 0.5, 2),
        ([1, 2], 0.5, 1.5),
        ([10, 20, 30, 40], 0, 10),
        ([10, 20, 30, 40], 1, 40),
        ([10, 20, 30, 40], 0.9, 37),
    ],
)
def test_percentiles(values, fraction, expected):
    assert percentile(values, fraction) == pytest.approx(expected)


@pytest.mark.parametrize(("values", "fraction"), [([], 0.5), ([1], -0.1), ([1], 1.5)])
def test_percentiles_that_do_not_exist(values, fraction):
    with pytest.raises(ValueError):
        percentile(values, fraction)


def test_quiet_days_are_counted_too(week):
    counts = daily_counts(week)
    assert list(counts.values()) == [2, 0, 0, 2]
    assert min(counts) == date(2024, 3, 4)


def test_nothing_has_no_days():
    assert daily_counts([]) == {}


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ([], "unknown"),
        ([7], "unknown"),
        ([5, 5], "steady"),
        ([5, 6], "steady"),
        ([5, 9, 7], "rising"),
        ([9, 1, 1, 1], "falling"),
    ],
)
def test_trends(counts, expected):
    assert trend(counts) == expected
