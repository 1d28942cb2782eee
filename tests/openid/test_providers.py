"""The API of identity providers and bindings: anonymous, the stranger, then the rightful person."""

from collections.abc import Iterator
from typing import Any

import pytest

from app.access.capacity import Capacity
from app.openid import discovery
from app.settings import Settings
from tests.openid.doors import SIRET, Doors
from tests.support.world import Person, World

UNKNOWN = "0192f7c0-5b1e-7d0a-9a3e-1f2a3b4c5d6e"
BODY: dict[str, Any] = {
    "name": "ProConnect",
    "profile": "proconnect",
    "issuer": "https://auth.agentconnect.gouv.fr/api/v2",
    "client_id": "c0ffee",
    "sirets": [SIRET],
}


@pytest.fixture
def admin(world: World) -> Person:
    return world.add_person("admin", "DSI", capacity=Capacity.ADMINISTRATOR)


@pytest.fixture
def elsewhere(world: World) -> Iterator[Person]:
    with World.build(world.app, world.database, "ailleurs") as other:
        yield other.add_person("admin", "DSI", capacity=Capacity.ADMINISTRATOR)


class TestProviders:
    def test_anonymous(self, world: World) -> None:
        world.anonymous.post("/identity-providers", BODY, expect=401)
        world.anonymous.get("/identity-providers", expect=401)
        world.anonymous.get(f"/identity-providers/{UNKNOWN}", expect=401)
        world.anonymous.patch(f"/identity-providers/{UNKNOWN}", {}, expect=401)

    @pytest.mark.parametrize("who", ["alice", "lab", "hr", "elected", "head_dsi"])
    def test_everybody_else(self, world: World, admin: Person, who: str) -> None:
        made = admin.post("/identity-providers", BODY)
        stranger = world.people[who]
        stranger.post("/identity-providers", BODY, expect=403)
        stranger.get("/identity-providers", expect=403)
        stranger.get(f"/identity-providers/{made['id']}", expect=403)
        stranger.patch(f"/identity-providers/{made['id']}", {"name": "x"}, expect=403)

    def test_a_machine(self, world: World) -> None:
        world.machine("hr:read", "hr:write", "programme:write").get("/identity-providers", expect=403)

    def test_made_read_and_listed(self, world: World, admin: Person) -> None:
        response = admin.request("POST", "/identity-providers", json=BODY, expect=201)
        made = response.json()
        assert response.headers["location"] == f"/api/v1/identity-providers/{made['id']}"
        assert made["redirect_uri"] == "http://127.0.0.1:8000/oidc/retour/valmoret"
        assert made["post_logout_redirect_uri"] == "http://127.0.0.1:8000/oidc/sortie"
        assert (made["algorithm"], made["match_by"], made["is_active"]) == ("RS256", "email", True)
        assert admin.get(f"/identity-providers/{made['id']}") == made
        assert admin.get("/identity-providers")["items"] == [made]
        assert world.event_types(made["id"]) == ["identity_provider.set"]

    def test_no_secret_is_taken(self, admin: Person) -> None:
        problem = admin.post("/identity-providers", {**BODY, "client_secret": "x"}, expect=422)
        assert [error["field"] for error in problem["errors"]] == ["client_secret"]

    def test_one_that_the_operator_does_not_have_called(
        self, admin: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        listed = Settings(
            public_url="https://essaim.valmoret.test", outgoing_hosts=frozenset({"sso.valmoret.test"})
        )
        monkeypatch.setattr(discovery, "get_settings", lambda: listed)
        problem = admin.post("/identity-providers", BODY, expect=422)
        assert [error["field"] for error in problem["errors"]] == ["issuer"]
        assert "ESSAIM_OUTGOING_HOSTS" in problem["errors"][0]["detail"]
        admin.post("/identity-providers", {**BODY, "issuer": "https://sso.valmoret.test"})

    @pytest.mark.parametrize("issuer", ["https://10.0.0.7", "https://169.254.169.254", "https://localhost"])
    def test_one_inside(self, admin: Person, issuer: str, monkeypatch: pytest.MonkeyPatch) -> None:
        production = Settings(public_url="https://essaim.valmoret.test")
        monkeypatch.setattr(discovery, "get_settings", lambda: production)
        problem = admin.post("/identity-providers", {**BODY, "issuer": issuer}, expect=422)
        assert [error["field"] for error in problem["errors"]] == ["issuer"]

    def test_the_same_issuer_twice(self, admin: Person) -> None:
        admin.post("/identity-providers", BODY)
        problem = admin.post("/identity-providers", {**BODY, "client_id": "another"}, expect=409)
        assert problem["type"].endswith("provider-known")

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"name": ""}, "name"),
            ({"name": "x" * 101}, "name"),
            ({"profile": "saml"}, "profile"),
            ({"issuer": "http://auth.agentconnect.gouv.fr"}, "issuer"),
            ({"issuer": "ftp://auth.agentconnect.gouv.fr"}, "issuer"),
            ({"issuer": "https://"}, "issuer"),
            ({"issuer": "https://[bad"}, "issuer"),
            ({"issuer": "https://user@host.test"}, "issuer"),
            ({"issuer": "https://host.test?x=1"}, "issuer"),
            ({"issuer": "https://host.test#x"}, "issuer"),
            ({"issuer": "https://é.test"}, "issuer"),
            ({"client_id": "a b"}, "client_id"),
            ({"secret_name": "../other"}, "secret_name"),
            ({"secret_name": "UPPER"}, "secret_name"),
            ({"sirets": []}, "sirets"),
            ({"sirets": ["123"]}, "sirets.0"),
            ({"scopes": ["email"]}, "scopes"),
            ({"scopes": ["openid", "a b"]}, "scopes.1"),
            ({"acr_values": [""]}, "acr_values.0"),
            ({"algorithm": "HS256"}, "algorithm"),
            ({"algorithm": "none"}, "algorithm"),
            ({"match_by": "name"}, "match_by"),
            ({"match_by": "hr_id"}, "idp_ids"),
        ],
    )
    def test_bad_field(self, admin: Person, change: dict[str, Any], field: str) -> None:
        problem = admin.post("/identity-providers", {**BODY, **change}, expect=422)
        assert [error["field"] for error in problem["errors"]] == [field]

    def test_edited(self, world: World, admin: Person) -> None:
        made = admin.post("/identity-providers", BODY)
        path = f"/identity-providers/{made['id']}"
        edited = admin.patch(path, {"acr_values": ["eidas2"], "is_active": False}, version=made["version"])
        assert (edited["acr_values"], edited["is_active"]) == (["eidas2"], False)
        admin.patch(path, {"name": "x"}, version=made["version"], expect=412)
        again = admin.patch(path, {"acr_values": ["eidas2"]}, version=edited["version"])
        assert again["version"] == edited["version"]
        assert world.event_types(made["id"]) == ["identity_provider.set"] * 2

    def test_neither_the_issuer_nor_the_profile_ever_changes(self, admin: Person) -> None:
        """The bindings' subjects are the issuer's."""
        made = admin.post("/identity-providers", BODY)
        for change in ({"issuer": "https://elsewhere.test"}, {"profile": "standard"}):
            problem = admin.patch(f"/identity-providers/{made['id']}", change, expect=422)
            assert [error["field"] for error in problem["errors"]] == list(change)

    @pytest.mark.parametrize("value", [0, 1, "false", None])
    def test_closed_by_a_boolean_alone(self, admin: Person, value: Any) -> None:
        made = admin.post("/identity-providers", BODY)
        problem = admin.patch(f"/identity-providers/{made['id']}", {"is_active": value}, expect=422)
        assert [error["field"] for error in problem["errors"]] == ["is_active"]

    def test_edited_into_what_does_not_hold(self, admin: Person) -> None:
        made = admin.post("/identity-providers", BODY)
        problem = admin.patch(f"/identity-providers/{made['id']}", {"sirets": []}, expect=422)
        assert [error["field"] for error in problem["errors"]] == ["sirets"]

    def test_another_authoritys(self, admin: Person, elsewhere: Person) -> None:
        made = admin.post("/identity-providers", BODY)
        path = f"/identity-providers/{made['id']}"
        elsewhere.get(path, expect=404)
        elsewhere.patch(path, {"name": "x"}, expect=404)
        assert elsewhere.get("/identity-providers")["items"] == []
        elsewhere.post("/identity-providers", BODY, expect=201)

    def test_as_many_queries_for_one_as_for_many(self, world: World, admin: Person) -> None:
        counts = []
        for number in range(3):
            admin.post("/identity-providers", {**BODY, "issuer": f"https://{number}.test"})
            with world.counted_queries() as seen:
                assert len(admin.get("/identity-providers")["items"]) == number + 1
            counts.append(len(seen))
        assert len(set(counts)) == 1


