"""An export brought into the database: the real one, and a small town's as it lives."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlmodel import col

from app.access.actor import Actor, system
from app.access.capacity import Capacity
from app.journal.models import JournalEvent
from app.kit import clock
from app.kit.database import Database
from app.people.hr_import import import_people
from app.people.hr_plan import Kind, Outcome, Plan
from app.people.models import Agent, Authority, Directorate, Position
from app.people.problems import HrFileRefused
from app.people.service import create_authority, grant
from tests.people.builders import EXPORT, export, line, small_town

EMAIL = "Courriel professionnel"
LEFT = {"Position administrative": "Radié", "Date de sortie": "01/03/2026"}


@dataclass
class Town:
    """An authority that imports its people."""

    database: Database
    authority: Authority

    @property
    def actor(self) -> Actor:
        return system(self.authority.id)

    def bring(self, *lines: dict[str, str], **options: Any) -> Plan:
        return self.bring_bytes(export(*lines), **options)

    def bring_bytes(self, data: bytes, **options: Any) -> Plan:
        with self.database.transaction() as session:
            return import_people(session, self.actor, data, **options)

    def agents(self) -> dict[str, Agent]:
        with self.database.session() as session:
            found = session.execute(select(Agent).where(col(Agent.authority_id) == self.authority.id))
            return {agent.hr_id: agent for agent in found.scalars()}

    def nodes(self) -> dict[str, Directorate]:
        with self.database.session() as session:
            found = session.execute(
                select(Directorate).where(col(Directorate.authority_id) == self.authority.id)
            )
            return {node.code: node for node in found.scalars()}

    def events(self) -> list[tuple[str, dict[str, Any]]]:
        """The journal, as agents' HR ids or nothing tell its subjects."""
        with self.database.session() as session:
            found = session.execute(select(JournalEvent).order_by(col(JournalEvent.id))).scalars()
            return [(row.type, json.loads(row.payload)) for row in found]


@pytest.fixture
def town(database: Database) -> Iterator[Town]:
    with clock.at(datetime(2026, 11, 24, 9, tzinfo=UTC)), database.transaction() as session:
        authority = create_authority(session, slug="valmoret", name="Ville de Valmoret")
    with clock.at(datetime(2026, 11, 24, 9, tzinfo=UTC)):
        yield Town(database, authority)


def changed(plan: Plan, kind: Kind = Kind.AGENT) -> dict[str, int]:
    return {outcome.value: number for outcome, number in plan.counts[kind].items() if number}


