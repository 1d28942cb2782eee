"""What an amendment changes, and whom each change concerns: a table that a director of human resources can read."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto
from typing import Any, Final
from uuid import UUID

import msgspec

from app.mandates.lifecycle import ClauseKind, PartyCapacity

COLUMNS: Final = (
    "sponsor_id",
    "ends_on",
    "purpose",
    "problem",
    "expected_result",
    "how_known",
    "means",
    "budget_euros",
)
"""The columns of a mandate that an amendment may change."""


class SlotTerm(msgspec.Struct, frozen=True, kw_only=True):
    """A weekly half-day, and what the manager takes off the agent's plate for it."""

    agent_id: UUID
    weekday: str
    half: str
    relief: str = ""


class Terms(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is to change, as it will be; None or empty where nothing does. `slots` and `clauses` are whole lists."""

    sponsor_id: UUID | None = None
    ends_on: date | None = None
    purpose: str | None = None
    problem: str | None = None
    expected_result: str | None = None
    how_known: str | None = None
    means: str | None = None
    budget_euros: int | None = None
    slots: tuple[SlotTerm, ...] | None = None
    clauses: tuple[dict[str, Any], ...] | None = None
    joining: tuple[UUID, ...] = ()
    leaving: tuple[UUID, ...] = ()

    def columns(self) -> dict[str, Any]:
        """The new values of the mandate's columns."""
        return {name: value for name in COLUMNS if (value := getattr(self, name)) is not None}

    def fields(self) -> tuple[str, ...]:
        """The names of what changes."""
        return tuple(self.as_json())

    def as_json(self) -> dict[str, Any]:
        plain: dict[str, Any] = msgspec.to_builtins(self)
        return plain


def of_json(plain: Mapping[str, Any]) -> Terms:
    """The terms that `Terms.as_json` wrote."""
    return msgspec.convert(plain, type=Terms)


class Who(Enum):
    """Parties whom a change concerns. `TOUCHED` ones are those of the agents whose own half-days or place change."""

    AGENTS = auto()
    TOUCHED_AGENTS = auto()
    MANAGERS = auto()
    TOUCHED_MANAGERS = auto()
    CLIENT = auto()
    SPONSOR = auto()


_TEAM_AND_LEADERS = frozenset({Who.AGENTS, Who.CLIENT, Who.SPONSOR})
_EVERYBODY = frozenset({Who.AGENTS, Who.MANAGERS, Who.CLIENT, Who.SPONSOR})
_TIME = frozenset({Who.AGENTS, Who.MANAGERS, Who.SPONSOR})
_ONES_OWN_TIME = frozenset({Who.TOUCHED_AGENTS, Who.TOUCHED_MANAGERS})
_PLACE = frozenset({Who.TOUCHED_AGENTS, Who.TOUCHED_MANAGERS, Who.CLIENT, Who.SPONSOR})

CONCERNED: Final[Mapping[str, frozenset[Who]]] = {
    "ends_on": _EVERYBODY,
    "sponsor_id": frozenset({Who.SPONSOR, Who.CLIENT}),
    "purpose": _TEAM_AND_LEADERS,
    "problem": _TEAM_AND_LEADERS,
    "expected_result": _TEAM_AND_LEADERS,
    "how_known": _TEAM_AND_LEADERS,
    "means": _TEAM_AND_LEADERS,
    "budget_euros": _TEAM_AND_LEADERS,
    "slots": _ONES_OWN_TIME,
    "joining": _PLACE,
    "leaving": _PLACE,
}
"""By field, who must sign. The guarantor signs every amendment, and so does whoever was not yet a party."""

BY_KIND: Final[Mapping[ClauseKind, frozenset[Who]]] = {
    ClauseKind.AUTONOMY_DECIDES: _TEAM_AND_LEADERS,
    ClauseKind.AUTONOMY_PROPOSES: _TEAM_AND_LEADERS,
    ClauseKind.RESERVED: _TEAM_AND_LEADERS,
    ClauseKind.PURPOSE: _TEAM_AND_LEADERS,
    ClauseKind.RESULT: _TEAM_AND_LEADERS,
    ClauseKind.MEANS: _TEAM_AND_LEADERS,
    ClauseKind.PUBLICATION: _TEAM_AND_LEADERS,
    ClauseKind.FOLLOW_UP: _TEAM_AND_LEADERS,
    ClauseKind.TIME: _TIME,
    ClauseKind.RELIEF: _TIME,
    ClauseKind.PROTECTION_AGENTS: _EVERYBODY,
    ClauseKind.PROTECTION_LEADERS: _EVERYBODY,
}
"""By kind of the clauses that change; a kind that is not here concerns everybody."""

OF_WHO: Final[Mapping[PartyCapacity, tuple[Who, Who]]] = {
    PartyCapacity.AGENT: (Who.AGENTS, Who.TOUCHED_AGENTS),
    PartyCapacity.RELEASING_MANAGER: (Who.MANAGERS, Who.TOUCHED_MANAGERS),
    PartyCapacity.CLIENT_DIRECTORATE: (Who.CLIENT, Who.CLIENT),
    PartyCapacity.SPONSOR: (Who.SPONSOR, Who.SPONSOR),
}


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom some changes concern, and the agents whose own half-days or place change."""

    who: frozenset[Who]
    touched: frozenset[UUID]

    def concerns(self, capacity: PartyCapacity, *, touched: bool) -> bool:
        """Whether a party of this capacity is concerned; `touched`: it is one of those agents, or frees one."""
        if capacity not in OF_WHO:
            return True
        whole, own = OF_WHO[capacity]
        return whole in self.who or (touched and own in self.who)


def reach(terms: Terms, slots: Iterable[Mapping[str, Any]], clauses: Iterable[Mapping[str, Any]]) -> Reach:
    """Whom these terms concern, beside the slots and the clauses that are in force."""
    who: set[Who] = set()
    for field in terms.fields():
        who |= CONCERNED.get(field, frozenset())
    if terms.clauses is not None:
        for kind in _kinds_changed(msgspec.to_builtins(list(clauses)), terms.clauses):
            who |= BY_KIND.get(kind, _EVERYBODY)
    touched = {*terms.joining, *terms.leaving}
    if terms.slots is not None:
        before, after = _by_agent(slots), _by_agent(msgspec.to_builtins(terms.slots))
        touched |= {agent for agent in {*before, *after} if before.get(agent) != after.get(agent)}
    return Reach(frozenset(who), frozenset(touched))


def _kinds_changed(
    before: Iterable[Mapping[str, Any]], after: Iterable[Mapping[str, Any]]
) -> Iterator[ClauseKind]:
    olds = {clause["key"]: clause for clause in before}
    news = {clause["key"]: clause for clause in after}
    for key in {*olds, *news}:
        old, new = olds.get(key, {}), news.get(key, {})
        if any(str(old.get(name)) != str(new.get(name)) for name in {*old, *new} - {"mandatory"}):
            yield ClauseKind((new or old)["kind"])
            if old:
                yield ClauseKind(old["kind"])


def _by_agent(slots: Iterable[Mapping[str, Any]]) -> dict[UUID, set[tuple[str, str, str]]]:
    found: dict[UUID, set[tuple[str, str, str]]] = {}
    for slot in slots:
        moment = (str(slot["weekday"]), str(slot["half"]), str(slot["relief"]))
        found.setdefault(UUID(str(slot["agent_id"])), set()).add(moment)
    return found
