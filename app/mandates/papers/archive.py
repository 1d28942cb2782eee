"""Every sealed file of the register in one archive, made as it is sent: one file is in memory at a time."""

from collections.abc import Generator, Iterable
from typing import Any, Final, NamedTuple
from uuid import UUID
from zipfile import ZIP_STORED

from sqlalchemy import Uuid, bindparam, exists, select
from sqlalchemy.orm import aliased
from sqlmodel import col
from zipstream import ZipStream

from app.access.actor import Actor
from app.kit.database import Database
from app.kit.listing import Listing
from app.kit.search import folded
from app.mandates import queries
from app.mandates.models import Mandate
from app.mandates.paper_models import FileKind, MandateFile
from app.mandates.schemas import MandateQuery
from app.teams.models import Team

SUMS: Final = "SHA256SUMS"
"""The last entry: what `sha256sum --check` reads."""

_later: Any = aliased(MandateFile)

FILES = Listing(
    queries.register(
        col(MandateFile.id),
        col(MandateFile.mandate_id),
        col(MandateFile.submission),
        col(MandateFile.sha256),
        col(Team.name).label("team_name"),
        col(Mandate.created_at),
        col(Mandate.starts_on),
        col(Mandate.ends_on),
    )
    .join(MandateFile, col(MandateFile.mandate_id) == col(Mandate.id))
    .where(
        col(MandateFile.kind) != FileKind.EXTERNAL,
        ~exists(1).where(
            _later.mandate_id == col(MandateFile.mandate_id),
            _later.submission == col(MandateFile.submission),
            _later.kind != FileKind.EXTERNAL,
            _later.version > col(MandateFile.version),
        ),
    ),
    key=col(MandateFile.id),
    sorts=queries.SORTS,
    filters=queries.FILTERS,
    search=col(Mandate.search),
)
"""The last sealed version of every text that was signed."""

_content = select(col(MandateFile.content)).where(col(MandateFile.id) == bindparam("id", type_=Uuid()))


class Entry(NamedTuple):
    """A file to come."""

    id: UUID
    name: str
    sha256: str


def entries(database: Database, actor: Actor, query: MandateQuery) -> list[Entry]:
    """The files of the mandates that the query's filters keep, of those that `actor` may read."""
    statement, parameters = FILES.whole(query, *queries.readable_by(actor))
    with database.read() as connection:
        rows = connection.execute(statement, parameters).all()
    return [Entry(row.id, _name(row), row.sha256) for row in rows]


def archive(database: Database, files: Iterable[Entry]) -> Generator[bytes, None, None]:
    """A ZIP archive (ZIP64 where it takes it), a piece at a time. PDFs are stored: they are compressed already."""
    made = ZipStream(compress_type=ZIP_STORED)
    sums = []
    for entry in files:
        with database.read() as connection:
            content = connection.execute(_content, {"id": entry.id}).scalar_one()
        made.add(bytes(content), entry.name)
        sums.append(f"{entry.sha256}  {entry.name}\n")
        # An empty piece would end the answer.
        yield from filter(None, made.all_files())
    made.add("".join(sums), SUMS)
    yield from filter(None, made.finalize())


def _name(row: Any) -> str:
    """`2026-12-08-les-portiers-….pdf`: plain letters, whatever the team is called, and no two alike."""
    team = folded(row.team_name).replace(" ", "-")[:80]
    return f"{row.starts_on}-{team}-{row.mandate_id}-{row.submission}.pdf"
