"""Erasing a person who has left: what goes, what stays, and the hunt for what should be gone."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.journal import proof
from app.kit import clock
from app.kit.bounds import within
from app.privacy.models import Erasure
from tests.half_days.builders import on
from tests.irritants.test_hunt import dump
from tests.privacy.builders import (
    EMAIL,
    FAMILY,
    HR_ID,
    LATER,
    NAME,
    PHONE,
    TRACES,
    administrator,
    eleonore,
    gone,
    lived,
)
from tests.support.world import World

PROOF = {"mandate_documents", "mandate_files", "mandate_signatories"}
"""Where her name stays: the text that was signed, its sealed file, and beside her signature."""


def erase(world: World, *, expect: int = 200, hr_id: str = HR_ID, by: str = "administrator") -> Any:
    return world.people[by].post(f"/agents/{world.eleonore.id}/erase", {"hr_id": hr_id}, expect=expect)


def folded(value: Any) -> str:
    text = bytes(value).decode("latin-1") if isinstance(value, (bytes, memoryview)) else str(value)
    return text.lower()


def found(world: World, *words: str) -> dict[str, set[str]]:
    """The tables that hold each of these words, whatever the case, in whatever encoding."""
    tables = dump(world.database)
    return {
        word: {
            name
            for name, rows in tables.items()
            for row in rows
            if any(
                spelt in folded(value)
                for value in row.values()
                for spelt in (word.lower(), word.lower().encode().decode("latin-1"), escaped(word.lower()))
            )
        }
        for word in words
    }


def escaped(word: str) -> str:
    return word.encode("ascii", "backslashreplace").decode()


@pytest.fixture
def erased(world: World) -> World:
    lived(world)
    gone(world)
    with on(LATER):
        erase(world)
        world.work()
    return world


def test_before_she_is_everywhere(world: World) -> None:
    lived(world)
    tables = found(world, NAME, EMAIL, HR_ID, PHONE)
    assert {"irritants", "irritant_comments", "half_days", "mails", "web_sessions"} <= tables[NAME]
    assert {"agents", "identity_bindings", "mails", "idempotency_keys"} <= tables[EMAIL]
    assert {"agents", "irritant_comments"} <= tables[HR_ID]
    assert {"agents", "irritant_comments"} <= tables[PHONE]


def test_after_she_is_nowhere_but_in_what_was_signed(erased: World) -> None:
    tables = found(erased, *TRACES)
    assert tables[NAME] == PROOF
    assert tables[FAMILY] == PROOF
    for word in (EMAIL, PHONE, HR_ID, f"{FAMILY} {NAME.split()[0]}"):
        assert tables[word] == set(), word


def test_nothing_of_hers_opens_any_door(erased: World) -> None:
    with on(LATER):
        erased.eleonore.get("/me", expect=401)
    tables = dump(erased.database)
    held = erased.eleonore.agent.id
    for name in (
        "web_sessions",
        "access_tokens",
        "identity_bindings",
        "sign_in_codes",
        "absences",
        "notices",
        "mails",
    ):
        assert not [row for row in tables[name] if row["agent_id"] in {held, held.hex}], name


def test_her_signature_still_names_her(world: World) -> None:
    mandate = lived(world)
    gone(world)
    with on(LATER):
        erase(world)
        seen = world.lab.get(f"/mandates/{mandate['id']}")
    party = next(party for party in seen["parties"] if party["agent_id"] == world.eleonore.id)
    assert party["state"] == "signed"
    assert party["signed_by"]["name"] == NAME
    assert party["name"] == "Personne effacée"


def test_what_others_wrote_reads_on_without_her(erased: World) -> None:
    with on(LATER):
        known = erased.lab.get("/irritants?q=portail")["items"]
        texts = [erased.lab.get(f"/irritants/{one['id']}")["description"] for one in known]
        assert "Vu avec [effacé] au dépôt, chaque matin." in texts
        bodies = [
            (comment["author_name"], comment["body"])
            for one in known
            for comment in erased.lab.get(f"/irritants/{one['id']}/comments")["items"]
        ]
        assert ("Personne effacée", "Appelez-moi au [effacé]. [effacé]") in bodies
        assert ("David DAVID", "Merci [effacé], écrivez à [effacé] ou au matricule [effacé].") in bodies
        assert erased.lab.get("/irritants?q=Vasquez")["items"] == []


def test_the_report_says_what_became_of_each_kind(world: World) -> None:
    lived(world)
    gone(world)
    with on(LATER):
        made = erase(world)
        listed = world.administrator.get("/erasures")["items"]
    assert listed == [made]
    fates = {line["kind"]: (line["fate"], line["rows"]) for line in made["report"]}
    assert fates["record"] == ("blanked", 1)
    assert fates["signatures"] == ("kept", 1)
    assert fates["applications"] == ("blanked", 1)
    assert fates["comments"] == ("unnamed", 1)
    assert fates["sessions"] == ("deleted", 1)
    assert fates["mentions"][0] == "blanked"
    for line in made["report"]:
        assert line["label"]
        assert line["why"] or line["fate"] in {"deleted", "blanked"}
    assert made["by_id"] == world.administrator.id


def test_the_journal_stays_whole_and_says_so(erased: World) -> None:
    assert erased.event_types(erased.eleonore.id)[-1] == "agent.erased"
    verdict = proof.verify(erased.database, erased.authority.id, None, [])
    assert verdict.fault is None
    with on(LATER):
        event = erased.lab.get("/events?type=agent.erased")["items"][0]
    assert event["agent_id"] == erased.administrator.id
    assert event["payload"]["fates"]["deleted"] > 0


def test_the_town_lives_on(erased: World) -> None:
    with on(LATER):
        for path in (
            "/irritants",
            "/teams",
            "/mandates",
            "/half-days",
            "/applications",
            "/agents",
            "/events",
        ):
            erased.lab.get(path)
        erased.hr.get(f"/agents/{erased.eleonore.id}")
        erased.lab.get("/me/events")
        data = erased.hr.request("POST", f"/agents/{erased.eleonore.id}/export")
    assert data.status_code == 200


def test_twice_is_refused(erased: World) -> None:
    with on(LATER):
        refused = erase(erased, expect=409)
    assert refused["type"] == "urn:essaim:problem:already-erased"


@pytest.mark.parametrize("last_day", [None, LATER, LATER + timedelta(days=3)])
def test_not_while_in_post(world: World, last_day: Any) -> None:
    eleonore(world)
    administrator(world)
    gone(world, last_day)
    with on(LATER):
        refused = erase(world, expect=409)
    assert refused["type"] == "urn:essaim:problem:still-in-post"
    assert "en poste" in refused["detail"]


def test_the_matricule_is_written_again(world: World) -> None:
    eleonore(world)
    administrator(world)
    gone(world)
    with on(LATER):
        refused = erase(world, expect=422, hr_id="77418827")
        assert [error["field"] for error in refused["errors"]] == ["hr_id"]
        path = f"/agents/{world.eleonore.id}/erase"
        for body in ({}, {"hr_id": ""}, {"hr_id": "\x00"}, {"hr_id": 4}, {"hr_id": HR_ID, "sure": True}):
            assert world.administrator.post(path, body, expect=422)["errors"]
    assert found(world, HR_ID)[HR_ID] == {"agents"}


def test_who_may_not(world: World) -> None:
    eleonore(world)
    gone(world)
    path, body = f"/agents/{world.eleonore.id}/erase", {"hr_id": HR_ID}
    with on(LATER):
        world.anonymous.post(path, body, expect=401)
        for name in ("hr", "lab", "alice", "head_dep", "elected"):
            world.people[name].post(path, body, expect=403)
            if name != "lab":
                world.people[name].get("/erasures", expect=403)
        world.machine("hr:write", "hr:read").post(path, body, expect=403)
        world.anonymous.get("/erasures", expect=401)
        assert world.lab.get("/erasures")["items"] == []


def test_another_authority_is_not_there(world: World) -> None:
    eleonore(world)
    gone(world)
    with World.build(world.app, world.database, slug="haute-arlene") as other:
        administrator(other)
        path = f"/agents/{world.eleonore.id}/erase"
        with on(LATER):
            other.administrator.post(path, {"hr_id": HR_ID}, expect=404)
            assert other.administrator.get("/erasures")["items"] == []


def test_it_takes_a_fresh_sign_in(world: World) -> None:
    eleonore(world)
    administrator(world)
    gone(world)
    with clock.at(clock.now() + timedelta(minutes=16)):
        refused = erase(world, expect=401)
        assert refused["type"] == "urn:essaim:problem:fresh-authentication-needed"
        world.renew("administrator")
        erase(world)


def test_two_at_once_erase_once(world: World) -> None:
    lived(world)
    gone(world)
    statuses: list[int] = []
    barrier = threading.Barrier(2)
    path = f"/agents/{world.eleonore.id}/erase"

    def ask() -> None:
        barrier.wait()
        statuses.append(world.administrator.request("POST", path, json={"hr_id": HR_ID}).status_code)

    with on(LATER):
        threads = [threading.Thread(target=ask) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(statuses) == [200, 409]
    with within(world.authority.id), world.database.session() as session:
        assert len(session.execute(select(Erasure)).scalars().all()) == 1
