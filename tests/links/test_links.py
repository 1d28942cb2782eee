"""A link by mail, through a real server: asked for, received, opened once, where it was asked for."""

import re
import threading
from datetime import timedelta

import pytest
from fastapi import FastAPI
from sqlalchemy import func, select, update
from sqlmodel import col

from app.kit import clock
from app.links.models import LinkRequest, SignInLink
from app.links.service import forget
from app.mailing.models import OutgoingMail
from app.people.models import Agent
from app.people.service import create_authority
from app.web.visits import Visit
from tests.links.conftest import Door
from tests.support.visitor import Visitor, where


def count(door: Door, model: type[LinkRequest | SignInLink | OutgoingMail]) -> int:
    with door.world.database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(model)).scalar_one())


def spent(visitor: Visitor, path: str) -> bool:
    """Is this link refused, for good?"""
    return "déjà servi" in visitor.get(path, expect=409)


class TestTheWholeWay:
    def test_asked_received_opened(self, door: Door) -> None:
        bruno = door.ask("bruno@valmoret.test", suite="/irritants")
        door.work()
        [message] = door.office.messages
        assert message["To"] == "bruno@valmoret.test"
        path = door.link()
        page = bruno.get(path)
        assert "Votre lien est bon" in page
        secret = path.partition("jeton=")[2]
        entered = bruno.submit("/connexion/lien/ouvrir", jeton=secret)
        assert where(entered) == "/irritants"
        assert bruno.is_inside()

    def test_events_say_whose_and_never_the_address(self, door: Door) -> None:
        bruno = door.ask("bruno@valmoret.test")
        door.work()
        bruno.get(door.link())
        bruno.submit("/connexion/lien/ouvrir", jeton=door.link().partition("jeton=")[2])
        with door.world.database.read() as connection:
            link_id = connection.execute(select(col(SignInLink.id))).scalar_one()
        assert door.world.event_types(link_id) == ["sign_in_link.sent", "sign_in_link.used"]
        door.world.work()
        told = str(door.world.lab.get("/events?limit=200"))
        assert "sign_in_link.used" in told
        assert "bruno@" not in told

    def test_nothing_secret_is_kept_once_sent(self, door: Door) -> None:
        door.ask("bruno@valmoret.test")
        door.work()
        with door.world.database.read() as connection:
            [mail] = connection.execute(select(OutgoingMail.__table__)).all()  # type: ignore[attr-defined]
            [link] = connection.execute(select(SignInLink.__table__)).all()  # type: ignore[attr-defined]
        secret = door.link().partition("jeton=")[2]
        assert mail.sent_at is not None
        assert (mail.text, mail.html) == ("", "")
        assert secret not in str(link)
        assert count(door, LinkRequest) == 0

    def test_in_english(self, door: Door) -> None:
        visitor = door.visitor()
        visitor.http.headers["Accept-Language"] = "en"
        door.ask("bruno@valmoret.test", visitor)
        door.work()
        assert "Your link" in door.office.messages[-1]["Subject"]


class TestTheAnswerSaysNothing:
    def test_of_who_exists(self, door: Door) -> None:
        answers = []
        for email in ("bruno@valmoret.test", "nobody@valmoret.test"):
            visitor = door.visitor()
            visitor.get("/connexion/lien")
            with door.world.counted_queries() as seen:
                response = visitor.submit("/connexion/lien", email=email)
            answers.append((response.status_code, where(response), response.text, seen))
        assert answers[0] == answers[1], "the same answer, by the same statements: the same time"

    def test_and_no_mail_to_nobody(self, door: Door) -> None:
        door.ask("nobody@valmoret.test")
        door.work()
        assert door.office.messages == []
        assert count(door, SignInLink) == 0
        assert count(door, LinkRequest) == 0, "what somebody typed is forgotten"

    def test_nor_to_somebody_who_left(self, door: Door) -> None:
        with door.world.database.transaction() as session:
            session.execute(
                update(Agent)
                .where(col(Agent.email) == "bruno@valmoret.test")
                .values(left_on=clock.today("Europe/Paris") - timedelta(days=1))
            )
        door.ask("bruno@valmoret.test")
        door.work()
        assert door.office.messages == []

    def test_the_last_day_in_post_still_counts(self, door: Door) -> None:
        with door.world.database.transaction() as session:
            session.execute(
                update(Agent)
                .where(col(Agent.email) == "bruno@valmoret.test")
                .values(left_on=clock.today("Europe/Paris"))
            )
        door.ask("Bruno@Valmoret.Test ")
        door.work()
        assert len(door.office.messages) == 1


