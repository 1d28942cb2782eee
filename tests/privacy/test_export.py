"""The copy of everything about a person."""

import io
import json
import re
import zipfile
from html.parser import HTMLParser
from typing import Any

import pytest

from tests.irritants.builders import protected
from tests.privacy.builders import EMAIL, HR_ID, NAME, PHONE, administrator, lived
from tests.support.world import Caller, World, report


def opened(content: bytes) -> tuple[dict[str, Any], str]:
    """The data and the page of an archive that holds nothing else."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert sorted(archive.namelist()) == ["data.json", "index.html"]
        return json.loads(archive.read("data.json")), archive.read("index.html").decode()


def asked(caller: Caller, path: str = "/me/export", **options: Any) -> tuple[dict[str, Any], str]:
    response = caller.request("POST", path, expect=200, **options)
    assert response.headers["content-type"] == "application/zip"
    assert response.headers["cache-control"] == "no-store"
    assert re.fullmatch(
        r'attachment; filename="essaim-[0-9-]{10}\.zip"', response.headers["content-disposition"]
    )
    return opened(response.content)


def rows(data: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return next(section["rows"] for section in data["sections"] if section["kind"] == kind)


def test_it_holds_what_the_person_did(world: World) -> None:
    mandate = lived(world)
    data, page = asked(world.eleonore)
    assert data["name"] == NAME
    record = rows(data, "record")[0]
    assert (record["hr_id"], record["email"], record["phone"]) == (HR_ID, EMAIL, PHONE)
    assert [row["title"] for row in rows(data, "irritants")] == ["Le quai de déchargement est bloqué"]
    assert rows(data, "votes")[0]["about"] == "Le portail du dépôt ne s'ouvre plus"
    assert rows(data, "comments")[0]["body"] == f"Appelez-moi au {PHONE}. {NAME}"
    assert rows(data, "applications")[0]["motivation"] == "Je passe par ce portail chaque matin."
    assert rows(data, "signatures")[0]["mandate_id"] == mandate["id"]
    assert rows(data, "half_days")
    assert rows(data, "absences")[0]["kind"] == "other"
    assert rows(data, "sessions")[0]["address"] == "203.0.113.7"
    assert rows(data, "bindings")[0]["subject"] == EMAIL
    assert rows(data, "mails")[0]["recipient"] == EMAIL
    assert {"mandate.signed", "irritant.reported"} <= {row["type"] for row in rows(data, "events")}
    assert all(isinstance(row["payload"], dict) for row in rows(data, "events"))
    assert "{" not in rows(data, "notices")[0]["body"]
    for shown in (NAME, EMAIL, "Vos données dans Essaim", "Candidatures", "jeudi 8 janvier 2026"):
        assert shown in page


def test_it_holds_no_secret_and_nobody_elses_words(world: World) -> None:
    lived(world)
    report(world, "bruno", title="La photocopieuse est en panne")
    data, page = asked(world.eleonore)
    everything = json.dumps(data, ensure_ascii=False) + page
    assert not re.search(r'"[a-z_]*(token_hash|code_hash|salt|id_token|secret)"', everything)
    assert "La photocopieuse" not in everything
    assert "BRUNO" not in everything


def test_where_others_called_from_is_not_hers_to_read(world: World) -> None:
    lived(world)
    data, _page = asked(world.eleonore)
    theirs = [row for row in rows(data, "events") if row["agent_id"] != world.eleonore.id]
    assert theirs
    assert {row["address"] for row in theirs} == {None}
    assert {row["address"] for row in rows(data, "events")} == {None, "testclient"}


class Page(HTMLParser):
    """What a page is made of."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs


def test_the_page_needs_nothing_else(world: World) -> None:
    lived(world)
    _data, text = asked(world.eleonore)
    page = Page(text)
    assert not {"script", "link", "img", "iframe", "form"} & set(page.tags)
    assert [tag for tag in page.tags if tag == "h1"] == ["h1"]
    assert {"main", "nav", "title"} <= set(page.tags)
    assert ("lang", "fr") in page.attributes
    assert not [name for name, _value in page.attributes if name.startswith("on") or name == "src"]
    targets = {value for name, value in page.attributes if name == "href"}
    ids = {f"#{value}" for name, value in page.attributes if name == "id"}
    assert targets
    assert targets <= ids


