"""All sealed files in one archive, of those who may read them, in little memory."""

import hashlib
import io
import tracemalloc
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID
from zipfile import ZIP_STORED, ZipFile

import pytest

from app.mandates.paper_models import FileKind, MandateFile
from app.mandates.papers.archive import SUMS, archive, entries
from app.mandates.schemas import MandateQuery
from tests.half_days.builders import slot
from tests.mandates.builders import active, submitted, team
from tests.support.world import World

MEGABYTE = 1 << 20


@pytest.fixture
def two(world: World) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two signed mandates of different people, beside one that is not."""
    first = active(world, members=("alice",))
    made = team(world, ("bruno",), name="Les Éclaireurs / ../etc")
    second = active(world, members=("bruno",), team_id=made["id"])
    submitted(world, members=("chloe",), slots=[slot(world, "chloe")])
    return first, second


def download(world: World, who: str = "lab", query: str = "") -> ZipFile:
    response = world.people[who].request("GET", f"/mandate-archive{query}", expect=200)
    assert response.headers["content-type"] == "application/zip"
    assert response.headers["content-disposition"] == 'attachment; filename="mandats.zip"'
    found = ZipFile(io.BytesIO(response.content))
    assert found.testzip() is None
    return found


def of(found: ZipFile) -> list[str]:
    """The ids of the mandates in it."""
    return [name[-42:-6] for name in found.namelist() if name != SUMS]


def test_anonymous(world: World) -> None:
    world.anonymous.get("/mandate-archive", expect=401)


def test_machines(world: World) -> None:
    world.machine("hr:read").get("/mandate-archive", expect=403)
    world.machine("programme:read").request("GET", "/mandate-archive", expect=200)


def test_every_file_as_it_is_kept(world: World, two: tuple[dict[str, Any], dict[str, Any]]) -> None:
    found = download(world, query="?sort=created_at")
    assert of(found) == [one["id"] for one in two]
    sums = dict(line.split("  ")[::-1] for line in found.read(SUMS).decode().splitlines())
    for one, info in zip(two, found.infolist(), strict=False):
        kept = world.lab.request("GET", f"/mandates/{one['id']}/document.pdf").content
        assert found.read(info) == kept
        assert sums[info.filename] == hashlib.sha256(kept).hexdigest()
        assert info.compress_type == ZIP_STORED
        path = PurePosixPath(info.filename)
        assert len(path.parts) == 1
        assert path.name.isascii()
    assert found.namelist()[1].startswith(f"{two[1]['starts_on']}-les-eclaireurs-etc-")


def test_what_the_filters_keep(world: World, two: tuple[dict[str, Any], dict[str, Any]]) -> None:
    assert of(download(world, query="?q=eclaireurs")) == [two[1]["id"]]
    assert download(world, query="?state=expired").namelist() == [SUMS]
    world.lab.get("/mandate-archive?state=lost", expect=422)


def test_what_one_may_read(world: World, two: tuple[dict[str, Any], dict[str, Any]]) -> None:
    assert of(download(world, "alice")) == [two[0]["id"]]
    assert of(download(world, "elected")) == []
    with World.build(world.app, world.database, slug="haute-arlene") as other:
        assert of(download(other)) == []


def test_constant_queries_a_file(world: World, two: tuple[dict[str, Any], dict[str, Any]]) -> None:
    with world.counted_queries() as one:
        download(world, query=f"?team_id={two[0]['team_id']}")
    with world.counted_queries() as both:
        download(world)
    assert len(both) == len(one) + 1


def test_one_file_in_memory(world: World) -> None:
    made = active(world, members=("alice",))
    content = bytes(range(256)) * (4 * MEGABYTE // 256)
    with world.database.transaction() as session:
        for number in range(12):
            session.add(
                MandateFile(
                    authority_id=world.authority.id,
                    mandate_id=UUID(made["id"]),
                    submission=number + 10,
                    version=1,
                    kind=FileKind.SEALED,
                    content=content,
                    sha256="0" * 64,
                    document_hash=made["document_hash"],
                    evidence="{}",
                )
            )
            session.flush()
            session.expunge_all()
    files = entries(world.database, world.actor("lab"), MandateQuery())
    assert len(files) == 13
    tracemalloc.start()
    try:
        size = sum(map(len, archive(world.database, files)))
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size > 48 * MEGABYTE
    assert peak < 20 * MEGABYTE
