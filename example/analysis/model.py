"""The incident record and the words it is made of."""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Dict, FrozenSet, Iterable, Mapping, Optional

from analysis.timestamps import format_timestamp, parse_timestamp


class RecordError(ValueError):
    """A record that is not an incident; `line` is where it stood, 1-based, 0 if unknown."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line

    def __str__(self) -> str:
        message = super().__str__()
        return f"line {self.line}: {message}" if self.line else message


class Severity(enum.IntEnum):
    """How bad an incident is; a greater value is worse."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    @classmethod
    def parse(cls, text: str) -> Severity:
        """Read a name in any case, or the old pager's `sev1` (worst) to `sev4`."""
        word = text.strip().upper()
        if word in cls.__members__:
            return cls[word]
        if word in ("SEV1", "SEV2", "SEV3", "SEV4"):
            return cls(5 - int(word[3:]))
        raise ValueError(f"unknown severity {text!r}")

    @property
    def label(self) -> str:
        """The name as it is written in records and reports."""
        return self.name.lower()


@dataclass(frozen=True, repr=False)
class Incident:
    """One incident, open as long as `resolved` is None."""

    identifier: str
    service: str
    severity: Severity
    opened: datetime
    resolved: Optional[datetime] = None
    summary: str = ""
    tags: FrozenSet[str] = frozenset()

    def __post_init__(self) -> None:
        if not self.identifier:
            raise RecordError("identifier is empty")
        if not self.service:
            raise RecordError(f"incident {self.identifier} names no service")
        if self.resolved is not None and self.resolved < self.opened:
            raise RecordError(f"incident {self.identifier} is resolved before it is opened")

    def __repr__(self) -> str:
        state = "open" if self.is_open else f"resolved after {self.duration}"
        return f"<Incident {self.identifier} {self.service} {self.severity.label} {state}>"

    @property
    def is_open(self) -> bool:
        """Whether nobody has resolved it yet."""
        return self.resolved is None

    @property
    def duration(self) -> Optional[timedelta]:
        """Time from opened to resolved, None while it is open."""
        if self.resolved is None:
            return None
        return self.resolved - self.opened

    def resolve(self, at: datetime) -> Incident:
        """The same incident, resolved; an incident is resolved once."""
        if self.resolved is not None:
            raise RecordError(f"incident {self.identifier} is already resolved")
        return replace(self, resolved=at)

    def with_tags(self, tags: Iterable[str]) -> Incident:
        """The same incident with more tags."""
        return replace(self, tags=self.tags.union(tags))

    def to_mapping(self) -> Dict[str, Any]:
        """The record as JSON's types; tags are sorted so that equal incidents are equal text."""
        return {
            "id": self.identifier,
            "service": self.service,
            "severity": self.severity.label,
            "opened": format_timestamp(self.opened),
            "resolved": format_timestamp(self.resolved) if self.resolved else None,
            "summary": self.summary,
            "tags": sorted(self.tags),
        }

    @classmethod
    def from_mapping(cls, row: Mapping[str, Any], line: int = 0) -> Incident:
        """Read what `to_mapping` writes; `tags` may also be one string, separated by `;`."""
        try:
            tags = row.get("tags") or ()
            if isinstance(tags, str):
                tags = (tag.strip() for tag in tags.split(";"))
            return cls(
                identifier=str(_required(row, "id")).strip(),
                service=str(_required(row, "service")).strip().lower(),
                severity=Severity.parse(str(_required(row, "severity"))),
                opened=parse_timestamp(_required(row, "opened")),
                resolved=parse_timestamp(row["resolved"]) if row.get("resolved") else None,
                summary=str(row.get("summary") or ""),
                tags=frozenset(str(tag).lower() for tag in tags if tag),
            )
        except (TypeError, ValueError) as error:
            raise RecordError(str(error), line) from error


def _required(row: Mapping[str, Any], name: str) -> Any:
    value = row.get(name)
    if value is None:  # absent, JSON's null, or a CSV line that ends early
        raise RecordError(f"field {name} is missing")
    return value
