"""The timestamp of a sealed file, with what proves it in the long term: PAdES B-LT, by the worker.

A document timestamp serves as the signature timestamp of level B-T (ETSI EN 319 142-1, 5.3): the sealed bytes stay as
they are, and the increment makes the file's next version. The network is asked between transactions, never inside one.
"""

import hashlib
import io
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, cast
from uuid import UUID

import structlog
from sqlalchemy import CursorResult, select, update
from sqlmodel import Session, col

from app.access.actor import system
from app.journal.service import record
from app.kit import clock
from app.kit.bounds import everywhere, within
from app.kit.columns import table_of
from app.kit.database import Database, insert
from app.mandates import events
from app.mandates.models import Mandate
from app.mandates.paper_models import FileKind, MandateFile, MandateStamp
from app.mandates.papers.sealing import STAMP
from app.people.models import Authority
from app.settings import Settings

AT_ONCE: Final = 10
LEASE: Final = timedelta(minutes=5)
LONGEST_WAIT: Final = timedelta(hours=6)

log = structlog.get_logger("essaim.timestamps")
_stamps = table_of(MandateStamp)


def stamp_due(database: Database, settings: Settings) -> int:
    """Timestamp the files that wait for it; how many were. What fails is tried again later, ever more rarely."""
    if settings.timestamp_url is None:
        return 0
    return sum(_stamp_one(database, settings, *claimed) for claimed in _claim(database))


def _claim(database: Database) -> list[tuple[UUID, UUID, UUID, int]]:
    now = clock.now()
    due = (
        select(_stamps.c.id)
        .where(_stamps.c.done_at.is_(None), _stamps.c.due_at <= now)
        .order_by(_stamps.c.due_at, _stamps.c.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    claim = (
        update(_stamps)
        .where(_stamps.c.id.in_(select(due.c.id)))
        .values(due_at=now + LEASE, attempts=_stamps.c.attempts + 1)
        .returning(_stamps.c.id, _stamps.c.authority_id, _stamps.c.file_id, _stamps.c.attempts)
    )
    with everywhere(), database.transaction() as session:
        return [tuple(row) for row in session.execute(claim).all()]


def _stamp_one(
    database: Database, settings: Settings, stamp_id: UUID, authority_id: UUID, file_id: UUID, attempts: int
) -> bool:
    with within(authority_id):
        with database.session() as session:
            sealed = session.get_one(MandateFile, file_id)
        try:
            content = stamped(sealed.content, settings)
        except Exception as error:  # whatever an authority elsewhere answers
            log.warning("no timestamp", file_id=str(file_id), attempts=attempts, exc_info=error)
            wait = min(timedelta(seconds=30 * 2 ** min(attempts, 10)), LONGEST_WAIT)
            values = {"due_at": clock.now() + wait, "last_error": repr(error)[:500]}
            with database.transaction() as session:
                session.execute(_mine(stamp_id, attempts).values(**values))
            return False
        with database.transaction() as session:
            done = session.execute(_mine(stamp_id, attempts).values(done_at=clock.now(), last_error=None))
            if not cast(CursorResult[Any], done).rowcount:
                return False
            _keep(session, sealed, content)
    return True


def _mine(stamp_id: UUID, attempts: int) -> Any:
    """The claim, unless another worker has taken it over."""
    return update(_stamps).where(
        _stamps.c.id == stamp_id, _stamps.c.done_at.is_(None), _stamps.c.attempts == attempts
    )


def _keep(session: Session, sealed: MandateFile, content: bytes) -> None:
    mandate = session.get_one(Mandate, sealed.mandate_id)
    authority = session.get_one(Authority, sealed.authority_id)
    versions = select(col(MandateFile.version)).where(
        col(MandateFile.mandate_id) == sealed.mandate_id, col(MandateFile.submission) == sealed.submission
    )
    file = insert(
        session,
        MandateFile(
            authority_id=sealed.authority_id,
            mandate_id=sealed.mandate_id,
            submission=sealed.submission,
            version=max(session.execute(versions).scalars()) + 1,
            kind=FileKind.TIMESTAMPED,
            content=content,
            sha256=hashlib.sha256(content).hexdigest(),
            document_hash=sealed.document_hash,
            evidence=sealed.evidence,
            demonstration=sealed.demonstration,
        ),
    )
    record(
        session,
        events.MandateTimestamped(subject_id=mandate.id, file_id=file.id, sha256=file.sha256),
        by=system(authority.id, authority.time_zone),
    )


def stamped(content: bytes, settings: Settings) -> bytes:
    """`content` with the proofs of its seal and a document timestamp, which covers both. Goes to the network.

    Raises what the network, the authority's answer or a certificate that is not trusted raise.
    """
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.signers import PdfTimeStamper
    from pyhanko.sign.signers.pdf_signer import TimestampDSSContentSettings
    from pyhanko.sign.timestamps import HTTPTimeStamper
    from pyhanko.sign.validation.dss import DocumentSecurityStore

    [seal] = PdfFileReader(io.BytesIO(content)).embedded_regular_signatures
    roots = _roots(settings.timestamp_roots_file)
    context = _context([*roots, _top(seal)])
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    DocumentSecurityStore.supply_dss_in_writer(
        writer, sig_contents=None, paths=_paths(seal, context), validation_context=context
    )
    server = HTTPTimeStamper(str(settings.timestamp_url), timeout=settings.timestamp_seconds)
    # Proofs first, and the timestamp over all of it: nothing stands after the last byte that somebody vouches for.
    out = PdfTimeStamper(server, field_name=STAMP).timestamp_pdf(
        writer,
        "sha256",
        validation_context=_context(roots) if roots else None,
        dss_settings=TimestampDSSContentSettings(update_before_ts=True, include_vri=False),
    )
    made: bytes = out.getvalue()
    return made


def _context(roots: Iterable[Any]) -> Any:
    from pyhanko_certvalidator import ValidationContext

    return ValidationContext(trust_roots=list(roots), allow_fetching=True, revocation_mode="soft-fail")


def _top(seal: Any) -> Any:
    """The last certificate of the seal's own chain: what stands above it is for the reader to trust."""
    known = {each.subject.hashable: each for each in seal.other_embedded_certs}
    top = seal.signer_cert
    while top.self_issued == "no" and top.issuer.hashable in known:
        top = known[top.issuer.hashable]
    return top


def _paths(seal: Any, context: Any) -> list[Any]:
    import asyncio

    from pyhanko_certvalidator import CertificateValidator

    validator = CertificateValidator(
        seal.signer_cert, intermediate_certs=seal.other_embedded_certs, validation_context=context
    )
    return [asyncio.run(validator.async_validate_usage(set()))]


def _roots(file: Path | None) -> list[Any]:
    from pyhanko.keys import load_certs_from_pemder

    return list(load_certs_from_pemder([str(file)])) if file else []
