"""How often somebody may knock: counted in the database, so that it holds over several servers and a restart.

The generic cell rate algorithm (ITU-T I.371): of each key, one number is kept, the instant at which all that it took
will be given back. `times` at once are free; what was taken comes back evenly over `seconds`.
"""

import hashlib
import math
from dataclasses import asdict, dataclass
from datetime import datetime
from ipaddress import IPv4Address, ip_address, ip_network

from sqlalchemy import BigInteger, Connection, bindparam, case, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, Session, SQLModel
from starlette.requests import HTTPConnection

from app.kit import clock
from app.kit.columns import table_of
from app.kit.database import Database
from app.kit.i18n import _
from app.kit.problems import Problem
from app.kit.query import Command, Query

SECOND = 1_000_000
SKEW = 60 * SECOND
"""By how much two servers, or two threads of which one had to wait, may differ on what time it is."""


class TooManyRequests(Problem):
    """`Retry-After` says in how many seconds to come back (RFC 6585, section 4)."""

    slug = "too-many-requests"
    status = 429
    title = _("Trop d'essais en peu de temps.")


@dataclass(frozen=True, slots=True)
class Limit:
    """`times` at once, and as many again every `seconds`, for each key under `name`."""

    name: str
    times: int
    seconds: float


class RateLimit(SQLModel, table=True):
    """What a key has taken. The key is a digest: neither an address nor a matricule is kept."""

    __tablename__ = "rate_limits"

    key: str = Field(primary_key=True, max_length=64)
    restored_at: int = Field(sa_type=BigInteger, index=True)
    """When all is given back, in microseconds since 1970."""


_table = table_of(RateLimit)
_restored = _table.c.restored_at
_now, _step, _span = (bindparam(name, type_=BigInteger()) for name in ("now", "step", "span"))
# What lies further ahead than a limit reaches comes from a clock since put back, or from a longer limit.
_base = case((_restored < _now, _now), (_restored > _now + _span + SKEW, _now), else_=_restored)


def _taking(dialect: type[postgresql.Insert] | type[sqlite.Insert]) -> Command:
    return Command(
        dialect(_table)
        .values(key=bindparam("key"), restored_at=_now + _step)
        .on_conflict_do_update(
            index_elements=[_table.c.key],
            set_={"restored_at": _base + _step},
            where=_base + _step <= _now + _span,
        )
    )


_TAKE = {"postgresql": _taking(postgresql.Insert), "sqlite": _taking(sqlite.Insert)}
_READ = Query(select(_restored).where(_table.c.key == bindparam("key")))


def take(database: Database, limit: Limit, *keys: object) -> None:
    """Count one knock under `keys`, in a transaction of its own. Raises `TooManyRequests` where none is left.

    Never inside a transaction that has written: on SQLite it would wait for itself. So: before anything else.
    """
    span = round(limit.seconds * SECOND)
    values = _Values(_digest(limit, keys), _microseconds(clock.now()), span // limit.times, span)
    # Read first: who is refused over and over again costs no write.
    with database.read() as connection:
        _refuse_if_spent(connection, values)
    with database.transaction() as session:
        if not _TAKE[session.get_bind().dialect.name].run(session, asdict(values)):
            _refuse_if_spent(session.connection(), values)
            raise refusal(1)


def network(address: str | None) -> str:
    """Who counts as one: an IPv4 address, or the /64 that one subscriber of IPv6 holds and roams in (RFC 6177)."""
    try:
        found = ip_address(address or "")
    except ValueError:
        return address or ""
    if isinstance(found, IPv4Address):
        return str(found)
    return str(found.ipv4_mapped or ip_network((found, 64), strict=False))


def network_of(request: HTTPConnection) -> str:
    """Who counts as one, of those who call from where this request comes."""
    return network(request.client.host if request.client else None)


def purge(session: Session, before: datetime) -> int:
    """Forget the keys that took nothing since `before`; how many."""
    gone = session.execute(delete(_table).where(_restored < _microseconds(before)))
    return int(gone.rowcount)  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class _Values:
    """What a statement is told, in microseconds."""

    key: str
    now: int
    step: int
    span: int


def _refuse_if_spent(connection: Connection, values: _Values) -> None:
    row = _READ.one_or_none(connection, {"key": values.key})
    if row is None:
        return
    ahead = row["restored_at"] - values.now
    if ahead <= values.span + SKEW and (wait := ahead + values.step - values.span) > 0:
        raise refusal(math.ceil(wait / SECOND))


def refusal(seconds: int) -> TooManyRequests:
    """Too often: when to come back."""
    sentence = _("Trop d'essais en peu de temps : réessayez dans {seconds} secondes.").format(seconds=seconds)
    if seconds > 90:
        sentence = _("Trop d'essais en peu de temps : réessayez dans {minutes} minutes.").format(
            minutes=math.ceil(seconds / 60)
        )
    return TooManyRequests(sentence, headers={"Retry-After": str(seconds)})


def _microseconds(instant: datetime) -> int:
    return round(instant.timestamp() * SECOND)


def _digest(limit: Limit, keys: tuple[object, ...]) -> str:
    material = "\0".join((limit.name, *map(str, keys)))
    return hashlib.sha256(material.encode("utf-8", "surrogatepass")).hexdigest()
