"""The sheet, who may print it and for whom, and what the lab sees after."""

import io
import threading
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from pypdf import PdfReader
from sqlalchemy import select, update
from sqlmodel import col

from app.access.capacity import Capacity
from app.codes.arithmetic import ALPHABET, bare_hr_id, new_code, opens
from app.codes.models import Origin, SignInCode
from app.codes.schemas import MAX_SLIPS
from app.kit import clock
from app.kit.ids import new_id
from app.people.models import Agent, Directorate
from app.people.service import create_authority
from app.settings import Settings
from tests.codes.conftest import CODE, TELEPHONE, Yard, codes_in, text_of
from tests.support.world import World

UNKNOWN = "0192f7c0-5b1e-7d0a-9a3e-1f2a3b4c5d6e"


def leave(world: World, name: str) -> None:
    with world.database.transaction() as session:
        gone = clock.today("Europe/Paris") - timedelta(days=1)
        session.execute(
            update(Agent).where(col(Agent.id) == world.people[name].agent.id).values(left_on=gone)
        )


class TestWhoPrints:
    def test_anonymous(self, yard: Yard) -> None:
        yard.world.anonymous.post("/sign-in-codes", {}, expect=401)
        yard.world.anonymous.get("/sign-in-codes", expect=401)
        yard.world.anonymous.get(f"/sign-in-codes/{UNKNOWN}", expect=401)
        yard.world.anonymous.post(f"/sign-in-codes/{UNKNOWN}/revoke", expect=401)

    @pytest.mark.parametrize("name", ["alice", "head_dep", "hr", "elected", "dgs"])
    def test_others(self, yard: Yard, name: str) -> None:
        person = yard.world.people[name]
        body = {"agent_ids": [yard.world.alice.id], "telephone": TELEPHONE}
        assert "laboratoire" in person.post("/sign-in-codes", body, expect=403)["detail"]
        person.get("/sign-in-codes", expect=403)
        yard.print(agent_ids=[yard.world.alice.id])
        [code] = yard.codes()
        person.get(f"/sign-in-codes/{code['id']}", expect=403)
        person.post(f"/sign-in-codes/{code['id']}/revoke", expect=403)

    def test_no_machine(self, yard: Yard) -> None:
        machine = yard.world.machine("hr:write", "programme:write")
        body = {"agent_ids": [yard.world.alice.id], "telephone": TELEPHONE}
        machine.post("/sign-in-codes", body, expect=403)

    @pytest.mark.parametrize("name", ["lab", "admin"])
    def test_the_lab_and_the_administrator(self, yard: Yard, name: str) -> None:
        assert len(codes_in(yard.print(by=name, agent_ids=[yard.world.alice.id]))) == 1


