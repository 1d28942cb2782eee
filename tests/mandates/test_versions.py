"""Mandatory clauses are only strengthened, deadlines only brought forward, and differences can be read."""

import json
from datetime import timedelta
from typing import Any

import pytest

from app.mandates.service.articles import strengthened
from app.people.models import Agent
from tests.mandates.builders import START, active, form, mandate, sign_all, submitted, team
from tests.support.world import World

UNKNOWN = "0192f7c0-5b1e-7d0a-9a3e-1f2a3b4c5d6e"
NBSP = "\N{NO-BREAK SPACE}"


def fields(problem: dict[str, Any]) -> list[str]:
    return [error["field"] for error in problem["errors"]]


def sent(made: dict[str, Any], *names: str) -> list[dict[str, Any]]:
    """The clauses as they were read, sent back: as a client of the first release does, unless it names more."""
    kept = ("key", "title", "text", "plain", *names)
    return [{name: clause[name] for name in kept} for clause in made["clauses"]]


def at(clauses: list[dict[str, Any]], key: str) -> int:
    return next(number for number, clause in enumerate(clauses) if clause["key"] == key)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Un essai\npeut échouer.", "Un essai peut échouer."),
        ("Un essai peut échouer.\n\nEt on le dit.", "Un essai peut échouer.\n\nEt on le dit."),
        ("  Un essai peut échouer.\r\n  Et on le dit.  ", "Un essai peut échouer.\n\nEt on le dit."),
        ("Un essai peut échouer. Et on le dit.", None),
        ("Un essai peut échouer.Et on le dit.", None),
        ("Un essai peut", None),
        ("Un essai ne peut échouer.", None),
        ("Un essai peut échouer,\n\nsauf faute.", None),
        ("", None),
    ],
)
def test_strengthened(text: str, found: str | None) -> None:
    assert strengthened("Un essai peut échouer.", text) == found


class TestMandatoryClauses:
    @pytest.mark.parametrize("field", ["title", "text", "plain"])
    def test_altered(self, world: World, field: str) -> None:
        made = mandate(world)
        clauses = sent(made)
        number = at(clauses, "aucun-prejudice")
        clauses[number][field] = clauses[number][field].replace("Aucun", "Peu de").replace("peu", "rien")
        clauses[number][field] = "Autre chose. " + clauses[number][field]
        problem = world.lab.patch(f"/mandates/{made['id']}", {"clauses": clauses}, expect=422)
        assert fields(problem) == [f"clauses.{number}.{field}"]
        assert "Aucun préjudice" in problem["errors"][0]["detail"]
        draft = form(world, clauses=clauses, team_id=team(world, ("david",))["id"], slots=[])
        assert fields(world.lab.post("/mandates", draft, expect=422)) == [f"clauses.{number}.{field}"]

    def test_strengthened(self, world: World) -> None:
        made = mandate(world)
        clauses = sent(made)
        number = at(clauses, "aucun-prejudice")
        added = "Les {team_name} sont reçus chaque trimestre par la direction des ressources humaines."
        clauses[number]["text"] = clauses[number]["text"].replace("\n", "\r\n") + f"\r\n\r\n{added}"
        seen = world.lab.patch(f"/mandates/{made['id']}", {"clauses": clauses})["clauses"][number]
        assert seen["text"] == f"{made['clauses'][number]['text']}\n\n{added}"
        assert seen["filled_text"].endswith(added.replace("{team_name}", "Les Portiers"))
        assert seen["mandatory"]

    def test_an_optional_clause_is_free(self, world: World) -> None:
        made = mandate(world)
        clauses = sent(made)
        clauses[at(clauses, "publication")]["text"] = "Rien n’est publié."
        seen = world.lab.patch(f"/mandates/{made['id']}", {"clauses": clauses})
        assert seen["clauses"][at(clauses, "publication")]["text"] == "Rien n’est publié."


