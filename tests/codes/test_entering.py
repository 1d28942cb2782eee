"""Matricule and code at the door: once, whoever asks gets the same answer, and a way back in."""

import re
import threading
from datetime import timedelta
from uuid import UUID

import pytest
from fastapi import FastAPI
from sqlalchemy import select, update
from sqlmodel import col

from app.access.capacity import Capacity
from app.codes.arithmetic import fingerprint
from app.codes.models import SignInCode
from app.codes.problems import CodeWrong
from app.journal.models import JournalEvent
from app.kit import clock
from app.people.models import Agent
from app.people.service import grant
from app.web.visits import Visit
from tests.codes.conftest import CODE, TELEPHONE, Yard, codes_in
from tests.support.visitor import Visitor, where
from tests.support.world import World

REFUSED = str(CodeWrong.title)[:30].replace("'", "&#39;")


def next_code(visitor: Visitor) -> str:
    """The code that the page shows, to come back with."""
    visitor.get("/connexion/code/suivant")
    page = visitor.submit("/connexion/code/suivant", expect=200).text
    return str(CODE.findall(page)[0])


class TestTheWholeWay:
    def test_printed_then_inside(self, yard: Yard) -> None:
        code = yard.code_of("alice")
        visitor = Visitor(yard.world.app)
        page = visitor.get("/connexion/code?suite=/irritants")
        assert 'name="hr_id"' in page
        hr_id = yard.world.alice.agent.hr_id
        entered = visitor.submit("/connexion/code", hr_id=hr_id, code=code, suite="/irritants")
        assert where(entered) == "/connexion/code/suivant?suite=/irritants"
        assert visitor.is_inside()
        [held] = yard.codes()
        assert held["used_at"] is not None
        assert yard.world.event_types(held["id"]) == ["sign_in_code.issued", "sign_in_code.used"]

    def test_as_people_type_it(self, yard: Yard) -> None:
        code = yard.code_of("alice")
        visitor = Visitor(yard.world.app)
        visitor.get("/connexion/code")
        hr_id = yard.world.alice.agent.hr_id.lstrip("0")
        visitor.submit("/connexion/code", hr_id=f" {hr_id} ", code=f" {code.lower().replace('-', ' ')} ")
        assert visitor.is_inside()

    def test_a_shared_computer_is_left_after_half_an_hour(self, yard: Yard) -> None:
        now = clock.now()
        with clock.at(now):
            shared = yard.enter("alice", yard.code_of("alice"))
            own = yard.enter("emile", yard.code_of("emile"), own="true")
        with clock.at(now + timedelta(minutes=31)):
            assert not shared.is_inside()
            assert own.is_inside()
        with clock.at(now + timedelta(hours=13)):
            assert not own.is_inside()

    def test_one_session_per_browser(self, yard: Yard) -> None:
        """On a shared computer, whoever comes next is not the one before."""
        visitor = yard.enter("alice", yard.code_of("alice"))
        before = visitor.http.cookies["essaim"]
        yard.enter("emile", yard.code_of("emile"), visitor=visitor)
        assert "Emile EMILE" in visitor.get("/")
        visitor.http.cookies.clear()
        visitor.http.cookies["essaim"] = before
        assert not visitor.is_inside()


