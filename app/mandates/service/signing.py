"""Submit a mandate, sign it, refuse it, withdraw it. The last signature brings it into force.

Every act holds the rows of the team and of the mandate first, in that order, and reads the parties only then (see
`collecting`).
"""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session

from app.access.actor import Actor
from app.journal.service import record
from app.kit import clock
from app.kit.lifecycle import change
from app.mandates import events, papers, wording
from app.mandates.lifecycle import LIFECYCLE, MandateState, PartyCapacity
from app.mandates.models import Mandate, MandateDocument, MandateParty
from app.mandates.policy import POLICY
from app.mandates.problems import AnotherText, ConsentNeeded, IncompleteMandate, TermPassed
from app.mandates.service import completeness, parties
from app.mandates.service.collecting import Sheet, collect, decline, void
from app.mandates.service.finding import hold, mandates_of
from app.mandates.service.hands import capacities_held, require_party
from app.mandates.service.parties import Signer
from app.teams import service as teams
from app.teams.models import Team
from app.teams.queries import members_of


def submit(session: Session, actor: Actor, mandate: Mandate) -> None:
    """Freeze the exact text, name the parties and ask for their signatures.

    Raises `IncompleteMandate`, naming everything that is missing.
    """
    POLICY.require(session, actor, "submit", mandate)
    hold(session, mandate)
    LIFECYCLE.check(mandate.state, "submit")
    team = session.get_one(Team, mandate.team_id)
    if mandate.client_directorate_id != team.client_directorate_id:
        change(session, mandate, client_directorate_id=team.client_directorate_id)
    members = members_of(session, team.id)
    found, missing = parties.signers(session, actor, mandate, members)
    missing += completeness.what_is_missing(session, mandate, team, members, actor.today())
    if missing:
        raise IncompleteMandate(errors=missing)
    submission = mandate.submission + 1
    document = _freeze(session, mandate, submission, found)
    session.add_all(
        MandateParty(
            authority_id=mandate.authority_id,
            mandate_id=mandate.id,
            submission=submission,
            agent_id=signer.agent.id,
            capacity=signer.capacity,
            rank=signer.capacity.rank,
        )
        for signer in found
    )
    LIFECYCLE.apply(
        session,
        mandate,
        "submit",
        submission=submission,
        document_hash=document.hash,
        submitted_at=clock.now(),
        reason=None,
    )
    record(
        session,
        events.MandateSubmitted(subject_id=mandate.id, submission=submission, document_hash=document.hash),
        by=actor,
    )


def sign(
    session: Session,
    actor: Actor,
    mandate: Mandate,
    document_hash: str,
    *,
    consent: bool,
    on_behalf_of: UUID | None = None,
) -> None:
    """Sign, in every capacity of the caller whose turn has come, or comes by this very signature; or in the name of
    somebody, wherever the caller's act lets them.

    Raises `FreshAuthenticationNeeded`; `ConsentNeeded`; `AnotherText` when the hash is not that of the text to sign;
    `TermPassed`; `AlreadySigned`; `NotYourTurn` while somebody of a lower rank has yet to sign; `PowerLapsed` when the
    capacity or the act is no longer theirs; `ChoosePower` or `NoSuchPower` where it is not clear, or not true, in whose
    name they may.
    """
    require_party(session, actor, "sign", mandate)
    if not consent:
        raise ConsentNeeded.on("consent", ConsentNeeded.title)
    hold(session, mandate)
    LIFECYCLE.check(mandate.state, "sign")
    if document_hash != mandate.document_hash:
        raise AnotherText
    if mandate.ends_on < actor.today():
        raise TermPassed

    def signed(party: MandateParty, by_act: events.ByAct | None) -> events.MandateSigned:
        return events.MandateSigned(
            subject_id=mandate.id,
            party_id=party.id,
            capacity=party.capacity,
            document_hash=document_hash,
            by_act=by_act,
        )

    complete = collect(
        session,
        actor,
        Sheet(mandate, mandate.submission, document_hash, signed),
        lambda: capacities_held(session, actor, mandate),
        on_behalf_of,
    )
    conclude(session, actor, mandate, complete=complete)


def conclude(session: Session, actor: Actor, mandate: Mandate, *, complete: bool) -> None:
    """A signature has been counted: when it was the last, the mandate comes into force."""
    LIFECYCLE.apply(session, mandate, "sign")
    if complete:
        _activate(session, actor, mandate)


def refuse(
    session: Session, actor: Actor, mandate: Mandate, reason: str, on_behalf_of: UUID | None = None
) -> None:
    """Say no, and why: the mandate goes back to be written. Signatures given so far no longer count.

    Raises `FreshAuthenticationNeeded`; `AlreadySigned` for a party that has nothing left to sign; what `sign` raises of
    an act.
    """
    require_party(session, actor, "refuse", mandate)
    hold(session, mandate)
    LIFECYCLE.check(mandate.state, "refuse")
    party, hand = decline(session, actor, mandate, mandate.submission, reason, on_behalf_of)
    reopen(session, mandate, "refuse", reason)
    record(
        session,
        events.MandateRefused(
            subject_id=mandate.id, party_id=party.id, reason=reason, by_act=hand.by_act(party)
        ),
        by=hand.acting(actor, party),
    )


def withdraw(session: Session, actor: Actor, mandate: Mandate) -> None:
    """Take a submission back to write the mandate again. Signatures given so far no longer count."""
    POLICY.require(session, actor, "withdraw", mandate)
    _withdraw(session, actor, mandate)


def withdraw_for_team(session: Session, actor: Actor, team_id: UUID) -> None:
    """The team is no longer the one that the text names: what awaits signatures goes back to be written."""
    for mandate in mandates_of(session, team_id, (MandateState.IN_SIGNATURE,)):
        _withdraw(session, actor, mandate)


def _withdraw(session: Session, actor: Actor, mandate: Mandate) -> None:
    hold(session, mandate)
    reopen(session, mandate, "withdraw", None)
    record(session, events.MandateWithdrawn(subject_id=mandate.id), by=actor)


def reopen(session: Session, mandate: Mandate, verb: str, reason: str | None) -> None:
    """Back to be written, by this verb: the parties are void, and what they signed no longer counts."""
    LIFECYCLE.apply(session, mandate, verb, reason=reason, document_hash=None, submitted_at=None)
    void(session, mandate, mandate.submission)


def _activate(session: Session, actor: Actor, mandate: Mandate) -> None:
    LIFECYCLE.apply(session, mandate, "activate", activated_at=clock.now())
    teams.mark_mandated(session, actor, session.get_one(Team, mandate.team_id), mandate.sponsor_id)
    papers.seal(session, mandate, mandate.submission, by=actor)
    record(session, events.MandateActivated(subject_id=mandate.id), by=actor)


def _freeze(session: Session, mandate: Mandate, submission: int, found: Sequence[Signer]) -> MandateDocument:
    guarantor = next(signer.agent for signer in found if signer.capacity is PartyCapacity.GUARANTOR)
    text = wording.canonical(
        {
            **wording.read(session, mandate.model_dump(), guarantor=guarantor.name),
            "submission": submission,
            "parties": [
                {
                    "id": signer.agent.id,
                    "name": signer.agent.name,
                    "capacity": signer.capacity,
                    "rank": signer.capacity.rank,
                }
                for signer in found
            ],
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
