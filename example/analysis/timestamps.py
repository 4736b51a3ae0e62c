"""Instants and durations as people and machines write them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import Union

_UNITS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
_DURATION_PART = re.compile(r"(\d+)([dhms])")


def parse_timestamp(value: Union[str, int, float]) -> datetime:
    """Read ISO 8601 or seconds since 1970; what names no zone is UTC, and the answer always is."""
    if isinstance(value, str):
        text = value.strip()
        if not text.isdigit():
            return _parse_iso(text)
        value = int(text)
    try:
        return datetime.fromtimestamp(value, timezone.utc)
    except (OSError, OverflowError, TypeError, ValueError):
        raise ValueError(f"{value!r} is not a timestamp") from None


def _parse_iso(text: str) -> datetime:
    plain = text
    if plain.endswith(("Z", "z")):
        plain = plain[:-1] + "+00:00"  # fromisoformat reads Z from Python 3.11 on only
    try:
        moment = datetime.fromisoformat(plain)
    except ValueError:
        raise ValueError(f"{text!r} is not a timestamp") from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return moment.astimezone(timezone.utc)


def format_timestamp(moment: datetime) -> str:
    """Write ISO 8601 in UTC, to the second, with `Z`."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_duration(text: str) -> timedelta:
    """Read `90s`, `1h30m` or `2d`."""
    seconds = 0
    end = 0
    for part in _DURATION_PART.finditer(text):
        if part.start() != end:
            break
        seconds += int(part.group(1)) * _UNITS[part.group(2)]
        end = part.end()
    if end != len(text) or not text:
        raise ValueError(f"{text!r} is not a duration, write for example 90s or 1h30m")
    return timedelta(seconds=seconds)


def format_duration(duration: timedelta) -> str:
    """Write the two greatest units that count: `2d 4h`, `1h 30m`, `45s`."""
    rest = int(duration.total_seconds())
    if rest < 0:
        return "-" + format_duration(-duration)
    parts = []
    for unit, size in _UNITS.items():
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count}{unit}")
    return " ".join(parts[:2]) or "0s"