class TestOnce:
    def test_looking_spends_nothing(self, door: Door) -> None:
        bruno = door.ask("bruno@valmoret.test")
        door.work()
        for _look in range(3):
            door.visitor().get(door.link(), expect=409)
            bruno.get(door.link())
        bruno.submit("/connexion/lien/ouvrir", jeton=door.link().partition("jeton=")[2])
        assert bruno.is_inside()

    def test_twice(self, door: Door) -> None:
        bruno = door.ask("bruno@valmoret.test")
        door.work()
        secret = door.link().partition("jeton=")[2]
        bruno.get(door.link())
        cookies = dict(bruno.http.cookies)
        bruno.submit("/connexion/lien/ouvrir", jeton=secret)
        again = door.visitor()
        again.http.cookies.update(cookies)
        again.csrf = bruno.csrf
        assert spent(again, door.link())
        again.submit("/connexion/lien/ouvrir", jeton=secret, expect=409)
        assert not again.is_inside()

    def test_of_ten_at_once_one_comes_in(self, door: Door) -> None:
        bruno = door.ask("bruno@valmoret.test")
        door.work()
        secret = door.link().partition("jeton=")[2]
        bruno.get(door.link())
        statuses: list[int] = []
        ready = threading.Barrier(10)

        jar = dict(bruno.http.cookies)
        runners = []
        for _number in range(10):
            visitor = door.visitor()
            visitor.http.cookies.update(jar)
            visitor.csrf = bruno.csrf

            def run(visitor: Visitor = visitor) -> None:
                ready.wait()
                sent = visitor.http.post(
                    "/connexion/lien/ouvrir", data={"csrf": visitor.csrf, "jeton": secret}
                )
                statuses.append(sent.status_code)

            runners.append(threading.Thread(target=run))
        for runner in runners:
            runner.start()
        for runner in runners:
            runner.join()
        assert sorted(statuses) == [303, *[409] * 9]

    def test_for_ten_minutes(self, door: Door) -> None:
        now = clock.now()
        with clock.at(now):
            bruno = door.ask("bruno@valmoret.test")
            door.work()
        with clock.at(now + timedelta(minutes=9, seconds=59)):
            bruno.get(door.link())
        with clock.at(now + timedelta(minutes=10)):
            assert spent(bruno, door.link())
            bruno.submit("/connexion/lien/ouvrir", jeton=door.link().partition("jeton=")[2], expect=409)

    def test_not_after_the_agent_has_left(self, door: Door) -> None:
        bruno = door.ask("bruno@valmoret.test")
        door.work()
        bruno.get(door.link())
        with door.world.database.transaction() as session:
            session.execute(
                update(Agent)
                .where(col(Agent.email) == "bruno@valmoret.test")
                .values(left_on=clock.now().date() - timedelta(days=1))
            )
        bruno.submit("/connexion/lien/ouvrir", jeton=door.link().partition("jeton=")[2], expect=409)
        assert not bruno.is_inside()


class TestBoundToTheBrowser:
    def test_another_browser_is_told_and_may_ask_again(self, door: Door) -> None:
        bruno = door.ask("bruno@valmoret.test")
        door.work()
        secret = door.link().partition("jeton=")[2]
        other = door.visitor()
        page = other.get(door.link(), expect=409)
        assert "dans le navigateur où vous l" in page
        assert 'href="/connexion/lien"' in page
        other.get("/connexion/lien")
        other.submit("/connexion/lien/ouvrir", jeton=secret, expect=409)
        assert not other.is_inside()
        bruno.get(door.link())
        bruno.submit("/connexion/lien/ouvrir", jeton=secret)
        assert bruno.is_inside(), "what another browser tried has spent nothing"

    def test_the_cookie_is_another_afterwards(self, door: Door) -> None:
        bruno = door.ask("bruno@valmoret.test")
        door.work()
        bruno.get(door.link())
        before = bruno.http.cookies["essaim"]
        bruno.submit("/connexion/lien/ouvrir", jeton=door.link().partition("jeton=")[2])
        assert bruno.http.cookies["essaim"] != before


