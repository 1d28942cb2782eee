"""Alembic's environment: the models of every room, batch mode for SQLite, foreign keys off while tables are rebuilt."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection, text

import app.main
from app.kit.columns import TextEnum, UTCDateTime, metadata
from app.kit.database import Database
from app.kit.postgres import ROLE
from migrations import sealing

__all__ = ["app"]


def render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Migrations name plain types: they must not change when the code's types do."""
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, TextEnum):
        return f"sa.String(length={item.impl_instance.length})"  # type: ignore[attr-defined]
    if kind == "type" and item.__class__.__name__ == "AutoString":
        return f"sa.String(length={item.length})" if item.length else "sa.Text()"
    return False


SEARCHES = {"ix_agents_search", "ix_irritants_search", "ix_solutions_search"}


def include_object(item: Any, name: str | None, kind: str, reflected: bool, _compared: Any) -> bool:
    """Expression indexes are compared by name only where Alembic cannot read them back."""
    return not (kind == "index" and name in SEARCHES)


def run(connection: Connection) -> None:
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:
        # Rebuilding a table with foreign keys on would delete its children by cascade, and the pragma is deaf inside a
        # transaction: it is set on the driver's connection, before SQLAlchemy begins one.
        connection.connection.driver_connection.execute("PRAGMA foreign_keys = OFF")  # type: ignore[union-attr]
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,
        render_item=render_item,
        include_object=include_object,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()
        if sqlite and (broken := connection.execute(text("PRAGMA foreign_key_check")).all()):
            raise RuntimeError(f"the migration left rows without their parent: {broken[:5]}")
        sealing.seal(connection, context.config.attributes.get("role", ROLE))


if context.is_offline_mode():
    raise SystemExit("Essaim's migrations run against a database.")

given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with (
        Database(context.config.attributes["url"], role=None) as database,
        database.writer.connect() as opened,
    ):
        run(opened)
        opened.commit()
