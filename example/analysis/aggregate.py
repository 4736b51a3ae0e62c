"""What a set of incidents adds up to: counts, durations, trends."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import (
    Any,
    Callable,
    Dict,
    Hashable,
    Iterable,
    List,
    Mapping,
    Optional,
    Sequence,
    TypeVar,
)

from analysis.model import Incident, Severity

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Summary:
    """The numbers of a set of incidents; durations are of the resolved ones, None without any."""

    total: int
    open: int
    by_severity: Mapping[str, int]
    by_service: Mapping[str, int]
    mean: Optional[timedelta]
    median: Optional[timedelta]
    p90: Optional[timedelta]
    longest: Optional[str]

    def to_mapping(self) -> Dict[str, Any]:
        """The summary as JSON's types, durations in seconds."""

        def seconds(duration: Optional[timedelta]) -> Optional[float]:
            return None if duration is None else duration.total_seconds()

        return {
            "total": self.total,
            "open": self.open,
            "by_severity": dict(self.by_severity),
            "by_service": dict(self.by_service),
            "mean_seconds": seconds(self.mean),
            "median_seconds": seconds(self.median),
            "p90_seconds": seconds(self.p90),
            "longest": self.longest,
        }


def group_by(
    incidents: Iterable[Incident], key: Callable[[Incident], Key]
) -> Dict[Key, List[Incident]]:
    """The incidents by what `key` says of them, in the order of their first coming."""
    groups: Dict[Key, List[Incident]] = defaultdict(list)
    for incident in incidents:
        groups[key(incident)].append(incident)
    return dict(groups)


def percentile(values: Sequence[float], fraction: float) -> float:
    """The value below which `fraction` of the values lie, linear between the two nearest."""
    if not values:
        raise ValueError("no values")
    if not 0 <= fraction <= 1:
        raise ValueError(f"{fraction} is not between 0 and 1")
    ordered = sorted(values)
    position = fraction * (len(ordered) - 1)
    low = math.floor(position)
    high = math.ceil(position)
    if low == high:
        return ordered[low]
    return ordered[low] + (ordered[high] - ordered[low]) * (position - low)


def summarize(incidents: Iterable[Incident]) -> Summary:
    """Count the incidents and their durations."""
    total = 0
    still_open = 0
    severities: Counter[str] = Counter()
    services: Counter[str] = Counter()
    seconds: List[float] = []
    longest: Optional[Incident] = None
    for incident in incidents:
        total += 1
        severities[incident.severity.label] += 1
        services[incident.service] += 1
        duration = incident.duration
        if duration is None:
            still_open += 1
            continue
        seconds.append(duration.total_seconds())
        if longest is None or duration > (longest.duration or timedelta()):
            longest = incident
    return Summary(
        total=total,
        open=still_open,
        by_severity={s.label: severities[s.label] for s in reversed(Severity)},
        by_service=dict(sorted(services.items(), key=lambda item: (-item[1], item[0]))),
        mean=timedelta(seconds=sum(seconds) / len(seconds)) if seconds else None,
        median=timedelta(seconds=percentile(seconds, 0.5)) if seconds else None,
        p90=timedelta(seconds=percentile(seconds, 0.9)) if seconds else None,
        longest=longest.identifier if longest else None,
    )


def daily_counts(incidents: Iterable[Incident]) -> Dict[date, int]:
    """Incidents opened on each day (UTC) from the first to the last, quiet days included."""
    counts = Counter(incident.opened.date() for incident in incidents)
    if not counts:
        return {}
    first, last = min(counts), max(counts)
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return {day: counts[day] for day in days}


def trend(counts: Sequence[int]) -> str:
    """Whether the later half of the counts is more than a fifth above or below the earlier."""
    half = len(counts) // 2
    if half == 0:
        return "unknown"
    before = sum(counts[:half])
    after = sum(counts[-half:])
    if after * 5 > before * 6:
        return "rising"
    if after * 5 < before * 4:
        return "falling"
    return "steady"
