"""What the parties remark on a draft, and what becomes of it."""

from uuid import UUID

from sqlalchemy import exists, select
from sqlmodel import Session, col

from app.access.actor import Actor
from app.journal.service import record
from app.kit import clock
from app.kit.database import get, insert
from app.kit.i18n import _
from app.mandates import drafting_events as events
from app.mandates.drafting_lifecycle import COMMENT_LIFECYCLE
from app.mandates.drafting_models import MandateComment
from app.mandates.drafting_policy import COMMENT
from app.mandates.lifecycle import LIFECYCLE, MandateState
from app.mandates.models import Mandate, MandateClause
from app.mandates.policy import POLICY
from app.mandates.problems import InvalidMandate, NotADraft


def comment(
    session: Session, actor: Actor, mandate: Mandate, body: str, clause_key: str | None
) -> MandateComment:
    """A remark on a clause of a draft, or on the whole.

    Raises `NotADraft`, or `InvalidMandate` for a clause that is not there.
    """
    POLICY.require(session, actor, "comment", mandate)
    if mandate.state is not MandateState.DRAFT:
        raise NotADraft(state=mandate.state.value, possible_moves=list(LIFECYCLE.possible(mandate.state)))
    if clause_key is not None and not _has(session, mandate, clause_key):
        raise InvalidMandate.on("clause_key", _("Ce mandat n'a pas de clause de ce nom."))
    made = insert(
        session,
        MandateComment(
            authority_id=mandate.authority_id,
            mandate_id=mandate.id,
            clause_key=clause_key,
            body=body,
            author_id=actor.agent_id,
        ),
    )
    event = events.MandateCommented(subject_id=mandate.id, comment_id=made.id, clause_key=clause_key)
    record(session, event, by=actor)
    return made


def find(session: Session, actor: Actor, comment_id: UUID, action: str) -> MandateComment:
    """The comment on which `actor` may do `action`. Raises `NotFound` or `Forbidden`."""
    found = get(session, MandateComment, comment_id, actor.authority_id)
    COMMENT.require(session, actor, action, found)
    return found


def resolve(session: Session, actor: Actor, made: MandateComment) -> None:
    """Say that a comment is dealt with. Raises `MoveRefused` for one that is already."""
    COMMENT.require(session, actor, "resolve", made)
    COMMENT_LIFECYCLE.apply(session, made, "resolve", resolved_by_id=actor.agent_id, resolved_at=clock.now())
    record(session, events.MandateCommentResolved(subject_id=made.mandate_id, comment_id=made.id), by=actor)


def reopen(session: Session, actor: Actor, made: MandateComment) -> None:
    """Take up a comment again. Raises `MoveRefused` for one that is open."""
    COMMENT.require(session, actor, "reopen", made)
    COMMENT_LIFECYCLE.apply(session, made, "reopen", resolved_by_id=None, resolved_at=None)
    record(session, events.MandateCommentReopened(subject_id=made.mandate_id, comment_id=made.id), by=actor)


def _has(session: Session, mandate: Mandate, clause_key: str) -> bool:
    there = exists(1).where(col(MandateClause.mandate_id) == mandate.id, col(MandateClause.key) == clause_key)
    return bool(session.execute(select(there)).scalar())
