"""What PostgreSQL's connections are told: their options, the role they work under, whose rows they may see."""

from typing import Any

import psycopg
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry

from app.kit import bounds

ROLE = "essaim_app"
"""The role that the application works under, unless the settings name another. It owns nothing."""

_BOUNDS = "bounds"
_SET_BOUNDS = "SELECT set_config('role', %s, false), set_config('essaim.authority_id', %s, false)"


def everywhere_role(role: str) -> str:
    """The role for work across authorities, beside `role`."""
    return f"{role}_everywhere"


def driver_options(asked: str, role: str | None, *more: str) -> dict[str, Any]:
    """The driver's arguments: UTC, these server options after those that were `asked`, and the role from the start."""
    options = [asked, "-c timezone=UTC", *more]
    if role:
        options.append(f"-c role={role}")
    return {"options": " ".join(options), "cursor_factory": Cursor}


def keep_within(
    wanted: str, role: str, connection: psycopg.Connection[Any], entry: ConnectionPoolEntry
) -> None:
    """Have a connection that leaves its pool see what the bounds say, in one round trip, or none if it does already.

    Raises `DisconnectionError` for a connection that is lost, whereupon its pool takes another.
    """
    if entry.info.get(_BOUNDS, bounds.NOWHERE) == wanted:
        return
    across = wanted == bounds.EVERYWHERE
    values = (everywhere_role(role), bounds.NOWHERE) if across else (role, wanted)
    # Outside of any transaction, so that a rollback cannot bring the former bounds back.
    autocommit = connection.autocommit
    try:
        connection.autocommit = True
        connection.execute(_SET_BOUNDS, values)
        connection.autocommit = autocommit
    except psycopg.OperationalError as error:
        raise DisconnectionError from error
    entry.info[_BOUNDS] = wanted


class Cursor(psycopg.Cursor[Any]):
    """psycopg's, which tells of each result's columns what SQLAlchemy asks, and no more: a fifth of a short query."""

    @property
    def description(self) -> Any:
        result = self.pgresult
        if result is None or not result.nfields:
            return super().description
        return [
            ((result.fname(n) or b"").decode(), result.ftype(n), None, None, None, None, None)
            for n in range(result.nfields)
        ]
