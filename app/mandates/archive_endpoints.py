"""The API of the whole register of mandates as files."""

from typing import Annotated

from fastapi import Query, Response

from app.access.dependencies import ActorDep
from app.access.governed import governed_by
from app.kit.routing import DatabaseDep, problem_responses, router
from app.kit.streams import ChunkStream
from app.mandates.papers.archive import archive, entries
from app.mandates.policy import POLICY
from app.mandates.schemas import MandateQuery

ZIP = "application/zip"
AN_ARCHIVE = {
    "description": "The archive.",
    "content": {ZIP: {"schema": {"type": "string", "format": "binary"}}},
}

api = router("/mandate-archive", "mandates")


@api.get("", response_class=Response, responses={200: AN_ARCHIVE, **problem_responses(422)})
@governed_by(POLICY, "list")
def download_mandates(
    actor: ActorDep, database: DatabaseDep, query: Annotated[MandateQuery, Query()]
) -> Response:
    """Every sealed PDF of the mandates that the filters keep, whatever `limit`, in one ZIP archive with its sums."""
    POLICY.require(None, actor, "list")
    files = entries(database, actor, query)
    headers = {"Content-Disposition": 'attachment; filename="mandats.zip"'}
    return ChunkStream(database, archive(database, files), media_type=ZIP, headers=headers)
