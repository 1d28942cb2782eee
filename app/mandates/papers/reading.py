"""The files of a mandate, for whoever may read the mandate."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Integer, Uuid, and_, bindparam, func, select
from sqlmodel import col

from app.access.actor import Actor
from app.kit.listing import Listing, Visible
from app.kit.problems import NotFound
from app.mandates import queries
from app.mandates.models import Mandate, MandateDocument
from app.mandates.paper_models import FileKind, MandateFile
from app.mandates.papers import sheet
from app.mandates.problems import NoDocument

_id: Any = bindparam("id", type_=Uuid())
_submission: Any = bindparam("submission", type_=Integer())
_VISIBLE = (queries.ALL, queries.CONCERNED, queries.ELECTED)

FILES = Listing(
    select(
        col(MandateFile.id),
        col(MandateFile.submission),
        col(MandateFile.version),
        col(MandateFile.kind),
        col(MandateFile.sha256),
        col(MandateFile.document_hash),
        col(MandateFile.demonstration),
        col(MandateFile.created_at),
    ).join(Mandate, col(Mandate.id) == col(MandateFile.mandate_id)),
    key=col(MandateFile.id),
    sorts={"created_at": col(MandateFile.created_at)},
)
_contents = {
    visible.name: select(col(MandateFile.content), col(MandateFile.sha256))
    .join(Mandate, col(Mandate.id) == col(MandateFile.mandate_id))
    .where(
        visible.clause,
        col(Mandate.id) == _id,
        col(MandateFile.id) == bindparam("file_id", type_=Uuid()),
    )
    for visible in _VISIBLE
}
_asked = func.coalesce(_submission, col(Mandate.submission))
_documents = {
    visible.name: select(
        col(Mandate.document_hash),
        col(MandateDocument.mandate_id),
        col(MandateDocument.submission),
        col(MandateDocument.text),
        col(MandateDocument.hash),
        col(MandateDocument.created_at),
    )
    .select_from(Mandate)
    .outerjoin(
        MandateDocument,
        and_(col(MandateDocument.mandate_id) == col(Mandate.id), col(MandateDocument.submission) == _asked),
    )
    .where(visible.clause, col(Mandate.id) == _id)
    for visible in _VISIBLE
}
_closed = {
    visible.name: select(col(MandateFile.content), col(MandateFile.sha256))
    .join(Mandate, col(Mandate.id) == col(MandateFile.mandate_id))
    .where(
        visible.clause,
        col(Mandate.id) == _id,
        col(MandateFile.submission) == _asked,
        col(MandateFile.kind) != FileKind.EXTERNAL,
    )
    .order_by(col(MandateFile.version).desc())
    .limit(1)
    for visible in _VISIBLE
}


def of_mandate(actor: Actor, mandate_id: UUID) -> tuple[Visible, dict[str, Any]]:
    """The clause of the files of one mandate, for `FILES`, and its parameters."""
    visible, parameters = queries.readable_by(actor)
    clause = visible.clause & (col(Mandate.id) == _id)
    return Visible(f"{visible.name} of one", clause), {**parameters, "id": mandate_id}


def require_readable(connection: Connection, actor: Actor, mandate_id: UUID) -> None:
    """Raise `NotFound` where `actor` may not know of the mandate."""
    visible, parameters = queries.readable_by(actor)
    found = connection.execute(
        select(col(Mandate.id)).where(visible.clause, col(Mandate.id) == _id),
        {**parameters, "id": mandate_id},
    ).first()
    if found is None:
        raise NotFound


def content(connection: Connection, actor: Actor, mandate_id: UUID, file_id: UUID) -> tuple[bytes, str]:
    """One file and its SHA-256. Raises `NotFound`."""
    visible, parameters = queries.readable_by(actor)
    row = connection.execute(
        _contents[visible.name], {**parameters, "id": mandate_id, "file_id": file_id}
    ).one_or_none()
    if row is None:
        raise NotFound
    return row.content, row.sha256


def paper(
    connection: Connection, actor: Actor, mandate_id: UUID, submission: int | None, *, signed: bool | None
) -> bytes:
    """The PDF of a submission, by default the present one: its last sealed file (`signed`) or its text to sign.

    By default the sealed file where there is one. Raises `NotFound`; `NoDocument` for a draft.
    """
    visible, parameters = queries.readable_by(actor)
    asked = {**parameters, "id": mandate_id, "submission": submission}
    if signed is not False:
        closed = connection.execute(_closed[visible.name], asked).one_or_none()
        if closed is not None:
            return bytes(closed.content)
    row = connection.execute(_documents[visible.name], asked).one_or_none()
    if row is None:
        raise NotFound
    if submission is None and row.document_hash is None:
        raise NoDocument
    if row.text is None or signed:
        raise NotFound
    return sheet.text_to_sign(
        MandateDocument(
            authority_id=actor.authority_id,
            mandate_id=row.mandate_id,
            submission=row.submission,
            text=row.text,
            hash=row.hash,
            created_at=row.created_at,
        )
    )