class TestForWhom:
    def test_a_directorate_and_below(self, yard: Yard) -> None:
        text = text_of(yard.print(directorate_id=yard.world.directorate_id("DEP")))
        assert len(CODE.findall(text)) == 3
        assert [name for name in ("Alice", "Emile", "Fatou", "David", "Head_dep") if name in text] == [
            "Alice",
            "Emile",
            "Fatou",
        ]

    def test_not_those_who_left(self, yard: Yard) -> None:
        leave(yard.world, "emile")
        assert "Emile" not in text_of(yard.print(directorate_id=yard.world.directorate_id("DEP")))
        problem = yard.world.lab.post(
            "/sign-in-codes", {"agent_ids": [yard.world.emile.id], "telephone": TELEPHONE}, expect=422
        )
        assert yard.world.emile.agent.hr_id in problem["detail"]

    @pytest.mark.parametrize(
        "capacity", [Capacity.LAB, Capacity.HR, Capacity.ADMINISTRATOR, Capacity.ELECTED]
    )
    def test_never_a_granted_capacity(self, yard: Yard, capacity: Capacity) -> None:
        """Or the lab could print itself the way to the administrator's powers."""
        yard.world.add_person("gaelle", "DEP", capacity=capacity, email=None)
        body = {"agent_ids": [yard.world.gaelle.id], "telephone": TELEPHONE}
        problem = yard.world.lab.post("/sign-in-codes", body, expect=422)
        assert [error["field"] for error in problem["errors"]] == ["agent_ids"]
        assert yard.world.gaelle.agent.hr_id in problem["detail"]
        assert "Gaelle" not in text_of(yard.print(directorate_id=yard.world.directorate_id("DEP")))

    def test_nor_somebody_with_an_email(self, yard: Yard) -> None:
        body = {"agent_ids": [yard.world.alice.id, yard.world.bruno.id], "telephone": TELEPHONE}
        problem = yard.world.lab.post("/sign-in-codes", body, expect=422)
        assert yard.world.bruno.agent.hr_id in problem["detail"]
        assert yard.codes() == [], "all or nothing"

    def test_nobody(self, yard: Yard) -> None:
        body = {"directorate_id": yard.world.directorate_id("DSI"), "telephone": TELEPHONE}
        problem = yard.world.lab.post("/sign-in-codes", body, expect=422)
        assert problem["type"].endswith("nobody-to-print-for")

    def test_too_many(self, yard: Yard) -> None:
        with yard.world.database.transaction() as session:
            session.add_all(
                Agent(
                    authority_id=yard.world.authority.id,
                    hr_id=f"T{number}",
                    family_name="T",
                    given_name="T",
                    directorate_id=yard.world.directorates["DSI"].id,
                )
                for number in range(MAX_SLIPS + 1)
            )
        body = {"directorate_id": yard.world.directorate_id("DSI"), "telephone": TELEPHONE}
        assert str(MAX_SLIPS) in yard.world.lab.post("/sign-in-codes", body, expect=422)["detail"]

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"agent_ids": []}, "agent_ids"),
            ({"directorate_id": UNKNOWN}, "agent_ids"),
            ({"agent_ids": [], "directorate_id": UNKNOWN}, "directorate_id"),
            ({"agent_ids": [UNKNOWN]}, "agent_ids"),
            ({"agent_ids": ["alice"]}, "agent_ids.0"),
            ({"agent_ids": [UNKNOWN] * (MAX_SLIPS + 1)}, "agent_ids"),
            ({"telephone": "call me"}, "telephone"),
            ({"telephone": '#link("x")'}, "telephone"),
            ({"telephone": None}, "telephone"),
            ({"unknown": 1}, "unknown"),
        ],
    )
    def test_bad_field(self, yard: Yard, change: dict[str, Any], field: str) -> None:
        body = {"agent_ids": [yard.world.alice.id], "telephone": TELEPHONE, **change}
        problem = yard.world.lab.post("/sign-in-codes", body, expect=422)
        assert [error["field"] for error in problem["errors"]] == [field]

    def test_another_authority(self, yard: Yard) -> None:
        with yard.world.database.transaction() as session:
            other = create_authority(session, slug="autre", name="Autre")
            place = Directorate(authority_id=other.id, code="X", name="X")
            session.add(place)
            session.flush()
            agent = Agent(
                authority_id=other.id, hr_id="1", family_name="A", given_name="A", directorate_id=place.id
            )
            session.add(agent)
            session.flush()
            code = SignInCode(
                authority_id=other.id,
                agent_id=agent.id,
                code_hash="0" * 64,
                origin=Origin.PRINTED,
                expires_at=clock.now() + timedelta(days=1),
            )
            session.add(code)
        for body in ({"agent_ids": [str(agent.id)]}, {"directorate_id": str(place.id)}):
            yard.world.lab.post("/sign-in-codes", {"telephone": TELEPHONE, **body}, expect=422)
        yard.world.lab.get(f"/sign-in-codes/{code.id}", expect=404)
        yard.world.lab.post(f"/sign-in-codes/{code.id}/revoke", expect=404)
        assert yard.codes() == []

    def test_without_a_key(self, world: World, app: FastAPI) -> None:
        body = {"agent_ids": [world.alice.id], "telephone": TELEPHONE}
        assert "ESSAIM_CODE_KEY" in world.lab.post("/sign-in-codes", body, expect=409)["detail"]


