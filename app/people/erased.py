"""Matricules of people who were erased: known again when an HR export names them, by a digest that leads to nobody.

A matricule has few digits: whoever holds the database and tries them all can tell that one was erased, at the price of
`scrypt` for each, but neither whose it was nor what that person did. `docs/privacy.md` says so.
"""

import hashlib
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import exists, select
from sqlmodel import Session, col

from app.kit.sql import among
from app.people.models import ErasedMatricule

_COST = {"n": 2**13, "r": 8, "p": 1}
_MANY = 500


def digest(authority_id: UUID, hr_id: str) -> str:
    """The digest of a matricule in an authority, in hexadecimal: some twenty milliseconds of work."""
    return hashlib.scrypt(hr_id.encode(), salt=authority_id.bytes, dklen=32, **_COST).hex()


def remember(session: Session, authority_id: UUID, hr_id: str) -> None:
    """Keep that this matricule was erased. Twice is once."""
    found = digest(authority_id, hr_id)
    if not _known(session, authority_id, [found]):
        session.add(ErasedMatricule(authority_id=authority_id, digest=found))
        session.flush()


def erased_among(session: Session, authority_id: UUID, hr_ids: Iterable[str]) -> set[str]:
    """Which of these matricules were those of people who were erased."""
    if not session.execute(
        select(exists().where(col(ErasedMatricule.authority_id) == authority_id))
    ).scalar():
        return set()
    digests = {digest(authority_id, hr_id): hr_id for hr_id in hr_ids}
    return {digests[found] for found in _known(session, authority_id, list(digests))}


def _known(session: Session, authority_id: UUID, digests: list[str]) -> set[str]:
    statement = select(col(ErasedMatricule.digest)).where(
        col(ErasedMatricule.authority_id) == authority_id, among(col(ErasedMatricule.digest), "digests")
    )
    return {
        found
        for start in range(0, len(digests), _MANY)
        for found in session.execute(statement, {"digests": digests[start : start + _MANY]}).scalars()
    }
