"""Signatures given elsewhere: counted where a trusted certificate proves them, never twice, never otherwise."""

import io
import threading
from base64 import b64encode
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers

from app.kit import clock
from app.kit.vault import new_key
from app.mandates.papers import checking, means
from app.settings import Settings
from tests.mandates.builders import sign, sign_all, submitted
from tests.mandates.papers.authorities import Pair, issue
from tests.mandates.papers.test_sealing import paper
from tests.support.world import World

UNKNOWN = "0192f7c0-5b1e-7d0a-9a3e-1f2a3b4c5d6e"


@pytest.fixture(scope="module")
def root() -> Pair:
    return issue("Autorité d'essai", ca=True)


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, root: Pair) -> Iterator[None]:
    (tmp_path / "trusted.pem").write_bytes(root.pem())
    means.use(
        Settings(protection_key=SecretStr(new_key()), signature_roots={"valmoret": tmp_path / "trusted.pem"})
    )
    yield
    means.use(Settings())


def signed(content: bytes, pair: Pair, field: str) -> bytes:
    """One more signature over `content`, in a visible field."""
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    signer = signers.SimpleSigner.load_pkcs12_data(pair.p12("x"), [], b"x")
    metadata = signers.PdfSignatureMetadata(field_name=field, subfilter=fields.SigSeedSubFilter.PADES)
    place = fields.SigFieldSpec(field, on_page=0, box=(40, 20, 200, 60))
    out: io.BytesIO = signers.PdfSigner(metadata, signer=signer, new_field_spec=place).sign_pdf(writer)
    return out.getvalue()


def bring(
    world: World, made: dict[str, Any], content: bytes, by: str = "lab", expect: int = 200, **more: Any
) -> Any:
    body = {"file": b64encode(content).decode(), **more}
    return world.people[by].post(f"/mandates/{made['id']}/external-signature", body, expect=expect)


def count(seen: dict[str, Any]) -> int:
    return sum(party["state"] == "signed" for party in seen["parties"])


def test_anonymous_and_strangers(world: World) -> None:
    body = {"file": "JVBERi0="}
    world.anonymous.post(f"/mandates/{UNKNOWN}/external-signature", body, expect=401)
    made = submitted(world)
    world.chloe.post(f"/mandates/{made['id']}/external-signature", body, expect=404)
    world.coach.post(f"/mandates/{made['id']}/external-signature", body, expect=403)


def test_by_mail_address_and_by_name(world: World, root: Pair) -> None:
    made = submitted(world)
    content = signed(paper(world, made), issue("Peu importe", root, email="bruno@valmoret.test"), "Un")
    content = signed(content, issue("ALICE Alice", root), "Deux")
    seen = bring(world, made, content)
    assert count(seen) == 2
    assert world.event_types(made["id"])[-2:] == ["mandate.signed_outside"] * 2
    again = bring(world, made, content, expect=422)
    assert again["type"].endswith("nobody-proven")
    done = sign_all(world, seen)
    assert done["state"] == "active"
    report = checking.inspect(paper(world, made))
    assert report.evidence.count('"method":"external"') == 2
    assert "Peu importe" in report.evidence
    kinds = [file["kind"] for file in world.lab.get(f"/mandates/{made['id']}/files")["items"]]
    assert kinds == ["sealed", "external"]


def test_the_last_signature_may_come_from_elsewhere(world: World, root: Pair) -> None:
    made = submitted(world)
    text = paper(world, made)
    sign_all(world, made, but=("lab",))
    seen = bring(world, made, signed(text, issue("Lab LAB", root), "Un"))
    assert seen["state"] == "active"


def test_a_party_brings_their_own_alone(world: World, root: Pair) -> None:
    made = submitted(world)
    content = signed(paper(world, made), issue("Alice Alice", root), "Un")
    content = signed(content, issue("Bruno Bruno", root), "Deux")
    seen = bring(world, made, content, by="alice")
    assert [party["name"] for party in seen["parties"] if party["state"] == "signed"] == ["Alice ALICE"]