class TestDeadlines:
    def test_those_of_the_model_stay_with_a_client_that_knows_of_none(self, world: World) -> None:
        made = mandate(world)
        seen = world.lab.patch(f"/mandates/{made['id']}", {"clauses": sent(made)})
        assert [clause["deadline"] for clause in seen["clauses"]] == [
            clause["deadline"] for clause in made["clauses"]
        ]
        assert sum(clause["deadline"] is not None for clause in seen["clauses"]) >= 4

    def test_they_are_told_in_the_text(self, world: World) -> None:
        clauses = mandate(world, starts_on="2027-02-01")["clauses"]
        result = clauses[at(clauses, "resultat")]
        said = "au plus tard le 3 mars 2027, l’équipe doit avoir fait la mesure de départ."
        assert result["filled_text"].endswith(f"\n\nÉchéance{NBSP}: {said}")
        assert result["filled_plain"].endswith(f"\nA{said[1:]}")
        assert "Échéance" not in result["text"]

    def test_brought_forward_not_put_off(self, world: World) -> None:
        made = mandate(world)
        path = f"/mandates/{made['id']}"
        for wrong in (
            {"days": 31},
            {"owner": "sponsor"},
            {"what": "y avoir pensé"},
            None,
        ):
            clauses = sent(made, "deadline")
            number = at(clauses, "resultat")
            clauses[number]["deadline"] = wrong and {**clauses[number]["deadline"], **wrong}
            problem = world.lab.patch(path, {"clauses": clauses}, expect=422)
            assert fields(problem) == [f"clauses.{number}.deadline"]
            assert "Le résultat attendu" in problem["errors"][0]["detail"]
        clauses[number]["deadline"] = {**made["clauses"][number]["deadline"], "days": 10}
        clauses[at(clauses, "moyens")]["deadline"] = None
        seen = world.lab.patch(path, {"clauses": clauses})["clauses"]
        assert seen[number]["deadline"]["days"] == 10
        assert seen[at(clauses, "moyens")]["deadline"] is None

    @pytest.mark.parametrize(
        ("change", "field"), [({"days": 0}, "days"), ({"owner": "nobody"}, "owner"), ({"what": ""}, "what")]
    )
    def test_bad_field(self, world: World, change: dict[str, Any], field: str) -> None:
        made = mandate(world)
        clauses = sent(made)
        deadline = {"days": 5, "owner": "agent", "what": "avoir lu le mandat", **change}
        clauses.append({"key": "cles", "title": "T", "text": "T", "plain": "T", "deadline": deadline})
        problem = world.lab.patch(f"/mandates/{made['id']}", {"clauses": clauses}, expect=422)
        assert fields(problem) == [f"clauses.{len(clauses) - 1}.deadline.{field}"]

    def test_they_are_signed(self, world: World) -> None:
        made = submitted(world)
        document = world.alice.get(f"/mandates/{made['id']}/document")
        clause = document["clauses"][at(document["clauses"], "allegement")]
        assert clause["deadline"]["owner"] == "releasing_manager"
        assert "deadline" not in document["clauses"][at(document["clauses"], "signature")]


class TestNamed:
    def test_managers_and_charter(self, world: World) -> None:
        made = mandate(world)
        text = made["clauses"][at(made["clauses"], "parties")]["filled_text"]
        assert (
            f"libérées par{NBSP}: Head_dep HEAD_DEP (pour Alice ALICE){NBSP}; Head_dej HEAD_DEJ (pour Bruno BRUNO)."
            in text
        )
        assert f"(«{NBSP}Cadre{NBSP}»)" in made["preamble"]

    def test_one_manager_of_several(self, world: World) -> None:
        made = mandate(world, members=("alice", "david"))
        text = made["clauses"][at(made["clauses"], "parties")]["filled_text"]
        assert "Head_dep HEAD_DEP (pour Alice ALICE et David DAVID)." in text

    def test_as_those_who_sign(self, world: World) -> None:
        """A manager who left, none at all, oneself, a head who left: the nearest one above, as for signatures."""
        world.add_directorate("DEP1", "Propreté", parent="DEP")
        world.add_person("chief", "DEP1", manager="head_dep", heads="DEP1")
        world.add_person("gone", "DEP")
        world.add_person("eve", "DEP1")
        world.add_person("fred", "DSI", manager="gone")
        with world.database.transaction() as session:
            for name in ("gone", "chief"):
                session.get_one(Agent, world.people[name].agent.id).left_on = START - timedelta(days=60)
            session.get_one(Agent, world.head_dsi.agent.id).manager_id = world.head_dsi.agent.id
        made = submitted(world, members=("eve", "fred", "alice"))
        signing = {party["name"] for party in made["parties"] if party["capacity"] == "releasing_manager"}
        assert signing == {"Head_dep HEAD_DEP", "Head_dsi HEAD_DSI"}
        text = made["clauses"][at(made["clauses"], "parties")]["filled_text"]
        assert "Head_dep HEAD_DEP (pour Eve EVE et Alice ALICE)" in text
        assert "Head_dsi HEAD_DSI (pour Fred FRED)" in text


