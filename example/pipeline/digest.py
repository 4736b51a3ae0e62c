"""The weekly digest: what the people on call want to know on Monday, as plain text."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone
from typing import List, Sequence

from analysis.aggregate import daily_counts, group_by, summarize, trend
from analysis.bursts import find_bursts
from analysis.model import Incident, Severity
from analysis.timestamps import format_duration

BAR_WIDTH = 20


def weekly_digest(incidents: Sequence[Incident], monday: date) -> str:
    """The digest of the week that begins on `monday`."""
    if monday.weekday() != 0:
        raise ValueError(f"{monday} is not a Monday")
    start = datetime.combine(monday, time(), timezone.utc)
    end = start + timedelta(days=7)
    week = [incident for incident in incidents if start <= incident.opened < end]
    before = [i for i in incidents if start - timedelta(days=7) <= i.opened < start]
    lines = [f"Incidents from {monday} to {monday + timedelta(days=6)}", ""]
    lines += _headline(week, len(before))
    if week:
        lines += _days(week, monday)
        lines += _services(week)
        lines += _bursts(week)
    lines += _open(incidents, end)
    return "\n".join(lines) + "\n"


def _headline(week: Sequence[Incident], before: int) -> List[str]:
    if not week:
        return ["A quiet week: no incident."]
    change = len(week) - before
    if change > 0:
        compared = f"{change} more than the week before"
    elif change < 0:
        compared = f"{-change} fewer than the week before"
    else:
        compared = "as many as the week before"
    lines = [f"{len(week)} incidents, {compared}."]
    summary = summarize(week)
    if summary.median is not None:
        lines.append(f"Half of them were resolved within {format_duration(summary.median)}.")
    worst = [incident for incident in week if incident.severity is Severity.CRITICAL]
    for incident in worst:
        lines.append(f"Critical: {incident.identifier} {incident.service}, {incident.summary}")
    return lines


def _days(week: Sequence[Incident], monday: date) -> List[str]:
    counts = daily_counts(week)
    most = max(counts.values())
    lines = ["", f"By day ({trend(list(counts.values()))})"]
    for number in range(7):
        day = monday + timedelta(days=number)
        count = counts.get(day, 0)
        bar = "#" * max(1, count * BAR_WIDTH // most) if count else "."
        lines.append(f"  {day:%a} {count:3} {bar}")
    return lines


def _services(week: Sequence[Incident]) -> List[str]:
    lines = ["", "By service"]
    groups = group_by(week, lambda incident: incident.service)
    for service, group in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0])):
        summary = summarize(group)
        median = "none resolved"
        if summary.median is not None:
            median = f"median {format_duration(summary.median)}"
        lines.append(f"  {service:<12} {summary.total:3}  {median}")
    return lines


def _bursts(week: Sequence[Incident]) -> List[str]:
    bursts = find_bursts(week)
    if not bursts:
        return []
    lines = ["", "Bursts"]
    for burst in bursts:
        lasted = format_duration(burst.end - burst.start)
        lines.append(
            f"  {burst.start:%a %H:%M} {burst.service}, {len(burst.identifiers)} in {lasted}"
        )
    return lines


def _open(incidents: Sequence[Incident], end: datetime) -> List[str]:
    still_open = [i for i in incidents if i.is_open and i.opened < end]
    if not still_open:
        return []
    lines = ["", "Still open"]
    for incident in sorted(still_open, key=lambda i: (-i.severity, i.opened)):
        age = format_duration(end - incident.opened)
        lines.append(
            f"  {incident.severity.label:<8} {incident.identifier} {incident.service}, {age}"
        )
    return lines