class TestOnce:
    def test_twice(self, yard: Yard) -> None:
        code = yard.code_of("alice")
        yard.enter("alice", code)
        again = yard.enter("alice", code, expect=422)
        assert not again.is_inside()

    def test_of_ten_at_once_one_comes_in(self, yard: Yard) -> None:
        code = yard.code_of("alice")
        statuses: list[int] = []
        ready = threading.Barrier(10)
        visitors = [Visitor(yard.world.app) for _visitor in range(10)]
        for visitor in visitors:
            visitor.get("/connexion/code")

        def run(visitor: Visitor) -> None:
            fields = {"csrf": visitor.csrf, "hr_id": yard.world.alice.agent.hr_id, "code": code}
            ready.wait()
            statuses.append(visitor.http.post("/connexion/code", data=fields).status_code)

        runners = [threading.Thread(target=run, args=(visitor,)) for visitor in visitors]
        for runner in runners:
            runner.start()
        for runner in runners:
            runner.join()
        assert sorted(statuses) == [303, *[422] * 9]
        assert sum(visitor.is_inside() for visitor in visitors) == 1

    def test_a_new_sheet_ends_the_former_code(self, yard: Yard) -> None:
        old = yard.code_of("alice")
        new = yard.code_of("alice")
        yard.enter("alice", old, expect=422)
        yard.enter("alice", new)

    def test_one_printed_before_codes_had_a_salt(self, yard: Yard) -> None:
        """It opens until it ends, once, and for its holder alone."""
        code = "7KQF-3MXA"
        yard.code_of("alice")
        former = {
            "holder_hash": None,
            "code_hash": fingerprint(b"k" * 32, yard.world.alice.agent.hr_id, code),
            "algorithm": "hmac-sha256",
        }
        with yard.world.database.transaction() as session:
            session.execute(update(SignInCode).values(former))
        yard.enter("emile", code, expect=422)
        assert yard.enter("alice", code).is_inside()
        yard.enter("alice", code, expect=422)

    def test_the_same_matricule_in_two_authorities(self, yard: Yard) -> None:
        with World.build(yard.world.app, yard.world.database, "ailleurs") as other:
            assert other.alice.agent.hr_id == yard.world.alice.agent.hr_id
            other.add_person("sans", "DEP", email=None)
            with yard.world.database.transaction() as session:
                session.execute(
                    update(Agent)
                    .where(col(Agent.id) == UUID(other.people["sans"].id))
                    .values(hr_id=f"0{yard.world.alice.agent.hr_id}")
                )
            here = yard.code_of("alice")
            body = {"agent_ids": [other.people["sans"].id], "telephone": TELEPHONE}
            there = codes_in(other.lab.request("POST", "/sign-in-codes", json=body, expect=201).content)[0]
            for code, name in ((here, "Alice ALICE"), (there, "Sans SANS")):
                assert name in yard.enter("alice", code).get("/")

    def test_annulled(self, yard: Yard) -> None:
        code = yard.code_of("alice")
        yard.world.lab.post(f"/sign-in-codes/{yard.codes()[0]['id']}/revoke")
        yard.enter("alice", code, expect=422)

    def test_expired(self, yard: Yard) -> None:
        now = clock.now()
        code = yard.code_of("alice")
        with clock.at(now + timedelta(days=31, hours=1)):
            yard.enter("alice", code, expect=422)

    def test_not_after_one_has_left(self, yard: Yard) -> None:
        code = yard.code_of("alice")
        with yard.world.database.transaction() as session:
            yesterday = clock.now().date() - timedelta(days=1)
            session.execute(
                update(Agent).where(col(Agent.id) == yard.world.alice.agent.id).values(left_on=yesterday)
            )
        yard.enter("alice", code, expect=422)
        assert yard.codes()[0]["used_at"] is None

    def test_nor_after_a_capacity_was_granted(self, yard: Yard) -> None:
        code = yard.code_of("alice")
        with yard.world.database.transaction() as session:
            grant(session, yard.world.alice.agent, Capacity.LAB)
        yard.enter("alice", code, expect=422)


class TestTheAnswerSaysNothing:
    def test_of_who_exists_or_has_a_code(self, yard: Yard) -> None:
        yard.code_of("alice")
        answers = []
        for hr_id in (yard.world.alice.agent.hr_id, yard.world.bruno.agent.hr_id, "99999999"):
            visitor = Visitor(yard.world.app)
            visitor.get("/connexion/code")
            with yard.world.counted_queries() as seen:
                refused = visitor.submit("/connexion/code", hr_id=hr_id, code="AAAA-AAAA", expect=422)
            text = re.sub(r'(csrf" value=")\w+', r"\1", refused.text.replace(hr_id, ""))
            answers.append((text, seen))
        assert REFUSED in answers[0][0]
        assert answers[0] == answers[1] == answers[2], "the same page, by the same statements"

    def test_a_code_is_not_anothers(self, yard: Yard) -> None:
        code = yard.code_of("alice")
        yard.enter("emile", code, expect=422)
        yard.enter("alice", code)