class TestTheSheet:
    def test_says_what_to_do(self, yard: Yard) -> None:
        text = text_of(yard.print(agent_ids=[yard.world.alice.id]))
        for said in (
            "Ville de Valmoret",
            "Alice ALICE",
            yard.world.alice.agent.hr_id,
            "Direction des espaces publics",
            "testserver/connexion/code",
            TELEPHONE,
        ):
            assert said in text

    def test_alphabet(self) -> None:
        assert not set("O0I1") & set(ALPHABET)
        assert len(ALPHABET) == 32
        assert all(set(new_code()) <= {*ALPHABET, "-"} for _code in range(200))

    def test_tagged(self, yard: Yard) -> None:
        reader = PdfReader(io.BytesIO(yard.print(directorate_id=yard.world.directorate_id("DEP"))))
        catalog: Any = reader.root_object
        assert catalog["/MarkInfo"]["/Marked"]
        assert catalog["/Lang"] == "fr"
        assert "/StructTreeRoot" in catalog
        assert b"pdfuaid:part" in catalog["/Metadata"].get_object().get_data()
        assert reader.metadata is not None
        assert reader.metadata.title == "Feuillets d’entrée – Ville de Valmoret"

    def test_six_to_an_a4_page(self, yard: Yard) -> None:
        for number in range(10):
            yard.world.add_person(f"worker{number}", "DEP", email=None)
        pdf = yard.print(directorate_id=yard.world.directorate_id("DEP"))
        reader = PdfReader(io.BytesIO(pdf))
        assert [len(CODE.findall(page.extract_text())) for page in reader.pages] == [6, 6, 1]
        assert (round(reader.pages[0].mediabox.width), round(reader.pages[0].mediabox.height)) == (595, 842)
        assert len(set(codes_in(pdf))) == 13

    def test_what_is_written_is_never_markup(self, yard: Yard) -> None:
        with yard.world.database.transaction() as session:
            session.execute(
                update(Agent)
                .where(col(Agent.id) == yard.world.alice.agent.id)
                .values(given_name='#panic("x") $a$ *b* = <c>', family_name="Ž`\\")
            )
        assert "#panic" in text_of(yard.print(agent_ids=[yard.world.alice.id]))

    def test_is_kept_nowhere(self, yard: Yard) -> None:
        body = {"agent_ids": [yard.world.alice.id], "telephone": TELEPHONE}
        headers = {"Idempotency-Key": "one"}
        first = yard.world.lab.request("POST", "/sign-in-codes", json=body, headers=headers, expect=201)
        assert first.headers["cache-control"] == "no-store"
        assert first.headers["content-type"] == "application/pdf"
        again = yard.world.lab.request("POST", "/sign-in-codes", json=body, headers=headers, expect=201)
        assert codes_in(again.content) != codes_in(first.content)

    def test_stored_as_a_salted_slow_hash_under_a_key_of_the_operator(self, yard: Yard) -> None:
        codes = codes_in(yard.print(agent_ids=[yard.world.alice.id, yard.world.people["emile"].id]))
        statement = select(col(SignInCode.code_hash), col(SignInCode.algorithm)).order_by(col(SignInCode.id))
        with yard.world.database.read() as connection:
            rows = connection.execute(statement).all()
        key, another = b"k" * 32, b"l" * 32
        for code, (held, algorithm) in zip(codes, rows, strict=True):
            assert algorithm == "argon2id"
            assert held.startswith("$argon2id$v=19$m=12288,t=3,p=1$")
            assert opens(key, code, held)
            assert not opens(another, code, held)
            assert not opens(key, "AAAA-AAAA", held)
            assert code.replace("-", "") not in held.upper()
        salts = [held.split("$")[4] for held, _algorithm in rows]
        assert len(set(salts)) == 2
        assert min(map(len, salts)) >= 22

    @pytest.mark.parametrize(
        ("printed", "typed"), [("00012345", "12345"), ("a 12", "A12"), ("0", "000"), ("12", " 1 2 ")]
    )
    def test_a_matricule_as_people_say_it(self, printed: str, typed: str) -> None:
        assert bare_hr_id(printed) == bare_hr_id(typed)

    def test_a_key_too_short(self) -> None:
        with pytest.raises(ValueError, match="ESSAIM_CODE_KEY"):
            Settings(code_key=SecretStr("short"))


