"""The feed of events."""

from typing import Annotated

from fastapi import Query, Request, Response

from app.access.dependencies import ActorDep
from app.access.governed import governed_by
from app.audit import queries
from app.audit.policy import POLICY
from app.audit.schemas import EventItem, EventQuery
from app.kit.routing import DatabaseDep, json_page, problem_responses, router
from app.kit.schemas import Page

api = router("/events", "events")


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
