"""The API of what Essaim holds about people."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Query, Request, Response

from app.access.dependencies import ActorDep
from app.access.governed import governed_by
from app.kit.i18n import spoken
from app.kit.routing import (
    MOVES,
    WRITES,
    DatabaseDep,
    SessionDep,
    UnlinkedRoute,
    json_object,
    json_page,
    problem_responses,
    router,
    unstored,
)
from app.kit.schemas import Page
from app.privacy import archive, queries, service
from app.privacy.policy import DATA, RETENTION
from app.privacy.schemas import (
    DueTable,
    EraseBody,
    ErasureQuery,
    ErasureReport,
    Retention,
    RetentionSetting,
    RetentionTable,
)

ZIP: Final = "application/zip"
_ARCHIVE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "`data.json`, and `index.html` to be read.",
        "content": {ZIP: {"schema": {"type": "string", "format": "binary"}}},
    },
    **MOVES,
}

me_api = router("/me/export", "privacy", UnlinkedRoute)
agents_api = router("/agents", "privacy", UnlinkedRoute)
erasures_api = router("/erasures", "privacy")
retention_api = router("/retention", "privacy")


@me_api.post("", response_class=Response, responses=_ARCHIVE)
@governed_by(DATA, "export_mine")
def export_my_data(request: Request, actor: ActorDep, session: SessionDep, database: DatabaseDep) -> Response:
    """Everything that Essaim holds about the caller, in one archive (GDPR, art. 15 and 20)."""
    request.app.state.inside.exporting(database, actor)
    return _archived(service.export_mine(session, actor))


@agents_api.post("/{agent_id}/export", response_class=Response, responses=_ARCHIVE)
@governed_by(DATA, "export")
def export_agent_data(
    request: Request, agent_id: UUID, actor: ActorDep, session: SessionDep, database: DatabaseDep
) -> Response:
    """The same about a person who cannot ask for it, to be handed over to them. It leaves out what the caller could not
    read otherwise: what the person reported, their votes, their notices, their journal… and says so."""
    request.app.state.inside.exporting(database, actor)
    return _archived(service.export(session, actor, agent_id))


@agents_api.post("/{agent_id}/erase", response_model=ErasureReport, responses=WRITES)
@governed_by(DATA, "erase")
def erase_agent(agent_id: UUID, form: EraseBody, actor: ActorDep, session: SessionDep) -> Response:
    """Erase a person who has left (GDPR, art. 17). Signed acts stay, with the name of who signed; the rest no longer
    says who it was. It cannot be undone."""
    erasure = service.erase(session, actor, agent_id, form.hr_id)
    shown = queries.erasure_shown(erasure.model_dump(exclude={"authority_id"}))
    return unstored(json_object(shown))


@erasures_api.get("", response_model=Page[ErasureReport], responses=problem_responses(422))
@governed_by(DATA, "read_erasures")
def list_erasures(
    request: Request, actor: ActorDep, database: DatabaseDep, query: Annotated[ErasureQuery, Query()]
) -> Response:
    """Who was erased, by the id that is left, and what became of each kind of data."""
    DATA.require(None, actor, "read_erasures")
    parameters = {"authority_id": actor.authority_id}
    with database.read() as connection:
        items, cursor = queries.ERASURES.page(connection, query, queries.OWN_ERASURES, parameters)
    return json_page(request, [queries.erasure_shown(item) for item in items], cursor)


@retention_api.get("", response_model=RetentionTable, responses=problem_responses(422))
@governed_by(RETENTION, "read")
def read_retention(actor: ActorDep, database: DatabaseDep) -> Response:
    """How long each kind of data is kept, from when, and where that comes from."""
    RETENTION.require(None, actor, "read")
    with database.read() as connection:
        return json_object({"periods": queries.retention(connection, actor)})


@retention_api.get("/due", response_model=DueTable, responses=problem_responses(422))
@governed_by(RETENTION, "read_due")
def read_due(actor: ActorDep, database: DatabaseDep) -> Response:
    """What has come to its term, and the purge that was announced."""
    RETENTION.require(None, actor, "read_due")
    with database.read() as connection:
        return json_object(queries.due_table(connection, actor))


@retention_api.put("/periods/{kind}", response_model=Retention, responses=WRITES)
@governed_by(RETENTION, "set")
def set_retention(kind: str, form: RetentionSetting, actor: ActorDep, session: SessionDep) -> Response:
    """Keep one kind of data for so many months, within the bounds of the table."""
    service.set_period(session, actor, kind, form.months)
    return json_object(queries.retention_shown(queries.period(kind), form.months))


def _archived(copy: queries.Copy) -> Response:
    data = archive.packed(copy, spoken())
    name = f"essaim-{copy.made_at:%Y-%m-%d}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return unstored(Response(data, headers=headers, media_type=ZIP))
