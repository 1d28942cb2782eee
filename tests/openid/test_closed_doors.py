"""To whom each door is closed: the setting, its default, and the ways that stay open to whoever must set it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import select, update
from sqlmodel import col

from app.access.capacity import Capacity
from app.kit import clock
from app.kit.ids import new_id
from app.openid.admission import Entry, lets_in
from app.people.models import Agent, Authority
from app.signin.models import Method, WebSession
from app.signin.sessions import open_session
from tests.openid.doors import Doors
from tests.openid.test_providers import BODY
from tests.signin.builders import signed_in
from tests.support.world import Person, World

WITH_LEVELS = {**BODY, "acr_values": ["eidas2"]}
GRANTED = ["lab", "hr", "elected", "trusted", "administrator"]
OPEN: dict[str, list[str]] = {"openid": [], "openid_without_acr": [], "link": [], "code": []}


@pytest.fixture
def admin(world: World) -> Person:
    return world.add_person("admin", "DSI", capacity=Capacity.ADMINISTRATOR)


@pytest.fixture
def with_links(app: FastAPI) -> Iterator[FastAPI]:
    """A server that sends links, and has the secret of the town's provider."""
    usual = app.state.settings
    secrets = {"valmoret/oidc": SecretStr("a secret of the tests")}
    app.state.settings = usual.model_copy(update={"smtp_url": "smtp://127.0.0.1:1", "oidc_secrets": secrets})
    yield app
    app.state.settings = usual


def path(world: World) -> str:
    return f"/authorities/{world.authority.id}/doors"


def set_to(world: World, admin: Person, closed_to: Any, *, expect: int = 200, **options: Any) -> Any:
    return admin.put(
        path(world), {"closed_to": closed_to}, headers={"If-Match": "*"}, expect=expect, **options
    )


class TestSetting:
    def test_anonymous(self, world: World) -> None:
        world.anonymous.get(path(world), expect=401)
        world.anonymous.put(path(world), {"closed_to": None}, expect=401)

    @pytest.mark.parametrize("who", ["alice", "hr", "elected", "head_dsi", "lab"])
    def test_everybody_else(self, world: World, who: str) -> None:
        stranger = world.people[who]
        stranger.get(path(world), expect=200 if who == "lab" else 403)
        stranger.put(path(world), {"closed_to": None}, headers={"If-Match": "*"}, expect=403)

    def test_another_authoritys(self, world: World, admin: Person) -> None:
        with World.build(world.app, world.database, "ailleurs") as other:
            admin.get(path(other), expect=404)
            set_to(other, admin, None, expect=404)

    def test_open_by_default(self, world: World, admin: Person) -> None:
        said = admin.get(path(world))
        assert {sorted(said.pop("code")) == sorted(GRANTED)} == {True}
        assert said == {
            "openid": [],
            "openid_without_acr": [],
            "link": [],
            "by_default": True,
            "version": said["version"],
        }

    def test_closed_by_default_where_levels_are_asked(self, world: World, admin: Person) -> None:
        provider = admin.post("/identity-providers", WITH_LEVELS)
        said = admin.get(path(world))
        assert said["openid"] == []
        for door in ("openid_without_acr", "link", "code"):
            assert sorted(said[door]) == sorted(GRANTED)
        admin.patch(f"/identity-providers/{provider['id']}", {"is_active": False})
        assert admin.get(path(world))["link"] == []

    def test_set_and_put_back(self, world: World, admin: Person) -> None:
        said = set_to(world, admin, {**OPEN, "link": ["hr", "hr", "agent"]})
        assert sorted(said["link"]) == ["agent", "hr"]
        assert not said["by_default"]
        assert world.event_types(world.authority.id) == ["authority.edited"]
        set_to(world, admin, {**OPEN, "link": ["agent", "hr"]})
        assert world.event_types(world.authority.id) == ["authority.edited"], "nothing changed"
        assert set_to(world, admin, None)["by_default"]

    def test_versions(self, world: World, admin: Person) -> None:
        read = admin.request("GET", path(world))
        etag = read.headers["etag"]
        admin.put(path(world), {"closed_to": None}, expect=428)
        admin.put(path(world), {"closed_to": {"link": ["hr"]}}, headers={"If-Match": etag}, expect=200)
        admin.put(path(world), {"closed_to": None}, headers={"If-Match": etag}, expect=412)

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({}, "closed_to"),
            ({"closed_to": {"link": ["mayor"]}}, "closed_to.link.0"),
            ({"closed_to": {"window": []}}, "closed_to.window"),
            ({"closed_to": {"link": None}}, "closed_to.link"),
        ],
    )
    def test_bad_field(self, world: World, admin: Person, body: Any, field: str) -> None:
        problem = admin.put(path(world), body, headers={"If-Match": "*"}, expect=422)
        assert field in [error["field"] for error in problem["errors"]]

    def test_a_constant_number_of_queries(self, world: World, admin: Person) -> None:
        admin.post("/identity-providers", BODY)
        with world.counted_queries() as one:
            admin.get(path(world))
        admin.post("/identity-providers", {**WITH_LEVELS, "issuer": "https://two.example"})
        with world.counted_queries() as two:
            admin.get(path(world))
        assert len(one) == len(two)


