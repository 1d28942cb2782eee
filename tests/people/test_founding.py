"""Authorities are created by the operators of the platform, who see nothing of them afterwards."""

import json
import threading
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlmodel import col
from typer.testing import CliRunner

from app.cli import main
from app.journal.models import JournalEvent
from app.kit.database import Database
from app.people.models import Agent, Authority
from app.settings import Settings, get_settings
from app.signin.operators import new_token
from app.signin.service import create_token
from tests.support.world import Caller, World, contract_of

BODY: dict[str, Any] = {
    "slug": "haute-arlene",
    "name": "Communauté de communes de Haute-Arlène",
    "time_zone": "America/Cayenne",
    "holiday_subdivision": "GF",
    "administrator": {
        "hr_id": "00000001",
        "given_name": "Awa",
        "family_name": "DIOP",
        "email": "Awa.Diop@haute-arlene.test",
    },
}


@pytest.fixture
def operator(world: World, monkeypatch: pytest.MonkeyPatch) -> Caller:
    token, hashed = new_token()
    monkeypatch.setattr(world.app.state.authenticator, "operators", {"agence numerique": hashed})
    return Caller(world.http, contract_of(world.app), token)


def found(world: World, slug: str = "haute-arlene") -> Authority | None:
    with world.database.session() as session:
        authority: Authority | None = session.execute(
            select(Authority).where(col(Authority.slug) == slug)
        ).scalar_one_or_none()
        return authority


