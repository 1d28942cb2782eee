"""Submit an amendment, sign it, refuse it, withdraw it. The last party concerned brings it into force."""

from collections.abc import Sequence
from typing import cast
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import Session, col

from app.access.actor import Actor
from app.amendments import events, terms
from app.amendments.lifecycle import LIFECYCLE, AmendmentState
from app.amendments.models import Amendment
from app.amendments.policy import POLICY
from app.amendments.problems import IncompleteAmendment
from app.amendments.service.effect import take_effect
from app.amendments.service.study import Study, study
from app.journal.service import record
from app.kit import clock
from app.kit.database import get
from app.kit.lifecycle import change
from app.kit.problems import NotFound
from app.mandates import wording
from app.mandates.events import ByAct
from app.mandates.lifecycle import IN_FORCE, PartyCapacity
from app.mandates.models import Mandate, MandateDocument, MandateParty
from app.mandates.problems import AnotherText, ConsentNeeded, NotInForce, PowerLapsed, TermPassed
from app.mandates.service.collecting import Sheet, collect, decline, void
from app.mandates.service.finding import hold
from app.mandates.service.hands import require_party
from app.mandates.service.parties import Signer
from app.mandates.substitution import lapsed


def find_to_sign(session: Session, actor: Actor, amendment_id: UUID) -> Amendment:
    """The amendment, if `actor` may know of it, or might have until their power to sign it ended.

    Raises `NotFound`, or `PowerLapsed` saying when it ended.
    """
    amendment = get(session, Amendment, amendment_id, actor.authority_id)
    if POLICY.allows(session, actor, "read", amendment):
        return amendment
    mandate = session.get_one(Mandate, amendment.mandate_id)
    if amendment.state is AmendmentState.IN_SIGNATURE and (sentence := lapsed(session, actor, mandate)):
        raise PowerLapsed(sentence)
    raise NotFound


def submit(session: Session, actor: Actor, amendment: Amendment) -> None:
    """Freeze the amended text, name the parties concerned and ask for their signatures.

    Raises `IncompleteAmendment`, naming everything that is missing.
    """
    POLICY.require(session, actor, "submit", amendment)
    mandate = _hold(session, amendment)
    LIFECYCLE.check(amendment.state, "submit")
    found = study(session, actor, mandate, terms.of_json(amendment.terms))
    if found.missing:
        raise IncompleteAmendment(errors=found.missing)
    submission = 1 + _last_submission(session, mandate)
    document = _freeze(session, mandate, amendment, submission, found)
    session.add_all(
        MandateParty(
            authority_id=mandate.authority_id,
            mandate_id=mandate.id,
            submission=submission,
            agent_id=signer.agent.id,
            capacity=signer.capacity,
            rank=signer.capacity.rank,
        )
        for signer in found.signing
    )
    LIFECYCLE.apply(
        session,
        amendment,
        "submit",
        submission=submission,
        document_hash=document.hash,
        submitted_at=clock.now(),
        reason=None,
    )
    event = events.AmendmentSubmitted(
        subject_id=amendment.id, mandate_id=mandate.id, submission=submission, document_hash=document.hash
    )
    record(session, event, by=actor)


def sign(
    session: Session,
    actor: Actor,
    amendment: Amendment,
    document_hash: str,
    *,
    consent: bool,
    on_behalf_of: UUID | None = None,
) -> None:
    """Sign as `mandates.service.sign` does, and with the same refusals: the former terms bind until the last party
    concerned has, the amended ones from then on."""
    mandate = session.get_one(Mandate, amendment.mandate_id)
    require_party(session, actor, "sign", mandate, policy=POLICY, resource=amendment)
    if not consent:
        raise ConsentNeeded.on("consent", ConsentNeeded.title)
    _hold(session, amendment)
    LIFECYCLE.check(amendment.state, "sign")
    if mandate.state not in IN_FORCE:
        raise NotInForce
    if document_hash != amendment.document_hash:
        raise AnotherText
    found = study(session, actor, mandate, terms.of_json(amendment.terms))
    if found.mandate.ends_on < actor.today():
        raise TermPassed

    def signed(party: MandateParty, by_act: ByAct | None) -> events.AmendmentSigned:
        return events.AmendmentSigned(
            subject_id=amendment.id,
            mandate_id=mandate.id,
            party_id=party.id,
            capacity=party.capacity,
            document_hash=document_hash,
            by_act=by_act,
        )

    complete = collect(
        session,
        actor,
        Sheet(mandate, cast(int, amendment.submission), document_hash, signed),
        lambda: {(signer.agent.id, signer.capacity) for signer in found.signing},
        on_behalf_of,
    )
    LIFECYCLE.apply(session, amendment, "sign")
    if complete:
        take_effect(session, actor, mandate, amendment, found)


