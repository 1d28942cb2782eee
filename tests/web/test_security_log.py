"""What is written down of those who try and are refused, and what is not."""

from collections.abc import MutableMapping
from dataclasses import replace
from typing import Any

import pytest
import structlog
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import SecretStr
from structlog.testing import LogCapture

from app.access.governed import governed, rule_of
from app.kit import alarms, clock
from app.kit.ids import new_id
from app.settings import Settings
from tests.irritants.builders import protected, with_trusted
from tests.signin.builders import signed_in
from tests.support.visitor import Visitor
from tests.support.world import API, World

Lines = list[MutableMapping[str, Any]]


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Lines:
    capture = LogCapture()
    processors: list[structlog.typing.Processor] = [structlog.contextvars.merge_contextvars, capture]
    everything = structlog.make_filtering_bound_logger(0)
    monkeypatch.setattr(
        alarms, "log", structlog.wrap_logger(None, processors=processors, wrapper_class=everything)
    )
    return capture.entries


def only(lines: Lines) -> MutableMapping[str, Any]:
    [line] = lines
    assert line["event"] == "refused"
    assert line["logger"] == "essaim.security"
    assert line["log_level"] == "warning"
    assert line["request_id"]
    assert line["address"] == "testclient"
    return line


class TestApi:
    def test_a_forbidden_act_names_who(self, world: World, lines: Lines) -> None:
        world.alice.post("/api-clients", {"name": "SIRH", "scopes": ["hr:read"]}, expect=403)
        line = only(lines)
        assert (line["kind"], line["because"], line["status"]) == ("act", "forbidden", 403)
        assert (line["method"], line["route"]) == ("POST", "/api/v1/api-clients")
        assert line["agent_id"] == world.alice.id
        assert line["authority_id"] == str(world.authority.id)

    def test_what_is_hidden_or_not_there(self, world: World, lines: Lines) -> None:
        world.alice.get(f"/agents/{world.bruno.id}", expect=404)
        line = only(lines)
        assert (line["kind"], line["because"], line["status"]) == ("object", "not-found", 404)
        assert line["route"] == "/api/v1/agents/{agent_id}", "never whose record"
        assert line["agent_id"] == world.alice.id

    def test_a_wrong_token_and_never_the_token(self, world: World, lines: Lines) -> None:
        replace(world.alice, token="essaim_wrong").get("/me", expect=401)
        line = only(lines)
        assert (line["kind"], line["because"]) == ("token", "unauthenticated")
        assert "agent_id" not in line
        assert "wrong" not in str(line)
        lines.clear()
        world.anonymous.get("/me", expect=401)
        assert lines == [], "nobody tried anything"

    def test_a_machine_out_of_its_scope(self, world: World, lines: Lines) -> None:
        machine = world.machine("programme:read")
        machine.get("/agents", expect=403)
        line = only(lines)
        assert line["client_id"]
        assert "agent_id" not in line

    def test_a_limit_and_a_size(self, world: World, lines: Lines) -> None:
        client = TestClient(world.app, client=("testclient", 50000))
        headers = {"Authorization": "Bearer essaim_wrong"}
        with clock.at(clock.now()):
            for _ in range(61):
                client.get(f"{API}/me", headers=headers)
        assert [line["kind"] for line in lines] == ["token"] * 60 + ["limit"]
        lines.clear()
        world.hr.request(
            "PATCH",
            f"/agents/{world.alice.id}",
            content=b"x" * 2_000_000,
            headers={"Content-Type": "application/json"},
        )
        assert only(lines)["kind"] == "size"

    def test_what_is_merely_wrong_is_not_written(self, world: World, lines: Lines) -> None:
        world.hr.request("PATCH", f"/agents/{world.alice.id}", json={"hr_id": 1}, headers={"If-Match": "*"})
        world.hr.get("/agents?limit=0", expect=422)
        assert lines == []


class TestDoors:
    def test_a_dead_link(self, world: World, lines: Lines) -> None:
        Visitor(world.app).get("/connexion/lien/ouvrir?jeton=an-old-secret", expect=409)
        line = only(lines)
        assert (line["kind"], line["because"], line["door"]) == ("sign_in", "link-spent", "links")
        assert "an-old-secret" not in str(line)

    def test_a_wrong_code(self, world: World, app: FastAPI, lines: Lines) -> None:
        usual = app.state.settings
        app.state.settings = Settings(worker="outside", code_key=SecretStr("k" * 32))
        try:
            visitor = Visitor(app)
            visitor.get("/connexion/code")
            visitor.submit("/connexion/code", hr_id=world.alice.agent.hr_id, code="AAAA-AAAA", expect=422)
        finally:
            app.state.settings = usual
        line = only(lines)
        assert (line["kind"], line["because"], line["door"]) == ("sign_in", "code-wrong", "codes")
        assert "AAAA" not in str(line)
        assert world.alice.agent.hr_id not in str(line)

    def test_an_answer_of_a_provider_that_nobody_awaits(self, world: World, lines: Lines) -> None:
        Visitor(world.app).get("/oidc/retour/valmoret?state=x&code=y", expect=400)
        line = only(lines)
        assert (line["kind"], line["because"], line["door"]) == ("sign_in", "stale", "openid")

    def test_a_machine_with_a_wrong_secret(self, world: World, lines: Lines) -> None:
        form = {"grant_type": "client_credentials", "client_id": str(new_id()), "client_secret": "s3cr3t"}
        assert world.http.post("/oauth/token", data=form).status_code == 401
        line = only(lines)
        assert (line["kind"], line["because"], line["door"]) == ("sign_in", "invalid_client", "oauth")
        assert "s3cr3t" not in str(line)


class TestPages:
    def test_a_forged_form(self, world: World, lines: Lines) -> None:
        visitor = signed_in(world, world.bruno)
        visitor.csrf = "0" * 64
        visitor.submit("/deconnexion", expect=403)
        line = only(lines)
        assert (line["kind"], line["because"], line["status"]) == ("form", "form-refused", 403)
        assert line["agent_id"] == world.bruno.id


class TestProtectedReports:
    def test_nothing_is_written_where_it_would_point_at_somebody(self, world: World, lines: Lines) -> None:
        with_trusted(world)
        irritant = protected(world, "david")
        path = f"/irritants/{irritant['id']}"
        world.david.patch(path, {"title": "Autre chose"}, expect=404)
        world.david.get(f"{path}/messages", expect=404)
        world.bruno.post(f"{path}/open-identity", {"reason": "curieux"}, expect=404)
        replace(world.david, token="essaim_wrong").post("/irritants", {}, expect=401)
        world.anonymous.post(
            "/protected-reports/read", {"follow_up_key": "AAAA-AAAA-AAAA-AAAA-AAAA-AAAA-AAAA"}, expect=404
        )
        for _ in range(80):
            world.anonymous.request(
                "POST",
                "/protected-reports/read",
                json={"follow_up_key": "AAAA-AAAA-AAAA-AAAA-AAAA-AAAA-AAAA"},
            )
        assert lines == []

    def test_every_route_and_page_about_irritants_is_quiet(self, shared_app: FastAPI) -> None:
        loud = [
            str(route)
            for route in shared_app.routes
            if (rule := rule_of(getattr(route, "endpoint", None)))  # type: ignore[arg-type]
            and rule.policy
            and rule.policy.subject == "irritant"
            and not route.is_quiet  # type: ignore[attr-defined]
        ]
        assert loud == []
        assert len([one for one in governed(shared_app.routes) if "irritants" in one.path]) > 10
