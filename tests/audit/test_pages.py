"""The journal's pages: in sentences, to those who lead all of it, to each what concerns them."""

import re
from datetime import timedelta
from typing import Any

import pytest

from app.access.capacity import Capacity
from app.audit.pages import A_PAGE
from app.audit.wording import SENTENCES, SUBJECTS
from app.journal.events import Event
from app.kit import clock
from app.main import compose
from tests.signin.builders import signed_in
from tests.support.visitor import Visitor, where
from tests.support.world import World, qualified, report

compose()
TITLES = re.compile(r"<li><div><h3>([^<]+)</h3>")


def ours() -> set[str]:
    """The kinds of events that the application records: those of the tests are left out."""
    return {one.type for one in walk(Event) if hasattr(one, "type") and one.__module__.startswith("app.")}


def walk(base: type[Any]) -> set[type[Any]]:
    return {base}.union(*(walk(below) for below in base.__subclasses__()))


def told(text: str) -> list[str]:
    return TITLES.findall(text)


def test_every_kind_of_event_has_a_sentence() -> None:
    assert sorted(ours() - SENTENCES.keys()) == [], "say it in app/audit/wording.py"
    assert sorted({kind.partition(".")[0] for kind in SENTENCES} - SUBJECTS.keys()) == []


class TestJournal:
    @pytest.fixture
    def reader(self, world: World) -> Visitor:
        """The lab, before a journal of three events about an irritant, and what signing in adds."""
        made = qualified(world)
        world.bruno.post(f"/irritants/{made['id']}/comments", {"body": "Pareil."})
        visitor = signed_in(world, world.lab)
        world.work()
        return visitor

    def test_strangers(self, world: World) -> None:
        assert where(Visitor(world.app).http.get("/journal")) == "/connexion?suite=/journal"
        for name in ("alice", "hr", "elected"):
            signed_in(world, world.people[name]).get("/journal", expect=403)

    def test_sentences_the_newest_first(self, world: World, reader: Visitor) -> None:
        text = reader.get("/journal")
        assert told(text) == [
            "Une connexion a été ouverte",
            "Un irritant a été commenté",
            "Un irritant a été qualifié",
            "Un irritant a été signalé",
        ]
        assert "par Bruno BRUNO (agent·e)" in text
        assert "par vous (laboratoire)" in text
        assert "irritant.commented</" not in text

    def test_an_administrator_is_not_told_who_reports(self, world: World, reader: Visitor) -> None:
        world.add_person("administrator", "DSI", capacity=Capacity.ADMINISTRATOR)
        visitor = signed_in(world, world.administrator)
        text = visitor.get("/journal?genre=irritant.reported")
        assert told(text) == ["Un irritant a été signalé"]
        assert "Alice ALICE" not in text
        assert "par Lab LAB" in visitor.get("/journal?genre=irritant.qualified")
        hr_id = world.alice.agent.hr_id
        assert told(visitor.get(f"/journal?personne={hr_id}")) == []
        assert told(reader.get(f"/journal?personne={hr_id}")) == ["Un irritant a été signalé"]

    def test_by_kind_person_object_and_day(self, world: World, reader: Visitor) -> None:
        other = report(world, by="chloe")
        world.work()
        assert len(told(reader.get("/journal?genre=irritant.reported"))) == 2
        assert told(reader.get(f"/journal?objet={other['id']}")) == ["Un irritant a été signalé"]
        assert told(reader.get("/journal?personne=BRUNO%40valmoret.test")) == ["Un irritant a été commenté"]
        today = clock.today("Europe/Paris")
        assert len(told(reader.get(f"/journal?jour={today}"))) == 5
        tomorrow = reader.get(f"/journal?jour={today + timedelta(days=1)}")
        assert told(tomorrow) == []
        assert "Rien ne répond à cette recherche" in tomorrow
        assert f'value="{today}"' in reader.get(f"/journal?jour={today}&genre=irritant.reported")

    def test_each_event_leads_to_its_object(self, world: World, reader: Visitor) -> None:
        found = re.findall(r'href="(/journal\?objet=[0-9a-f-]+)"', reader.get("/journal"))
        assert len(told(reader.get(found[1]))) == 3

    @pytest.mark.parametrize(
        ("asked", "field"),
        [
            ("jour=hier", "jour"),
            ("jour=9999-01-01", "jour"),
            ("personne=personne", "personne"),
            ("objet=celui-ci", "objet"),
        ],
    )
    def test_what_is_wrong_stands_beside_the_field(self, reader: Visitor, asked: str, field: str) -> None:
        text = reader.get(f"/journal?{asked}", expect=422)
        assert f'id="e-{field}"' in text
        assert f'href="#f-{field}"' in text
        assert told(text) == []

    @pytest.mark.parametrize(
        "asked", ["genre=%20", "genre=nothing", "suite=xyz", "genre=irritant.<b>", "suite=é"]
    )
    def test_an_address_of_nobodys_finds_nothing(self, reader: Visitor, asked: str) -> None:
        text = reader.get(f"/journal?{asked}")
        assert told(text) == []
        assert "irritant.<b>" not in text

    def test_paging_misses_nothing(self, world: World, reader: Visitor) -> None:
        irritant = report(world, by="chloe")
        for number in range(A_PAGE + 5):
            world.bruno.post(f"/irritants/{irritant['id']}/comments", {"body": f"Note {number}"}, expect=404)
            world.chloe.post(f"/irritants/{irritant['id']}/comments", {"body": f"Note {number}"})
        world.work()
        numbers: list[str] = []
        onward: str | None = f"/journal?objet={irritant['id']}"
        pages = 0
        while onward:
            text = reader.get(onward)
            numbers += re.findall(r"Nº.(\d+)", text)
            found = re.search(r'rel="next" href="([^"]+)"', text)
            onward = found and found[1].replace("&amp;", "&")
            pages += 1
        assert pages == 2
        assert len(numbers) == len(set(numbers)) == A_PAGE + 6
        assert numbers == sorted(numbers, key=int, reverse=True)

    def test_a_constant_number_of_queries(self, world: World, reader: Visitor) -> None:
        reader.get("/journal")
        counts = []
        for _ in range(2):
            with world.counted_queries() as seen:
                reader.get("/journal")
            counts.append(len(seen))
            for name in ("chloe", "david", "bruno"):
                report(world, by=name)
            world.work()
        assert counts == [4, 4]  # the session, the page, names of people and of machines

    def test_another_authority_reads_nothing_of_it(self, world: World, reader: Visitor) -> None:
        with World.build(world.app, world.database, slug="ailleurs") as elsewhere:
            other = signed_in(elsewhere, elsewhere.lab)
            irritant_id = re.findall(r"objet=([0-9a-f-]+)", reader.get("/journal"))[1]
            assert told(other.get(f"/journal?objet={irritant_id}")) == []
            other.get("/journal?personne=bruno%40valmoret.test", expect=422)

    def test_in_english(self, reader: Visitor) -> None:
        text = reader.http.get("/journal", headers={"Accept-Language": "en"}).text
        assert "An irritant was reported" in text
        assert "by Bruno BRUNO" in text


