"""Bursts: many incidents of one service in a short time, most often one cause."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Dict, Iterable, List, Tuple

from analysis.aggregate import group_by
from analysis.model import Incident, Severity
from analysis.timestamps import format_timestamp


@dataclass(frozen=True)
class Burst:
    """Incidents of one service that followed each other fast; `worst` is the worst severity."""

    service: str
    start: datetime
    end: datetime
    identifiers: Tuple[str, ...]
    worst: Severity

    def __repr__(self) -> str:
        return f"<Burst {self.service} {len(self.identifiers)} from {self.start}>"

    def to_mapping(self) -> Dict[str, Any]:
        """The burst as JSON's types."""
        return {
            "service": self.service,
            "start": format_timestamp(self.start),
            "end": format_timestamp(self.end),
            "incidents": list(self.identifiers),
            "worst": self.worst.label,
        }


def find_bursts(
    incidents: Iterable[Incident],
    window: timedelta = timedelta(minutes=15),
    threshold: int = 3,
) -> List[Burst]:
    """The bursts of at least `threshold` incidents opened within `window`, earliest first.

    Windows that share an incident are one burst, so a burst may last longer than a window.
    """
    if threshold < 2:
        raise ValueError(f"threshold is {threshold}, one incident is not a burst")
    if window <= timedelta():
        raise ValueError("window is not longer than nothing")
    bursts: List[Burst] = []
    for service, group in group_by(incidents, lambda incident: incident.service).items():
        group.sort(key=lambda incident: incident.opened)
        for members in _runs(group, window, threshold):
            bursts.append(
                Burst(
                    service=service,
                    start=members[0].opened,
                    end=members[-1].opened,
                    identifiers=tuple(incident.identifier for incident in members),
                    worst=max(incident.severity for incident in members),
                )
            )
    bursts.sort(key=lambda burst: (burst.start, burst.service))
    return bursts


def _runs(group: List[Incident], window: timedelta, threshold: int) -> List[List[Incident]]:
    """The longest runs of a sorted group in which every incident lies in a full window."""
    runs: List[Tuple[int, int]] = []
    start = 0
    for end, incident in enumerate(group, start=1):
        while incident.opened - group[start].opened > window:
            start += 1
        if end - start < threshold:
            continue
        if runs and start < runs[-1][1]:
            runs[-1] = (runs[-1][0], end)
        else:
            runs.append((start, end))
    return [group[first:last] for first, last in runs]
