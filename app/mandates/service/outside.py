"""Count the signatures of a text that was signed outside Essaim, each with the certificate that proves it.

Whatever the file says of itself counts for nothing: it begins with the very bytes that were exported, only signatures
were added to them, and each certificate goes back to a root that the authority trusts.
"""

import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from app.access.actor import Actor
from app.access.capacity import Capacity
from app.journal.service import record
from app.kit import clock
from app.kit.database import Busy, insert
from app.mandates import events
from app.mandates.lifecycle import LIFECYCLE, PartyState
from app.mandates.models import Mandate, MandateDocument, MandateParty, MandateSignature
from app.mandates.paper_models import FileKind, MandateFile, MandateProof
from app.mandates.papers import checking, means, sheet
from app.mandates.papers.checking import Report, Signed
from app.mandates.papers.closing import next_version
from app.mandates.papers.evidence import EXTERNAL
from app.mandates.papers.problems import (
    AnotherFile,
    FileUnreadable,
    NobodyProven,
    NoTrustList,
    SignaturesBroken,
    WrongMapping,
)
from app.mandates.policy import POLICY
from app.mandates.problems import PowerLapsed, TermPassed
from app.mandates.service.collecting import due_of, not_yet, parties_of
from app.mandates.service.finding import hold
from app.mandates.service.hands import capacities_held
from app.mandates.service.signing import conclude
from app.people.models import Agent, Authority


def bring_signed(
    session: Session, actor: Actor, mandate: Mandate, content: bytes, stated: Mapping[str, UUID]
) -> None:
    """Count every party that the file proves. `stated` says whose certificates are (SHA-256 → party): the lab's to say.

    Raises `NoTrustList`, `FileUnreadable`, `AnotherFile`, `SignaturesBroken`, `NobodyProven`, `WrongMapping`;
    `NotYourTurn` where somebody proven has to wait for somebody who is not; `PowerLapsed`, `TermPassed`.
    """
    POLICY.require(session, actor, "bring_signed", mandate)
    LIFECYCLE.check(mandate.state, "sign")
    roots = _roots(session, mandate)
    # Nothing is written yet. A file is read for seconds, and on SQLite nobody else writes while a transaction lasts.
    session.rollback()
    report = _inspected(roots, content)
    POLICY.require(session, actor, "bring_signed", mandate)
    hold(session, mandate)
    LIFECYCLE.check(mandate.state, "sign")
    if mandate.ends_on < actor.today():
        raise TermPassed
    document = _document(session, mandate)
    if not content.startswith(sheet.text_to_sign(document)):
        raise AnotherFile.on("file", AnotherFile.title)
    everybody = parties_of(session, mandate, mandate.submission)
    proven = _proven(session, actor, everybody, report, stated)
    held = capacities_held(session, actor, mandate)
    for party in everybody:
        if party.id in proven and (party.agent_id, party.capacity) not in held:
            raise PowerLapsed
    file = _kept(session, document, content)
    while due := [party for party in due_of(everybody) if party.id in proven]:
        for party in due:
            _count(session, actor, mandate, party, proven[party.id], file)
    if any(party.state is PartyState.PENDING for party in everybody if party.id in proven):
        raise not_yet(everybody)
    complete = all(party.state is PartyState.SIGNED for party in everybody)
    conclude(session, actor, mandate, complete=complete)


def _roots(session: Session, mandate: Mandate) -> list[bytes]:
    roots = means.roots_of(session.get_one(Authority, mandate.authority_id).slug)
    if not roots:
        raise NoTrustList
    return roots


def _inspected(roots: Sequence[bytes], content: bytes) -> Report:
    try:
        report = checking.inspect(content, roots, since_first=True)
    except checking.Unreadable as error:
        raise FileUnreadable.on("file", FileUnreadable.title) from error
    except checking.Crowded as error:
        raise Busy(headers={"Retry-After": "10"}) from error
    if not (report.is_sound and report.grown_by_signatures):
        raise SignaturesBroken.on("file", SignaturesBroken.title)
    return report


