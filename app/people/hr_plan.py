"""Compare an authority with what an HR export says of it, and write nothing.

The export has the last word on every column it carries; half-days off, absences and capacities are not its business.
Agents and nodes that a full export no longer names are reported, and closed as of today only when asked; elected
members, whom no HR system names, are left alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, Table, select
from sqlmodel import Session

from app.access.actor import Actor
from app.access.capacity import Capacity
from app.kit.columns import Labelled, table_of
from app.kit.i18n import _
from app.kit.ids import new_id
from app.people.erased import erased_among
from app.people.hr_cells import HrRow
from app.people.hr_tree import Node, node_code, tree
from app.people.models import Agent, Authority, CapacityGrant, Directorate, Position
from app.people.problems import HrFileRefused, LineError

_authorities = table_of(Authority)
DIRECTORATES = table_of(Directorate)
AGENTS = table_of(Agent)
_grants = table_of(CapacityGrant)

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
    """One row as it shall be. `key` is its code or matricule; `rank` puts those it refers to before it.

    `fields` are the columns that differ, each with its old and new value, in codes and matricules rather than ids.
    """

    kind: Kind
    key: str
    outcome: Outcome
    row_id: UUID
    values: dict[str, Any]
    rank: int = 0
    fields: dict[str, tuple[Any, Any]] = field(default_factory=dict)


@dataclass
class Plan:
    """What an import does. `counts` are of rows, by kind and outcome; `missing` are those the export leaves out.

    `erased` are matricules of people who left and were erased, set aside; `returned` those of people who are in
    post again, whom the import makes anew, without a past.
    """

    changes: list[Change] = field(default_factory=list)
    counts: dict[Kind, dict[Outcome, int]] = field(
        default_factory=lambda: {kind: dict.fromkeys(Outcome, 0) for kind in Kind}
    )
    missing: dict[Kind, list[str]] = field(default_factory=lambda: {kind: [] for kind in Kind})
    erased: list[str] = field(default_factory=list)
    returned: list[str] = field(default_factory=list)

    def add(self, change: Change) -> None:
        self.counts[change.kind][change.outcome] += 1
        if change.outcome is not Outcome.UNCHANGED:
            self.changes.append(change)


def compare(session: Session, actor: Actor, rows: Sequence[HrRow], *, close_missing: bool = False) -> Plan:
    """What it takes to bring the authority to `rows`. Holds its rows until the end of the transaction.

    Raises `HrFileRefused` where an email of the export is that of somebody in post whom the export leaves out.
    """
    return _Comparison(session, actor, rows, close_missing).plan


class _Comparison:
    def __init__(self, session: Session, actor: Actor, rows: Sequence[HrRow], close_missing: bool) -> None:
        self.today = actor.today()
        self.close_missing = close_missing
        self.plan = Plan()
        # One import of an authority at a time, and no edit of its people in between; PostgreSQL alone needs telling.
        of_authority = _authorities.c.id == actor.authority_id
        session.execute(select(_authorities.c.id).where(of_authority).with_for_update(key_share=True))
        self.old_nodes = _present(session, DIRECTORATES, "code", NODE_FIELDS, actor.authority_id)
        self.old_agents = _present(session, AGENTS, "hr_id", AGENT_FIELDS, actor.authority_id)
        self.rows = rows = self._without_erased(session, actor.authority_id, rows)
        self.nodes = tree(rows, self.today)
        elected = select(_grants.c.agent_id).where(
            _grants.c.authority_id == actor.authority_id, _grants.c.capacity == Capacity.ELECTED
        )
        self.elected = set(session.execute(elected).scalars())
        self.node_ids: dict[str, UUID] = {code: old.id for code, old in self.old_nodes.items()}
        self.node_ids |= {node.code: new_id() for node in self.nodes if node.code not in self.node_ids}
        self.agent_ids: dict[str, UUID] = {hr_id: old.id for hr_id, old in self.old_agents.items()}
        self.agent_ids |= {row.hr_id: new_id() for row in rows if row.hr_id not in self.agent_ids}
        self.keys: dict[Any, str] = {row_id: key for key, row_id in (self.node_ids | self.agent_ids).items()}
        self._compare_nodes()
        self._compare_agents()

    def _without_erased(self, session: Session, authority_id: UUID, rows: Sequence[HrRow]) -> Sequence[HrRow]:
        """The rows but those of people who left and were erased: an import does not bring them back."""
        unknown = [row.hr_id for row in rows if row.hr_id not in self.old_agents]
        erased = erased_among(session, authority_id, unknown)
        if not erased:
            return rows
        known = [row for row in rows if row.hr_id in erased]
        self.plan.returned = sorted(row.hr_id for row in known if row.in_post(self.today))
        self.plan.erased = sorted(row.hr_id for row in known if not row.in_post(self.today))
        aside = {*self.plan.erased}
        return [
            replace(row, manager_hr_id=None) if row.manager_hr_id in aside else row
            for row in rows
            if row.hr_id not in aside
        ]

    def _compare_nodes(self) -> None:
        ranks = _ranks({node.code: node.parent for node in self.nodes})
        for node in self.nodes:
            self._add(
                _kind(node.code),
                node.code,
                self._node_values(node),
                self.old_nodes.get(node.code),
                ranks[node.code],
            )
        for code in sorted(self.old_nodes.keys() - ranks.keys()):
            old = self.old_nodes[code]
            if old.closed_on is None:
                self._miss(
                    _kind(code),
                    code,
                    old,
                    {name: getattr(old, name) for name in NODE_FIELDS} | {"closed_on": self.today},
                )

    def _compare_agents(self) -> None:
        ranks = _ranks({row.hr_id: row.manager_hr_id for row in self.rows})
        taken = {row.email: row for row in self.rows if row.email}
        errors = []
        for row in self.rows:
            self._add(
                Kind.AGENT,
                row.hr_id,
                self._agent_values(row),
                self.old_agents.get(row.hr_id),
                ranks[row.hr_id],
            )
        for hr_id in sorted(self.old_agents.keys() - ranks.keys()):
            old = self.old_agents[hr_id]
            in_post = old.left_on is None and old.id not in self.elected
            gone = self.close_missing if in_post else old.left_on is not None and old.left_on < self.today
            values = {name: getattr(old, name) for name in AGENT_FIELDS}
            claimant = taken.get(old.email)
            if claimant is not None:
                values["email"] = None
            if claimant is not None and not gone:
                reason = _("Cette adresse est celle de l'agent {hr_id}, en poste et absent de ce fichier.")
                errors.append(LineError(claimant.line, "Courriel professionnel", reason.format(hr_id=hr_id)))
            elif in_post:
                self._miss(
                    Kind.AGENT, hr_id, old, values | {"left_on": self.today, "position": Position.LEFT}
                )
            elif claimant is not None:
                self._add(Kind.AGENT, hr_id, values, old)
        if errors:
            raise HrFileRefused(errors)

    def _node_values(self, node: Node) -> dict[str, Any]:
        return {
            "name": node.name,
            "parent_id": self.node_ids[node.parent] if node.parent else None,
            "head_id": self.agent_ids[node.head_hr_id] if node.head_hr_id else None,
            "closed_on": None,
        }

    def _agent_values(self, row: HrRow) -> dict[str, Any]:
        return {
            "civility": row.civility,
            "family_name": row.family_name,
            "given_name": row.given_name,
            "email": row.email,
            "phone": row.phone,
            "directorate_id": self.node_ids[node_code(row)],
            "manager_id": self.agent_ids[row.manager_hr_id] if row.manager_hr_id else None,
            "grade": row.grade,
            "category": row.category,
            "working_percentage": row.working_percentage,
            "position": row.position,
            "entered_on": row.entered_on,
            "left_on": row.left_on,
        }

    def _miss(self, kind: Kind, key: str, old: Row[Any], closed: dict[str, Any]) -> None:
        if self.close_missing:
            self._add(kind, key, closed, old)
        else:
            self.plan.missing[kind].append(key)

    def _add(self, kind: Kind, key: str, values: dict[str, Any], old: Row[Any] | None, rank: int = 0) -> None:
        if old is None:
            self.plan.add(Change(kind, key, Outcome.CREATED, self._id(kind, key), values, rank))
            return
        fields = {
            name: (self.keys.get(getattr(old, name), getattr(old, name)), self.keys.get(value, value))
            for name, value in values.items()
            if getattr(old, name) != value
        }
        end = fields.get("left_on" if kind is Kind.AGENT else "closed_on")
        if end and end[0] is None:
            outcome = Outcome.CLOSED
        elif end and end[1] is None:
            outcome = Outcome.REOPENED
        else:
            outcome = Outcome.UPDATED if fields else Outcome.UNCHANGED
        self.plan.add(Change(kind, key, outcome, old.id, values, rank, fields))

    def _id(self, kind: Kind, key: str) -> UUID:
        ids = self.agent_ids if kind is Kind.AGENT else self.node_ids
        return ids[key]


def _kind(code: str) -> Kind:
    return Kind.SERVICE if "/" in code else Kind.DIRECTORATE


def _present(
    session: Session, table: Table, key: str, fields: Mapping[str, Any], authority_id: UUID
) -> dict[str, Row[Any]]:
    columns = [table.c[name] for name in ("id", key, *fields)]
    statement = select(*columns).where(table.c.authority_id == authority_id)
    rows = session.execute(statement.with_for_update(key_share=True)).all()
    return {getattr(row, key): row for row in rows}


def _ranks(above: Mapping[str, str | None]) -> dict[str, int]:
    """How deep each key stands: 0 without anybody above. `above` has no circle."""
    ranks: dict[str, int] = {}
    for start in above:
        path: list[str] = []
        here: str | None = start
        while here is not None and here not in ranks:
            path.append(here)
            here = above[here]
        rank = -1 if here is None else ranks[here]
        for key in reversed(path):
            rank += 1
            ranks[key] = rank
    return ranks
