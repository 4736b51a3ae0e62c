from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from analysis.model import RecordError
from api.store import Conflict, Store
from tests.builders import MONDAY, at, incident


@pytest.fixture
def store():
    return Store(
        [
            incident("late", opened=at("Fri 10:00")),
            incident("early", opened=at("Mon 10:00")),
            incident("middle", opened=at("Wed 10:00"), minutes=5),
        ]
    )


def test_incidents_come_oldest_first(store):
    assert [found.identifier for found in store.all()] == ["early", "middle", "late"]


def test_an_identifier_is_taken_once(store):
    with pytest.raises(Conflict, match="incident late exists"):
        store.add(incident("late"))
    assert store.version == len(store) == 3


def test_a_page_knows_how_many_there_are(store):
    page = store.find(lambda found: True, offset=1, limit=1)
    assert [found.identifier for found in page.incidents] == ["middle"]
    assert page.total == 3


def test_resolving_changes_the_version(store):
    store.resolve("early", at("Tue 10:00"))
    assert not store.get("early").is_open
    assert store.version == 4


def test_resolving_twice_changes_nothing(store):
    with pytest.raises(RecordError):
        store.resolve("middle", at("Sun 10:00"))
    assert store.version == 3


def test_an_unknown_incident_is_a_key_error(store):
    with pytest.raises(KeyError):
        store.get("none")


def test_one_of_many_threads_wins():
    """Eight threads resolve each of the incidents, and each is resolved once."""
    store = Store(incident(f"I-{number}") for number in range(200))
    start = threading.Barrier(8)

    def resolve_all(_):
        won = 0
        start.wait(timeout=30)
        for number in range(200):
            try:
                store.resolve(f"I-{number}", MONDAY)
                won += 1
            except RecordError:
                pass
        return won

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(resolve_all, range(8))) == 200
    assert store.version == 400