class TestBadInput:
    @pytest.mark.parametrize(
        "email", ["bruno", "a@b@c.test", "a b@c.test", "a@b.test\u0000", "\u200b@b.test"]
    )
    def test_no_address(self, door: Door, email: str) -> None:
        visitor = door.visitor()
        visitor.get("/connexion/lien")
        page = visitor.submit("/connexion/lien", email=email, expect=422).text
        assert 'id="e-email"' in page
        assert count(door, LinkRequest) == 0

    def test_what_was_typed_is_kept(self, door: Door) -> None:
        visitor = door.visitor()
        visitor.get("/connexion/lien")
        assert 'value="&lt;bruno"' in visitor.submit("/connexion/lien", email="<bruno", expect=422).text

    def test_too_long_or_missing(self, door: Door) -> None:
        visitor = door.visitor()
        visitor.get("/connexion/lien")
        visitor.submit("/connexion/lien", email="a" * 250 + "@b.test", expect=422)
        visitor.submit("/connexion/lien", expect=422)
        visitor.submit("/connexion/lien/ouvrir", jeton="x" * 101, expect=404)
        visitor.get("/connexion/lien/ouvrir", expect=404)

    def test_without_the_forms_token(self, door: Door) -> None:
        visitor = door.visitor()
        visitor.get("/connexion/lien")
        visitor.csrf = "0" * 64
        visitor.submit("/connexion/lien", email="bruno@valmoret.test", expect=403)

    def test_an_unknown_link(self, door: Door) -> None:
        assert spent(door.visitor(), "/connexion/lien/ouvrir?jeton=" + "x" * 43)

    def test_nowhere_else_is_led_to(self, door: Door) -> None:
        bruno = door.ask("bruno@valmoret.test", suite="//evil.test/")
        door.work()
        bruno.get(door.link())
        entered = bruno.submit("/connexion/lien/ouvrir", jeton=door.link().partition("jeton=")[2])
        assert where(entered) == "/"
        assert entered.headers["location"].startswith("/")


class TestLimits:
    def test_by_email_from_anywhere(self, door: Door) -> None:
        visitors = [door.ask("bruno@valmoret.test") for _time in range(5)]
        blocked = visitors[-1].submit("/connexion/lien", email=" BRUNO@valmoret.test", expect=429)
        assert int(blocked.headers["retry-after"]) > 0
        door.ask("chloe@valmoret.test")

    def test_the_same_for_nobody(self, door: Door) -> None:
        visitor = door.visitor()
        visitor.get("/connexion/lien")
        for _time in range(5):
            visitor.submit("/connexion/lien", email="nobody@valmoret.test")
        visitor.submit("/connexion/lien", email="nobody@valmoret.test", expect=429)

    def test_by_address(self, door: Door) -> None:
        visitor = door.visitor()
        visitor.get("/connexion/lien")
        for number in range(60):
            visitor.submit("/connexion/lien", email=f"n{number}@valmoret.test")
        visitor.submit("/connexion/lien", email="bruno@valmoret.test", expect=429)


class TestClosed:
    def test_without_a_mail_server(self, world: object, app: FastAPI) -> None:
        visitor = Visitor(app)
        visitor.get("/connexion/lien", expect=404)
        visitor.get("/connexion")
        visitor.csrf = Visit(visitor.http.cookies["essaim"]).csrf
        visitor.submit("/connexion/lien", email="bruno@valmoret.test", expect=404)


class TestWorker:
    def test_late_requests_are_dropped(self, door: Door) -> None:
        now = clock.now()
        with clock.at(now - timedelta(minutes=11)):
            door.ask("bruno@valmoret.test")
        door.work()
        assert (count(door, LinkRequest), count(door, SignInLink)) == (0, 0)

    def test_two_workers_send_one_mail(self, door: Door) -> None:
        for person in ("bruno", "chloe", "david", "lab"):
            door.ask(f"{person}@valmoret.test")
        workers = [threading.Thread(target=door.work) for _worker in range(4)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert sorted(message["To"] for message in door.office.messages) == sorted(
            f"{person}@valmoret.test" for person in ("bruno", "chloe", "david", "lab")
        )

    def test_an_address_of_two_authorities(self, door: Door) -> None:
        with door.world.database.transaction() as session:
            other = create_authority(session, slug="autre", name="Ville d'à côté")
            session.add(
                Agent(
                    authority_id=other.id,
                    hr_id="1",
                    family_name="B",
                    given_name="B",
                    email="bruno@valmoret.test",
                )
            )
        door.ask("bruno@valmoret.test")
        door.work()
        subjects = sorted(message["Subject"] for message in door.office.messages)
        assert [subject.partition(" – ")[2] for subject in subjects] == [
            "Ville d'à côté",
            "Ville de Valmoret",
        ]
        links = {
            re.findall(r"jeton=(\S+)", str(message.get_body(("plain",)))).pop()
            for message in door.office.messages
        }
        assert len(links) == 2

    def test_links_are_forgotten(self, door: Door) -> None:
        now = clock.now()
        with clock.at(now - timedelta(days=2)):
            door.ask("bruno@valmoret.test")
            door.work()
        door.ask("bruno@valmoret.test")
        door.work()
        with door.world.database.transaction() as session:
            assert forget(session, door.world.actor("lab"), now.date()) == 1
        assert count(door, SignInLink) == 1