def test_the_lab_states_whose_it_is(world: World, root: Pair) -> None:
    made = submitted(world)
    pair = issue("Une carte sans nom", root)
    content = signed(paper(world, made), pair, "Un")
    assert bring(world, made, content, expect=422)["type"].endswith("nobody-proven")
    digest = checking.inspect(content).signatures[0].holder.sha256
    stated: Any = {"parties": [{"party_id": made["parties"][0]["id"], "certificate_sha256": digest}]}
    refused = bring(world, made, content, by="alice", expect=422, **stated)
    assert refused["type"].endswith("wrong-mapping")
    assert count(bring(world, made, content, **stated)) == 1


def test_order_is_kept(world: World, root: Pair) -> None:
    made = submitted(world)
    content = signed(paper(world, made), issue("Dgs DGS", root), "Un")
    assert bring(world, made, content, expect=409)["type"].endswith("not-your-turn")
    assert count(world.lab.get(f"/mandates/{made['id']}")) == 0
    assert world.lab.get(f"/mandates/{made['id']}/files")["items"] == []


def test_what_proves_nothing(world: World, root: Pair) -> None:
    made = submitted(world)
    text = paper(world, made)
    alice = issue("Alice Alice", root)
    stranger = signed(text, issue("Alice Alice", issue("Une autre autorité", ca=True)), "Un")
    assert bring(world, made, stranger, expect=422)["type"].endswith("nobody-proven")
    good = signed(text, alice, "Un")
    changed = bytearray(good)
    changed[len(text) // 2] ^= 1
    for hostile in (bytes(changed), good + b"\n% more\n", text, b"%PDF-1.7\nnothing"):
        problem = bring(world, made, hostile, expect=422)
        assert problem["type"].rpartition("/")[2].endswith(("signatures-broken", "file-unreadable"))
    # Pages painted over before the signature: every signature holds, and yet it is another text.
    writer = IncrementalPdfFileWriter(io.BytesIO(text))
    page = writer.find_page_for_modification(0)[0].get_object()
    page["/Contents"] = writer.add_object(generic.StreamObject(stream_data=b"0 0 500 500 re f"))
    writer.update_container(page)
    painted = io.BytesIO()
    writer.write(painted)
    problem = bring(world, made, signed(painted.getvalue(), alice, "Un"), expect=422)
    assert problem["type"].endswith("signatures-broken")
    other = submitted(world, members=("david",))
    problem = bring(world, other, good, expect=422)
    assert problem["type"].endswith("another-file")
    means.use(Settings())
    assert bring(world, made, good, expect=409)["type"].endswith("no-trust-list")


def test_here_and_elsewhere_at_once(world: World, root: Pair) -> None:
    """The same party signs on the page and by certificate in the same second: once is counted."""
    made = submitted(world)
    content = signed(paper(world, made), issue("Alice Alice", root), "Un")
    body = {"file": b64encode(content).decode()}
    answers: list[int] = []

    def elsewhere() -> None:
        path = f"/mandates/{made['id']}/external-signature"
        answers.append(world.lab.request("POST", path, json=body).status_code)

    def here() -> None:
        body = {"document_hash": made["document_hash"], "consent": True}
        answers.append(world.alice.request("POST", f"/mandates/{made['id']}/sign", json=body).status_code)

    threads = [threading.Thread(target=each) for each in (elsewhere, here)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    first, second = sorted(answers)
    assert first == 200
    assert second in {409, 422}
    seen = world.lab.get(f"/mandates/{made['id']}")
    assert (count(seen), seen["signatures_count"]) == (1, 1)
    assert sign(world, seen, "bruno")["signatures_count"] == 2


def test_asks_who_one_is(world: World, root: Pair) -> None:
    made = submitted(world)
    content = signed(paper(world, made), issue("Alice Alice", root), "Un")
    with clock.at(clock.now() + timedelta(hours=2)):
        refused = bring(world, made, content, expect=401)
    assert refused["type"].endswith("fresh-authentication-needed")


def test_another_town(app: FastAPI, world: World) -> None:
    made = submitted(world)
    with World.build(app, world.database, slug="haute-arlene") as other:
        bring(other, made, b"%PDF-1.7", expect=404)
        other.lab.request("GET", f"/mandates/{made['id']}/document.pdf", expect=404)
        other.lab.request("GET", f"/mandates/{made['id']}/files", expect=404)
