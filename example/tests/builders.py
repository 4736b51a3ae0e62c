"""Builds the records that tests talk about; what a test does not name does not matter to it."""

from __future__ import annotations

import random
from datetime import datetime, timedelta, timezone
from typing import Any, List

from analysis.model import Incident, Severity

MONDAY = datetime(2024, 3, 4, tzinfo=timezone.utc)

SERVICES = ("search", "billing", "login", "mail")


def at(text: str) -> datetime:
    """A time of the week of MONDAY: `Tue 09:30`."""
    day, clock = text.split()
    hour, minute = clock.split(":")
    number = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun").index(day)
    return MONDAY + timedelta(days=number, hours=int(hour), minutes=int(minute))


def incident(identifier: str = "I-1", **fields: Any) -> Incident:
    """An incident, open and harmless unless told otherwise; `minutes` resolves it."""
    minutes = fields.pop("minutes", None)
    fields.setdefault("service", "search")
    fields.setdefault("severity", Severity.LOW)
    fields.setdefault("opened", MONDAY)
    if minutes is not None:
        fields["resolved"] = fields["opened"] + timedelta(minutes=minutes)
    if "tags" in fields:
        fields["tags"] = frozenset(fields["tags"])
    return Incident(identifier, **fields)


def many_incidents(count: int, seed: int = 7) -> List[Incident]:
    """A plausible quarter, the same for the same seed."""
    chance = random.Random(seed)
    incidents = []
    for number in range(count):
        opened = MONDAY + timedelta(minutes=chance.randrange(90 * 24 * 60))
        is_open = chance.random() < 0.1
        incidents.append(
            incident(
                f"Q-{number:04}",
                service=chance.choice(SERVICES),
                severity=chance.choice(list(Severity)),
                opened=opened,
                minutes=None if is_open else chance.randrange(1, 3000),
                summary=chance.choice(("disk full", "slow answers", "certificate expired")),
            )
        )
    return incidents