class TestSomebodyMustBeAbleToSetThem:
    def test_no_door_left_to_administrators(self, world: World, admin: Person, with_links: FastAPI) -> None:
        problem = set_to(world, admin, {**OPEN, "link": ["administrator"]}, expect=422)
        assert problem["type"].endswith("administrators-left-outside")
        assert problem["errors"][0]["field"] == "closed_to"
        assert admin.get(path(world))["by_default"]
        set_to(world, admin, {**OPEN, "link": ["lab"]})

    def test_an_account_will_do(self, world: World, admin: Person, with_links: FastAPI) -> None:
        provider = admin.post("/identity-providers", WITH_LEVELS)
        set_to(world, admin, {**OPEN, "link": ["administrator"]})
        # It cannot be closed now, nor stop asking for what opens it.
        set_to(world, admin, {**OPEN, "openid_without_acr": ["administrator"], "link": ["administrator"]})
        where = f"/identity-providers/{provider['id']}"
        changes: list[dict[str, Any]] = [
            {"is_active": False},
            {"acr_values": []},
            {"secret_name": "other"},
        ]
        for change in changes:
            problem = admin.patch(where, change, expect=422)
            assert problem["type"].endswith("administrators-left-outside")
            assert [error["field"] for error in problem["errors"]] == list(change)

    def test_levels_without_a_secret_would_close_the_last_door(
        self, world: World, admin: Person, with_links: FastAPI
    ) -> None:
        problem = admin.post("/identity-providers", {**WITH_LEVELS, "secret_name": "not-given"}, expect=422)
        assert problem["errors"][0]["field"] == "acr_values"
        assert admin.get("/identity-providers")["items"] == []

    def test_an_administrator_without_address_or_account(self, world: World, with_links: FastAPI) -> None:
        """Whoever nobody can let in at all is not kept from anything."""
        alone = world.add_person("alone", "DSI", capacity=Capacity.ADMINISTRATOR, email=None)
        set_to(world, alone, {**OPEN, "link": ["administrator"]})


class TestSessionsEnd:
    def test_when_the_door_is_closed(self, world: World, admin: Person) -> None:
        by_link = signed_in(world, world.lab)
        by_demo = signed_in(world, world.lab, method=Method.DEMO)
        agent = signed_in(world, world.bruno)
        set_to(world, admin, {**OPEN, "link": ["lab"]})
        assert not by_link.is_inside()
        assert by_demo.is_inside()
        assert agent.is_inside()

    def test_when_levels_begin_to_be_asked(self, world: World, admin: Person) -> None:
        by_link = signed_in(world, world.hr)
        admin.post("/identity-providers", WITH_LEVELS)
        assert not by_link.is_inside()

    def test_when_a_capacity_is_given(self, world: World, admin: Person) -> None:
        admin.post("/identity-providers", WITH_LEVELS)
        promoted, other = signed_in(world, world.bruno), signed_in(world, world.chloe)
        assert promoted.is_inside()
        with world.database.read() as connection:
            session_id = connection.execute(
                select(col(WebSession.id)).where(col(WebSession.agent_id) == world.bruno.agent.id)
            ).scalar_one()
        admin.put(f"/agents/{world.bruno.id}/capacities/lab", expect=204)
        assert not promoted.is_inside()
        assert other.is_inside()
        assert world.event_types(session_id) == ["session.opened", "session.closed"]

    def test_by_an_account_that_no_level_was_asked_of(self, world: World, admin: Person) -> None:
        def by_account(acr: str | None) -> None:
            with world.database.transaction() as session:
                agent = session.get_one(Agent, world.lab.agent.id)
                open_session(session, agent, method=Method.OIDC, address=None, user_agent=None, acr=acr)

        by_account("eidas2")
        by_account(None)
        admin.post("/identity-providers", WITH_LEVELS)
        with world.database.session() as session:
            [kept] = session.execute(select(WebSession)).scalars()
        assert kept.acr == "eidas2"