class TestBadInput:
    @pytest.mark.parametrize(
        ("fields", "wrong"),
        [
            ({"hr_id": "", "code": "AAAA-AAAA"}, "e-hr_id"),
            ({"hr_id": "1", "code": ""}, "e-code"),
            ({"hr_id": "1" * 33, "code": "AAAA-AAAA"}, "e-hr_id"),
            ({"hr_id": "1", "code": "A" * 41}, "e-code"),
        ],
    )
    def test_a_field_is_named(self, yard: Yard, fields: dict[str, str], wrong: str) -> None:
        visitor = Visitor(yard.world.app)
        visitor.get("/connexion/code")
        assert f'id="{wrong}"' in visitor.submit("/connexion/code", **fields, expect=422).text

    @pytest.mark.parametrize("text", ["\u0000", "<script>", "Ａ２Ｂ３", "٣٤٥", "\ud7ff", "'; --", "²³"])
    def test_strange_letters(self, yard: Yard, text: str) -> None:
        visitor = Visitor(yard.world.app)
        visitor.get("/connexion/code")
        page = visitor.submit("/connexion/code", hr_id=text, code=text, expect=422).text
        assert "<script>" not in page
        assert REFUSED in page

    def test_the_code_is_not_given_back(self, yard: Yard) -> None:
        visitor = Visitor(yard.world.app)
        visitor.get("/connexion/code")
        assert (
            "ABCD-EFGH" not in visitor.submit("/connexion/code", hr_id="1", code="ABCD-EFGH", expect=422).text
        )

    def test_without_the_forms_token(self, yard: Yard) -> None:
        code = yard.code_of("alice")
        visitor = Visitor(yard.world.app)
        visitor.get("/connexion/code")
        visitor.csrf = "0" * 64
        visitor.submit("/connexion/code", hr_id=yard.world.alice.agent.hr_id, code=code, expect=403)
        yard.enter("alice", code)

    def test_closed_without_a_key(self, world: World, app: FastAPI) -> None:
        visitor = Visitor(app)
        visitor.get("/connexion/code", expect=409)
        visitor.csrf = Visit(visitor.http.cookies["essaim"]).csrf
        visitor.submit("/connexion/code", hr_id="1", code="AAAA-AAAA", expect=409)


class TestLimits:
    def test_ones_own_mistakes(self, yard: Yard) -> None:
        code = yard.code_of("alice")
        for _time in range(10):
            yard.enter("alice", "AAAA-AAAA", expect=422)
        yard.enter("alice", code, expect=429)
        yard.enter("emile", yard.code_of("emile"))
        with clock.at(clock.now() + timedelta(minutes=2)):
            yard.enter("alice", code)

    def test_a_colleague_elsewhere_is_not_locked_out(self, yard: Yard, app: FastAPI) -> None:
        code = yard.code_of("alice")
        for _time in range(10):
            yard.enter("alice", "AAAA-AAAA", expect=422)
        yard.enter("alice", "AAAA-AAAA", expect=429)
        elsewhere = Visitor(app, address="192.0.2.7")
        yard.enter("alice", code, visitor=elsewhere)
        assert elsewhere.is_inside()

    def test_the_addresses_of_one_ipv6_subscriber_are_one(self, yard: Yard, app: FastAPI) -> None:
        for number in range(10):
            visitor = Visitor(app, address=f"2001:db8::{number:x}")
            yard.enter("alice", "AAAA-AAAA", expect=422, visitor=visitor)
        yard.enter("alice", "AAAA-AAAA", expect=429, visitor=Visitor(app, address="2001:db8::ffff"))
        yard.enter("alice", "AAAA-AAAA", expect=422, visitor=Visitor(app, address="2001:db8:0:1::1"))

    def test_many_addresses_are_slowed_for_seconds_only(self, yard: Yard, app: FastAPI) -> None:
        code = yard.code_of("alice")
        now = clock.now()
        with clock.at(now):
            for address in range(6):
                for _time in range(10):
                    yard.enter(
                        "alice", "AAAA-AAAA", expect=422, visitor=Visitor(app, address=f"192.0.2.{address}")
                    )
            yard.enter("alice", code, expect=429, visitor=Visitor(app, address="192.0.2.99"))
        with clock.at(now + timedelta(seconds=11)):
            yard.enter("alice", code, visitor=Visitor(app, address="192.0.2.99"))


