"""The timestamp comes after, from an authority elsewhere, and changes nothing of what was sealed."""

import socket
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import outloud
import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from pydantic import SecretStr
from sqlalchemy import select
from sqlmodel import col

from app.kit import clock
from app.kit.vault import new_key
from app.mandates.paper_models import MandateStamp
from app.mandates.papers import checking, means
from app.mandates.papers.timestamping import stamp_due
from app.settings import Settings
from tests.mandates.builders import active
from tests.mandates.papers.authorities import Pair, issue, timestamp_authority
from tests.mandates.papers.test_sealing import paper, pdfsig
from tests.support.world import World


@pytest.fixture(scope="module")
def root() -> Pair:
    return issue("Autorité d'essai", ca=True)


@pytest.fixture(scope="module")
def address(root: Pair, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with timestamp_authority(tmp_path_factory.mktemp("tsa"), root) as url:
        yield url


@pytest.fixture
def forget() -> Iterator[None]:
    yield
    means.use(Settings())


def use(tmp_path: Path, root: Pair, url: str, **more: Any) -> Settings:
    roots = tmp_path / "roots.pem"
    roots.write_bytes(root.pem())
    given = Settings(
        protection_key=SecretStr(new_key()), timestamp_url=url, timestamp_roots_file=roots, **more
    )
    means.use(given)
    return given


@pytest.mark.usefixtures("forget")
def test_an_increment_that_covers_everything(world: World, tmp_path: Path, root: Pair, address: str) -> None:
    settings = use(tmp_path, root, address)
    made = active(world)
    sealed = paper(world, made)
    assert stamp_due(world.database, settings) == 1
    assert stamp_due(world.database, settings) == 0
    content = paper(world, made)
    assert content.startswith(sealed)
    path = tmp_path / "stamped.pdf"
    path.write_bytes(content)
    # Poppler 22 reads no document timestamp: openssl, which made it, and pyHanko do.
    assert pdfsig(path).count("Signature is Valid.") == 1
    assert b"/DocTimeStamp" in content[len(sealed) :]
    result = outloud.check(str(path))
    assert (result.verdict, result.errors) == ("pass", 0), result.findings
    report = checking.inspect(content, [root.certificate.public_bytes(Encoding.DER)])
    assert report.is_sound
    assert [(each.field, each.is_timestamp) for each in report.signatures] == [
        ("Cachet", False),
        ("Horodatage", True),
    ]
    assert report.signatures[1].trusted
    assert report.signatures[1].timestamp
    assert b"/DSS" in content[len(sealed) :]
    files = world.lab.get(f"/mandates/{made['id']}/files")["items"]
    assert [(file["kind"], file["version"]) for file in files] == [("timestamped", 2), ("sealed", 1)]
    assert "mandate.timestamped" in world.event_types(made["id"])


@pytest.mark.usefixtures("forget")
def test_an_authority_that_is_down_is_asked_again_later(
    world: World, tmp_path: Path, root: Pair, address: str
) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        down = use(tmp_path, root, f"http://127.0.0.1:{nobody.getsockname()[1]}/")
        made = active(world)
        assert made["state"] == "active"
        assert stamp_due(world.database, down) == 0
    with world.database.read() as connection:
        [row] = connection.execute(
            select(col(MandateStamp.attempts), col(MandateStamp.due_at), col(MandateStamp.last_error))
        ).all()
    assert (row.attempts, bool(row.last_error)) == (1, True)
    assert row.due_at > clock.now() + timedelta(seconds=30)
    up = use(tmp_path, root, address)
    assert stamp_due(world.database, up) == 0
    with clock.at(row.due_at + timedelta(seconds=1)):
        assert stamp_due(world.database, up) == 1


@pytest.mark.usefixtures("forget")
def test_an_authority_that_nobody_trusts_is_refused(world: World, tmp_path: Path, address: str) -> None:
    settings = use(tmp_path, issue("Une autre", ca=True), address)
    made = active(world)
    assert stamp_due(world.database, settings) == 0
    assert [file["kind"] for file in world.lab.get(f"/mandates/{made['id']}/files")["items"]] == ["sealed"]


@pytest.mark.usefixtures("forget")
def test_the_seal_of_the_authority(world: World, tmp_path: Path, root: Pair, address: str) -> None:
    """Its own key, from a PKCS#12 file: nothing speaks of a demonstration."""
    own = issue("Ville de Valmoret", root)
    (tmp_path / "seal.p12").write_bytes(own.p12("sésame"))
    (tmp_path / "pin").write_text("sésame\n")
    (tmp_path / "chain.pem").write_bytes(root.pem())
    seal = {
        "pkcs12_file": tmp_path / "seal.p12",
        "pin_file": tmp_path / "pin",
        "chain_file": tmp_path / "chain.pem",
    }
    settings = use(tmp_path, root, address, seals={"valmoret": seal})
    made = active(world)
    assert stamp_due(world.database, settings) == 1
    content = paper(world, made)
    path = tmp_path / "sealed.pdf"
    path.write_bytes(content)
    report = checking.inspect(content, [root.certificate.public_bytes(Encoding.DER)])
    assert report.is_sound
    assert all(each.trusted for each in report.signatures)
    assert report.signatures[0].holder.common_name == "Ville de Valmoret"
    words = subprocess.run(["pdftotext", path, "-"], capture_output=True, text=True, check=True).stdout
    assert "démonstration" not in words
    assert outloud.check(str(path)).errors == 0
