"""`Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): a POST sent twice does its work once.

The key's row is written in the same transaction as the work, with the answer: either both are there or neither. A
second request with the key waits for the first, then receives the same answer.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy import LargeBinary, Text, UniqueConstraint, delete, select, text
from sqlmodel import Field, Session

from app.kit import clock
from app.kit.columns import AuthorityRow, instant_field
from app.kit.i18n import _
from app.kit.problems import FieldError, IdempotencyKeyReused, Invalid

MAX_KEY_LENGTH = 200
_KEY = re.compile(rf"[!-~]{{1,{MAX_KEY_LENGTH}}}")
REPLAYED_HEADERS = ("location", "etag", "content-type", "content-language", "vary")


class IdempotencyRecord(AuthorityRow, table=True):
    __tablename__ = "idempotency_keys"
    __table_args__ = (UniqueConstraint("authority_id", "caller", "key"),)

    caller: str = Field(max_length=64)
    key: str = Field(max_length=MAX_KEY_LENGTH)
    fingerprint: str = Field(max_length=64)
    status: int
    headers: str = Field(sa_type=Text)
    body: bytes = Field(sa_type=LargeBinary)
    created_at: datetime = instant_field(index=True)


_LOCK = text("SELECT pg_advisory_xact_lock(:number)")


@dataclass(frozen=True, slots=True)
class Claim:
    """A key presented by a caller for one exact request."""

    key: str
    fingerprint: str


async def claim_of(request: Request) -> Claim | None:
    """The claim a request makes, or None. Raises `Invalid` for a key that is empty, too long, or not visible ASCII."""
    key = request.headers.get("idempotency-key")
    if key is None:
        return None
    if not _KEY.fullmatch(key):
        detail = _("Une clé d'idempotence compte de 1 à {maximum} caractères ASCII visibles, sans espace.")
        raise Invalid(
            errors=[FieldError("Idempotency-Key", detail.format(maximum=MAX_KEY_LENGTH), where="header")]
        )
    material = b"\0".join((request.method.encode(), str(request.url.path).encode(), await request.body()))
    return Claim(key, hashlib.sha256(material).hexdigest())


def find(session: Session, claim: Claim, caller: str) -> Response | None:
    """The answer already given for this key, or None. Raises `IdempotencyKeyReused` for another request's key.

    Waits for whoever works under the same key, and keeps it until the transaction ends.
    """
    _hold(session, f"{caller} {claim.key}")
    record = session.execute(
        select(IdempotencyRecord).where(
            IdempotencyRecord.caller == caller,  # type: ignore[arg-type]
            IdempotencyRecord.key == claim.key,  # type: ignore[arg-type]
        )
    ).scalar_one_or_none()
    if record is None:
        return None
    if record.fingerprint != claim.fingerprint:
        raise IdempotencyKeyReused
    headers = dict(line.split(": ", 1) for line in record.headers.splitlines())
    return Response(record.body, record.status, {**headers, "Idempotent-Replayed": "true"})


def keep(session: Session, claim: Claim, caller: str, authority_id: UUID, response: Response) -> None:
    """Write the answer beside the work."""
    headers = [f"{name}: {value}" for name, value in response.headers.items() if name in REPLAYED_HEADERS]
    session.add(
        IdempotencyRecord(
            authority_id=authority_id,
            caller=caller,
            key=claim.key,
            fingerprint=claim.fingerprint,
            status=response.status_code,
            headers="\n".join(headers),
            body=bytes(response.body),
            created_at=clock.now(),
        )
    )
    session.flush()


def _hold(session: Session, name: str) -> None:
    """One transaction at a time under `name`. On SQLite there is but one writer anyway."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
        connection.execute(_LOCK, {"number": number})


def purge(session: Session, before: datetime) -> int:
    """Forget keys kept since before `before`; the number forgotten."""
    result = session.execute(
        delete(IdempotencyRecord).where(IdempotencyRecord.created_at < before)  # type: ignore[arg-type]
    )
    return int(result.rowcount)  # type: ignore[attr-defined]
