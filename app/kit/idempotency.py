"""`Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): a POST sent twice does its work once.

The key's row is written in the same transaction as the work, with the answer: either both are there or neither. A
second request with the key waits for the first, then receives the same answer.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy import LargeBinary, UniqueConstraint, delete, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, Session

from app.kit import clock
from app.kit.columns import AuthorityRow, instant_field
from app.kit.i18n import _
from app.kit.problems import Conflict, FieldError, IdempotencyKeyReused, Invalid

MAX_KEY_LENGTH = 200
REPLAYED_HEADERS = ("location", "etag", "content-type")


class IdempotencyRecord(AuthorityRow, table=True):
    __tablename__ = "idempotency_keys"
    __table_args__ = (UniqueConstraint("authority_id", "caller", "key"),)

    caller: str = Field(max_length=64)
    key: str = Field(max_length=MAX_KEY_LENGTH)
    fingerprint: str = Field(max_length=64)
    status: int
    headers: str
    body: bytes = Field(sa_type=LargeBinary)
    created_at: datetime = instant_field(index=True)


@dataclass(frozen=True, slots=True)
class Claim:
    """A key presented by a caller for one exact request."""

    key: str
    fingerprint: str


async def claim_of(request: Request) -> Claim | None:
    """The claim a request makes, or None. Raises `Invalid` for a key that is blank, too long or not printable."""
    key = request.headers.get("idempotency-key")
    if key is None:
        return None
    if not key.strip() or len(key) > MAX_KEY_LENGTH or not key.isprintable():
        detail = _("Une clé d'idempotence compte de 1 à {maximum} caractères imprimables.")
        raise Invalid(
            errors=[FieldError("Idempotency-Key", detail.format(maximum=MAX_KEY_LENGTH), where="header")]
        )
    material = b"\0".join((request.method.encode(), str(request.url.path).encode(), await request.body()))
    return Claim(key, hashlib.sha256(material).hexdigest())


def find(session: Session, claim: Claim, caller: str) -> Response | None:
    """The answer already given for this key, or None. Raises `IdempotencyKeyReused` for another request's key."""
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
    """Write the answer beside the work. Raises `Conflict` when the same key's first request is finishing just now."""
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
    try:
        session.flush()
    except IntegrityError as error:
        session.rollback()
        raise Conflict(
            _("La même requête vient d'être traitée : renvoyez-la pour recevoir sa réponse."),
        ) from error


def purge(session: Session, before: datetime) -> int:
    """Forget keys kept since before `before`; the number forgotten."""
    result = session.execute(
        delete(IdempotencyRecord).where(IdempotencyRecord.created_at < before)  # type: ignore[arg-type]
    )
    return int(result.rowcount)  # type: ignore[attr-defined]
