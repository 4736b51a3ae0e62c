"""The incidents in memory, safe to use from many threads."""

from __future__ import annotations

import threading
from datetime import datetime
from typing import Callable, Dict, Iterable, List, NamedTuple, Optional

from analysis.model import Incident


class Conflict(Exception):
    """An incident of that identifier is there already."""


class Page(NamedTuple):
    """Some of the incidents that were asked for, and how many there are in all."""

    incidents: List[Incident]
    total: int


class Store:
    """Incidents by identifier; `version` grows with each change."""

    def __init__(self, incidents: Iterable[Incident] = ()) -> None:
        self._lock = threading.RLock()
        self._incidents: Dict[str, Incident] = {}
        self._version = 0
        for incident in incidents:
            self.add(incident)

    def __repr__(self) -> str:
        return f"<Store of {len(self)} at version {self._version}>"

    def __len__(self) -> int:
        with self._lock:
            return len(self._incidents)

    @property
    def version(self) -> int:
        """The number of changes so far."""
        with self._lock:
            return self._version

    def add(self, incident: Incident) -> None:
        """Keep a new incident; raise Conflict if its identifier is taken."""
        with self._lock:
            if incident.identifier in self._incidents:
                raise Conflict(f"incident {incident.identifier} exists")
            self._incidents[incident.identifier] = incident
            self._version += 1

    def get(self, identifier: str) -> Incident:
        """One incident; raise KeyError if it is unknown."""
        with self._lock:
            return self._incidents[identifier]

    def resolve(self, identifier: str, at: datetime) -> Incident:
        """Resolve one incident, as one step that no other thread can come between."""
        with self._lock:
            incident = self._incidents[identifier].resolve(at)
            self._incidents[identifier] = incident
            self._version += 1
            return incident

    def all(self) -> List[Incident]:
        """Every incident, oldest first."""
        with self._lock:
            incidents = list(self._incidents.values())
        return sorted(incidents, key=lambda incident: (incident.opened, incident.identifier))

    def find(
        self,
        predicate: Callable[[Incident], bool],
        offset: int = 0,
        limit: Optional[int] = None,
    ) -> Page:
        """The incidents that the predicate is true of, oldest first, one page of them."""
        found = [incident for incident in self.all() if predicate(incident)]
        end = None if limit is None else offset + limit
        return Page(found[offset:end], len(found))
