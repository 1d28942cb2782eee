"""The API of notices: each person's own inbox."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from app.access.dependencies import ActorDep
from app.access.governed import governed_by
from app.kit.i18n import negotiate
from app.kit.routing import MOVES, DatabaseDep, SessionDep, json_object, json_page, problem_responses, router
from app.kit.schemas import Page
from app.notices import queries, service
from app.notices.policy import POLICY
from app.notices.schemas import NoticeItem, NoticeQuery, ReadCount

api = router("/notices", "notices")


@api.get("", response_model=Page[NoticeItem], responses=problem_responses(422))
@governed_by(POLICY, "list")
def list_notices(
    request: Request, actor: ActorDep, database: DatabaseDep, query: Annotated[NoticeQuery, Query()]
) -> Response:
    """What the caller has been told, newest first, in the language of `Accept-Language`."""
    POLICY.require(None, actor, "list")
    language = negotiate(request.headers.get("accept-language"))
    with database.read() as connection:
        return _in(language, json_page(request, *queries.page(connection, actor, query, language)))


@api.post("/{notice_id}/read", response_model=NoticeItem, responses=MOVES)
@governed_by(POLICY, "read")
def read_notice(request: Request, notice_id: UUID, actor: ActorDep, session: SessionDep) -> Response:
    """Mark a notice read. Again changes nothing."""
    service.mark_read(session, actor, notice_id)
    language = negotiate(request.headers.get("accept-language"))
    return _in(language, json_object(queries.notice_detail(session, actor, notice_id, language)))


@api.post("/read-all", response_model=ReadCount, responses=MOVES)
@governed_by(POLICY, "list")
def read_all_notices(actor: ActorDep, session: SessionDep) -> Response:
    """Mark every notice read."""
    return json_object({"read": service.mark_all_read(session, actor)})


def _in(language: str, response: Response) -> Response:
    response.headers["Content-Language"] = language
    response.headers["Vary"] = "Accept-Language"
    return response
