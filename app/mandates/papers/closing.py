"""Close a submission that everybody has signed: its pages, its evidence, the seal, all in the present transaction."""

import hashlib
import secrets
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.access.actor import Actor
from app.journal.service import record
from app.kit import clock
from app.kit.database import insert
from app.kit.encoding import to_json
from app.mandates import events
from app.mandates.models import Mandate, MandateDocument, MandateParty, MandateSignature
from app.mandates.paper_models import FileKind, MandateFile, MandateProof, MandateStamp
from app.mandates.papers import means, sealing, sheet
from app.mandates.papers.evidence import Act, Certificate, Evidence, SignatureEvidence
from app.mandates.papers.seals import seal_of
from app.people.delegation_models import PowerKind
from app.people.models import Agent, Authority

ALPHABET: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
SIGNS: Final = 28
"""Of thirty-two signs: 140 random bits."""
DOOR: Final = "/verifier/"


def seal(session: Session, mandate: Mandate, submission: int, *, by: Actor) -> MandateFile:
    """The sealed file of a submission whose parties have all signed. Nothing here goes to the network.

    Where a timestamp authority is configured, the worker adds its timestamp later. Raises `SealUnavailable`.
    """
    session.flush()
    document = session.execute(
        select(MandateDocument).where(
            col(MandateDocument.mandate_id) == mandate.id, col(MandateDocument.submission) == submission
        )
    ).scalar_one()
    authority = session.get_one(Authority, mandate.authority_id)
    settings = means.settings()
    code = "".join(secrets.choice(ALPHABET) for _sign in range(SIGNS))
    with seal_of(session, authority) as own:
        evidence = Evidence(
            mandate_id=mandate.id,
            submission=submission,
            document_hash=document.hash,
            authority=authority.name,
            time_zone=authority.time_zone,
            address=settings.public_url.rstrip("/") + DOOR + printed(code),
            sealed_at=clock.now(),
            seal_holder=own.holder,
            demonstration=own.is_demonstration,
            signatures=tuple(_signatures(session, document)),
        )
        told = to_json(evidence.document())
        content = sealing.seal(
            sheet.signed(document, evidence),
            own,
            authority=authority.name,
            text=document.text.encode(),
            evidence=told,
            is_stamped_later=settings.timestamp_url is not None,
        )
    file = insert(
        session,
        MandateFile(
            authority_id=mandate.authority_id,
            mandate_id=mandate.id,
            submission=submission,
            version=next_version(session, document),
            kind=FileKind.SEALED,
            content=content,
            sha256=hashlib.sha256(content).hexdigest(),
            document_hash=document.hash,
            evidence=told.decode(),
            code_hash=hashed(code),
            demonstration=evidence.demonstration,
        ),
    )
    if settings.timestamp_url:
        insert(session, MandateStamp(authority_id=mandate.authority_id, file_id=file.id))
    record(
        session,
        events.MandateSealed(
            subject_id=mandate.id,
            submission=submission,
            file_id=file.id,
            sha256=file.sha256,
            demonstration=file.demonstration,
        ),
        by=by,
    )
    return file


def next_version(session: Session, document: MandateDocument) -> int:
    """The number of the next file of a submission. Whoever asks holds the mandate."""
    versions = select(col(MandateFile.version)).where(
        col(MandateFile.mandate_id) == document.mandate_id,
        col(MandateFile.submission) == document.submission,
    )
    return max(session.execute(versions).scalars(), default=0) + 1


def printed(code: str) -> str:
    """A code in groups of four."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def hashed(code: str) -> str:
    """The SHA-256 of a code as somebody typed it: case, dashes and spaces count for nothing."""
    bare = "".join(sign for sign in code.upper() if sign.isalnum())
    return hashlib.sha256(bare.encode()).hexdigest()


def _signatures(session: Session, document: MandateDocument) -> list[SignatureEvidence]:
    named = aliased(Agent)
    rows = session.execute(
        select(MandateSignature, Agent, named, MandateProof)
        .join(MandateParty, col(MandateParty.id) == col(MandateSignature.party_id))
        .join(Agent, col(Agent.id) == col(MandateSignature.agent_id))
        .outerjoin(named, col(named.id) == col(MandateSignature.on_behalf_of_id))
        .outerjoin(MandateProof, col(MandateProof.signature_id) == col(MandateSignature.id))
        .where(
            col(MandateParty.mandate_id) == document.mandate_id,
            col(MandateParty.submission) == document.submission,
        )
        .order_by(col(MandateParty.rank), col(MandateParty.id))
    ).all()
    return [
        SignatureEvidence(
            name=signer.name,
            capacity=signature.capacity,
            method=signature.method,
            signed_at=signature.signed_at,
            document_hash=signature.document_hash,
            address=signature.address,
            on_behalf_of=party.name if party else None,
            act=_act(signature),
            certificate=proof and Certificate(proof.subject, proof.issuer, proof.serial, proof.sha256),
        )
        for signature, signer, party, proof in rows
    ]


def _act(signature: MandateSignature) -> Act | None:
    if signature.act_reference is None or signature.act_starts_on is None or signature.act_last_day is None:
        return None
    return Act(
        PowerKind.DELEGATION if signature.delegation_id else PowerKind.INTERIM,
        signature.act_reference,
        signature.act_starts_on,
        signature.act_last_day,
    )
