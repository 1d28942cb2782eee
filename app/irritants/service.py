"""Report, qualify, vote, comment, merge, decline: what can be done with an irritant."""

from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, Integer, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql
from sqlmodel import Session, col

from app.access.actor import Actor
from app.irritants import announcing, events
from app.irritants.lifecycle import LIFECYCLE, OPEN
from app.irritants.models import Irritant, IrritantComment, IrritantTally, IrritantVote
from app.irritants.policy import POLICY
from app.irritants.problems import MergeRefused, VoteRefused
from app.irritants.schemas import IrritantReport
from app.journal.events import Event
from app.journal.service import record
from app.kit import clock, search
from app.kit.columns import table_of
from app.kit.database import get, insert
from app.kit.ids import new_id
from app.kit.lifecycle import change
from app.kit.problems import NotFound
from app.kit.query import Command
from app.kit.sql import one_of
from app.people.service import directorate_of

_irritants = table_of(Irritant)
_tallies = table_of(IrritantTally)
_votes = table_of(IrritantVote)

# SQLite has taken these words over from PostgreSQL.
_CAST_VOTE = Command(
    postgresql.insert(_votes)
    .from_select(
        ["id", "authority_id", "irritant_id", "agent_id", "created_at"],
        select(
            bindparam("vote_id", type_=_votes.c.id.type),
            _irritants.c.authority_id,
            _irritants.c.id,
            bindparam("agent_id", type_=_votes.c.agent_id.type),
            bindparam("now", type_=_votes.c.created_at.type),
        ).where(
            _irritants.c.id == bindparam("irritant_id"),
            _irritants.c.authority_id == bindparam("authority_id"),
            one_of(_irritants.c.state, OPEN),
        ),
        include_defaults=False,
    )
    .on_conflict_do_nothing()
)
_COUNT = Command(
    update(_tallies)
    .where(_tallies.c.irritant_id == bindparam("id"))
    .values(
        votes=_tallies.c.votes + bindparam("more_votes", type_=Integer()),
        comments=_tallies.c.comments + bindparam("more_comments", type_=Integer()),
    )
)


def report(session: Session, actor: Actor, form: IrritantReport) -> Irritant:
    """A new irritant, reported by `actor`. Raises `UnknownDirectorate`."""
    POLICY.require(session, actor, "report")
    directorate_of(session, actor, form.directorate_id)
    irritant = write(session, actor, form, reporter_id=actor.agent_id)
    record(
        session,
        events.IrritantReported(subject_id=irritant.id, directorate_id=irritant.directorate_id),
        by=actor,
    )
    return irritant


def write(session: Session, actor: Actor, form: IrritantReport, **facts: Any) -> Irritant:
    """The rows of a new irritant; `facts` are columns that the form does not give."""
    impact = form.impact or ""
    texts = {"title": form.title, "description": form.description, "impact": impact}
    facts = {"directorate_id": form.directorate_id, **texts, "search": search.stems(*texts.values()), **facts}
    irritant = insert(session, Irritant(authority_id=actor.authority_id, **facts))
    insert(session, IrritantTally(irritant_id=irritant.id, authority_id=actor.authority_id))
    return irritant


def edit(session: Session, actor: Actor, irritant: Irritant, changes: dict[str, Any]) -> None:
    """Correct the texts or the directorate of an irritant."""
    POLICY.require(session, actor, "edit", irritant)
    if "directorate_id" in changes:
        directorate_of(session, actor, changes["directorate_id"])
    announcing.announce(session, irritant)
    texts = [changes.get(name, getattr(irritant, name)) for name in ("title", "description", "impact")]
    change(session, irritant, **changes, search=search.stems(*texts))
    record(session, events.IrritantEdited(subject_id=irritant.id, fields=tuple(changes)), by=actor)


def find(session: Session, actor: Actor, irritant_id: UUID) -> Irritant:
    """The irritant, if `actor` may know of it. Raises `NotFound`."""
    irritant = get(session, Irritant, irritant_id, actor.authority_id)
    if not POLICY.allows(session, actor, "read", irritant):
        raise NotFound
    return irritant


def qualify(session: Session, actor: Actor, irritant: Irritant) -> None:
    _move(session, actor, irritant, "qualify", events.IrritantQualified(subject_id=irritant.id))


def resolve(session: Session, actor: Actor, irritant: Irritant) -> None:
    _move(session, actor, irritant, "resolve", events.IrritantResolved(subject_id=irritant.id))


def reopen(session: Session, actor: Actor, irritant: Irritant) -> None:
    _move(session, actor, irritant, "reopen", events.IrritantReopened(subject_id=irritant.id))


def decline(session: Session, actor: Actor, irritant: Irritant, reason: str) -> None:
    """Set an irritant aside, with a reason that its reporter reads."""
    event = events.IrritantDeclined(subject_id=irritant.id, reason=reason)
    _move(session, actor, irritant, "decline", event, reason=reason)