def test_the_real_export(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    started = time.perf_counter()
    plan = town.bring_bytes(EXPORT.read_bytes())
    first = time.perf_counter() - started
    assert changed(plan) == {"created": 2384}
    assert changed(plan, Kind.DIRECTORATE) == {"created": 17}
    assert changed(plan, Kind.SERVICE) == {"created": 47}
    started = time.perf_counter()
    again = town.bring_bytes(EXPORT.read_bytes())
    second = time.perf_counter() - started
    with capsys.disabled():
        backend = town.database.url.get_backend_name()
        print(f"\n{backend}: 2,384 agents in {first:.2f} s, again in {second:.2f} s")  # noqa: T201 worth seeing
    assert again.changes == []
    assert changed(again) == {"unchanged": 2384}

    agents, nodes = town.agents(), town.nodes()
    by_id = {agent.id: agent for agent in agents.values()}
    assert {agent.version for agent in agents.values()} == {1}
    assert sum(agent.left_on is not None for agent in agents.values()) == 68
    assert sum(agent.email is None for agent in agents.values()) == 1540
    sebastien = agents["00011568"]
    assert sebastien.directorate_id == nodes["DEJ/periscolaire"].id
    assert sebastien.sort_name == "lagarde sebastien"
    assert sebastien.manager_id is not None
    assert by_id[sebastien.manager_id].hr_id == "00011332"
    assert agents["00017033"].working_percentage == Decimal(80)
    assert agents["00010672"].position is Position.AVAILABILITY
    head = nodes["DEP"].head_id
    assert head is not None
    assert (by_id[head].hr_id, nodes["DEP"].parent_id) == ("00014677", nodes["DGS"].id)
    assert {node.version for node in nodes.values()} == {1}
    ((kind, payload),) = town.events()
    assert kind == "people.imported"
    assert payload["agents"] == {"created": 2384, "updated": 0, "closed": 0, "reopened": 0, "unchanged": 0}


def test_statements_do_not_grow_with_the_file(town: Town) -> None:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(town.database.writer, "before_cursor_execute", note)
    counts = []
    renamed = EXPORT.read_bytes().replace(b"Adjoint", b"Assistant")
    for data in (export(*small_town()), EXPORT.read_bytes(), renamed):
        seen.clear()
        town.bring_bytes(data)
        counts.append(len(seen))
    event.remove(town.database.writer, "before_cursor_execute", note)
    few, many, updated = counts
    # The second import also updates the two directorates that both files have.
    assert few < many <= few + 2
    assert updated < few


class TestAgain:
    def test_with_lines_in_another_order(self, town: Town) -> None:
        town.bring(*small_town())
        assert town.bring(*reversed(small_town())).changes == []
        assert len(town.events()) == 1

    def test_one_change(self, town: Town) -> None:
        town.bring(*small_town())
        before = town.agents()
        lines = [{**row, "Quotité": "50,00"} if row["Matricule"] == "4" else row for row in small_town()]
        plan = town.bring(*lines)
        assert changed(plan) == {"updated": 1, "unchanged": 7}
        (change,) = plan.changes
        assert (change.key, change.fields) == ("4", {"working_percentage": (Decimal(100), Decimal(50))})
        after = town.agents()
        assert (after["4"].version, after["3"].version) == (2, 1)
        assert after["4"].id == before["4"].id
        assert [kind for kind, _payload in town.events()] == [
            "people.imported",
            "people.imported",
            "agent.changed",
        ]
        assert town.events()[-1][1] == {"fields": ["working_percentage"]}

    def test_a_name_alone_is_nobody_elses_business(self, town: Town) -> None:
        town.bring(*small_town())
        lines = [{**row, "Nom": "Lévêque"} if row["Matricule"] == "4" else row for row in small_town()]
        town.bring(*lines)
        assert town.agents()["4"].sort_name == "leveque elise"
        assert [kind for kind, _payload in town.events()] == ["people.imported", "people.imported"]

    def test_moving_to_another_service(self, town: Town) -> None:
        town.bring(*small_town())
        moved = {"Service": "Espaces verts", "Matricule N+1": "6"}
        lines = [{**row, **moved} if row["Matricule"] == "4" else row for row in small_town()]
        (change,) = town.bring(*lines).changes
        assert change.fields == {
            "directorate_id": ("DEP/voirie", "DEP/espaces-verts"),
            "manager_id": ("3", "6"),
        }
        assert town.agents()["4"].directorate_id == town.nodes()["DEP/espaces-verts"].id

    def test_a_new_directorate_and_its_head(self, town: Town) -> None:
        town.bring(*small_town())
        water = {"Code direction": "DEAU", "Direction": "Direction de l'eau"}
        plan = town.bring(*small_town(), line("21", "20", **water), line("20", "1", **water))
        assert changed(plan) == {"created": 2, "unchanged": 8}
        assert changed(plan, Kind.DIRECTORATE) == {"created": 1, "unchanged": 2}
        node = town.nodes()["DEAU"]
        assert (node.head_id, node.parent_id) == (town.agents()["20"].id, town.nodes()["DGS"].id)

    def test_a_renamed_directorate_keeps_its_row(self, town: Town) -> None:
        town.bring(*small_town())
        before = town.nodes()["DEP"]
        lines = [
            {**row, "Direction": "Voies et jardins"} if row["Code direction"] == "DEP" else row
            for row in small_town()
        ]
        assert changed(town.bring(*lines), Kind.DIRECTORATE) == {"updated": 1, "unchanged": 1}
        after = town.nodes()["DEP"]
        assert (after.id, after.name, after.version) == (before.id, "Voies et jardins", 2)

    def test_what_the_file_does_not_carry_stays(self, town: Town) -> None:
        town.bring(*small_town())
        with town.database.transaction() as session:
            agent = session.get_one(Agent, town.agents()["5"].id)
            agent.off_halves = ["wednesday:morning", "wednesday:afternoon"]
        assert town.bring(*small_town()).changes == []
        assert town.agents()["5"].off_halves == ["wednesday:morning", "wednesday:afternoon"]


class TestLeavers:
    def test_are_closed_and_come_back(self, town: Town) -> None:
        town.bring(*small_town())
        gone = [{**row, **LEFT} if row["Matricule"] == "5" else row for row in small_town()]
        assert changed(town.bring(*gone)) == {"closed": 1, "unchanged": 7}
        agent = town.agents()["5"]
        assert (agent.left_on, agent.position) == (date(2026, 3, 1), Position.LEFT)
        assert ("agent.left", {"left_on": "2026-03-01"}) in town.events()
        assert town.bring(*gone).changes == []
        assert changed(town.bring(*small_town())) == {"reopened": 1, "unchanged": 7}
        agent = town.agents()["5"]
        assert (agent.left_on, agent.position) == (None, Position.ACTIVE)
        assert [kind for kind, _payload in town.events()][-3:] == [
            "people.imported",
            "agent.returned",
            "agent.changed",
        ]

    def test_absent_from_the_file_are_reported_and_left(self, town: Town) -> None:
        town.bring(*small_town())
        fewer = [row for row in small_town() if row["Matricule"] not in {"6", "7", "8"}]
        plan = town.bring(*fewer)
        assert plan.changes == []
        assert plan.missing == {
            Kind.DIRECTORATE: [],
            Kind.SERVICE: ["DEP/espaces-verts"],
            Kind.AGENT: ["6", "7", "8"],
        }
        assert town.agents()["8"].left_on is None

    def test_absent_from_the_file_are_closed_when_asked(self, town: Town) -> None:
        town.bring(*small_town())
        fewer = [row for row in small_town() if row["Matricule"] not in {"6", "7", "8"}]
        plan = town.bring(*fewer, close_missing=True)
        assert changed(plan) == {"closed": 3, "unchanged": 5}
        assert changed(plan, Kind.SERVICE) == {"closed": 1, "unchanged": 1}
        agent, node = town.agents()["8"], town.nodes()["DEP/espaces-verts"]
        assert (agent.left_on, agent.position) == (date(2026, 11, 24), Position.LEFT)
        assert node.closed_on == date(2026, 11, 24)
        assert town.bring(*fewer, close_missing=True).changes == []
        assert changed(town.bring(*small_town()), Kind.SERVICE) == {"reopened": 1, "unchanged": 1}

    def test_elected_members_are_in_no_hr_file(self, town: Town) -> None:
        town.bring(*small_town(), line("elu"))
        with town.database.transaction() as session:
            grant(session, session.get_one(Agent, town.agents()["elu"].id), Capacity.ELECTED)
        plan = town.bring(*small_town(), close_missing=True)
        assert (plan.changes, plan.missing[Kind.AGENT]) == ([], [])


class TestEmails:
    def test_pass_from_one_to_another(self, town: Town) -> None:
        town.bring(line("1", **{EMAIL: "a@v.fr"}), line("2", **{EMAIL: "b@v.fr"}), line("3"))
        town.bring(line("1", **{EMAIL: "b@v.fr"}), line("2", **{EMAIL: "a@v.fr"}), line("3"))
        emails = {hr_id: agent.email for hr_id, agent in town.agents().items()}
        assert emails == {"1": "b@v.fr", "2": "a@v.fr", "3": None}
        town.bring(line("1"), line("2"), line("3"), line("4", **{EMAIL: "a@v.fr"}))
        assert town.agents()["4"].email == "a@v.fr"

    def test_of_somebody_who_left_long_ago_is_free(self, town: Town) -> None:
        town.bring(line("1", **LEFT, **{EMAIL: "a@v.fr"}), line("2"))
        plan = town.bring(line("2"), line("3", **{EMAIL: "a@v.fr"}))
        assert changed(plan) == {"created": 1, "updated": 1, "unchanged": 1}
        assert (town.agents()["1"].email, town.agents()["3"].email) == (None, "a@v.fr")

    def test_of_somebody_closed_just_now_is_free(self, town: Town) -> None:
        town.bring(line("1", **{EMAIL: "a@v.fr"}), line("2"))
        town.bring(line("2"), line("3", **{EMAIL: "a@v.fr"}), close_missing=True)
        assert (town.agents()["1"].email, town.agents()["3"].email) == (None, "a@v.fr")

    def test_of_somebody_in_post_is_not(self, town: Town) -> None:
        town.bring(line("1", **{EMAIL: "a@v.fr"}), line("2"))
        with pytest.raises(HrFileRefused) as refused:
            town.bring(line("2"), line("3", **{EMAIL: "a@v.fr"}))
        (error,) = refused.value.lines
        assert (error.line, error.column) == (3, EMAIL)
        assert "agent 1" in str(error.reason)
        assert set(town.agents()) == {"1", "2"}

    def test_is_one_per_authority(self, town: Town) -> None:
        town.bring(line("1", **{EMAIL: "a@v.fr"}))
        with town.database.transaction() as session:
            other = create_authority(session, slug="haute-arlene", name="Haute-Arlène")
        elsewhere = Town(town.database, other)
        assert changed(elsewhere.bring(line("1", **{EMAIL: "a@v.fr"}))) == {"created": 1}
        assert len(town.agents()) == 1


class TestAllOrNothing:
    def test_dry_run_writes_nothing(self, town: Town) -> None:
        plan = town.bring(*small_town(), dry_run=True)
        assert changed(plan) == {"created": 8}
        assert (town.agents(), town.nodes(), town.events()) == ({}, {}, [])

    def test_one_wrong_line_stops_all(self, town: Town) -> None:
        with pytest.raises(HrFileRefused):
            town.bring(*small_town(), line("9", Quotité="0"))
        assert town.agents() == {}

    def test_two_at_once_wait_for_each_other(self, town: Town) -> None:
        plans: list[Plan] = []

        def bring() -> None:
            with clock.at(datetime(2026, 11, 24, 9, tzinfo=UTC)):
                plans.append(town.bring(*small_town()))

        threads = [threading.Thread(target=bring) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        created = sorted(plan.counts[Kind.AGENT][Outcome.CREATED] for plan in plans)
        assert created == [0, 0, 0, 8]
        assert len(town.events()) == 1

    def test_progress_is_told_to_the_end(self, town: Town) -> None:
        told: list[tuple[str, int, int]] = []
        town.bring(*small_town(), progress=lambda step, done, total: told.append((str(step), done, total)))
        assert told == [("Écriture", 4, 12), ("Écriture", 12, 12)]