def _document(session: Session, mandate: Mandate) -> MandateDocument:
    statement = select(MandateDocument).where(
        col(MandateDocument.mandate_id) == mandate.id,
        col(MandateDocument.submission) == mandate.submission,
    )
    document: MandateDocument = session.execute(statement).scalar_one()
    return document


def _proven(
    session: Session,
    actor: Actor,
    everybody: Sequence[MandateParty],
    report: Report,
    stated: Mapping[str, UUID],
) -> dict[UUID, Signed]:
    """By party whose signature is awaited, the signature that proves theirs."""
    is_lab = actor.has(Capacity.LAB)
    given = {each.holder.sha256: each for each in report.signatures if each.trusted and not each.is_timestamp}
    pending = {party.id: party for party in everybody if party.state is PartyState.PENDING}
    if stated and not (is_lab and stated.keys() <= given.keys() and set(stated.values()) <= pending.keys()):
        raise WrongMapping.on("parties", WrongMapping.title)
    agents = {
        agent.id: agent
        for agent in session.execute(
            select(Agent).where(col(Agent.id).in_({party.agent_id for party in pending.values()}))
        ).scalars()
    }
    found: dict[UUID, Signed] = {}
    for digest, each in given.items():
        if digest in stated:
            whose = pending[stated[digest]].agent_id
        else:
            named = [agent.id for agent in agents.values() if _is_of(each, agent)]
            if len(named) != 1:
                continue
            whose = named[0]
        if is_lab or whose == actor.agent_id:
            found |= {party.id: each for party in pending.values() if party.agent_id == whose}
    if not found:
        raise NobodyProven.on("file", NobodyProven.title)
    return found


def _is_of(signed: Signed, agent: Agent) -> bool:
    """Whether a certificate bears the agent's mail address or, where it bears none, their name."""
    holder = signed.holder
    if holder.emails:
        return bool(agent.email) and str(agent.email).casefold() in {
            each.casefold() for each in holder.emails
        }
    return _words(holder.common_name) == _words(agent.name)


def _words(name: str) -> list[str]:
    bare = unicodedata.normalize("NFKD", name.casefold().replace("-", " "))
    return sorted("".join(sign for sign in bare if not unicodedata.combining(sign)).split())


def _kept(session: Session, document: MandateDocument, content: bytes) -> MandateFile:
    return insert(
        session,
        MandateFile(
            authority_id=document.authority_id,
            mandate_id=document.mandate_id,
            submission=document.submission,
            version=next_version(session, document),
            kind=FileKind.EXTERNAL,
            content=content,
            sha256=hashlib.sha256(content).hexdigest(),
            document_hash=document.hash,
        ),
    )


def _count(
    session: Session, actor: Actor, mandate: Mandate, party: MandateParty, proof: Signed, file: MandateFile
) -> None:
    party.state = PartyState.SIGNED
    signature = insert(
        session,
        MandateSignature(
            authority_id=mandate.authority_id,
            mandate_id=mandate.id,
            party_id=party.id,
            agent_id=party.agent_id,
            capacity=party.capacity,
            document_hash=file.document_hash,
            signed_at=proof.timestamp or clock.now(),
            method=EXTERNAL,
        ),
    )
    insert(
        session,
        MandateProof(
            authority_id=mandate.authority_id,
            signature_id=signature.id,
            file_id=file.id,
            subject=proof.holder.subject,
            issuer=proof.holder.issuer,
            serial=proof.holder.serial,
            sha256=proof.holder.sha256,
        ),
    )
    record(
        session,
        events.MandateSignedOutside(
            subject_id=mandate.id,
            party_id=party.id,
            capacity=party.capacity,
            document_hash=file.document_hash,
            file_id=file.id,
            certificate_sha256=proof.holder.sha256,
        ),
        by=actor,
    )
