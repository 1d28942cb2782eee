"""A town as it was first built: its rows, put back as they were, dated as if they were made now."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Table, bindparam, select, update
from sqlalchemy.sql.ddl import sort_tables_and_constraints
from sqlmodel import Session

from app.kit import clock
from app.kit.columns import metadata, table_of
from app.people.models import Authority, Directorate

AUTHORITIES, DIRECTORATES = table_of(Authority), table_of(Directorate)
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Town:
    """Every row that an authority had at `built_at`, and the token of each of its people."""

    authority_id: UUID
    built_at: datetime
    tokens: dict[str, str]
    rows: list[tuple[Table, Rows]]

    @classmethod
    def of(cls, session: Session, authority_id: UUID, tokens: dict[str, str]) -> "Town":
        rows = [(table, _rows(session, table, authority_id)) for table in _tables()]
        return cls(authority_id, clock.now(), tokens, [(table, found) for table, found in rows if found])

    def put_back(self, session: Session) -> None:
        age = clock.now() - self.built_at
        heads: Rows = []
        for table, rows in self.rows:
            made = [{name: _aged(value, age) for name, value in row.items()} for row in rows]
            if table is DIRECTORATES:
                heads = [{"at": row["id"], "head": row["head_id"]} for row in made if row["head_id"]]
                made = [{**row, "head_id": None} for row in made]
            session.connection().execute(table.insert(), made)
        if heads:
            head = update(DIRECTORATES).where(DIRECTORATES.c.id == bindparam("at"))
            unchanged = {DIRECTORATES.c[name]: DIRECTORATES.c[name] for name in ("updated_at", "version")}
            session.connection().execute(head.values({**unchanged, "head_id": bindparam("head")}), heads)


@cache
def _tables() -> list[Table]:
    """Those that hold rows of an authority, each after those it refers to, but for a directorate's head."""

    def comes_late(constraint: ForeignKeyConstraint) -> bool:
        return constraint.table is DIRECTORATES and "head_id" in constraint.columns

    ordered = sort_tables_and_constraints(metadata.tables.values(), comes_late)  # type: ignore[no-untyped-call]
    return [table for table, _ in ordered if table is not None and _owner(table) is not None]


def _owner(table: Table) -> Any:
    return table.c.id if table is AUTHORITIES else table.c.get("authority_id")


def _rows(session: Session, table: Table, authority_id: UUID) -> Rows:
    columns = [column for column in table.columns if column.computed is None]
    found = select(*columns).where(_owner(table) == authority_id).order_by(*table.primary_key.columns)
    return [dict(row) for row in session.execute(found).mappings()]


def _aged(value: Any, age: Any) -> Any:
    return value + age if isinstance(value, datetime) else value
