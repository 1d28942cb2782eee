"""Anybody with a file: authentic or not, by whom, in force or not, and nothing else; hostile files do no harm."""

import json
import re
import zlib
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from app.cli import main
from app.kit.vault import new_key
from app.mandates.papers import checking, means
from app.settings import Settings
from tests.mandates.builders import TODAY, active, submitted
from tests.mandates.papers.test_sealing import paper
from tests.support.world import World

RUN = CliRunner()


@pytest.fixture(autouse=True)
def settings() -> Iterator[None]:
    means.use(Settings(protection_key=SecretStr(new_key()), public_url="https://essaim.valmoret.test"))
    yield
    means.use(Settings())


def verify(world: World, content: bytes, *, expect: int = 200) -> Any:
    body = {"file": b64encode(content).decode()}
    return world.anonymous.post("/verifications", body, expect=expect)


def bomb() -> bytes:
    """A cross-reference stream of a gigabyte of zeros, in a megabyte."""
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(bytes(10_000_000)) for _ in range(300)) + packer.flush()
    head = b"%PDF-1.7\n"
    stream = (
        b"1 0 obj\n<</Type/XRef/Size 9/W[1 2 1]/Root 2 0 R/Filter/FlateDecode/Length "
        + str(len(data)).encode()
        + b">>\nstream\n"
        + data
        + b"\nendstream\nendobj\n"
    )
    return head + stream + b"startxref\n" + str(len(head)).encode() + b"\n%%EOF\n"


class TestFile:
    def test_the_sealed_file(self, world: World) -> None:
        made = active(world)
        seen = verify(world, paper(world, made))
        assert (seen["verdict"], seen["in_force"], seen["state"]) == ("authentic", True, "active")
        assert (seen["authority"], seen["demonstration"]) == ("Ville de Valmoret", True)
        assert [each["name"] for each in seen["signatures"]] == [party["name"] for party in made["parties"]]
        assert seen["document_hash"] == made["document_hash"]
        body = {"reason": "La mission n'a plus d'objet.", "on_day": TODAY.isoformat()}
        world.dgs.post(f"/mandates/{made['id']}/terminate", body)
        seen = verify(world, paper(world, made))
        assert (seen["verdict"], seen["in_force"], seen["state"]) == ("authentic", False, "terminated")

    def test_every_change_is_seen(self, world: World) -> None:
        content = paper(world, active(world))
        changed = bytearray(content)
        changed[len(content) // 2] ^= 1
        later = b"\n9999 0 obj\n<</Type/Catalog>>\nendobj\n%%EOF\n"
        for hostile in (bytes(changed), content + b"\n% more\n", content + later):
            body = {"file": b64encode(hostile).decode()}
            response = world.anonymous.request("POST", "/verifications", json=body)
            if response.status_code == 422:
                assert response.json()["type"].endswith("file-unreadable")
            else:
                seen = response.json()
                assert (seen["verdict"], seen["signatures"]) == ("altered", [])

    def test_not_signed(self, world: World) -> None:
        seen = verify(world, paper(world, submitted(world)))
        assert (seen["verdict"], seen["signatures"], seen["authority"]) == ("unsigned", [], None)

    @pytest.mark.parametrize(
        "content",
        [b"no pdf", b"%PDF-1.7\n%%EOF\n", b"%PDF-1.7\n" + b"<<" * 100_000, bomb()],
        ids=["text", "empty", "deep", "bomb"],
    )
    def test_hostile(self, world: World, content: bytes) -> None:
        assert verify(world, content, expect=422)["type"].endswith("file-unreadable")

    def test_too_large(self, world: World) -> None:
        verify(world, bytes(10_000_000), expect=413)

    def test_bad_base64(self, world: World) -> None:
        problem = world.anonymous.post("/verifications", {"file": "%%%"}, expect=422)
        assert [error["field"] for error in problem["errors"]] == ["file"]

    def test_rate(self, world: World) -> None:
        statuses = [
            world.anonymous.request("POST", "/verifications", json={"file": "eA=="}).status_code
            for _ in range(21)
        ]
        assert statuses == [422] * 20 + [429]


class TestPage:
    def test_by_code_without_a_name(self, world: World) -> None:
        made = active(world)
        report = checking.inspect(paper(world, made))
        code = json.loads(report.evidence)["address"].rpartition("/")[2]
        for typed in (code, code.lower().replace("-", "")):
            page = world.http.get(f"/verifier/{typed}")
            assert page.status_code == 200
            assert "Ce mandat est authentique" in page.text
            assert "aucune valeur juridique" in page.text
            assert not any(party["name"] in page.text for party in made["parties"])
        page = world.http.get("/verifier/ABCD-EFGH")
        assert (page.status_code, "Aucun mandat ne porte ce code" in page.text) == (404, True)

    def test_by_file(self, world: World) -> None:
        made = active(world)
        csrf = re.search(r'name="csrf" value="([^"]+)"', world.http.get("/verifier").text)
        assert csrf

        def drop(content: bytes) -> Any:
            return world.http.post(
                "/verifier",
                data={"csrf": csrf[1]},
                files={"file": ("mandat.pdf", content, "application/pdf")},
                headers={"Origin": "http://testserver"},
            )

        page = drop(paper(world, made))
        assert page.status_code == 200, page.text
        assert "Ce mandat est authentique" in page.text
        assert made["parties"][0]["name"] in page.text
        page = drop(b"")
        assert (page.status_code, "ne se laisse pas lire" in page.text) == (422, True)
        assert world.http.post("/verifier", data={"csrf": csrf[1]}).status_code in {403, 415}


class TestCommand:
    def test_alone(self, world: World, tmp_path: Path) -> None:
        made = active(world)
        content = paper(world, made)
        path = tmp_path / "mandat.pdf"
        path.write_bytes(content)
        done = RUN.invoke(main, ["mandate", "verify", str(path)])
        assert done.exit_code == 0, done.output
        assert "not a byte has changed" in done.output
        assert "NO LEGAL VALUE" in done.output
        assert all(party["name"] in done.output for party in made["parties"])
        roots = Path(__file__).with_name("roots.pem")
        done = RUN.invoke(main, ["mandate", "verify", str(path), "--roots", str(roots)])
        assert "NOT trusted" in done.output
        path.write_bytes(content.replace(b"/Cachet", b"/Cachot", 1) + b" ")
        assert RUN.invoke(main, ["mandate", "verify", str(path)]).exit_code in {1, 2}

    def test_with_the_database(self, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path = tmp_path / "mandat.pdf"
        path.write_bytes(paper(world, active(world)))
        url = world.database.url.render_as_string(hide_password=False)
        monkeypatch.setattr("app.settings.get_settings", lambda: Settings(database_url=url))
        done = RUN.invoke(main, ["mandate", "verify", str(path), "--in-force"])
        assert "In force, until" in done.output, done.output
