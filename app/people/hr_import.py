"""Bring an authority's directorates and agents to what an HR export says: all of it, or nothing.

The statements are as many for three agents as for three thousand. Leavers are closed, never deleted. See `hr_file` for
what can be read, `hr_tree` for the organisation it implies, `hr_plan` for what is compared.
"""

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import Table, bindparam, insert, update
from sqlmodel import Session

from app.access.actor import Actor
from app.journal.service import record
from app.kit import clock
from app.kit.i18n import _
from app.people.events import AgentChanged, AgentLeft, AgentReturned, PeopleImported
from app.people.hr_file import Progress, read
from app.people.hr_plan import (
    AGENT_FIELDS,
    AGENTS,
    DIRECTORATES,
    NODE_FIELDS,
    Change,
    Kind,
    Outcome,
    Plan,
    compare,
)
from app.people.models import sort_name

LIVED_BY: Final = ("directorate_id", "manager_id", "working_percentage", "position")
"""The columns whose change other rooms hear of."""

CHUNK: Final = 5000


def import_people(
    session: Session,
    actor: Actor,
    data: bytes,
    *,
    close_missing: bool = False,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> Plan:
    """Read an export and apply it; what was done, or with `dry_run` what would be. The caller commits.

    `close_missing` closes, as of today, the agents and nodes that the export leaves out.
    Raises `HrFileRefused` naming every wrong line, with nothing written.
    """
    plan = compare(session, actor, read(data, progress), close_missing=close_missing)
    if plan.changes and not dry_run:
        _Application(session, actor, plan, progress).run()
    return plan


class _Application:
    """A plan being written. Everything a row refers to is written before it."""

    def __init__(self, session: Session, actor: Actor, plan: Plan, progress: Progress | None) -> None:
        self.session = session
        self.actor = actor
        self.plan = plan
        self.progress = progress
        self.now = clock.now()
        self.total = len(plan.changes)
        self.done = 0

    def run(self) -> None:
        nodes = [change for change in self.plan.changes if change.kind is not Kind.AGENT]
        agents = [change for change in self.plan.changes if change.kind is Kind.AGENT]
        self._free_emails(agents)
        self._insert(DIRECTORATES, nodes, head_id=None)
        self._insert(AGENTS, agents, off_halves=[])
        self._update(DIRECTORATES, NODE_FIELDS, nodes)
        self._update(AGENTS, AGENT_FIELDS, agents)
        self._give_heads(nodes)
        self._record(agents)

    def _free_emails(self, agents: list[Change]) -> None:
        """An address may pass from one agent to another: it is let go before it is taken."""
        freed = [{"row_id": change.row_id} for change in agents if change.fields.get("email", (None,))[0]]
        statement = update(AGENTS).where(AGENTS.c.id == bindparam("row_id")).values(email=None)
        self._execute(statement, freed)

    def _insert(self, table: Table, changes: list[Change], **fixed: Any) -> None:
        key = "hr_id" if table is AGENTS else "code"
        made = sorted(
            (change for change in changes if change.outcome is Outcome.CREATED), key=lambda c: c.rank
        )
        rows = [
            {
                **change.values,
                **fixed,
                "id": change.row_id,
                "authority_id": self.actor.authority_id,
                key: change.key,
                "created_at": self.now,
                "updated_at": self.now,
                "version": 1,
            }
            for change in made
        ]
        if table is AGENTS:
            for row in rows:
                row["sort_name"] = sort_name(row["family_name"], row["given_name"])
        self._execute(insert(table), rows, counted=True)

    def _update(self, table: Table, fields: Iterable[str], changes: list[Change]) -> None:
        rows = [
            {"row_id": change.row_id, **{f"new_{name}": value for name, value in change.values.items()}}
            for change in changes
            if change.outcome is not Outcome.CREATED
        ]
        values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in fields}
        if table is AGENTS:
            values["sort_name"] = bindparam("new_sort_name")
            for row in rows:
                row["new_sort_name"] = sort_name(row["new_family_name"], row["new_given_name"])
        statement = (
            update(table)
            .where(table.c.id == bindparam("row_id"))
            .values(**values, updated_at=self.now, version=table.c.version + 1)
        )
        self._execute(statement, rows, counted=True)

    def _give_heads(self, nodes: list[Change]) -> None:
        """New nodes were written before the agents who head them."""
        rows = [
            {"row_id": change.row_id, "new_head_id": change.values["head_id"]}
            for change in nodes
            if change.outcome is Outcome.CREATED and change.values["head_id"]
        ]
        statement = update(DIRECTORATES).where(DIRECTORATES.c.id == bindparam("row_id"))
        self._execute(statement.values(head_id=bindparam("new_head_id")), rows)

    def _execute(self, statement: Any, rows: list[dict[str, Any]], *, counted: bool = False) -> None:
        for start in range(0, len(rows), CHUNK):
            chunk = rows[start : start + CHUNK]
            self.session.execute(statement, chunk)
            if counted and self.progress:
                self.done += len(chunk)
                self.progress(_("Écriture"), self.done, self.total)

    def _record(self, agents: list[Change]) -> None:
        counts = {
            kind: {outcome.value: number for outcome, number in found.items()}
            for kind, found in self.plan.counts.items()
        }
        imported = PeopleImported(
            subject_id=self.actor.authority_id,
            directorates=counts[Kind.DIRECTORATE],
            services=counts[Kind.SERVICE],
            agents=counts[Kind.AGENT],
        )
        record(self.session, imported, by=self.actor)
        for change in agents:
            if change.outcome is Outcome.CREATED:
                continue
            left_on = change.values["left_on"]
            if "left_on" in change.fields:
                event = AgentLeft(subject_id=change.row_id, left_on=left_on) if left_on else None
                record(self.session, event or AgentReturned(subject_id=change.row_id), by=self.actor)
            changed = tuple(name for name in LIVED_BY if name in change.fields)
            if changed:
                record(self.session, AgentChanged(subject_id=change.row_id, fields=changed), by=self.actor)
        self.session.flush()
