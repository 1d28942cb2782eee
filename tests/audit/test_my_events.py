"""What concerns a person, to that person."""

import re
from datetime import date
from typing import Any

from sqlalchemy import insert, select, text
from sqlmodel import col

from app.access.capacity import Capacity
from app.audit import queries
from app.journal import service
from app.journal.chain import events as EVENTS  # noqa: N812 a table
from app.journal.models import EventPerson, JournalEvent
from app.kit import clock
from app.kit.ids import new_id
from tests.calls import builders as calls
from tests.follow_ups import builders as follow_ups
from tests.half_days import builders as half_days
from tests.mandates import builders as mandates
from tests.people.builders import away
from tests.support.database import owning
from tests.support.world import World, qualified, report

LISTED = "/me/events?sort=position&limit=200"


def read_by(world: World, name: str, subject_id: str | None = None) -> list[str]:
    """The types of the events that concern this person, in order; of one subject where one is named."""
    world.work()
    items: list[dict[str, Any]] = world.people[name].get(LISTED)["items"]
    return [item["type"] for item in items if subject_id in {None, item["subject_id"]}]


def test_anonymous(world: World) -> None:
    world.anonymous.get("/me/events", expect=401)


def test_a_machine_has_none(world: World) -> None:
    problem = world.machine("events:read").get("/me/events", expect=403)
    assert "application connectée" in problem["detail"]


def test_everybody_has_theirs(world: World) -> None:
    for who in ("alice", "head_dep", "hr", "elected", "lab"):
        assert world.people[who].get("/me/events")["items"] == []


def test_an_irritant_is_its_reporters(world: World) -> None:
    irritant = qualified(world)
    world.bruno.post(f"/irritants/{irritant['id']}/comments", {"body": "Pareil."})
    world.lab.post(f"/irritants/{irritant['id']}/decline", {"reason": "Déjà commandé."})
    story = ["irritant.reported", "irritant.qualified", "irritant.commented", "irritant.declined"]
    assert read_by(world, "alice") == story
    assert read_by(world, "bruno") == ["irritant.commented"]
    assert read_by(world, "lab") == ["irritant.qualified", "irritant.declined"]
    assert read_by(world, "head_dep") == []


def test_one_without_a_reporter_leads_to_nobody(world: World) -> None:
    """As a protected report is: recorded as Essaim's own, about an irritant that names nobody."""
    irritant = report(world)
    with world.database.transaction() as session:
        table = EVENTS.metadata.tables["irritants"]
        session.execute(table.update().values(reporter_id=None))
    world.lab.post(f"/irritants/{irritant['id']}/qualify")
    world.work()
    with world.database.read() as connection:
        statement = (
            select(col(JournalEvent.type), col(EventPerson.agent_id))
            .join(EventPerson, col(EventPerson.event_id) == col(JournalEvent.id))
            .where(col(JournalEvent.type) == "irritant.qualified")
        )
        assert connection.execute(statement).all() == [("irritant.qualified", world.lab.agent.id)]


def test_an_application_is_its_authors_and_their_managers(world: World) -> None:
    application = calls.application(world, by="bruno")
    world.lab.post(f"/applications/{application['id']}/accept")
    story = ["application.submitted", "application.accepted"]
    assert read_by(world, "bruno", application["id"]) == story
    assert read_by(world, "head_dej", application["id"]) == story
    assert read_by(world, "chloe", application["id"]) == []


def test_a_mandate_is_its_parties(world: World) -> None:
    mandate = mandates.active(world)
    for who in ("alice", "bruno", "head_dep", "dgs", "lab"):
        story = read_by(world, who, mandate["id"])
        assert {"mandate.submitted", "mandate.signed", "mandate.activated"} <= set(story)
        assert story.count("mandate.signed") == len(mandate["parties"])
    assert read_by(world, "david", mandate["id"]) == []


def test_in_what_capacity(world: World) -> None:
    mandates.active(world)
    world.work()
    signed = world.alice.get("/me/events?type=mandate.signed")["items"]
    assert {item["acting_as"] for item in signed} == {"party"}
    assert [item["address"] for item in signed if item["agent_id"] == world.alice.id] == ["testclient"]
    assert {item["address"] for item in signed if item["agent_id"] != world.alice.id} == {None}


def test_a_half_day_is_its_agents(world: World) -> None:
    with half_days.on(half_days.MONDAY):
        half_days.active(world, "alice", "bruno")
    with half_days.on(half_days.START):
        taken = half_days.on_day(world, half_days.START)
        half_days.act(world, taken, "take")
    assert read_by(world, "alice", taken["id"]) == ["half_day.taken"]
    assert read_by(world, "bruno", taken["id"]) == []


def test_a_commitment_is_its_owners(world: World) -> None:
    with half_days.on(half_days.MONDAY):
        made = follow_ups.commitments(world)
    owners = {commitment["owner_id"]: commitment["id"] for commitment in made}
    assert len(owners) == 2
    world.work()
    for person in world.people.values():
        of_others = [
            item["subject_id"]
            for item in person.get("/me/events?type=commitment.made")["items"]
            if item["agent_id"] != person.id
        ]
        assert of_others == ([owners[person.id]] if person.id in owners else [])


