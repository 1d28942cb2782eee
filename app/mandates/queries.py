"""Named selects over mandates."""

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Connection, Integer, Uuid, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.access.actor import Actor
from app.access.capacity import Capacity
from app.kit.columns import table_of
from app.kit.listing import Listing, Visible, since, until
from app.kit.problems import NotFound
from app.kit.sql import among
from app.mandates import signatories, wording
from app.mandates.lifecycle import LIFECYCLE, MandateState, PartyState
from app.mandates.models import Mandate, MandateDocument, MandateParty
from app.mandates.policy import (
    ABILITIES,
    IS_COACH,
    IS_HEAD,
    IS_MANAGER,
    IS_MEMBER,
    IS_PARTY,
    IS_SPONSOR,
    binds,
)
from app.mandates.problems import NoDocument
from app.mandates.substitution import MAY_SIGN_FOR, of_submission
from app.people.models import Agent, Directorate
from app.teams.models import Team

_viewer: Any = bindparam("viewer_id", type_=Uuid())
_mandate_id: Any = bindparam("id", type_=Uuid())
_submission: Any = bindparam("submission", type_=Integer())
_sponsor = aliased(Agent)
_earlier = aliased(MandateParty)


def _count(*conditions: ColumnElement[bool]) -> Any:
    return (
        select(func.count())
        .select_from(MandateParty)
        .where(of_submission(MandateParty), *conditions)
        .correlate(Mandate)
        .scalar_subquery()
    )


AWAITS_SIGNATURE: ColumnElement[bool] = and_(
    col(Mandate.state) == MandateState.IN_SIGNATURE,
    exists(1)
    .where(
        of_submission(MandateParty),
        or_(col(MandateParty.agent_id) == _viewer, MAY_SIGN_FOR),
        col(MandateParty.state) == PartyState.PENDING,
        ~exists(1)
        .where(
            of_submission(_earlier),
            col(_earlier.state) == PartyState.PENDING,
            col(_earlier.rank) < col(MandateParty.rank),
        )
        .correlate(Mandate, MandateParty),
    )
    .correlate(Mandate),
)
"""The viewer's signature is awaited now: theirs is pending, or that of somebody in whose name they may sign, and nobody
of a lower rank has yet to sign."""

_summary: tuple[Any, ...] = (
    col(Mandate.id),
    col(Mandate.team_id),
    col(Team.name).label("team_name"),
    col(Mandate.state),
    col(Mandate.sponsor_id),
    (col(_sponsor.given_name) + " " + col(_sponsor.family_name)).label("sponsor_name"),
    col(Mandate.client_directorate_id),
    col(Directorate.name).label("client_directorate_name"),
    col(Mandate.starts_on),
    col(Mandate.ends_on),
    _count().label("parties_count"),
    _count(col(MandateParty.state) == PartyState.SIGNED).label("signatures_count"),
    AWAITS_SIGNATURE.label("to_sign"),
    col(Mandate.created_at),
    col(Mandate.updated_at),
    col(Mandate.version),
)
_rest: tuple[Any, ...] = (
    col(Mandate.charter_id),
    col(Mandate.model_id),
    col(Mandate.cadence_weeks),
    col(Mandate.half_days_per_week),
    col(Mandate.make_good_days),
    col(Mandate.move_window_days),
    col(Mandate.grace_days),
    col(Mandate.purpose),
    col(Mandate.problem),
    col(Mandate.expected_result),
    col(Mandate.how_known),
    col(Mandate.means),
    col(Mandate.budget_euros),
    col(Mandate.submission),
    col(Mandate.reason),
    col(Mandate.document_hash),
    col(Mandate.submitted_at),
    col(Mandate.activated_at),
    col(Mandate.suspended_from),
    col(Mandate.suspended_until),
    col(Mandate.ended_on),
    col(Mandate.open_amendment_id),
)


def register(*columns: Any) -> Any:
    """These columns of mandates, their teams, sponsors and client directorates."""
    return (
        select(*columns)
        .select_from(Mandate)
        .join(Team, col(Team.id) == col(Mandate.team_id))
        .join(_sponsor, col(_sponsor.id) == col(Mandate.sponsor_id))
        .join(Directorate, col(Directorate.id) == col(Mandate.client_directorate_id))
    )


_own = col(Mandate.authority_id) == bindparam("authority_id", type_=Uuid())
ALL = Visible("all", _own)
CONCERNED = Visible("concerned", _own & or_(IS_PARTY, IS_SPONSOR, IS_COACH, IS_HEAD, IS_MEMBER, IS_MANAGER))
ELECTED = Visible("elected", _own & or_(IS_PARTY, IS_SPONSOR))