class TestIssuing:
    def test_events(self, yard: Yard) -> None:
        yard.print(agent_ids=[yard.world.alice.id])
        [code] = yard.codes()
        assert yard.world.event_types(code["id"]) == ["sign_in_code.issued"]

    def test_again_ends_the_former(self, yard: Yard) -> None:
        yard.print(agent_ids=[yard.world.alice.id])
        yard.print(agent_ids=[yard.world.alice.id])
        new, old = yard.codes()
        assert (old["live"], new["live"]) == (False, True)
        assert old["revoked_at"] is not None
        assert yard.world.event_types(old["id"]) == ["sign_in_code.issued", "sign_in_code.revoked"]

    def test_two_at_once_leave_one_code(self, yard: Yard) -> None:
        statuses: list[int] = []
        body = {"directorate_id": yard.world.directorate_id("DEP"), "telephone": TELEPHONE}
        ready = threading.Barrier(6)

        def run() -> None:
            ready.wait()
            response = yard.world.lab.request("POST", "/sign-in-codes", json=body)
            statuses.append(response.status_code)

        runners = [threading.Thread(target=run) for _runner in range(6)]
        for runner in runners:
            runner.start()
        for runner in runners:
            runner.join()
        assert statuses == [201] * 6
        assert len(yard.codes(live=True)) == 3

    def test_as_many_statements_for_many_as_rows(self, yard: Yard) -> None:
        with yard.world.counted_queries() as few:
            yard.print(agent_ids=[yard.world.alice.id])
        ids = [yard.world.people[name].id for name in ("alice", "emile", "fatou")]
        with yard.world.counted_queries() as more:
            yard.print(agent_ids=ids)
        # A code and its event for each, and the end of the code that Alice held.
        assert len(more) - len(few) == 2 * 2 + 1


class TestReading:
    def test_list_and_detail(self, yard: Yard) -> None:
        yard.print(directorate_id=yard.world.directorate_id("DEP"))
        items = yard.codes()
        assert {item["agent_name"] for item in items} == {"Alice ALICE", "Emile EMILE", "Fatou FATOU"}
        assert all(item["issued_by_id"] == yard.world.lab.id for item in items)
        assert yard.world.admin.get(f"/sign-in-codes/{items[0]['id']}") == items[0]
        assert [item["agent_id"] for item in yard.codes(agent_id=yard.world.alice.id)] == [
            yard.world.alice.id
        ]
        assert len(yard.codes(directorate_id=yard.world.directorate_id("DEP/voirie"))) == 2
        assert yard.codes(live=False) == []

    def test_constant_queries(self, yard: Yard) -> None:
        with yard.world.counted_queries() as none:
            yard.codes()
        yard.print(directorate_id=yard.world.directorate_id("DEP"))
        with yard.world.counted_queries() as some:
            yard.codes()
        assert len(none) == len(some)

    def test_expired_is_not_live(self, yard: Yard) -> None:
        now = clock.now()
        with clock.at(now - timedelta(days=32)):
            yard.print(agent_ids=[yard.world.alice.id])
        [code] = yard.codes()
        assert code["live"] is False

    def test_until_the_end_of_the_day_that_is_printed(self, yard: Yard) -> None:
        yard.print(agent_ids=[yard.world.alice.id])
        [code] = yard.codes()
        last_day = clock.today("Europe/Paris") + timedelta(days=30)
        assert code["expires_at"].startswith(str(last_day))


class TestRevoking:
    def test_by_hand(self, yard: Yard) -> None:
        yard.print(agent_ids=[yard.world.alice.id])
        [code] = yard.codes()
        assert yard.world.lab.post(f"/sign-in-codes/{code['id']}/revoke")["live"] is False
        assert yard.world.event_types(code["id"]) == ["sign_in_code.issued", "sign_in_code.revoked"]
        problem = yard.world.lab.post(f"/sign-in-codes/{code['id']}/revoke", expect=409)
        assert problem["type"].endswith("code-over")

    def test_unknown(self, yard: Yard) -> None:
        yard.world.lab.post(f"/sign-in-codes/{new_id()}/revoke", expect=404)
        yard.world.lab.post("/sign-in-codes/x/revoke", expect=422)
