"""The sealed file of a mandate: made with the last signature, accessible, whole, and useless once a byte is changed."""

import hashlib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import outloud
import pikepdf
import pytest
from pydantic import SecretStr
from sqlalchemy import select
from sqlmodel import col

from app.kit.vault import new_key
from app.mandates.paper_models import MandateFile, MandateSeal
from app.mandates.papers import means
from app.mandates.papers.sealing import EVIDENCE, FIELD, PIECE, TEXT
from app.settings import Settings
from tests.mandates.builders import active, mandate, sign, sign_all, submitted
from tests.support.world import World

UNKNOWN = "0192f7c0-5b1e-7d0a-9a3e-1f2a3b4c5d6e"


@pytest.fixture(autouse=True)
def settings() -> Iterator[Settings]:
    """The seals are kept under a master key."""
    given = Settings(protection_key=SecretStr(new_key()), public_url="https://essaim.valmoret.test")
    means.use(given)
    yield given
    means.use(Settings())


def paper(world: World, made: dict[str, Any], by: str = "alice", query: str = "") -> bytes:
    """The PDF, as somebody reads it."""
    response = world.people[by].request("GET", f"/mandates/{made['id']}/document.pdf{query}", expect=200)
    assert response.headers["content-type"] == "application/pdf"
    return response.content


def pdfsig(path: Path) -> str:
    """What poppler, which knows nothing of us, says of the signatures."""
    return subprocess.run(["pdfsig", path], capture_output=True, text=True, check=False).stdout


class TestTextToSign:
    def test_anonymous(self, world: World) -> None:
        world.anonymous.request("GET", f"/mandates/{UNKNOWN}/document.pdf", expect=401)

    def test_stranger(self, world: World) -> None:
        made = submitted(world)
        world.chloe.request("GET", f"/mandates/{made['id']}/document.pdf", expect=404)

    def test_draft(self, world: World) -> None:
        made = mandate(world)
        problem = world.lab.get(f"/mandates/{made['id']}/document.pdf", expect=409)
        assert problem["type"].endswith("no-document")

    def test_same_bytes_each_time(self, world: World, tmp_path: Path) -> None:
        made = submitted(world)
        content = paper(world, made)
        assert content == paper(world, made, by="lab", query="?signed=false")
        path = tmp_path / "text.pdf"
        path.write_bytes(content)
        result = outloud.check(str(path))
        assert (result.verdict, result.errors) == ("pass", 0), result.findings
        with pikepdf.open(path) as pdf:
            about = pdf.open_metadata()
            assert (about["pdfaid:part"], about["pdfaid:conformance"], about["pdfuaid:part"]) == (
                "2",
                "A",
                "1",
            )
        world.lab.request("GET", f"/mandates/{made['id']}/document.pdf?signed=true", expect=404)

    def test_stays_readable_once_signed(self, world: World) -> None:
        made = submitted(world)
        before = paper(world, made)
        sign_all(world, made)
        assert paper(world, made, query="?signed=false") == before
        assert paper(world, made) != before


