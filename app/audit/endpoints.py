"""The feed of events, each person's own, and the checkpoints that vouch for them."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from app.access.dependencies import ActorDep
from app.access.governed import governed_by
from app.audit import queries
from app.audit.policy import POLICY
from app.audit.schemas import CheckpointItem, CheckpointQuery, EventItem, EventQuery, MyEventQuery
from app.kit.routing import DatabaseDep, json_object, json_page, problem_responses, router
from app.kit.schemas import Page

api = router("/events", "events")
checkpoints_api = router("/checkpoints", "events")
me_api = router("/me/events", "me")


@api.get("", response_model=Page[EventItem], responses=problem_responses(422))
@governed_by(POLICY, "list")
def list_events(
    request: Request, actor: ActorDep, database: DatabaseDep, query: Annotated[EventQuery, Query()]
) -> Response:
    """The journal, in order, once sealed: about a second after the fact. A reader who goes on from the last position
    it handled misses nothing and sees nothing twice."""
    POLICY.require(None, actor, "list")
    with database.read() as connection:
        return json_page(request, *queries.page(connection, actor, query))


@api.get("/{event_id}", response_model=EventItem, responses=problem_responses(422))
@governed_by(POLICY, "read")
def read_event(event_id: UUID, actor: ActorDep, database: DatabaseDep) -> Response:
    """One sealed event, for those who read the journal and for those whom it concerns."""
    with database.read() as connection:
        return json_object(queries.event(connection, actor, event_id))


@checkpoints_api.get("", response_model=Page[CheckpointItem], responses=problem_responses(422))
@governed_by(POLICY, "list")
def list_checkpoints(
    request: Request, actor: ActorDep, database: DatabaseDep, query: Annotated[CheckpointQuery, Query()]
) -> Response:
    """What the chain stood at, signed, once an hour when it moved. Kept elsewhere, a checkpoint proves that nothing
    before it was rewritten since."""
    POLICY.require(None, actor, "list")
    with database.read() as connection:
        return json_page(request, *queries.checkpoints(connection, actor, query))


@me_api.get("", response_model=Page[EventItem], responses=problem_responses(422))
@governed_by(POLICY, "list_mine")
def list_my_events(
    request: Request, actor: ActorDep, database: DatabaseDep, query: Annotated[MyEventQuery, Query()]
) -> Response:
    """What the caller did, and what was done about them: their irritants, applications, mandates, half-days,
    commitments, their own record. Some seconds after the fact."""
    POLICY.require(None, actor, "list_mine")
    with database.read() as connection:
        return json_page(request, *queries.my_page(connection, actor, query))