def test_what_people_wrote_stays_text(world: World) -> None:
    report(world, "alice", title="<script>alert(1)</script>")
    _data, text = asked(world.alice)
    assert "<script>" not in text
    assert "&lt;script&gt;" in text


def test_in_english(world: World) -> None:
    data, page = asked(world.alice, headers={"Accept-Language": "en"})
    assert '<html lang="en">' in page
    assert "Your data in Essaim" in page
    assert next(one["label"] for one in data["sections"] if one["kind"] == "applications") == "Applications"


@pytest.mark.parametrize("name", ["hr", "administrator"])
def test_those_who_may_make_it_for_somebody_leave_out_what_is_theirs_alone(world: World, name: str) -> None:
    lived(world)
    path = f"/agents/{world.eleonore.id}/export"
    data, page = asked(world.people[name], path)
    kinds = {section["kind"] for section in data["sections"]}
    assert data["left_out"]
    assert not kinds & set(data["left_out"])
    assert {"irritants", "votes", "events", "notices", "spiral_receipts"} <= set(data["left_out"])
    assert {"record", "memberships", "comments", "signatures"} <= kinds
    assert ("absences" in kinds) is (name == "hr")
    assert not kinds & {"applications", "half_days", "sessions", "log_entries"}
    assert "Le quai de déchargement" not in json.dumps(data, ensure_ascii=False) + page
    assert "Irritants signalés à visage découvert" in page


def test_it_is_written_down(world: World) -> None:
    administrator(world)
    asked(world.alice)
    asked(world.hr, f"/agents/{world.alice.id}/export")
    world.work()
    events = world.lab.get("/events?type=agent.data_exported")["items"]
    assert [(event["agent_id"], event["payload"]["by_oneself"]) for event in events] == [
        (world.alice.id, True),
        (world.hr.id, False),
    ]
    assert {event["subject_id"] for event in events} == {world.alice.id}


def test_a_protected_report_is_in_nobodys_copy(world: World) -> None:
    made = protected(world, "alice", title="Le fourgon jaune fuit")
    for data, page in (asked(world.alice), asked(world.hr, f"/agents/{world.alice.id}/export")):
        everything = json.dumps(data, ensure_ascii=False) + page
        assert "fourgon" not in everything
        assert made["id"] not in everything


def test_who_may_not(world: World) -> None:
    path = f"/agents/{world.alice.id}/export"
    world.anonymous.post(path, expect=401)
    world.anonymous.post("/me/export", expect=401)
    for name in ("lab", "bruno", "head_dep", "elected", "alice"):
        world.people[name].post(path, expect=403)
    machine = world.machine("hr:read", "hr:write")
    machine.post(path, expect=403)
    machine.post("/me/export", expect=403)
    world.hr.post("/agents/0192f0c1-2345-7000-8000-000000000000/export", expect=404)
    world.hr.post("/agents/nobody/export", expect=422)


def test_another_authority_is_not_there(world: World) -> None:
    with World.build(world.app, world.database, slug="haute-arlene") as other:
        world.hr.post(f"/agents/{other.alice.id}/export", expect=404)


def test_no_copy_is_kept_for_a_retry(world: World) -> None:
    response = world.alice.request("POST", "/me/export", headers={"Idempotency-Key": "once"})
    assert response.status_code == 200
    again = world.alice.request("POST", "/me/export", headers={"Idempotency-Key": "once"})
    assert "idempotent-replayed" not in again.headers


def test_as_many_questions_whatever_there_is(world: World) -> None:
    with world.counted_queries() as few:
        asked(world.alice)
    for number in range(5):
        report(world, "alice", title=f"Le portail numéro {number}")
    with world.counted_queries() as many:
        asked(world.alice)
    assert len(many) == len(few)


def test_a_malformed_key_is_refused_though_none_is_kept(world: World) -> None:
    problem = world.people["alice"].post("/me/export", expect=422, headers={"Idempotency-Key": "a b"})
    assert problem["errors"][0]["field"] == "Idempotency-Key"
