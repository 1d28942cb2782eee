"""What PostgreSQL's connections are told: their options, the role they work under, whose rows they may see."""

import os
from typing import Any

import psycopg
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry

from app.kit import bounds
from app.kit.outgoing import is_this_machine

ROLE = "essaim_app"
"""The role that the application works under, unless the settings name another. It owns nothing."""

_BOUNDS = "bounds"
_SET_BOUNDS = "SELECT set_config('role', %s, false), set_config('essaim.authority_id', %s, false)"


def everywhere_role(role: str) -> str:
    """The role for work across authorities, beside `role`."""
    return f"{role}_everywhere"


def is_protected(url: str) -> bool:
    """Whether nobody on the way to a database can read or change what is said.

    By TLS with a certificate that is checked (`sslmode=verify-full`), or without leaving this machine; so is what is no
    PostgreSQL.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        # Refused where it is opened.
        return True
    if not parsed.drivername.startswith("postgres"):
        return True
    asked = {
        name: value if isinstance(value, str) else ",".join(value) for name, value in parsed.query.items()
    }
    mode = asked.get("sslmode") or os.environ.get("PGSSLMODE")
    if mode == "verify-full":
        return True
    if "service" in asked or "PGSERVICE" in os.environ:
        return False
    named = parsed.host or asked.get("host") or os.environ.get("PGHOST", "")
    at = asked.get("hostaddr") or os.environ.get("PGHOSTADDR", "")
    hosts = [*named.split(","), *at.split(",")]
    return all(not host or host.startswith("/") or is_this_machine(_alone(host)) for host in hosts)


def _alone(host: str) -> str:
    """A host of libpq's list, without its port."""
    name, colon, port = host.rpartition(":")
    return name.strip("[]") if colon and port.isdigit() and ":" not in name.strip("[]") else host


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
