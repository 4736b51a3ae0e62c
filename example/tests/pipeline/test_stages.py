from __future__ import annotations

from datetime import timedelta

import pytest

from analysis.model import Severity
from pipeline.stages import CloseStale, Deduplicate, Keep, Tag, Where
from tests.builders import MONDAY, at, incident


@pytest.mark.parametrize(
    ("keep", "severity"),
    [
        (Keep.FIRST, Severity.MEDIUM),
        (Keep.LAST, Severity.LOW),
        (Keep.WORST, Severity.HIGH),
    ],
    ids=lambda value: value.name.lower(),
)
def test_one_record_of_an_incident_stays(keep, severity):
    batch = [
        incident("a", severity=Severity.MEDIUM),
        incident("b"),
        incident("a", severity=Severity.HIGH),
        incident("a", severity=Severity.LOW),
    ]
    first, second = Deduplicate(keep).process(batch)
    assert (first.identifier, first.severity) == ("a", severity)
    assert second.identifier == "b"


def test_a_query_leaves_what_it_asks_for():
    batch = [incident("a"), incident("b", minutes=3)]
    assert [one.identifier for one in Where("open").process(batch)] == ["a"]


def test_words_become_tags():
    stage = Tag({"storage": ["disk", "volume"], "network": ["DNS"]})
    first, second = stage.process(
        [incident("a", summary="Disk and dns"), incident("b", summary="diskless")]
    )
    assert first.tags == {"storage", "network"}
    assert second.tags == frozenset()


def test_what_is_open_for_long_is_closed():
    stage = CloseStale(now=at("Fri 00:00"), after=timedelta(days=2))
    old, young, done = stage.process(
        [incident("a"), incident("b", opened=at("Thu 00:00")), incident("c", minutes=5)]
    )
    assert old.resolved == MONDAY + timedelta(days=2)
    assert old.tags == {"stale"}
    assert young.is_open
    assert done.duration == timedelta(minutes=5)


@pytest.mark.parametrize(
    ("stage", "name"),
    [
        (Deduplicate(), "deduplicate, keep last"),
        (Where("open"), "where open"),
        (Tag({"x": ["a", "b"]}), "tag by 2 words"),
    ],
    ids=["deduplicate", "where", "tag"],
)
def test_a_stage_has_a_name_for_the_log(stage, name):
    assert stage.name == name