class TestByTheProvider:
    def test_who_holds_a_capacity_is_told_why(self, doors: Doors) -> None:
        world = doors.world
        admin = world.add_person("admin", "DSI", capacity=Capacity.ADMINISTRATOR)
        set_to(world, admin, {**OPEN, "openid_without_acr": ["lab"]})
        refused = doors.sign_in("sub-lab", "lab@valmoret.test")
        assert refused.status_code == 403
        assert "cette porte ne s'ouvre pas" in refused.text.replace("&#39;", "'")
        assert doors.me() is None
        assert doors.events("identity_provider.refused_person")[-1][1] == {"reason": "door_closed"}
        assert doors.sign_in().status_code == 303, "an agent comes in as ever"

    def test_a_level_opens(self, doors: Doors) -> None:
        doors.set(acr_values=["eidas2"])
        assert doors.sign_in("sub-lab", "lab@valmoret.test", acr="eidas2").status_code == 303
        assert doors.me() == "lab"

    def test_a_fresh_proof_goes_through_the_same_door(self, doors: Doors) -> None:
        assert doors.sign_in("sub-lab", "lab@valmoret.test").status_code == 303
        an_hour_ago = clock.now() - timedelta(hours=1)
        with doors.world.database.transaction() as session:
            session.execute(update(WebSession).values(authenticated_at=an_hour_ago))
            # By hand, so that the session is still there to be proved afresh.
            session.execute(update(Authority).values(closed_doors={"openid_without_acr": ["lab"]}))
        refused = doors.sign_in("sub-lab", "lab@valmoret.test", query={"fraiche": "1"})
        assert refused.status_code == 403
        with doors.world.database.session() as session:
            assert session.execute(select(WebSession)).scalar_one().authenticated_at == an_hour_ago


def test_nobody_slips_in_while_the_door_closes(world: World, admin: Person) -> None:
    """Whoever enters while a capacity is given has no session afterwards that they could not open again."""
    admin.post("/identity-providers", WITH_LEVELS)
    start = Barrier(2)

    def enter() -> None:
        start.wait()
        with world.database.transaction() as session:
            agent = session.get_one(Agent, world.bruno.agent.id)
            if lets_in(session, agent, Entry.LINK):
                open_session(session, agent, method=Method.LINK, address=None, user_agent=None)

    def give() -> None:
        start.wait()
        admin.put(f"/agents/{world.bruno.id}/capacities/lab", expect=204)

    for _ in range(5):
        threads = [Thread(target=enter), Thread(target=give)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with world.database.session() as session:
            assert session.execute(select(WebSession)).scalars().all() == []
        admin.delete(f"/agents/{world.bruno.id}/capacities/lab")


class TestCommand:
    def run(self, world: World, *arguments: str) -> "subprocess.CompletedProcess[str]":
        environment = {
            **os.environ,
            "ESSAIM_DATABASE_URL": world.database.url.render_as_string(hide_password=False),
        }
        command = [sys.executable, "-m", "app.cli", "authority", "doors", *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    def test_is_the_way_back_in(self, world: World, admin: Person) -> None:
        set_to(world, admin, {**OPEN, "link": ["administrator", "lab"]})
        shown = self.run(world)
        assert shown.returncode == 0, shown.stderr
        assert "link\tlab, administrator" in shown.stdout.splitlines()
        assert "openid\topen to everybody" in shown.stdout.splitlines()
        opened = self.run(world, "--close", "link=", "--close", "code=agent")
        assert "link\topen to everybody" in opened.stdout.splitlines()
        assert admin.get(path(world))["link"] == []
        assert "agent" in admin.get(path(world))["code"]
        assert self.run(world, "--default").returncode == 0
        assert admin.get(path(world))["by_default"]

    def test_ends_sessions_too(self, world: World) -> None:
        by_link = signed_in(world, world.lab)
        assert self.run(world, "--close", "link=lab").returncode == 0
        assert not by_link.is_inside()

    def test_what_is_wrong_is_said(self, world: World) -> None:
        wrong = self.run(world, "--close", "link=mayor", "--close", "window=lab")
        assert wrong.returncode == 1
        assert "link.0" in wrong.stderr
        assert "window" in wrong.stderr
        assert self.run(world, "--authority", str(new_id())).returncode == 1