def select_for_call(session: Session, actor: Actor, irritant: Irritant) -> None:
    """Retain an irritant for a call. The call's policy has already allowed it."""
    LIFECYCLE.apply(session, irritant, "select")
    record(session, events.IrritantSelected(subject_id=irritant.id), by=actor)


def start(session: Session, actor: Actor, irritant: Irritant) -> None:
    """A team under mandate takes charge of it. The mandate's policy has already allowed it."""
    LIFECYCLE.apply(session, irritant, "start")
    record(session, events.IrritantStarted(subject_id=irritant.id), by=actor)


def release(session: Session, actor: Actor, irritant: Irritant) -> None:
    """Its call or its team ended without solving it: it is open again."""
    LIFECYCLE.apply(session, irritant, "release")
    record(session, events.IrritantReleased(subject_id=irritant.id), by=actor)


def merge(session: Session, actor: Actor, irritant: Irritant, into_id: UUID) -> None:
    """Join `irritant` to another open one, which gains the votes of those who had not voted for it.

    Raises `MergeRefused` when the other is itself, unknown, or not open.
    """
    POLICY.require(session, actor, "merge", irritant)
    target = session.get(Irritant, into_id)
    if (
        target is None
        or target.authority_id != actor.authority_id
        or target.id == irritant.id
        or target.state not in OPEN
    ):
        raise MergeRefused.on("into_id", MergeRefused.title)
    announcing.announce(session, irritant)
    LIFECYCLE.apply(session, irritant, "merge", merged_into_id=target.id)
    already = select(col(IrritantVote.agent_id)).where(col(IrritantVote.irritant_id) == target.id)
    moved = session.execute(
        update(IrritantVote)
        .where(col(IrritantVote.irritant_id) == irritant.id, col(IrritantVote.agent_id).not_in(already))
        .values(irritant_id=target.id)
        .execution_options(synchronize_session=False)
    )
    _count(session, target.id, votes=cast(CursorResult[Any], moved).rowcount)
    record(session, events.IrritantMerged(subject_id=irritant.id, into_id=target.id), by=actor)


def vote(session: Session, actor: Actor, irritant_id: UUID) -> None:
    """Say "me too". Voting twice is voting once. Raises `VoteRefused` when the irritant is not open."""
    POLICY.require(session, actor, "vote")
    vote = {
        "vote_id": new_id(),
        "authority_id": actor.authority_id,
        "irritant_id": irritant_id,
        "agent_id": actor.agent_id,
        "now": clock.now(),
    }
    if _CAST_VOTE.run(session, vote):
        _count(session, irritant_id, votes=1)
    else:
        _check_open(session, actor, irritant_id)


def withdraw_vote(session: Session, actor: Actor, irritant_id: UUID) -> None:
    """Take one's vote back, if there is one."""
    POLICY.require(session, actor, "vote")
    _check_open(session, actor, irritant_id)
    gone = session.execute(
        delete(IrritantVote).where(
            col(IrritantVote.irritant_id) == irritant_id, col(IrritantVote.agent_id) == actor.agent_id
        )
    )
    if cast(CursorResult[Any], gone).rowcount:
        _count(session, irritant_id, votes=-1)


def comment(session: Session, actor: Actor, irritant: Irritant, body: str) -> IrritantComment:
    """Add a comment, signed by its author."""
    POLICY.require(session, actor, "comment", irritant)
    row = insert(
        session,
        IrritantComment(
            authority_id=actor.authority_id, irritant_id=irritant.id, author_id=actor.agent_id, body=body
        ),
    )
    _count(session, irritant.id, comments=1)
    record(session, events.IrritantCommented(subject_id=irritant.id, comment_id=row.id), by=actor)
    return row


def _move(session: Session, actor: Actor, irritant: Irritant, verb: str, event: Event, **values: Any) -> None:
    POLICY.require(session, actor, verb, irritant)
    announcing.announce(session, irritant)
    LIFECYCLE.apply(session, irritant, verb, **values)
    record(session, event, by=actor)


def _check_open(session: Session, actor: Actor, irritant_id: UUID) -> None:
    """One narrow query: a vote reads neither texts nor counters."""
    found = session.execute(
        select(col(Irritant.state), col(Irritant.reporter_id)).where(
            col(Irritant.id) == irritant_id, col(Irritant.authority_id) == actor.authority_id
        )
    ).one_or_none()
    if found is None:
        raise NotFound
    if found.state not in OPEN:
        find(session, actor, irritant_id)
        raise VoteRefused


def _count(session: Session, irritant_id: UUID, *, votes: int = 0, comments: int = 0) -> None:
    _COUNT.run(session, {"id": irritant_id, "more_votes": votes, "more_comments": comments})
