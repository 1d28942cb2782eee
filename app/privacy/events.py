"""Copies given, people erased, purges: what was done and how much of it, never about whom by name."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from app.journal.events import Event


@dataclass(frozen=True, kw_only=True)
class AgentDataExported(Event):
    """`by_oneself`: by the person; else by whoever acts, who receives `rows` rows of `kinds` kinds."""

    type: ClassVar[str] = "agent.data_exported"
    by_oneself: bool
    kinds: int
    rows: int


@dataclass(frozen=True, kw_only=True)
class AgentErased(Event):
    """How many rows met each fate (`access.personal.Fate`)."""

    type: ClassVar[str] = "agent.erased"
    fates: dict[str, int]


@dataclass(frozen=True, kw_only=True)
class RetentionSet(Event):
    """`subject_id` is the authority's."""

    type: ClassVar[str] = "retention.set"
    kind: str
    months: int


@dataclass(frozen=True, kw_only=True)
class PurgeAnnounced(Event):
    """How many rows of each kind are due by `runs_on`."""

    type: ClassVar[str] = "purge.announced"
    runs_on: date
    due: dict[str, int]


@dataclass(frozen=True, kw_only=True)
class PurgeDone(Event):
    """How many rows of each kind went."""

    type: ClassVar[str] = "purge.done"
    purged: dict[str, int]