class TestCreate:
    def test_with_its_first_administrator(self, world: World, operator: Caller) -> None:
        response = operator.request("POST", "/authorities", json=BODY, expect=201)
        made = response.json()
        assert response.headers["location"] == f"/api/v1/authorities/{made['id']}"
        assert {name: made[name] for name in ("slug", "time_zone", "holiday_subdivision")} == {
            "slug": "haute-arlene",
            "time_zone": "America/Cayenne",
            "holiday_subdivision": "GF",
        }
        with world.database.transaction() as session:
            (person,) = session.execute(
                select(Agent).where(col(Agent.authority_id) == UUID(made["id"]))
            ).scalars()
            assert person.email == "awa.diop@haute-arlene.test"
            token = create_token(session, agent=person)
        first = Caller(world.http, operator.contract, token)
        assert first.get("/me")["capacities"] == ["administrator", "agent"]
        renamed = first.patch(f"/authorities/{made['id']}", {"name": "Haute-Arlène"})
        assert renamed["name"] == "Haute-Arlène"

    def test_its_journal_begins_with_it(self, world: World, operator: Caller) -> None:
        made = operator.post("/authorities", BODY)
        world.work()
        with world.database.session() as session:
            events = session.execute(
                select(JournalEvent)
                .where(col(JournalEvent.authority_id) == UUID(made["id"]))
                .order_by(col(JournalEvent.position))
            ).scalars()
            event, model = events
        assert (model.type, model.position, model.acting_as) == ("mandate_model.published", 2, "system")
        assert (event.type, event.position, event.agent_id) == ("authority.created", 1, None)
        payload = json.loads(event.payload)
        assert payload["operator"] == "agence numerique"
        assert "DIOP" not in event.payload

    def test_alone_and_by_defaults(self, operator: Caller) -> None:
        made = operator.post("/authorities", {"slug": "petite-arlene", "name": "Petite-Arlène"})
        assert (made["time_zone"], made["holiday_subdivision"]) == ("Europe/Paris", "FR")

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"slug": "Haute Arlène"}, "slug"),
            ({"slug": "a" * 65}, "slug"),
            ({"slug": None}, "slug"),
            ({"name": " "}, "name"),
            ({"time_zone": "Europe/Valmoret"}, "time_zone"),
            ({"holiday_subdivision": "BZH"}, "holiday_subdivision"),
            ({"administrator": {**BODY["administrator"], "email": "awa.diop"}}, "administrator.email"),
            ({"administrator": {**BODY["administrator"], "hr_id": "1" * 33}}, "administrator.hr_id"),
            ({"administrator": {"hr_id": "1"}}, "administrator.family_name"),
            ({"siret": "1"}, "siret"),
        ],
    )
    def test_what_does_not_fit(
        self, world: World, operator: Caller, change: dict[str, Any], field: str
    ) -> None:
        refused = operator.post("/authorities", {**BODY, **change}, expect=422)
        assert field in [error["field"] for error in refused["errors"]]
        assert found(world) is None

    def test_a_slug_once(self, world: World, operator: Caller) -> None:
        statuses: list[int] = []

        def create() -> None:
            statuses.append(operator.request("POST", "/authorities", json=BODY).status_code)

        threads = [threading.Thread(target=create) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(statuses) == [201, 409, 409, 409, 409]
        refused = operator.post("/authorities", {**BODY, "slug": world.authority.slug}, expect=409)
        assert refused["type"] == "urn:essaim:problem:slug-taken"


class TestWho:
    def test_nobody_inside_an_authority(self, world: World, operator: Caller) -> None:
        assert world.anonymous.request("POST", "/authorities", json=BODY).status_code == 401
        for caller in (*world.people.values(), world.machine("programme:write", "hr:write")):
            refused = caller.post("/authorities", BODY, expect=403)
            assert "exploitation" in refused["detail"]
        assert found(world) is None

    def test_a_token_counts_while_the_settings_name_it(
        self, world: World, operator: Caller, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        stranger = Caller(world.http, operator.contract, new_token()[0])
        assert stranger.request("POST", "/authorities", json=BODY).status_code == 401
        monkeypatch.setattr(world.app.state.authenticator, "operators", {})
        assert operator.request("POST", "/authorities", json=BODY).status_code == 401

    def test_the_settings_hold_hashes_alone(self) -> None:
        assert Settings(operators={"agence": new_token()[1]}).operators
        with pytest.raises(ValueError, match="operators"):
            Settings(operators={"agence": new_token()[0]})

    def test_an_operator_sees_nothing_of_any_authority(self, world: World, operator: Caller) -> None:
        world.alice.post(
            "/irritants", {"title": "T", "description": "D", "directorate_id": world.directorate_id("DEP")}
        )
        world.work()
        made = operator.post("/authorities", BODY)
        assert operator.request("GET", f"/authorities/{made['id']}").status_code in {403, 404}
        for method, path, operation in operator.contract.operations:
            if method != "GET" or any(part.startswith("{") for part in path):
                continue
            response = operator.request("GET", "/".join(path).removeprefix("/api/v1"))
            assert response.status_code in {200, 403, 404}, operation["operationId"]
            if response.status_code == 200:
                assert response.json().get("items") == [], operation["operationId"]


class TestCommands:
    @pytest.fixture
    def run(self, database: Database, monkeypatch: pytest.MonkeyPatch) -> Any:
        url = database.url.render_as_string(hide_password=False)
        monkeypatch.setenv("ESSAIM_DATABASE_URL", url)
        get_settings.cache_clear()
        yield lambda *arguments: CliRunner().invoke(main, [str(argument) for argument in arguments])
        get_settings.cache_clear()

    def test_create_and_list(self, run: Any, database: Database) -> None:
        person = [
            "--administrator",
            "7",
            "--given-name",
            "Awa",
            "--family-name",
            "DIOP",
            "--email",
            "awa@a.test",
        ]
        created = run("authority", "create", "arlene", "Ville d'Arlène", "--subdivision", "57", *person)
        assert created.exit_code == 0, created.output
        assert run("authority", "list").stdout == "arlene\tVille d'Arlène\tEurope/Paris\t57\n"
        with database.session() as session:
            (agent,) = session.execute(select(Agent)).scalars()
            assert str(agent.authority_id) == created.stdout.strip()
        assert run("token", "create", "--agent", "awa@a.test").stdout.startswith("essaim_")

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["Arlène", "Ville d'Arlène"], "slug"),
            (["arlene", "V", "--time-zone", "Europe/Arlene"], "IANA"),
            (["arlene", "V", "--subdivision", "BZH"], "57"),
            (["arlene", "V", "--administrator", "7"], "administrator.email"),
        ],
    )
    def test_what_does_not_fit(self, run: Any, arguments: list[str], said: str) -> None:
        refused = run("authority", "create", *arguments)
        assert refused.exit_code == 1
        assert said in refused.stderr
        assert run("authority", "list").stdout == ""

    def test_a_slug_once(self, run: Any) -> None:
        assert run("authority", "create", "arlene", "Arlène").exit_code == 0
        again = run("authority", "create", "arlene", "Arlène")
        assert (again.exit_code, again.stderr) == (1, "An authority already bears this identifier.\n")

    def test_a_token_and_the_setting_that_lets_it_in(self, run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        made = run("operator", "agence")
        name, _equals, value = made.stderr.strip().partition("=")
        monkeypatch.setenv(name, value.strip("'"))
        assert list(Settings().operators) == ["agence"]
        assert made.stdout.strip() not in value
