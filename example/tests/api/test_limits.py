from __future__ import annotations

import time

import pytest

from api.limits import RateLimit


class Clock:
    """A clock that moves when it is told to."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def test_a_burst_is_free_and_then_it_takes_time(clock):
    limit = RateLimit(rate=2, burst=3, clock=clock)
    assert [limit.take("a") for _ in range(4)] == [0, 0, 0, 0.5]
    clock.now += 0.5
    assert limit.take("a") == 0
    assert limit.take("a") == 0.5


def test_a_long_silence_saves_no_more_than_a_burst(clock):
    limit = RateLimit(rate=2, burst=2, clock=clock)
    limit.take("a")
    clock.now += 3600
    assert [limit.take("a") for _ in range(3)] == [0, 0, 0.5]


def test_clients_do_not_share(clock):
    limit = RateLimit(rate=1, burst=1, clock=clock)
    assert limit.take("a") == 0
    assert limit.take("b") == 0
    assert limit.take("a") == 1


def test_without_a_rate_it_never_comes_back(clock):
    limit = RateLimit(rate=0, burst=1, clock=clock)
    assert limit.take("a") == 0
    clock.now += 1e9
    assert limit.take("a") == float("inf")


def test_silent_clients_are_forgotten(clock):
    limit = RateLimit(rate=1, burst=1, clock=clock)
    limit.take("a")
    clock.now += 10
    limit.take("b")
    assert limit.forget(idle=10) == 1
    assert limit.forget(idle=10) == 0


@pytest.mark.parametrize(("rate", "burst"), [(-1, 1), (1, 0)])
def test_senseless_limits_are_refused(rate, burst):
    with pytest.raises(ValueError):
        RateLimit(rate, burst)


@pytest.mark.slow
def test_the_wait_it_names_is_long_enough():
    limit = RateLimit(rate=1.5, burst=1)
    assert limit.take("a") == 0
    wait = limit.take("a")
    assert 0 < wait <= 1 / 1.5
    time.sleep(wait + 0.01)
    assert limit.take("a") == 0
