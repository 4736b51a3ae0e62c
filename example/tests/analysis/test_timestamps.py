from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from analysis.timestamps import format_duration, format_timestamp, parse_duration, parse_timestamp

NOON = datetime(2024, 3, 4, 12, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("2024-03-04T12:00:00Z", id="zulu"),
        pytest.param("2024-03-04t12:00:00z", id="lower case"),
        pytest.param("2024-03-04T13:00:00+01:00", id="offset"),
        pytest.param("2024-03-04 12:00", id="no zone is UTC"),
        pytest.param(" 2024-03-04T12:00:00Z\n", id="space around"),
        pytest.param("1709553600", id="epoch as text"),
        pytest.param(1709553600, id="epoch"),
        pytest.param(1709553600.0, id="epoch with fraction"),
    ],
)
def test_many_ways_to_write_noon(value):
    moment = parse_timestamp(value)
    assert moment == NOON
    assert moment.tzinfo is timezone.utc


@pytest.mark.parametrize("value", ["", "yesterday", "2024-13-01", "9" * 30, 1e300, None, []])
def test_what_is_no_timestamp_is_refused(value):
    with pytest.raises(ValueError, match="is not a timestamp"):
        parse_timestamp(value)


def test_a_timestamp_is_written_in_utc():
    moment = datetime(2024, 3, 4, 13, tzinfo=timezone(timedelta(hours=1)))
    assert format_timestamp(moment) == "2024-03-04T12:00:00Z"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("0s", 0), ("90s", 90), ("5m", 300), ("1h30m", 5400), ("2d", 172800), ("1d1h1m1s", 90061)],
)
def test_a_duration_is_the_sum_of_its_parts(text, seconds):
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "5", "m5", "5m x", "5w", "1h 30m"])
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(ValueError, match="is not a duration"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0s"), (45, "45s"), (3600, "1h"), (5400, "1h 30m"), (187200, "2d 4h"), (90061, "1d 1h")],
)
def test_a_duration_is_written_with_two_units(seconds, text):
    assert format_duration(timedelta(seconds=seconds)) == text


def test_a_negative_duration_has_one_sign():
    assert format_duration(timedelta(minutes=-90)) == "-1h 30m"
