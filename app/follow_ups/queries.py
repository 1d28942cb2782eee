"""Named selects over follow-ups, commitments and the spiral."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, ColumnElement, Connection, bindparam, exists, func, or_, select
from sqlmodel import Session, col

from app.access.actor import Actor
from app.access.capacity import Capacity
from app.access.small_groups import is_enough
from app.follow_ups.lifecycle import COMMITMENTS as COMMITMENT_MOVES
from app.follow_ups.lifecycle import FOLLOW_UPS as FOLLOW_UP_MOVES
from app.follow_ups.lifecycle import CommitmentState, FollowUpState, Side
from app.follow_ups.models import (
    DIMENSIONS,
    Commitment,
    Decision,
    FollowUp,
    FollowUpAttendee,
    FollowUpReport,
    Obstacle,
    SpiralReceipt,
    SpiralScore,
)
from app.follow_ups.policy import (
    COMMITMENT_ABILITIES,
    FOLLOW_UP_ABILITIES,
    IS_OWNER,
    OF_COMMITMENT,
    OF_FOLLOW_UP,
    binds,
)
from app.kit.listing import Listing, Visible, equals, since, until
from app.kit.problems import NotFound
from app.kit.sql import among, words
from app.people.models import Agent
from app.teams.models import Team

_name = col(Agent.given_name) + " " + col(Agent.family_name)

_of_authority = col(FollowUp.authority_id) == bindparam("authority_id")
ALL = Visible("all", _of_authority)
CONCERNED = Visible("concerned", _of_authority & OF_FOLLOW_UP.readers)
SPONSORED = Visible("sponsored", _of_authority & OF_FOLLOW_UP.sponsor)

_follow_up: tuple[Any, ...] = (
    col(FollowUp.id),
    col(FollowUp.mandate_id),
    col(FollowUp.team_id),
    col(Team.name).label("team_name"),
    col(FollowUp.ordinal),
    col(FollowUp.theoretical_on),
    col(FollowUp.planned_on),
    words(col(FollowUp.state)),
    col(FollowUp.held_at),
    col(FollowUp.place),
    col(FollowUp.held_on),
    words(col(FollowUp.cancelled_for)),
    col(FollowUp.version),
)

FOLLOW_UPS = Listing(
    select(*_follow_up).join(Team, col(Team.id) == col(FollowUp.team_id)),
    key=col(FollowUp.id),
    sorts={"planned_on": col(FollowUp.planned_on)},
    filters={
        "mandate_id": among(col(FollowUp.mandate_id), "mandate_id"),
        "team_id": among(col(FollowUp.team_id), "team_id"),
        "state": among(col(FollowUp.state), "state"),
        "from_day": since(col(FollowUp.planned_on), "from_day"),
        "until_day": until(col(FollowUp.planned_on), "until_day"),
    },
)

_commitment: tuple[Any, ...] = (
    col(Commitment.id),
    col(Commitment.follow_up_id),
    col(Commitment.mandate_id),
    col(Commitment.team_id),
    words(col(Commitment.side)),
    col(Commitment.body),
    col(Commitment.owner_id),
    _name.label("owner_name"),
    col(Commitment.due_on),
    words(col(Commitment.state)),
    col(Commitment.reason),
    col(Commitment.closed_on),
    col(Commitment.drop_agreed_by_team),
    col(Commitment.drop_agreed_by_client),
    col(Commitment.created_at),
    col(Commitment.version),
)
_of_authority = col(Commitment.authority_id) == bindparam("authority_id")
ALL_COMMITMENTS = Visible("all", _of_authority)
CONCERNING = Visible("concerning", _of_authority & or_(OF_COMMITMENT.readers, IS_OWNER))
SPONSORED_COMMITMENTS = Visible("sponsored", _of_authority & or_(OF_COMMITMENT.sponsor, IS_OWNER))

_commitments = select(*_commitment).join(Agent, col(Agent.id) == col(Commitment.owner_id))
COMMITMENTS = Listing(
    _commitments,
    key=col(Commitment.id),
    sorts={"due_on": col(Commitment.due_on)},
    filters={
        "mandate_id": among(col(Commitment.mandate_id), "mandate_id"),
        "team_id": among(col(Commitment.team_id), "team_id"),
        "follow_up_id": among(col(Commitment.follow_up_id), "follow_up_id"),
        "owner_id": among(col(Commitment.owner_id), "owner_id"),
        "side": equals(col(Commitment.side), "side"),
        "state": among(col(Commitment.state), "state"),
        "until_day": until(col(Commitment.due_on), "until_day"),
        "mine": bindparam("mine", type_=Boolean()) == IS_OWNER,
    },
)


def follow_ups_for(actor: Actor) -> tuple[Visible, dict[str, Any]]:
    """The follow-ups that `actor` may know of, and the parameters of that clause."""
    return _visible(actor, ALL, CONCERNED, SPONSORED), _parameters(actor)


def commitments_for(actor: Actor) -> tuple[Visible, dict[str, Any]]:
    """The commitments that `actor` may know of, and the parameters of that clause."""
    return _visible(actor, ALL_COMMITMENTS, CONCERNING, SPONSORED_COMMITMENTS), _parameters(actor)


def _visible(actor: Actor, everything: Visible, concerned: Visible, sponsored: Visible) -> Visible:
    if actor.has(Capacity.LAB, Capacity.SYSTEM) or "programme:read" in actor.scopes:
        return everything
    return sponsored if actor.has(Capacity.ELECTED) else concerned


def _parameters(actor: Actor) -> dict[str, Any]:
    return {**binds(actor), "authority_id": actor.authority_id}


_detail = (
    select(
        *_follow_up,
        col(FollowUp.reason),
        col(FollowUp.created_at),
        col(FollowUp.updated_at),
        OF_FOLLOW_UP.member.label("is_of_team"),
        OF_FOLLOW_UP.client.label("is_of_client"),
    )
    .join(Team, col(Team.id) == col(FollowUp.team_id))
    .where(col(FollowUp.id) == bindparam("id"))
)
_details = {visible.name: _detail.where(visible.clause) for visible in (ALL, CONCERNED, SPONSORED)}

_of_follow_up: Callable[[Any], ColumnElement[bool]] = lambda column: col(column) == bindparam("id")  # noqa: E731
_reports = select(
    words(col(FollowUpReport.side)),
    col(FollowUpReport.body),
    col(FollowUpReport.author_id),
    col(FollowUpReport.updated_at),
    col(FollowUpReport.version),
).where(_of_follow_up(FollowUpReport.follow_up_id))
_attendees = (
    select(col(FollowUpAttendee.agent_id), _name.label("name"))
    .join(Agent, col(Agent.id) == col(FollowUpAttendee.agent_id))
    .where(_of_follow_up(FollowUpAttendee.follow_up_id))
    .order_by(col(Agent.sort_name), col(Agent.id))
)
_decisions = (
    select(
        col(Decision.body),
        col(Decision.decided_by_id),
        _name.label("decided_by_name"),
        col(Decision.agreement_id),
    )
    .join(Agent, col(Agent.id) == col(Decision.decided_by_id))
    .where(_of_follow_up(Decision.follow_up_id))
    .order_by(col(Decision.position))
)
_obstacles = (
    select(col(Obstacle.body), col(Obstacle.owner_id), _name.label("owner_name"), col(Obstacle.due_on))
    .join(Agent, col(Agent.id) == col(Obstacle.owner_id))
    .where(_of_follow_up(Obstacle.follow_up_id))
    .order_by(col(Obstacle.position))
)
_on_the_table = (
    _commitments.add_columns(col(FollowUp.ordinal))
    .join(FollowUp, col(FollowUp.id) == col(Commitment.follow_up_id))
    .where(
        col(Commitment.mandate_id) == bindparam("mandate_id"),
        or_(
            _of_follow_up(Commitment.follow_up_id),
            (col(Commitment.state) == CommitmentState.OPEN) & (col(FollowUp.ordinal) < bindparam("ordinal")),
        ),
    )
    .order_by(col(Commitment.due_on), col(Commitment.id))
)


def detail(connection: Connection | Session, actor: Actor, follow_up_id: UUID) -> dict[str, Any]:
    """One follow-up with all that was said there, as the API shows it to `actor`. Raises `NotFound`."""
    visible, parameters = follow_ups_for(actor)
    row = connection.execute(_details[visible.name], {**parameters, "id": follow_up_id}).one_or_none()
    if row is None:
        raise NotFound
    data = row._asdict()
    ours = {
        Side.TEAM: bool(data.pop("is_of_team")) and not actor.has(Capacity.ELECTED),
        Side.CLIENT_DIRECTORATE: bool(data.pop("is_of_client")) and not actor.has(Capacity.ELECTED),
    }
    of_it = {"id": follow_up_id}
    data["reports"] = _reports_seen(connection, follow_up_id, data["state"], ours)
    data["attendees"] = _all(connection, _attendees, of_it)
    data["decisions"] = _all(connection, _decisions, of_it)
    table = {**of_it, "mandate_id": data["mandate_id"], "ordinal": data["ordinal"]}
    promised = _all(connection, _on_the_table, table)
    for commitment in promised:
        del commitment["ordinal"]
    data["commitments"] = [one for one in promised if one["follow_up_id"] == follow_up_id]
    data["open_commitments"] = [one for one in promised if one["follow_up_id"] != follow_up_id]
    data["obstacles"] = _all(connection, _obstacles, of_it)
    data["possible_moves"] = FOLLOW_UP_MOVES.possible(FollowUpState.of(data["state"]))
    data["abilities"] = FOLLOW_UP_ABILITIES.of(connection, actor, data)
    return data


def _all(
    connection: Connection | Session, statement: Any, parameters: dict[str, Any]
) -> list[dict[str, Any]]:
    return [row._asdict() for row in connection.execute(statement, parameters)]


def _reports_seen(
    connection: Connection | Session, follow_up_id: UUID, state: str, ours: dict[Side, bool]
) -> dict[str, Any]:
    """Each side's report, its text only to those who may read it: neither side reads the other's beforehand."""
    given = {row["side"]: row for row in _all(connection, _reports, {"id": follow_up_id})}
    open_to_all = state == FollowUpState.HELD or len(given) == len(Side)
    seen = {}
    for side in Side:
        report = given.get(side.value)
        shown = report is not None and (open_to_all or ours[side])
        seen[side.value] = {
            "is_in": report is not None,
            **{
                name: report[name] if report is not None and shown else None
                for name in ("body", "author_id", "updated_at", "version")
            },
        }
    return seen


_commitment_detail = _commitments.add_columns(col(Commitment.updated_at)).where(
    col(Commitment.id) == bindparam("id")
)
_commitment_details = {
    visible.name: _commitment_detail.where(visible.clause)
    for visible in (ALL_COMMITMENTS, CONCERNING, SPONSORED_COMMITMENTS)
}


def commitment_detail(connection: Connection | Session, actor: Actor, commitment_id: UUID) -> dict[str, Any]:
    """One commitment as the API shows it to `actor`. Raises `NotFound`."""
    visible, parameters = commitments_for(actor)
    statement = _commitment_details[visible.name]
    row = connection.execute(statement, {**parameters, "id": commitment_id}).one_or_none()
    if row is None:
        raise NotFound
    data = row._asdict()
    data["possible_moves"] = COMMITMENT_MOVES.possible(CommitmentState.of(data["state"]))
    data["abilities"] = COMMITMENT_ABILITIES.of(connection, actor, data)
    return data


_means = select(
    func.count().label("respondents"),
    *(func.avg(col(getattr(SpiralScore, name))).label(name) for name in DIMENSIONS),
    exists(1)
    .where(_of_follow_up(SpiralReceipt.follow_up_id), col(SpiralReceipt.agent_id) == bindparam("viewer_id"))
    .label("answered"),
).where(_of_follow_up(SpiralScore.follow_up_id))
_words = select(col(SpiralScore.word)).where(
    _of_follow_up(SpiralScore.follow_up_id), col(SpiralScore.word).is_not(None)
)


def spiral(connection: Connection | Session, actor: Actor, follow_up_id: UUID) -> dict[str, Any]:
    """The means of the answers, or nothing where the respondents are too few. The policy has already allowed it."""
    parameters = {"id": follow_up_id, "viewer_id": actor.agent_id}
    data = connection.execute(_means, parameters).one()._asdict()
    enough = is_enough(data["respondents"])
    said = sorted(connection.execute(_words, {"id": follow_up_id}).scalars()) if enough else []
    return {
        "follow_up_id": follow_up_id,
        "answered": bool(data["answered"]),
        "respondents": data["respondents"] if enough else None,
        **{name: round(float(data[name]), 1) if enough else None for name in DIMENSIONS},
        "words": said if is_enough(len(said)) else None,
    }