SORTS: dict[str, Any] = {name: table_of(Mandate).c[name] for name in ("created_at", "starts_on", "ends_on")}
FILTERS = {
    **{
        name: among(table_of(Mandate).c[name], name)
        for name in ("team_id", "state", "sponsor_id", "client_directorate_id")
    },
    "starts_from": since(col(Mandate.starts_on), "starts_from"),
    "starts_until": until(col(Mandate.starts_on), "starts_until"),
    "ends_from": since(col(Mandate.ends_on), "ends_from"),
    "ends_until": until(col(Mandate.ends_on), "ends_until"),
    "to_sign": bindparam("to_sign") == AWAITS_SIGNATURE,
}
"""How the register is sorted and filtered, as a list and as files."""

MANDATES = Listing(
    register(*_summary), key=col(Mandate.id), sorts=SORTS, filters=FILTERS, search=col(Mandate.search)
)

_details = {
    visible.name: register(*_summary, *_rest).where(visible.clause, col(Mandate.id) == _mandate_id)
    for visible in (ALL, CONCERNED, ELECTED)
}
_documents = {
    visible.name: select(col(Mandate.document_hash), col(MandateDocument.text), col(MandateDocument.hash))
    .outerjoin(
        MandateDocument,
        and_(
            col(MandateDocument.mandate_id) == col(Mandate.id),
            col(MandateDocument.submission) == func.coalesce(_submission, col(Mandate.submission)),
        ),
    )
    .where(visible.clause, col(Mandate.id) == _mandate_id)
    for visible in (ALL, CONCERNED, ELECTED)
}


def readable_by(actor: Actor) -> tuple[Visible, dict[str, Any]]:
    """The mandates that `actor` may know of, and the parameters of that clause."""
    parameters = {"authority_id": actor.authority_id, **binds(actor)}
    if (
        actor.has(Capacity.LAB, Capacity.HR, Capacity.SYSTEM)
        or "programme:read" in actor.scopes
        or "programme:write" in actor.scopes
    ):
        return ALL, parameters
    return ELECTED if actor.has(Capacity.ELECTED) else CONCERNED, parameters


def columns(connection: Connection | Session, actor: Actor, mandate_id: UUID) -> dict[str, Any]:
    """A mandate's own columns and those beside it, if `actor` may read it. Raises `NotFound`."""
    visible, parameters = readable_by(actor)
    row = connection.execute(_details[visible.name], {**parameters, "id": mandate_id}).one_or_none()
    if row is None:
        raise NotFound
    return dict(row._mapping)


def detail(connection: Connection | Session, actor: Actor, mandate_id: UUID) -> dict[str, Any]:
    """One mandate as the API shows it to `actor`. Raises `NotFound`.

    A draft's clauses are filled from what is known now; afterwards they are read from the text that is signed.
    """
    data = columns(connection, actor, mandate_id)
    reads = (
        wording.read(connection, data)
        if data["document_hash"] is None
        else msgspec.json.decode(document(connection, actor, mandate_id)[0])
    )
    filled = {clause["key"]: clause for clause in reads["clauses"]}
    data["title"], data["preamble"] = reads["title"], reads["preamble"]
    data["clauses"] = [
        {
            **clause,
            "filled_text": filled[clause["key"]]["text"],
            "filled_plain": filled[clause["key"]]["plain"],
        }
        for clause in wording.clauses(connection, mandate_id)
    ]
    data["slots"] = wording.slots(connection, mandate_id)
    data["parties"] = signatories.in_force(
        signatories.parties_of(
            connection,
            actor,
            mandate_id,
            data["submission"],
            awaited=data["state"] is MandateState.IN_SIGNATURE,
            and_before="amends" in reads,
        ),
        reads,
    )
    data["possible_moves"] = LIFECYCLE.possible(data["state"])
    data["abilities"] = ABILITIES.of(connection, actor, data)
    return data


def require_readable(connection: Connection | Session, actor: Actor, mandate_id: UUID) -> None:
    """Raise `NotFound` unless `actor` may know of this mandate."""
    visible, parameters = readable_by(actor)
    statement = select(col(Mandate.id)).where(visible.clause, col(Mandate.id) == _mandate_id)
    if connection.execute(statement, {**parameters, "id": mandate_id}).first() is None:
        raise NotFound


def document(
    connection: Connection | Session, actor: Actor, mandate_id: UUID, submission: int | None = None
) -> tuple[str, str]:
    """The exact text of a submission, by default the present one, and its hash.

    Raises `NotFound` for a mandate or a submission that is not there, `NoDocument` for a draft without a number.
    """
    visible, parameters = readable_by(actor)
    row = connection.execute(
        _documents[visible.name], {**parameters, "id": mandate_id, "submission": submission}
    ).one_or_none()
    if row is None:
        raise NotFound
    if submission is None and row.document_hash is None:
        raise NoDocument
    if row.text is None:
        raise NotFound
    return row.text, row.hash
