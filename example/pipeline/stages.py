"""The steps that a batch of incidents goes through."""

from __future__ import annotations

import abc
import enum
from datetime import datetime, timedelta
from typing import Dict, Iterable, List, Mapping, Sequence

from analysis.aggregate import group_by
from analysis.model import Incident
from analysis.query import compile_query


class Stage(abc.ABC):
    """Turns a batch into another; one stage serves many threads, so it keeps no state."""

    @property
    @abc.abstractmethod
    def name(self) -> str:
        """What the log calls it."""

    @abc.abstractmethod
    def process(self, batch: Sequence[Incident]) -> List[Incident]:
        """The batch after this step; the one that came in is not changed."""

    def __repr__(self) -> str:
        return f"<Stage {self.name}>"


class Keep(enum.Enum):
    """Which of several records of one incident stays."""

    FIRST = "first"
    LAST = "last"
    WORST = "worst"


class Deduplicate(Stage):
    """Leaves one record of each incident, in the order of their first coming."""

    def __init__(self, keep: Keep = Keep.LAST) -> None:
        self._keep = keep

    @property
    def name(self) -> str:
        return f"deduplicate, keep {self._keep.value}"

    def process(self, batch: Sequence[Incident]) -> List[Incident]:
        groups = group_by(batch, lambda incident: incident.identifier)
        return [self._choose(group) for group in groups.values()]

    def _choose(self, group: List[Incident]) -> Incident:
        if self._keep is Keep.FIRST:
            return group[0]
        if self._keep is Keep.LAST:
            return group[-1]
        if self._keep is Keep.WORST:
            return max(group, key=lambda incident: incident.severity)
        raise AssertionError(f"unknown choice {self._keep}")


class Where(Stage):
    """Leaves the incidents that a query asks for."""

    def __init__(self, query: str) -> None:
        self._query = query
        self._predicate = compile_query(query)

    @property
    def name(self) -> str:
        return f"where {self._query}"

    def process(self, batch: Sequence[Incident]) -> List[Incident]:
        return [incident for incident in batch if self._predicate(incident)]


class Tag(Stage):
    """Adds a tag to the incidents whose summary has one of its words."""

    def __init__(self, words: Mapping[str, Iterable[str]]) -> None:
        self._tags: Dict[str, str] = {
            word.lower(): tag for tag, group in words.items() for word in group
        }

    @property
    def name(self) -> str:
        return f"tag by {len(self._tags)} words"

    def process(self, batch: Sequence[Incident]) -> List[Incident]:
        return [self._tagged(incident) for incident in batch]

    def _tagged(self, incident: Incident) -> Incident:
        words = incident.summary.lower().split()
        tags = {self._tags[word] for word in words if word in self._tags}
        return incident.with_tags(tags) if tags else incident


class CloseStale(Stage):
    """Resolves what was open for `after`: nobody forgets an outage, many forget to close it."""

    def __init__(self, now: datetime, after: timedelta) -> None:
        self._now = now
        self._after = after

    @property
    def name(self) -> str:
        return f"close after {self._after}"

    def process(self, batch: Sequence[Incident]) -> List[Incident]:
        return [self._closed(incident) for incident in batch]

    def _closed(self, incident: Incident) -> Incident:
        if incident.is_open and self._now - incident.opened >= self._after:
            return incident.resolve(incident.opened + self._after).with_tags(["stale"])
        return incident
