"""Is this file a mandate that was sealed here, and is it still in force? For anybody, without a word more.

A file that stands here byte for byte needs no reading. Any other is read by `checking`, in bounds.
"""

import hashlib
from collections import Counter
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlmodel import col

from app.kit.bounds import everywhere
from app.kit.columns import Labelled
from app.kit.database import Busy, Database
from app.kit.i18n import _
from app.kit.limits import Limit, take
from app.kit.problems import NotFound
from app.mandates.lifecycle import IN_FORCE, MandateState, PartyCapacity
from app.mandates.models import Mandate
from app.mandates.paper_models import FileKind, MandateFile
from app.mandates.papers import checking
from app.mandates.papers.closing import hashed
from app.mandates.papers.problems import FileUnreadable
from app.people.models import Authority

BY_FILE: Final = Limit("verification of a file by address", 20, 600)
BY_CODE: Final = Limit("verification by code and address", 60, 600)


class Verdict(Labelled):
    AUTHENTIC = "authentic", _("Ce mandat est authentique")
    ALTERED = "altered", _("Ce fichier a été modifié : il ne prouve rien")
    UNKNOWN = "unknown", _("Ce fichier est signé, mais n'a pas été scellé ici")
    UNSIGNED = "unsigned", _("Ce fichier ne porte aucune signature")


_FACTS: Any = (
    select(
        col(MandateFile.mandate_id),
        col(MandateFile.submission),
        col(MandateFile.sha256),
        col(MandateFile.document_hash),
        col(MandateFile.evidence),
        col(MandateFile.demonstration),
        col(Mandate.document_hash).label("present_hash"),
        col(Mandate.state),
        col(Mandate.ends_on),
        col(Mandate.ended_on),
        col(Authority.name).label("authority"),
    )
    .join(Mandate, col(Mandate.id) == col(MandateFile.mandate_id))
    .join(Authority, col(Authority.id) == col(MandateFile.authority_id))
    .where(col(MandateFile.kind) != FileKind.EXTERNAL)
)


class _Claim(msgspec.Struct):
    """What the private data of a file says it is."""

    mandate_id: UUID
    submission: int


def knock(database: Database, limit: Limit, network: str) -> None:
    """Count a verification from a `network`. Raises `TooManyRequests`. Never inside a transaction."""
    take(database, limit, network)


def of_file(database: Database, content: bytes) -> dict[str, Any]:
    """What is known of a file. Raises `FileUnreadable`; `Busy` while many others are being read."""
    sha256 = hashlib.sha256(content).hexdigest()
    with everywhere(), database.read() as connection:
        row = connection.execute(_FACTS.where(col(MandateFile.sha256) == sha256).limit(1)).first()
    if row is not None:
        return _authentic(row, sha256)
    try:
        report = checking.inspect(content)
    except checking.Unreadable as error:
        raise FileUnreadable from error
    except checking.Crowded as error:
        raise Busy(headers={"Retry-After": "10"}) from error
    if not report.signatures:
        return _other(Verdict.UNSIGNED, sha256)
    row = _sealed_below(database, report, content)
    if row is not None and report.is_sound:
        return _authentic(row, sha256)
    if not report.is_sound:
        return _other(Verdict.ALTERED, sha256)
    return _other(Verdict.UNKNOWN, sha256)


def of_code(database: Database, code: str) -> dict[str, Any]:
    """What the code of a page of evidence tells: no name, no mission, no hour. Raises `NotFound`."""
    with everywhere(), database.read() as connection:
        row = connection.execute(_FACTS.where(col(MandateFile.code_hash) == hashed(code))).first()
    if row is None:
        raise NotFound
    told = _authentic(row, row.sha256)
    counted = Counter(each["capacity"] for each in told.pop("signatures"))
    told["counts"] = [(capacity, counted[capacity]) for capacity in PartyCapacity if capacity in counted]
    return told


def _sealed_below(database: Database, report: checking.Report, content: bytes) -> Any:
    """The file of ours that this one continues: its first bytes are ours, every one."""
    try:
        claim = msgspec.json.decode(report.evidence, type=_Claim)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return None
    statement = _FACTS.add_columns(col(MandateFile.content)).where(
        col(MandateFile.mandate_id) == claim.mandate_id, col(MandateFile.submission) == claim.submission
    )
    with everywhere(), database.read() as connection:
        rows = connection.execute(statement).all()
    return next((row for row in rows if content.startswith(row.content)), None)


def _authentic(row: Any, sha256: str) -> dict[str, Any]:
    evidence = msgspec.json.decode(row.evidence)
    state: MandateState = row.state
    replaced = row.present_hash != row.document_hash
    last_day: date = row.ended_on or row.ends_on
    return {
        "verdict": Verdict.AUTHENTIC,
        "sentence": Verdict.AUTHENTIC.label.to("fr"),
        "sha256": sha256,
        "authority": row.authority,
        "document_hash": row.document_hash,
        "in_force": state in IN_FORCE and not replaced,
        "state": state,
        "last_day": last_day,
        "sealed_at": datetime.fromisoformat(evidence["sealed_at"]),
        "demonstration": row.demonstration,
        "signatures": [
            {
                "name": each["name"],
                "capacity": PartyCapacity.of(each["capacity"]),
                "signed_at": datetime.fromisoformat(each["signed_at"]),
                "on_behalf_of": each["on_behalf_of"],
                "act_reference": each["act"] and each["act"]["reference"],
            }
            for each in evidence["signatures"]
        ],
    }


def _other(verdict: Verdict, sha256: str) -> dict[str, Any]:
    names = (
        "authority", "document_hash", "in_force", "state", "last_day", "sealed_at", "demonstration",
    )  # fmt: skip
    return {
        "verdict": verdict,
        "sentence": verdict.label.to("fr"),
        "sha256": sha256,
        **dict.fromkeys(names),
        "signatures": [],
    }