class TestMine:
    def test_strangers(self, world: World) -> None:
        assert where(Visitor(world.app).http.get("/journal/moi")) == "/connexion?suite=/journal/moi"

    def test_what_concerns_one_and_nothing_else(self, world: World) -> None:
        made = qualified(world)
        world.bruno.post(f"/irritants/{made['id']}/comments", {"body": "Pareil."})
        report(world, by="chloe")
        world.work()
        text = signed_in(world, world.alice).get("/journal/moi")
        assert told(text) == [
            "Un irritant a été commenté",
            "Un irritant a été qualifié",
            "Un irritant a été signalé",
        ]
        assert "par vous" in text
        assert "(laboratoire)" in text
        for name in ("Bruno", "Lab LAB"):
            assert name not in text

    def test_why_a_session_ended(self, world: World) -> None:
        signed_in(world, world.alice)
        world.add_person("administrator", "DSI", capacity=Capacity.ADMINISTRATOR)
        world.administrator.delete(f"/agents/{world.alice.id}/sessions")
        world.work()
        text = signed_in(world, world.alice).get("/journal/moi?genre=session.closed")
        assert told(text) == ["Une connexion a été fermée"]
        assert "par l&#39;administration de la plateforme" in text

    def test_empty(self, world: World) -> None:
        assert "Rien encore" in signed_in(world, world.elected).get("/journal/moi")

    def test_by_kind_and_day(self, world: World) -> None:
        qualified(world)
        world.work()
        visitor = signed_in(world, world.alice)
        assert told(visitor.get("/journal/moi?genre=irritant.qualified")) == ["Un irritant a été qualifié"]
        today = clock.today("Europe/Paris")
        assert len(told(visitor.get(f"/journal/moi?jour={today}"))) == 2
        assert told(visitor.get(f"/journal/moi?jour={today - timedelta(days=1)}")) == []
        assert 'id="e-jour"' in visitor.get("/journal/moi?jour=hier", expect=422)

    def test_paging(self, world: World) -> None:
        irritant = report(world)
        for number in range(A_PAGE + 1):
            world.alice.post(f"/irritants/{irritant['id']}/comments", {"body": f"Note {number}"})
        world.work()
        visitor = signed_in(world, world.alice)
        first = visitor.get("/journal/moi")
        found = re.search(r'rel="next" href="([^"]+)"', first)
        assert found
        second = visitor.get(found[1].replace("&amp;", "&"))
        assert (len(told(first)), len(told(second))) == (A_PAGE, 2)
        assert 'rel="next"' not in second
