"""Bring an authority's directorates and agents to what an HR export says: all of it, or nothing.

`plan` compares and writes nothing; `apply` writes a plan. The statements are as many for three agents as for three
thousand. The export has the last word on every column it carries; half-days off, absences and capacities are not its
business. Leavers are closed, never deleted. Agents and nodes that a full export no longer names are reported, and
closed as of today only when asked; elected members, whom no HR system names, are left alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import Table, bindparam, insert, select, update
from sqlmodel import Session

from app.access.actor import Actor
from app.access.capacity import Capacity
from app.journal.service import record
from app.kit import clock
from app.kit.columns import Labelled
from app.kit.i18n import Text, _
from app.kit.ids import new_id
from app.people.events import AgentChanged, AgentLeft, AgentReturned, PeopleImported
from app.people.hr_cells import HrRow
from app.people.hr_file import Progress
from app.people.hr_tree import Node, node_code, tree
from app.people.models import Agent, Authority, CapacityGrant, Directorate, Position, sort_name
from app.people.problems import HrFileRefused, LineError

CHUNK: Final = 5000
_authorities = cast(Table, Authority.__table__)  # type: ignore[attr-defined]
_directorates = cast(Table, Directorate.__table__)  # type: ignore[attr-defined]
_agents = cast(Table, Agent.__table__)  # type: ignore[attr-defined]
_grants = cast(Table, CapacityGrant.__table__)  # type: ignore[attr-defined]

NODE_FIELDS: Final = {
    "name": _("Nom"),
    "parent_id": _("Rattachement"),
    "head_id": _("Tête"),
    "closed_on": _("Fermeture"),
}
AGENT_FIELDS: Final = {
    "civility": _("Civilité"),
    "family_name": _("Nom"),
    "given_name": _("Prénom"),
    "email": _("Courriel professionnel"),
    "phone": _("Téléphone"),
    "directorate_id": _("Affectation"),
    "manager_id": _("Matricule N+1"),
    "grade": _("Grade"),
    "category": _("Catégorie"),
    "working_percentage": _("Quotité"),
    "position": _("Position administrative"),
    "entered_on": _("Date d'entrée"),
    "left_on": _("Date de sortie"),
}
LIVED_BY: Final = ("directorate_id", "manager_id", "working_percentage", "position")
"""Columns whose change other rooms must hear of."""


class Outcome(Labelled):
    CREATED = "created", _("créé")
    UPDATED = "updated", _("modifié")
    CLOSED = "closed", _("fermé")
    REOPENED = "reopened", _("rouvert")
    UNCHANGED = "unchanged", _("inchangé")


class Kind(Labelled):
    DIRECTORATE = "directorate", _("direction")
    SERVICE = "service", _("service")
    AGENT = "agent", _("agent")


@dataclass(frozen=True, slots=True)
class Change:
    """One row that differs: `key` is its code or matricule; `fields` are the old and new value of each column."""

    kind: Kind
    key: str
    outcome: Outcome
    row_id: UUID
    values: dict[str, Any]
    fields: dict[str, tuple[Any, Any]] = field(default_factory=dict)


@dataclass
class Plan:
    """What an import does. `counts` are of rows, by kind and outcome; `missing` are those the export leaves out."""

    changes: list[Change] = field(default_factory=list)
    counts: dict[Kind, dict[Outcome, int]] = field(
        default_factory=lambda: {kind: dict.fromkeys(Outcome, 0) for kind in Kind}
    )
    missing: dict[Kind, list[str]] = field(default_factory=lambda: {kind: [] for kind in Kind})
    freed_emails: list[UUID] = field(default_factory=list)

    def add(self, change: Change) -> None:
        self.counts[change.kind][change.outcome] += 1
        if change.outcome is not Outcome.UNCHANGED:
            self.changes.append(change)