class TestTheWayBack:
    def test_a_new_code_for_the_next_time(self, yard: Yard) -> None:
        first = yard.code_of("alice")
        visitor = yard.enter("alice", first)
        second = next_code(visitor)
        assert second != first
        back = yard.enter("alice", second)
        assert back.is_inside()
        yard.enter("alice", second, expect=422)
        assert [code["origin"] for code in yard.codes()] == ["noted", "printed"]

    def test_asked_again_the_former_ends(self, yard: Yard) -> None:
        visitor = yard.enter("alice", yard.code_of("alice"))
        lost = next_code(visitor)
        with clock.at(clock.now() + timedelta(seconds=6)):
            kept = next_code(visitor)
        yard.enter("alice", lost, expect=422)
        yard.enter("alice", kept)

    def test_two_clicks_leave_a_code_that_opens(self, yard: Yard) -> None:
        """The answer that is shown last is never of a code that the other click has ended."""
        visitor = yard.enter("alice", yard.code_of("alice"))
        visitor.get("/connexion/code/suivant")
        ready = threading.Barrier(2)
        pages: list[str] = []

        def click() -> None:
            ready.wait()
            pages.append(visitor.http.post("/connexion/code/suivant", data={"csrf": visitor.csrf}).text)

        clicks = [threading.Thread(target=click) for _click in range(2)]
        for thread in clicks:
            thread.start()
        for thread in clicks:
            thread.join()
        [code] = [found[0] for page in pages if (found := CODE.findall(page))]
        yard.enter("alice", code)

    def test_looking_at_the_page_gives_nothing(self, yard: Yard) -> None:
        visitor = yard.enter("alice", yard.code_of("alice"))
        assert not CODE.findall(visitor.get("/connexion/code/suivant"))
        assert len(yard.codes()) == 1

    def test_a_sheet_printed_later_ends_it(self, yard: Yard) -> None:
        noted = next_code(yard.enter("alice", yard.code_of("alice")))
        yard.code_of("alice")
        yard.enter("alice", noted, expect=422)

    def test_for_a_quarter_of_an_hour(self, yard: Yard) -> None:
        """A session left open gives nobody a way to come back."""
        now = clock.now()
        with clock.at(now):
            visitor = yard.enter("alice", yard.code_of("alice"))
            visitor.get("/connexion/code/suivant")
        with clock.at(now + timedelta(minutes=16)):
            sent_away = visitor.submit("/connexion/code/suivant")
            assert where(sent_away).startswith("/connexion?")
            assert where(visitor.http.get("/connexion/code/suivant")) == "/"
        assert len(yard.codes()) == 1

    def test_strangers(self, yard: Yard) -> None:
        visitor = Visitor(yard.world.app)
        visitor.get("/connexion/code")
        assert where(visitor.submit("/connexion/code/suivant")).startswith("/connexion?")

    def test_not_for_those_with_an_address(self, yard: Yard) -> None:
        code = yard.code_of("alice")
        with yard.world.database.transaction() as session:
            session.execute(
                update(Agent)
                .where(col(Agent.id) == yard.world.alice.agent.id)
                .values(email="a@valmoret.test")
            )
        visitor = yard.enter("alice", code)
        visitor.get("/")
        visitor.csrf = Visit(visitor.http.cookies["essaim"]).csrf
        visitor.submit("/connexion/code/suivant", expect=404)
        assert where(visitor.http.get("/connexion/code/suivant")) == "/"


class TestWhatACodeOpened:
    def test_ends_with_it(self, yard: Yard) -> None:
        """A new slip, or a code annulled, is for one that is lost: whoever came in by it goes out."""
        alice = yard.enter("alice", yard.code_of("alice"))
        emile = yard.enter("emile", yard.code_of("emile"))
        yard.code_of("alice")
        assert not alice.is_inside()
        assert emile.is_inside()
        next_code(emile)
        assert emile.is_inside(), "the next code ends nothing"
        [noted] = yard.codes(agent_id=yard.world.emile.id, limit=1)
        yard.world.lab.post(f"/sign-in-codes/{noted['id']}/revoke")
        assert not emile.is_inside()
        assert yard.world.event_types(session_of(yard, "emile")) == ["session.opened", "session.closed"]


def session_of(yard: Yard, name: str) -> UUID:
    """The session that somebody opened, which may have ended since."""
    with yard.world.database.read() as connection:
        statement = select(col(JournalEvent.subject_id)).where(
            col(JournalEvent.type) == "session.opened",
            col(JournalEvent.agent_id) == yard.world.people[name].agent.id,
        )
        return connection.execute(statement).scalar_one()
