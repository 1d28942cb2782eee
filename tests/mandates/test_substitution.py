"""Signing in somebody's name: who may, of what, until when, and what is kept of the act."""

import threading
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from app.journal.models import JournalEvent
from app.kit import clock
from app.mandates.models import MandateSignature
from app.people.models import Agent, Authority, Directorate
from tests.mandates.builders import TODAY, mandate, sign, sign_all, submitted, team
from tests.people.builders import delegation, interim
from tests.support.world import World


def day(shift: int) -> str:
    return (TODAY + timedelta(days=shift)).isoformat()


def sign_for(world: World, seen: dict[str, Any], who: str, whom: str, *, expect: int = 200) -> Any:
    body = {
        "document_hash": seen["document_hash"],
        "consent": True,
        "on_behalf_of": world.people[whom].id if whom in world.people else whom,
    }
    return world.people[who].post(f"/mandates/{seen['id']}/sign", body, expect=expect)


def states(seen: dict[str, Any]) -> dict[str, str]:
    """The state of each party, by capacity and name."""
    return {
        f"{party['capacity']} {party['name'].split()[0].lower()}": party["state"] for party in seen["parties"]
    }


def party(seen: dict[str, Any], capacity: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(
        party
        for party in seen["parties"]
        if (party["capacity"], party["name"].split()[0].lower()) == (capacity, name)
    )
    return found


def past_agents(world: World) -> dict[str, Any]:
    """A mandate that its two agents have signed: the managers' turn has come."""
    seen = submitted(world)
    sign(world, seen, "bruno")
    signed: dict[str, Any] = sign(world, seen, "alice")
    return signed


def past_managers(world: World) -> dict[str, Any]:
    """A mandate that awaits its client directorate: the head who freed an agent heads it no more."""
    seen = past_agents(world)
    sign(world, seen, "head_dej")
    with world.database.transaction() as session:
        session.get_one(Directorate, world.directorates["DEP"].id).head_id = world.dgs.agent.id
    sign(world, seen, "head_dep")
    with world.database.transaction() as session:
        session.get_one(Directorate, world.directorates["DEP"].id).head_id = world.head_dep.agent.id
    signed: dict[str, Any] = world.lab.get(f"/mandates/{seen['id']}")
    assert states(signed)["client_directorate head_dep"] == "pending"
    return signed


class TestInterim:
    def test_reads_and_signs_as_manager_and_head(self, world: World) -> None:
        seen = past_agents(world)
        world.david.get(f"/mandates/{seen['id']}", expect=404)
        made = interim(world)
        assert [item["id"] for item in world.david.get("/mandates?to_sign=true")["items"]] == [seen["id"]]
        read = world.david.get(f"/mandates/{seen['id']}")
        assert read["to_sign"]
        abilities = {ability["action"]: ability["allowed"] for ability in read["abilities"]}
        assert (abilities["sign"], abilities["refuse"], abilities["suspend"]) == (True, True, False)
        world.david.get(f"/mandates/{seen['id']}/document")
        sign(world, seen, "head_dej")
        signed = sign(world, seen, "david")
        assert states(signed)["releasing_manager head_dep"] == "signed"
        assert states(signed)["client_directorate head_dep"] == "signed"
        hand = party(signed, "client_directorate", "head_dep")
        assert hand["signed_by"] == {
            "agent_id": world.david.id,
            "name": "David DAVID",
            "on_behalf_of_id": world.head_dep.id,
            "act_id": made["id"],
            "act_reference": "décision 2026-27",
            "act_starts_on": made["starts_on"],
            "act_last_day": made["last_day"],
        }
        assert world.david.get(f"/mandates/{seen['id']}")["id"] == seen["id"]
        assert sign(world, seen, "david", expect=409)["type"].endswith("already-signed")
        assert sign_all(world, signed)["state"] == "active"

    def test_the_event_cites_the_act(self, world: World) -> None:
        seen = past_agents(world)
        made = interim(world)
        sign(world, seen, "david")
        with world.database.read() as connection:
            row = connection.execute(
                select(JournalEvent.__table__)  # type: ignore[attr-defined]
                .where(col(JournalEvent.type) == "mandate.signed")
                .order_by(col(JournalEvent.id).desc())
            ).first()
        assert row is not None
        assert row.agent_id == world.david.agent.id
        assert msgspec.json.decode(row.payload)["by_act"] == {
            "on_behalf_of": world.head_dep.id,
            "kind": "interim",
            "act_id": made["id"],
            "act_reference": "décision 2026-27",
            "last_day": made["last_day"],
        }

    def test_the_absent_person_may_still_sign(self, world: World) -> None:
        seen = past_agents(world)
        interim(world)
        sign(world, seen, "head_dej")
        sign(world, seen, "head_dep")
        sign(world, seen, "david", expect=403)
        assert not world.david.get(f"/mandates/{seen['id']}")["to_sign"]

    def test_has_that_power_and_nothing_more(self, world: World) -> None:
        """Not the sponsor's, not the guarantor's, not another manager's, and not for other mandates."""
        seen = past_agents(world)
        interim(world, absent_id=world.dgs.id)
        world.david.get(f"/mandates/{seen['id']}", expect=404)
        sign(world, seen, "david", expect=404)
        sign_for(world, seen, "david", "dgs", expect=404)
        interim(world, absent_id=world.head_dej.id)
        assert sign_for(world, seen, "david", "head_dep", expect=403)["type"].endswith("no-such-power")
        assert states(sign(world, seen, "david"))["releasing_manager head_dep"] == "pending"

    def test_waits_for_its_turn(self, world: World) -> None:
        seen = submitted(world)
        interim(world)
        assert sign(world, seen, "david", expect=409)["type"].endswith("not-your-turn")
        assert not world.david.get(f"/mandates/{seen['id']}")["to_sign"]

    def test_nobody_frees_themselves(self, world: World) -> None:
        seen = past_agents(world)
        interim(world, holder_id=world.alice.id)
        problem = sign_for(world, seen, "alice", "head_dep", expect=409)
        assert problem["type"].endswith("not-your-turn"), (
            "as the client directorate, later; never as her own manager"
        )
        assert world.alice.get(f"/mandates/{seen['id']}")["to_sign"] is False

    def test_nobody_writes_their_own_relief(self, world: World) -> None:
        made = mandate(world)
        interim(world, holder_id=world.alice.id)
        body = {"agent_id": world.alice.id, "relief": "Plus rien."}
        world.alice.post(f"/mandates/{made['id']}/relief", body, expect=403)

    def test_writes_the_relief_of_the_absent_manager_s_agents(self, world: World) -> None:
        made = mandate(world)
        interim(world)
        path = f"/mandates/{made['id']}/relief"
        seen = world.david.post(
            path, {"agent_id": world.alice.id, "relief": "Le dépôt nord prend la tournée."}
        )
        assert "dépôt nord prend" in seen["slots"][0]["relief"]
        world.david.post(path, {"agent_id": world.bruno.id, "relief": "x"}, expect=403)

    def test_refuses(self, world: World) -> None:
        seen = past_agents(world)
        made = interim(world)
        body = {"reason": "Le jeudi est jour de marché.", "on_behalf_of": world.head_dep.id}
        refused = world.david.post(f"/mandates/{seen['id']}/refuse", body)
        assert (refused["state"], refused["reason"]) == ("draft", "Le jeudi est jour de marché.")
        with world.database.read() as connection:
            payload = connection.execute(
                select(col(JournalEvent.payload)).where(col(JournalEvent.type) == "mandate.refused")
            ).scalar_one()
        assert msgspec.json.decode(payload)["by_act"]["act_id"] == made["id"]

    def test_a_function_that_the_absent_person_lost(self, world: World) -> None:
        seen = past_managers(world)
        interim(world)
        with world.database.transaction() as session:
            session.get_one(Directorate, world.directorates["DEP"].id).head_id = world.chloe.agent.id
        problem = sign(world, seen, "david", expect=409)
        assert problem["type"].endswith("power-lapsed")
        assert "n'exerce plus cette fonction : direction cliente" in problem["detail"]


class TestDelegation:
    def test_signs_for_the_sponsor(self, world: World) -> None:
        seen = sign_all(world, submitted(world), but=("dgs",))
        world.chloe.get(f"/mandates/{seen['id']}", expect=404)
        made = delegation(world, holder_id=world.chloe.id)
        assert world.chloe.get(f"/mandates/{seen['id']}")["to_sign"]
        signed = sign(world, seen, "chloe")
        hand = party(signed, "sponsor", "dgs")["signed_by"]
        assert (hand["agent_id"], hand["on_behalf_of_id"]) == (world.chloe.id, world.dgs.id)
        assert (hand["act_id"], hand["act_reference"]) == (made["id"], "arrêté 2026-114")
        assert sign(world, signed, "lab")["state"] == "active"

    def test_refuses_and_reads_what_follows(self, world: World) -> None:
        seen = sign_all(world, submitted(world), but=("dgs",))
        delegation(world, holder_id=world.chloe.id)
        path = f"/mandates/{seen['id']}"
        assert world.chloe.post(f"{path}/refuse", {"reason": "Sans budget voté."})["state"] == "draft"
        assert party(world.chloe.get(path), "sponsor", "dgs")["reason"] == "Sans budget voté."
        assert party(world.dgs.get(path), "sponsor", "dgs")["state"] == "refused"

    def test_the_giver_may_still_sign(self, world: World) -> None:
        seen = sign_all(world, submitted(world), but=("dgs",))
        delegation(world, holder_id=world.chloe.id)
        sign(world, seen, "dgs")
        sign(world, seen, "chloe", expect=404)

    def test_signs_for_a_client_directorate_in_its_field(self, world: World) -> None:
        world.add_directorate("DEP/voirie", "Voirie", parent="DEP")
        world.add_directorate("DGX", "Direction rattachée", parent="DEP")
        fields: dict[str, Any] = {
            "holder_id": world.chloe.id,
            "giver_id": world.elected.id,
            "field": "directorate_mandates",
        }
        elsewhere = delegation(world, **fields, directorate_id=world.directorate_id("DEJ"))
        seen = past_managers(world)
        world.chloe.get(f"/mandates/{seen['id']}", expect=404)
        sign(world, seen, "chloe", expect=404)
        delegation(world, **fields, directorate_id=world.directorate_id("DEP"))
        world.hr.post(f"/delegations/{elsewhere['id']}/withdraw", {"reason": "Remplacée."})
        signed = sign(world, seen, "chloe")
        assert (
            party(signed, "client_directorate", "head_dep")["signed_by"]["on_behalf_of_id"]
            == world.elected.id
        )
        for code, member, expected in (("DEP/voirie", "david", True), ("DGX", "hr", False)):
            with world.database.transaction() as session:
                session.get_one(Directorate, world.directorates[code].id).head_id = world.head_dsi.agent.id
            other = team(world, (member,), client_directorate_id=world.directorate_id(code))
            made = mandate(world, team_id=other["id"], members=(member,))
            awaiting = world.lab.post(f"/mandates/{made['id']}/submit")
            names = [each["name"] for each in party(awaiting, "client_directorate", "head_dsi")["may_sign"]]
            assert ("Chloe CHLOE" in names) is expected, code
            assert world.chloe.request("GET", f"/mandates/{made['id']}").is_success is expected

    def test_of_another_giver_or_only_a_directorate_s(self, world: World) -> None:
        seen = sign_all(world, submitted(world), but=("dgs",))
        delegation(world, holder_id=world.chloe.id, giver_id=world.elected.id)
        world.chloe.get(f"/mandates/{seen['id']}", expect=404)
        delegation(
            world,
            holder_id=world.chloe.id,
            field="directorate_mandates",
            directorate_id=world.directorate_id("DEJ"),
        )
        sign(world, seen, "chloe", expect=404)

    def test_of_another_authority(self, app: Any, world: World) -> None:
        seen = past_managers(world)
        with World.build(app, world.database, slug="haute-arlene") as other:
            delegation(other)
            interim(other)
            other.david.get(f"/mandates/{seen['id']}", expect=404)
            sign_for(other, seen, "david", "dgs", expect=404)


class TestChoice:
    def test_one_s_own_by_default(self, world: World) -> None:
        seen = past_agents(world)
        interim(world, absent_id=world.head_dej.id, holder_id=world.head_dep.id)
        signed = sign(world, seen, "head_dep")
        assert states(signed)["releasing_manager head_dep"] == "signed"
        assert states(signed)["releasing_manager head_dej"] == "pending"
        # Everything of one's own is signed: another's takes saying so.
        signed = sign_for(world, seen, "head_dep", "head_dej")
        assert (
            party(signed, "releasing_manager", "head_dej")["signed_by"]["on_behalf_of_id"]
            == world.head_dej.id
        )
        assert party(signed, "releasing_manager", "head_dep")["signed_by"]["on_behalf_of_id"] is None

    def test_between_two(self, world: World) -> None:
        seen = past_managers(world)
        interim(world, holder_id=world.chloe.id)
        delegation(world, holder_id=world.chloe.id)
        problem = sign(world, seen, "chloe", expect=409)
        assert problem["type"].endswith("choose-power")
        assert [choice["name"] for choice in problem["choices"]] == ["Dgs DGS", "Head_dep HEAD_DEP"]
        assert problem["errors"][0]["field"] == "on_behalf_of"
        signed = sign_for(world, seen, "chloe", "dgs")
        assert states(signed)["client_directorate head_dep"] == "signed"
        assert states(signed)["sponsor dgs"] == "signed", "whose turn came by this very signature"

    @pytest.mark.parametrize(("whom", "status"), [("alice", 403), ("chloe", 403), ("x", 422)])
    def test_nobody_s(self, world: World, whom: str, status: int) -> None:
        seen = past_managers(world)
        interim(world, holder_id=world.chloe.id)
        sign_for(world, seen, "chloe", whom, expect=status)
        world.lab.get(f"/mandates/{seen['id']}")

    def test_a_party_names_themselves(self, world: World) -> None:
        seen = submitted(world)
        assert states(sign_for(world, seen, "alice", "alice"))["agent alice"] == "signed"
        assert sign_for(world, seen, "bruno", "head_dep", expect=403)["type"].endswith("no-such-power")


class TestLapse:
    """What one could read a moment ago is refused with the reason, and what one never could is not there."""

    def test_between_reading_and_signing(self, world: World) -> None:
        seen = past_managers(world)
        made = delegation(world, holder_id=world.chloe.id)
        world.chloe.get(f"/mandates/{seen['id']}")
        world.hr.post(f"/delegations/{made['id']}/withdraw", {"reason": "Arrêté 2026-131."})
        problem = sign(world, seen, "chloe", expect=409)
        assert problem["type"].endswith("power-lapsed")
        assert problem["detail"].startswith("Votre délégation a pris fin le ")
        assert problem["detail"].endswith("La personne qui l'avait donnée peut la renouveler.")
        body = {"reason": "Non."}
        refused = world.chloe.post(f"/mandates/{seen['id']}/refuse", body, expect=409)
        assert refused["type"] == problem["type"]
        world.chloe.get(f"/mandates/{seen['id']}", expect=404)

    def test_the_day_after_the_last(self, world: World) -> None:
        seen = past_managers(world)
        interim(world, holder_id=world.chloe.id, ends_on=day(2))
        noon = datetime.combine(TODAY, time(), UTC) + timedelta(hours=12)
        with clock.at(noon + timedelta(days=3)):
            world.renew("chloe")
            problem = sign(world, seen, "chloe", expect=409)
            assert problem["detail"].startswith("Votre intérim a pris fin le ")
        with clock.at(noon + timedelta(days=2)):
            world.renew("chloe")
            sign(world, seen, "chloe")

    @pytest.mark.parametrize("zone", ["America/Cayenne", "Pacific/Noumea"])
    def test_at_midnight_where_the_authority_is(self, world: World, zone: str) -> None:
        seen = past_managers(world)
        with world.database.transaction() as session:
            session.get_one(Authority, world.authority.id).time_zone = zone
        interim(world, holder_id=world.chloe.id, ends_on=day(2))
        over = datetime.combine(TODAY + timedelta(days=3), time(), ZoneInfo(zone)).astimezone(UTC)
        with clock.at(over):
            world.renew("chloe")
            assert sign(world, seen, "chloe", expect=409)["type"].endswith("power-lapsed")
        with clock.at(over - timedelta(seconds=1)):
            world.renew("chloe")
            sign(world, seen, "chloe")

    def test_with_the_holder_s_function(self, world: World) -> None:
        seen = past_managers(world)
        delegation(world, holder_id=world.chloe.id)
        with world.database.transaction() as session:
            session.get_one(Agent, world.chloe.agent.id).directorate_id = world.directorates["DEJ"].id
        assert "avec la fonction" in sign(world, seen, "chloe", expect=409)["detail"]

    def test_of_a_party_says_why(self, world: World) -> None:
        seen = past_agents(world)
        made = interim(world, absent_id=world.head_dej.id, holder_id=world.head_dep.id)
        world.hr.post(f"/interims/{made['id']}/withdraw", {"reason": "Retour."})
        assert "intérim a pris fin" in sign_for(world, seen, "head_dep", "head_dej", expect=409)["detail"]

    def test_ended_before_the_text_was_there(self, world: World) -> None:
        with clock.at(datetime.now(UTC) - timedelta(days=10)):
            interim(world, holder_id=world.chloe.id, starts_on=day(-11), ends_on=day(-5))
        seen = past_managers(world)
        sign(world, seen, "chloe", expect=404)

    def test_not_begun(self, world: World) -> None:
        seen = past_managers(world)
        interim(world, holder_id=world.chloe.id, starts_on=day(1), ends_on=day(9))
        sign(world, seen, "chloe", expect=404)
        names = [each["name"] for each in party(seen, "client_directorate", "head_dep")["may_sign"]]
        assert names == ["Head_dep HEAD_DEP"]


class TestParties:
    def test_say_who_may_sign_today(self, world: World) -> None:
        named, given = interim(world), delegation(world, holder_id=world.chloe.id)
        seen = submitted(world)
        assert [
            (each["kind"], each["name"], each["for_name"], each["act_id"])
            for each in party(seen, "client_directorate", "head_dep")["may_sign"]
        ] == [
            ("own", "Head_dep HEAD_DEP", None, None),
            ("delegation", "Chloe CHLOE", "Dgs DGS", given["id"]),
            ("interim", "David DAVID", "Head_dep HEAD_DEP", named["id"]),
        ]
        assert [each["kind"] for each in party(seen, "sponsor", "dgs")["may_sign"]] == ["own", "delegation"]
        assert [each["kind"] for each in party(seen, "agent", "alice")["may_sign"]] == ["own"]
        assert party(sign(world, seen, "alice"), "agent", "alice")["may_sign"] == []

    def test_as_many_statements_whoever_may_sign(self, world: World) -> None:
        seen = submitted(world)
        with world.counted_queries() as few:
            world.lab.get(f"/mandates/{seen['id']}")
        interim(world)
        delegation(world, holder_id=world.chloe.id)
        delegation(world, holder_id=world.chloe.id, giver_id=world.elected.id)
        with world.counted_queries() as many:
            world.lab.get(f"/mandates/{seen['id']}")
        assert len(few) == len(many)


class TestKept:
    def test_what_was_signed_stands_when_the_act_ends(self, world: World) -> None:
        seen = past_managers(world)
        made = interim(world, holder_id=world.chloe.id)
        before = party(sign(world, seen, "chloe"), "client_directorate", "head_dep")["signed_by"]
        world.hr.post(f"/interims/{made['id']}/withdraw", {"reason": "Retour."})
        after = world.chloe.get(f"/mandates/{seen['id']}")
        assert party(after, "client_directorate", "head_dep")["signed_by"] == before
        assert before["act_last_day"] == made["ends_on"]
        for change in ({"act_reference": "autre"}, {"on_behalf_of_id": None}):
            with pytest.raises(IntegrityError, match="immutable"), world.database.transaction() as session:
                session.execute(update(MandateSignature).values(**change))

    @pytest.mark.parametrize("act_reference", [None, "décision 2026-27"])
    def test_no_signature_for_another_without_its_act(self, world: World, act_reference: str | None) -> None:
        seen = past_agents(world)
        pending = party(seen, "releasing_manager", "head_dep")
        row = MandateSignature(
            authority_id=world.authority.id,
            mandate_id=UUID(seen["id"]),
            party_id=UUID(pending["id"]),
            agent_id=world.david.agent.id,
            capacity=pending["capacity"],
            document_hash=seen["document_hash"],
            signed_at=clock.now(),
            method="token",
            on_behalf_of_id=world.head_dep.agent.id,
            act_reference=act_reference,
        )
        with pytest.raises(IntegrityError), world.database.transaction() as session:
            session.add(row)


def test_signing_while_the_act_is_withdrawn(world: World) -> None:
    """Either the signature came first and stands, or the withdrawal did and it is refused."""
    seen = past_managers(world)
    made = interim(world, holder_id=world.chloe.id)
    ready = threading.Barrier(2)
    statuses: dict[str, int] = {}

    def post(who: str, path: str, body: dict[str, Any]) -> None:
        ready.wait()
        statuses[who] = world.people[who].request("POST", path, json=body).status_code

    body = {"document_hash": seen["document_hash"], "consent": True}
    threads = [
        threading.Thread(target=post, args=("chloe", f"/mandates/{seen['id']}/sign", body)),
        threading.Thread(target=post, args=("hr", f"/interims/{made['id']}/withdraw", {"reason": "Retour."})),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses["hr"] == 200
    assert statuses["chloe"] in {200, 409}
    signed = party(world.lab.get(f"/mandates/{seen['id']}"), "client_directorate", "head_dep")
    assert (signed["state"] == "signed") is (statuses["chloe"] == 200)


def test_two_substitutes_sign_once(world: World) -> None:
    seen = past_managers(world)
    interim(world, holder_id=world.chloe.id)
    delegation(world, giver_id=world.elected.id)
    body = {"document_hash": seen["document_hash"], "consent": True}
    ready = threading.Barrier(3)
    statuses: list[int] = []

    def post(who: str) -> None:
        ready.wait()
        path = f"/mandates/{seen['id']}/sign"
        statuses.append(world.people[who].request("POST", path, json=body).status_code)

    threads = [threading.Thread(target=post, args=(who,)) for who in ("chloe", "david", "head_dep")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert min(statuses) == 200
    assert statuses.count(200) == 1
    assert world.event_types(seen["id"]).count("mandate.signed") == 5