def test_the_record_of_an_agent_is_theirs(world: World) -> None:
    world.hr.patch(f"/agents/{world.chloe.id}", {"working_percentage": "50.00"})
    absence = away(world, "alice", date(2027, 3, 1).isoformat())
    assert read_by(world, "chloe") == ["agent.changed"]
    assert read_by(world, "alice", absence["id"]) == ["absence.declared"]
    assert read_by(world, "bruno") == []


def test_who_answered_the_spiral_is_nobodys(world: World) -> None:
    with half_days.on(half_days.MONDAY):
        held = follow_ups.held(world)
    with half_days.on(date.fromisoformat(held["held_on"])):
        follow_ups.answer(world, held, "alice", "bruno")
    world.work()
    assert len(world.lab.get("/events?type=follow_up.spiral_answered")["items"]) == 2
    for person in world.people.values():
        assert person.get("/me/events?type=follow_up.spiral_answered")["items"] == []


def test_newest_first_by_pages_and_filters(world: World) -> None:
    for number in range(5):
        report(world, title=f"Irritant {number}")
        report(world, by="bruno", title=f"Autre {number}")
    world.work()
    seen: list[int] = []
    path = "/me/events?limit=2"
    while True:
        page = world.alice.get(path)
        seen += [item["position"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        path = f"/me/events?limit=2&cursor={page['next_cursor']}"
    assert seen == [9, 7, 5, 3, 1]
    assert [item["position"] for item in world.alice.get("/me/events?after=5&sort=position")["items"]] == [
        7,
        9,
    ]
    assert world.alice.get("/me/events?type=irritant.qualified")["items"] == []
    assert len(world.alice.get("/me/events?since=2026-01-01T00:00:00Z")["items"]) == 5
    assert world.alice.get("/me/events?since=2100-01-01T00:00:00Z")["items"] == []
    for wrong in ("limit=0", "sort=type", "since=hier", "after=-1", "cursor=x", "agent_id=" + world.bruno.id):
        world.alice.get(f"/me/events?{wrong}", expect=422)


def test_a_colleague_is_named_and_the_reporter_is_not(world: World) -> None:
    """Acts on one's own irritant name whoever did them."""
    irritant = qualified(world)
    world.bruno.post(f"/irritants/{irritant['id']}/comments", {"body": "Pareil."})
    world.work()
    items = world.alice.get(LISTED)["items"]
    assert [item["agent_id"] for item in items] == [world.alice.id, world.lab.id, world.bruno.id]
    assert [item["address"] for item in items] == ["testclient", None, None]


def test_another_authority(world: World) -> None:
    report(world)
    with World.build(world.app, world.database, slug="haute-arlene") as other:
        report(other)
        assert read_by(other, "alice") == ["irritant.reported"]
        assert read_by(world, "alice") == ["irritant.reported"]
        assert len(other.alice.get("/me/events")["items"]) == 1


def test_constant_queries(world: World) -> None:
    for number in range(3):
        report(world, title=f"Irritant {number}")
    world.work()
    with world.counted_queries() as seen:
        world.alice.get("/me/events?limit=50")
    assert len(seen) == 2


def test_a_page_reads_no_more_than_it_shows(world: World) -> None:
    """Among ten thousand events of others, one's own are found by an index."""
    row = {
        "authority_id": world.authority.id,
        "type": "stone.laid",
        "subject_type": "stone",
        "subject_id": new_id(),
        "agent_id": world.bruno.agent.id,
        "occurred_at": clock.now(),
        "payload": "{}",
        "digest_version": 2,
    }
    with world.database.transaction() as session:
        session.execute(insert(EVENTS), [{**row, "id": new_id()} for _ in range(10_000)])
    report(world)
    while service.seal(world.database):
        pass
    world.work()
    with owning(world.database) as connection:
        connection.execute(text("ANALYZE"))
    assert len(world.alice.get("/me/events")["items"]) == 1
    parameters = {"authority_id": world.authority.id, "me": world.alice.agent.id}
    statement = queries.MY_EVENTS.statement("-position", (), queries.MINE).limit(51).params(parameters)
    with world.database.read() as connection:
        written = str(statement.compile(connection, compile_kwargs={"literal_binds": True}))
        explain = "EXPLAIN QUERY PLAN" if world.database.is_sqlite else "EXPLAIN"
        plan = "\n".join(str(row[-1]) for row in connection.exec_driver_sql(f"{explain} {written}"))
    assert "pk_event_persons" in plan or "SEARCH event_persons USING" in plan, plan
    assert not re.search(r"SCAN|Seq Scan on events\b", plan), plan


def test_the_administrator_learns_no_more_from_their_own(world: World) -> None:
    world.add_person("admin", "DSI", capacity=Capacity.ADMINISTRATOR)
    report(world)
    world.work()
    assert world.admin.get("/me/events")["items"] == []
