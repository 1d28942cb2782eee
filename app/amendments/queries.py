"""Named selects over amendments and the signatures that successors owe."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Uuid, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.access.actor import Actor
from app.access.capacity import Capacity
from app.amendments import reading, terms
from app.amendments.lifecycle import LIFECYCLE, OPEN, AmendmentState
from app.amendments.models import Amendment, Renewal, ResigningTask
from app.amendments.policy import (
    ABILITIES,
    IS_COACH,
    IS_HEAD,
    IS_MANAGER,
    IS_MEMBER,
    IS_PARTY,
    IS_SPONSOR,
    of_amendment,
)
from app.amendments.problems import NoAmendmentDocument
from app.kit.columns import table_of
from app.kit.listing import Listing, Visible
from app.kit.problems import NotFound
from app.kit.sql import among, one_of
from app.mandates import difference, signatories, wording
from app.mandates.lifecycle import PartyCapacity, PartyState
from app.mandates.models import Mandate, MandateDocument, MandateParty
from app.mandates.policy import binds
from app.mandates.substitution import MAY_SIGN_FOR
from app.people.delegations import VIEWER
from app.people.models import Agent
from app.teams.models import Team

_id: Any = bindparam("id", type_=Uuid())
_earlier = aliased(MandateParty)
_former = aliased(Agent)
_open: Any = aliased(Amendment)


def _count(*conditions: ColumnElement[bool]) -> Any:
    return (
        select(func.count())
        .select_from(MandateParty)
        .where(of_amendment(MandateParty), *conditions)
        .correlate(Amendment)
        .scalar_subquery()
    )


AWAITS_SIGNATURE: ColumnElement[bool] = and_(
    col(Amendment.state) == AmendmentState.IN_SIGNATURE,
    exists(1)
    .where(
        of_amendment(MandateParty),
        or_(col(MandateParty.agent_id) == VIEWER, MAY_SIGN_FOR),
        col(MandateParty.state) == PartyState.PENDING,
        ~exists(1)
        .where(
            of_amendment(_earlier),
            col(_earlier.state) == PartyState.PENDING,
            col(_earlier.rank) < col(MandateParty.rank),
        )
        .correlate(Amendment, MandateParty),
    )
    .correlate(Amendment, Mandate),
)

_summary: tuple[Any, ...] = (
    col(Amendment.id),
    col(Amendment.mandate_id),
    col(Mandate.team_id),
    col(Team.name).label("team_name"),
    col(Amendment.state),
    col(Amendment.purpose),
    col(Amendment.submission),
    col(Amendment.in_force_from),
    _count().label("parties_count"),
    _count(col(MandateParty.state) == PartyState.SIGNED).label("signatures_count"),
    AWAITS_SIGNATURE.label("to_sign"),
    col(Amendment.created_at),
    col(Amendment.updated_at),
    col(Amendment.version),
)
_rest: tuple[Any, ...] = (
    col(Amendment.terms),
    col(Amendment.base_submission),
    col(Amendment.document_hash),
    col(Amendment.reason),
    col(Amendment.submitted_at),
)


def _joined(*columns: Any) -> Any:
    return (
        select(*columns)
        .select_from(Amendment)
        .join(Mandate, col(Mandate.id) == col(Amendment.mandate_id))
        .join(Team, col(Team.id) == col(Mandate.team_id))
    )


_own = col(Amendment.authority_id) == bindparam("authority_id", type_=Uuid())
ALL = Visible("all", _own)
CONCERNED = Visible("concerned", _own & or_(IS_PARTY, IS_SPONSOR, IS_COACH, IS_HEAD, IS_MEMBER, IS_MANAGER))
ELECTED = Visible("elected", _own & or_(IS_PARTY, IS_SPONSOR))

AMENDMENTS = Listing(
    _joined(*_summary),
    key=col(Amendment.id),
    sorts={"created_at": col(Amendment.created_at)},
    filters={
        "mandate_id": among(col(Amendment.mandate_id), "mandate_id"),
        "team_id": among(col(Mandate.team_id), "team_id"),
        "state": among(col(Amendment.state), "state"),
        "to_sign": bindparam("to_sign") == AWAITS_SIGNATURE,
    },
)
_details = {
    visible.name: _joined(*_summary, *_rest).where(visible.clause, col(Amendment.id) == _id)
    for visible in (ALL, CONCERNED, ELECTED)
}
_documents = {
    visible.name: _joined(col(Amendment.document_hash), col(MandateDocument.text))
    .outerjoin(
        MandateDocument,
        and_(
            col(MandateDocument.mandate_id) == col(Amendment.mandate_id),
            col(MandateDocument.hash) == col(Amendment.document_hash),
        ),
    )
    .where(visible.clause, col(Amendment.id) == _id)
    for visible in (ALL, CONCERNED, ELECTED)
}
_mandate_columns = select(*table_of(Mandate).columns).where(col(Mandate.id) == _id)

_tasks_own = col(ResigningTask.authority_id) == bindparam("authority_id", type_=Uuid())
ALL_TASKS = Visible("all", _tasks_own)
OWN_TASKS = Visible("own", _tasks_own & (col(ResigningTask.agent_id) == VIEWER))

TASKS = Listing(
    select(
        col(ResigningTask.id),
        col(ResigningTask.mandate_id),
        col(Mandate.team_id),
        col(Team.name).label("team_name"),
        col(ResigningTask.capacity),
        col(ResigningTask.agent_id),
        (col(Agent.given_name) + " " + col(Agent.family_name)).label("agent_name"),
        col(ResigningTask.former_id),
        (col(_former.given_name) + " " + col(_former.family_name)).label("former_name"),
        col(ResigningTask.cause),
        col(ResigningTask.state),
        _open.id.label("amendment_id"),
        col(ResigningTask.created_at),
        col(ResigningTask.closed_at),
        col(ResigningTask.version),
    )
    .join(Mandate, col(Mandate.id) == col(ResigningTask.mandate_id))
    .join(Team, col(Team.id) == col(Mandate.team_id))
    .outerjoin(Agent, col(Agent.id) == col(ResigningTask.agent_id))
    .outerjoin(_former, col(_former.id) == col(ResigningTask.former_id))
    .outerjoin(_open, and_(_open.mandate_id == col(ResigningTask.mandate_id), one_of(_open.state, OPEN))),
    key=col(ResigningTask.id),
    sorts={"created_at": col(ResigningTask.created_at)},
    filters={
        "mandate_id": among(col(ResigningTask.mandate_id), "mandate_id"),
        "state": among(col(ResigningTask.state), "state"),
    },
)


def readable_by(actor: Actor) -> tuple[Visible, dict[str, Any]]:
    """The amendments that `actor` may know of, and the parameters of that clause."""
    parameters = {"authority_id": actor.authority_id, **binds(actor)}
    if _reads_all(actor):
        return ALL, parameters
    return ELECTED if actor.has(Capacity.ELECTED) else CONCERNED, parameters


def tasks_of(actor: Actor) -> tuple[Visible, dict[str, Any]]:
    """The signatures asked of `actor`; all of them for the lab and HR."""
    parameters = {"authority_id": actor.authority_id, **binds(actor)}
    return ALL_TASKS if _reads_all(actor) else OWN_TASKS, parameters


def _reads_all(actor: Actor) -> bool:
    return actor.has(Capacity.LAB, Capacity.HR, Capacity.SYSTEM) or not actor.scopes.isdisjoint(
        {"programme:read", "programme:write"}
    )


def detail(connection: Connection | Session, actor: Actor, amendment_id: UUID) -> dict[str, Any]:
    """One amendment as the API shows it to `actor`. Raises `NotFound`.

    Until its text is frozen, the difference is with the mandate as it would read today.
    """
    visible, parameters = readable_by(actor)
    row = connection.execute(_details[visible.name], {**parameters, "id": amendment_id}).one_or_none()
    if row is None:
        raise NotFound
    data: dict[str, Any] = row._asdict()
    before = reading.document_of(connection, data["mandate_id"], data["base_submission"])
    after = _after(connection, data, before)
    data["ends_on"] = date.fromisoformat(str(after["ends_on"]))
    data["difference"] = _plain(difference.between(before, after))
    data["parties"] = (
        signatories.parties_of(
            connection,
            actor,
            data["mandate_id"],
            data["submission"],
            awaited=data["state"] is AmendmentState.IN_SIGNATURE,
        )
        if data["submission"]
        else []
    )
    data["possible_moves"] = LIFECYCLE.possible(data["state"])
    data["abilities"] = ABILITIES.of(connection, actor, data)
    return data


def document(connection: Connection, actor: Actor, amendment_id: UUID) -> tuple[str, str]:
    """The exact text that is signed, and its hash. Raises `NotFound`, `NoAmendmentDocument` for a draft."""
    visible, parameters = readable_by(actor)
    row = connection.execute(_documents[visible.name], {**parameters, "id": amendment_id}).one_or_none()
    if row is None:
        raise NotFound
    if row.document_hash is None:
        raise NoAmendmentDocument
    return row.text, row.document_hash


def renewal(connection: Connection, mandate_id: UUID) -> dict[str, Any]:
    """What this mandate renews, or else by which it is renewed. Raises `NotFound` where neither is so.

    Whoever calls has checked that the mandate may be read.
    """
    statement = (
        select(
            col(Renewal.mandate_id),
            col(Renewal.renews_id),
            col(Renewal.follow_up_id),
            col(Renewal.decision),
            col(Renewal.created_at),
        )
        .where(or_(col(Renewal.mandate_id) == _id, col(Renewal.renews_id) == _id))
        .order_by((col(Renewal.mandate_id) == _id).desc(), col(Renewal.created_at).desc())
        .limit(1)
    )
    row = connection.execute(statement, {"id": mandate_id}).one_or_none()
    if row is None:
        raise NotFound
    return dict(row._asdict())


def _after(
    connection: Connection | Session, data: Mapping[str, Any], before: Mapping[str, Any]
) -> dict[str, Any]:
    if data["document_hash"] is not None:
        return reading.document_of(connection, data["mandate_id"], data["submission"])
    present = connection.execute(_mandate_columns, {"id": data["mandate_id"]}).one()._asdict()
    columns, instead = reading.amended(connection, present, terms.of_json(data["terms"]))
    guarantors = [
        party["name"] for party in before["parties"] if party["capacity"] == PartyCapacity.GUARANTOR
    ]
    return wording.read(connection, columns, guarantor=guarantors[0], instead=instead)


def _plain(found: difference.Difference) -> dict[str, Any]:
    return {
        "title": _runs(found.title),
        "preamble": _runs(found.preamble),
        "clauses": [
            {
                "key": clause.key,
                "change": clause.change,
                "moved": clause.moved,
                "position_before": clause.position_before,
                "position_after": clause.position_after,
                "title": _runs(clause.title),
                "text": _runs(clause.text),
                "plain": _runs(clause.plain),
            }
            for clause in found.clauses
            if difference.differs(clause)
        ],
        "facts": [
            {"name": name, "before": before, "after": after} for name, (before, after) in found.facts.items()
        ],
    }


def _runs(runs: Iterable[difference.Run]) -> list[dict[str, str]]:
    return [{"change": run.change, "text": run.text} for run in runs]