class TestSealed:
    def test_stands_alone(self, world: World, tmp_path: Path) -> None:
        """Everything that the file promises, in one file: making one is what takes time."""
        made = active(world)
        content = paper(world, made)
        path = tmp_path / "sealed.pdf"
        path.write_bytes(content)
        said = pdfsig(path)
        assert "Signature is Valid." in said
        assert "Total document signed" in said
        assert "sans valeur juridique" in said
        result = outloud.check(str(path))
        assert (result.verdict, result.errors, result.warnings) == ("pass", 0, 0), result.findings
        with pikepdf.open(path) as pdf:
            private = pdf.Root.PieceInfo[PIECE].Private
            text, evidence = private[TEXT].read_bytes(), json.loads(private[EVIDENCE].read_bytes())
            [field] = pdf.Root.AcroForm.Fields
            assert (str(field.T), str(field.TU)) == (FIELD, "Cachet électronique, Ville de Valmoret")
        assert hashlib.sha256(text).hexdigest() == made["document_hash"] == evidence["document_hash"]
        assert [(each["name"], each["capacity"]) for each in evidence["signatures"]] == [
            (party["name"], party["capacity"]) for party in made["parties"]
        ]
        assert evidence["demonstration"]
        words = subprocess.run(
            ["pdftotext", path, "-"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        assert "aucune valeur juridique" in " ".join(words.split())
        assert evidence["address"] in words

    def test_pages_are_not_blank(self, world: World, tmp_path: Path) -> None:
        path = tmp_path / "sealed.pdf"
        path.write_bytes(paper(world, active(world)))
        subprocess.run(["pdftoppm", "-gray", "-r", "50", path, tmp_path / "page"], check=True)
        pages = sorted(tmp_path.glob("page-*.pgm"))
        assert len(pages) >= 8
        for page in pages:
            dark = sum(shade < 160 for shade in page.read_bytes()[15:])
            assert dark > 200, f"{page.name} is blank"

    def test_any_changed_byte_is_found(self, world: World, tmp_path: Path) -> None:
        content = paper(world, active(world))
        start = content.rindex(b"/ByteRange")
        ranges = [
            int(part) for part in content[content.index(b"[", start) + 1 : content.index(b"]", start)].split()
        ]
        places = [*range(1, ranges[1], ranges[1] // 10), ranges[2] + 5, len(content) - 3]
        path = tmp_path / "changed.pdf"
        for place in places:
            changed = bytearray(content)
            changed[place] ^= 1
            path.write_bytes(changed)
            assert "Signature is Valid." not in pdfsig(path), f"the byte at {place}"

    def test_one_seal_an_authority_under_lock(self, world: World) -> None:
        for name in ("alice", "chloe"):
            active(world, members=(name,))
        with world.database.read() as connection:
            [seal] = connection.execute(select(MandateSeal.__table__)).all()  # type: ignore[attr-defined]
            files = connection.execute(select(col(MandateFile.version), col(MandateFile.demonstration))).all()
        assert len(files) == 2
        assert {tuple(file) for file in files} == {(1, True)}
        assert b"PRIVATE" not in seal.ciphertext

    def test_without_a_master_key(self, world: World, tmp_path: Path) -> None:
        means.use(Settings())
        path = tmp_path / "sealed.pdf"
        path.write_bytes(paper(world, active(world)))
        assert "Signature is Valid." in pdfsig(path)
        with world.database.read() as connection:
            assert connection.execute(select(col(MandateSeal.id))).all() == []

    def test_files(self, world: World) -> None:
        made = active(world)
        path = f"/mandates/{made['id']}/files"
        world.anonymous.get(path, expect=401)
        world.chloe.get(path, expect=404)
        with world.counted_queries() as seen:
            [file] = world.alice.get(path)["items"]
        assert len(seen) == 3
        assert (file["kind"], file["version"], file["demonstration"]) == ("sealed", 1, True)
        content = world.alice.request("GET", f"{path}/{file['id']}", expect=200).content
        assert hashlib.sha256(content).hexdigest() == file["sha256"]
        world.chloe.request("GET", f"{path}/{file['id']}", expect=404)
        world.alice.request("GET", f"{path}/{UNKNOWN}", expect=404)

    def test_a_seal_that_is_away_undoes_the_last_signature(self, world: World, tmp_path: Path) -> None:
        seen = sign_all(world, submitted(world), but=("lab",))
        means.use(Settings(seals={"valmoret": {"pkcs12_file": tmp_path / "nowhere.p12"}}))  # type: ignore[dict-item]
        assert sign(world, seen, "lab", expect=409)["type"].endswith("seal-unavailable")
        found = world.lab.get(f"/mandates/{seen['id']}")
        assert (found["state"], found["signatures_count"]) == ("in_signature", found["parties_count"] - 1)
        means.use(Settings())
        assert sign(world, seen, "lab")["state"] == "active"