def refuse(
    session: Session, actor: Actor, amendment: Amendment, reason: str, on_behalf_of: UUID | None = None
) -> None:
    """Say no, and why: the amendment goes back to be written, and the mandate stays as it is."""
    mandate = session.get_one(Mandate, amendment.mandate_id)
    require_party(session, actor, "refuse", mandate, policy=POLICY, resource=amendment)
    _hold(session, amendment)
    LIFECYCLE.check(amendment.state, "refuse")
    submission = cast(int, amendment.submission)
    party, hand = decline(session, actor, mandate, submission, reason, on_behalf_of)
    _reopen(session, mandate, amendment, "refuse", reason)
    event = events.AmendmentRefused(
        subject_id=amendment.id,
        mandate_id=mandate.id,
        party_id=party.id,
        reason=reason,
        by_act=hand.by_act(party),
    )
    record(session, event, by=hand.acting(actor, party))


def withdraw(session: Session, actor: Actor, amendment: Amendment) -> None:
    """Take a submission back to write the amendment again. Signatures given so far no longer count."""
    POLICY.require(session, actor, "withdraw", amendment)
    mandate = _hold(session, amendment)
    _withdraw(session, actor, mandate, amendment)


def withdraw_for_team(session: Session, actor: Actor, team_id: UUID) -> None:
    """The team is no longer the one that the text names: what awaits signatures goes back to be written."""
    for amendment in _open_of(session, col(Mandate.team_id) == team_id, AmendmentState.IN_SIGNATURE):
        mandate = _hold(session, amendment)
        if amendment.state is AmendmentState.IN_SIGNATURE:
            _withdraw(session, actor, mandate, amendment)


def lapse(session: Session, actor: Actor, mandate_id: UUID) -> None:
    """The mandate has ended: nobody writes or signs an amendment to it any more."""
    states = (AmendmentState.DRAFT, AmendmentState.IN_SIGNATURE)
    for amendment in _open_of(session, col(Mandate.id) == mandate_id, *states):
        mandate = _hold(session, amendment)
        submission = amendment.submission
        LIFECYCLE.apply(session, amendment, "lapse")
        if submission is not None:
            void(session, mandate, submission)
        change(session, mandate, open_amendment_id=None)
        event = events.AmendmentDropped(subject_id=amendment.id, mandate_id=mandate.id, by_itself=True)
        record(session, event, by=actor)


def _hold(session: Session, amendment: Amendment) -> Mandate:
    """The mandate, held with its team; the amendment is read again only then."""
    mandate = session.get_one(Mandate, amendment.mandate_id)
    hold(session, mandate)
    session.refresh(amendment)
    return mandate


def _open_of(session: Session, which: object, *states: AmendmentState) -> Sequence[Amendment]:
    statement = (
        select(Amendment)
        .join(Mandate, col(Mandate.id) == col(Amendment.mandate_id))
        .where(which, col(Amendment.state).in_(states))  # type: ignore[arg-type]
        .order_by(col(Amendment.id))
    )
    return session.execute(statement).scalars().all()


def _withdraw(session: Session, actor: Actor, mandate: Mandate, amendment: Amendment) -> None:
    submission = cast(int, amendment.submission)
    _reopen(session, mandate, amendment, "withdraw", None)
    event = events.AmendmentWithdrawn(subject_id=amendment.id, mandate_id=mandate.id, submission=submission)
    record(session, event, by=actor)


def _reopen(session: Session, mandate: Mandate, amendment: Amendment, verb: str, reason: str | None) -> None:
    LIFECYCLE.apply(session, amendment, verb, reason=reason, document_hash=None, submitted_at=None)
    void(session, mandate, cast(int, amendment.submission))


def _last_submission(session: Session, mandate: Mandate) -> int:
    of_it = select(func.max(col(MandateDocument.submission))).where(
        col(MandateDocument.mandate_id) == mandate.id
    )
    return int(session.execute(of_it).scalar_one())


def _freeze(
    session: Session, mandate: Mandate, amendment: Amendment, submission: int, found: Study
) -> MandateDocument:
    guarantor = next(signer.agent for signer in found.named if signer.capacity is PartyCapacity.GUARANTOR)
    former = session.execute(
        select(col(MandateDocument.hash)).where(
            col(MandateDocument.mandate_id) == mandate.id,
            col(MandateDocument.submission) == amendment.base_submission,
        )
    ).scalar_one()
    text = wording.canonical(
        {
            **wording.read(
                session, found.mandate.model_dump(), guarantor=guarantor.name, instead=found.instead
            ),
            "submission": submission,
            "parties": [_told(signer) for signer in found.named],
            "amends": {
                "amendment_id": amendment.id,
                "submission": amendment.base_submission,
                "document_hash": former,
                "purpose": amendment.purpose,
                "fields": terms.of_json(amendment.terms).fields(),
                "signed_by": [_told(signer) for signer in found.signing],
            },
        }
    )
    document = MandateDocument(
        authority_id=mandate.authority_id,
        mandate_id=mandate.id,
        submission=submission,
        text=text,
        hash=wording.digest(text),
    )
    session.add(document)
    return document


def _told(signer: Signer) -> dict[str, object]:
    return {
        "id": signer.agent.id,
        "name": signer.agent.name,
        "capacity": signer.capacity,
        "rank": signer.capacity.rank,
    }