class TestDifferences:
    def path(self, made: dict[str, Any], before: str | None = None, after: str | None = None) -> str:
        asked = [f"{name}={value}" for name, value in (("from", before), ("to", after)) if value]
        return f"/mandates/{made['id']}/differences?{'&'.join(asked)}"

    def test_anonymous(self, world: World) -> None:
        world.anonymous.get(f"/mandates/{UNKNOWN}/differences", expect=401)

    @pytest.mark.parametrize(
        ("name", "status"), [("chloe", 404), ("elected", 404), ("alice", 200), ("hr", 200)]
    )
    def test_whoever_reads_the_mandate(self, world: World, name: str, status: int) -> None:
        world.people[name].get(self.path(mandate(world)), expect=status)

    def test_another_authority(self, world: World) -> None:
        made = mandate(world)
        with World.build(world.app, world.database, slug="haute-arlene") as other:
            other.lab.get(self.path(made), expect=404)

    @pytest.mark.parametrize("asked", ["from=draft", "to=0", "to=1.5", "from=-1", "other=1"])
    def test_bad_parameter(self, world: World, asked: str) -> None:
        made = mandate(world)
        world.lab.get(f"/mandates/{made['id']}/differences?{asked}", expect=422)

    def test_a_submission_that_is_not_there(self, world: World) -> None:
        world.lab.get(self.path(mandate(world), "1"), expect=404)

    def test_a_draft_as_its_model_reads(self, world: World) -> None:
        assert world.alice.get(self.path(mandate(world)))["is_empty"]

    def test_from_the_model_to_the_draft(self, world: World) -> None:
        made = mandate(world)
        clauses = sent(made)
        clauses[at(clauses, "fin")]["text"] += "\n\nLe portail reste à {client_directorate}."
        clauses = [clause for clause in clauses if clause["key"] != "moyens"]
        clauses.insert(0, {"key": "cles", "title": "Les clés", "text": "Deux clés.", "plain": "Deux clés."})
        world.lab.patch(f"/mandates/{made['id']}", {"clauses": clauses})
        found = world.alice.get(self.path(made))
        changed = {clause["key"]: clause for clause in found["clauses"] if clause["change"] != "same"}
        assert {key: clause["change"] for key, clause in changed.items()} == {
            "cles": "added",
            "moyens": "removed",
            "fin": "changed",
        }
        added = [run["text"] for run in changed["fin"]["text"] if run["change"] == "added"]
        assert added == ["\n\nLe portail reste à Direction des espaces publics."]
        assert (changed["cles"]["position_before"], changed["cles"]["position_after"]) == (None, 1)
        assert not any(clause["moved"] for clause in found["clauses"])

    def test_between_submissions(self, world: World) -> None:
        made = submitted(world)
        world.head_dep.post(f"/mandates/{made['id']}/withdraw", expect=403)
        world.lab.post(f"/mandates/{made['id']}/withdraw")
        later = (START + timedelta(days=300)).isoformat()
        slots = [
            {"agent_id": person.id, "weekday": "monday", "half": "morning"}
            for person in (world.alice, world.bruno)
        ]
        changes = {"ends_on": later, "budget_euros": 900, "slots": slots}
        world.lab.patch(f"/mandates/{made['id']}", changes)
        to_draft = world.alice.get(self.path(made, "1"))
        signed = sign_all(world, world.lab.post(f"/mandates/{made['id']}/submit"))
        assert signed["state"] == "active"
        found = world.alice.get(self.path(made, "1", "2"))
        facts = {fact["name"]: (fact["before"], fact["after"]) for fact in found["facts"]}
        assert facts["ends_on"] == (made["ends_on"], later)
        assert facts["budget_euros"] == (0, 900)
        assert set(facts) == {"ends_on", "budget_euros", "half_days"}
        assert {fact["name"] for fact in to_draft["facts"]} == set(facts)
        back = world.alice.get(self.path(made, "2", "1"))
        assert {fact["name"]: (fact["after"], fact["before"]) for fact in back["facts"]} == facts
        assert world.alice.get(self.path(made, "2", "present"))["is_empty"]

    def test_of_what_is_signed(self, world: World) -> None:
        made = active(world)
        found = world.alice.get(self.path(made))
        assert found["is_empty"], json.dumps(found["clauses"])

    def test_constant_queries(self, world: World) -> None:
        made = mandate(world)
        path = self.path(made)
        world.alice.get(path)
        with world.counted_queries() as seen:
            world.alice.get(path)
        assert len(seen) <= 12