class TestBindings:
    def test_anonymous(self, world: World) -> None:
        world.anonymous.get("/identity-bindings", expect=401)
        world.anonymous.delete(f"/identity-bindings/{UNKNOWN}", expect=401)

    @pytest.mark.parametrize("who", ["alice", "bruno", "hr", "elected"])
    def test_everybody_else(self, doors: Doors, who: str) -> None:
        doors.sign_in()
        stranger = doors.world.people[who]
        stranger.get("/identity-bindings", expect=403)
        stranger.delete(f"/identity-bindings/{UNKNOWN}", expect=403)

    def test_the_lab_reads_and_does_not_release(self, doors: Doors, admin: Person) -> None:
        doors.sign_in()
        [binding] = doors.world.lab.get("/identity-bindings")["items"]
        assert binding["agent_id"] == doors.world.bruno.id
        assert binding["agent_name"] == "Bruno BRUNO"
        assert binding["provider_name"] == "ProConnect"
        assert "sub-bruno" not in str(binding)
        doors.world.lab.delete(f"/identity-bindings/{binding['id']}", expect=403)

    def test_filtered(self, doors: Doors, admin: Person) -> None:
        doors.sign_in()
        doors.world.http.cookies.clear()
        doors.sign_in("sub-chloe", "chloe@valmoret.test")
        chloe = {"agent_id": doors.world.chloe.id}
        assert len(admin.get("/identity-bindings")["items"]) == 2
        assert [item["agent_id"] for item in admin.get("/identity-bindings", params=chloe)["items"]] == [
            doors.world.chloe.id
        ]
        assert admin.get("/identity-bindings", params={"provider_id": UNKNOWN})["items"] == []
        first = admin.get("/identity-bindings", params={"limit": 1})
        rest = admin.get("/identity-bindings", params={"limit": 1, "cursor": first["next_cursor"]})
        assert first["items"][0]["id"] != rest["items"][0]["id"]
        admin.get("/identity-bindings", params={"agent_id": "x"}, expect=422)

    def test_released(self, doors: Doors, admin: Person) -> None:
        doors.sign_in()
        doors.world.http.cookies.clear()
        [binding] = admin.get("/identity-bindings")["items"]
        admin.delete(f"/identity-bindings/{binding['id']}")
        admin.delete(f"/identity-bindings/{binding['id']}", expect=404)
        assert doors.world.event_types(binding["id"]) == [
            "identity_binding.made",
            "identity_binding.released",
        ]
        assert doors.sign_in("sub-new").status_code == 303

    def test_releasing_ends_what_the_account_opened(self, doors: Doors, admin: Person) -> None:
        doors.sign_in()
        assert doors.world.http.get("/", follow_redirects=False).status_code == 200
        [held] = doors.world.bruno.get("/me/sessions")["items"]
        [binding] = admin.get("/identity-bindings")["items"]
        admin.delete(f"/identity-bindings/{binding['id']}")
        assert doors.world.http.get("/", follow_redirects=False).status_code == 303
        assert doors.world.bruno.get("/me/sessions")["items"] == []
        assert doors.world.event_types(held["id"]) == ["session.opened", "session.closed"]

    def test_another_authoritys(self, doors: Doors, admin: Person, elsewhere: Person) -> None:
        doors.sign_in()
        doors.world.http.cookies.clear()
        [binding] = admin.get("/identity-bindings")["items"]
        elsewhere.delete(f"/identity-bindings/{binding['id']}", expect=404)
        assert elsewhere.get("/identity-bindings")["items"] == []
