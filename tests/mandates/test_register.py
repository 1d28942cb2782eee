"""The register of mandates: searched, filtered, sorted, exported."""

import csv
import io
import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from app.mandates.schemas import MandateSummary
from tests.half_days.builders import slot
from tests.mandates.builders import START, active, mandate, team
from tests.support.world import World


def found(world: World, by: str = "lab", **query: Any) -> list[str]:
    return [item["id"] for item in world.people[by].get(f"/mandates?{urlencode(query, doseq=True)}")["items"]]


@pytest.fixture
def two(world: World) -> tuple[dict[str, Any], dict[str, Any]]:
    """A signed one for the roads, and a draft for the schools, under another sponsor and later."""
    first = active(world, members=("alice",), purpose="Ouvrir le dépôt sans attendre.")
    made = team(world, ("bruno",), name="Les Éclaireurs", client_directorate_id=world.directorate_id("DEJ"))
    second = mandate(
        world,
        members=("bruno",),
        team_id=made["id"],
        sponsor_id=world.head_dsi.id,
        starts_on=(START + timedelta(days=60)).isoformat(),
        purpose="Inscrire les enfants à la cantine en une fois.",
        slots=[slot(world, "bruno")],
    )
    return first, second


class TestSearch:
    def test_words(self, world: World, two: tuple[dict[str, Any], dict[str, Any]]) -> None:
        first, second = (one["id"] for one in two)
        assert found(world, q="ATTENDRE") == [first]
        assert found(world, q="cantines") == [second]
        assert found(world, q="eclaireur") == [second], "the team's name"
        assert found(world, q="girafe") == []
        assert found(world, q="le la") == [second, first], "no word to look for"

    def test_after_an_edit(self, world: World, two: tuple[dict[str, Any], dict[str, Any]]) -> None:
        _first, second = two
        world.lab.patch(f"/mandates/{second['id']}", {"purpose": "Réparer la girafe du parc."})
        assert found(world, q="girafe") == [second["id"]]
        assert found(world, q="cantine") == []
        assert found(world, q="éclaireurs") == [second["id"]]

    def test_after_the_team_is_named_anew(
        self, world: World, two: tuple[dict[str, Any], dict[str, Any]]
    ) -> None:
        first, second = two
        world.lab.patch(f"/teams/{second['team_id']}", {"name": "Les Sourciers"})
        assert found(world, q="sourcier") == [second["id"]]
        assert found(world, q="éclaireurs") == []
        world.lab.patch(f"/teams/{first['team_id']}", {"name": "Les Veilleurs"})
        assert found(world, q="veilleur dépôt") == [first["id"]]

    def test_only_what_may_be_read(self, world: World, two: tuple[dict[str, Any], dict[str, Any]]) -> None:
        assert found(world, "chloe", q="cantine") == []
        assert found(world, "bruno", q="cantine") == [two[1]["id"]]


class TestFilters:
    def test_each(self, world: World, two: tuple[dict[str, Any], dict[str, Any]]) -> None:
        first, second = (one["id"] for one in two)
        assert found(world, state=["active"]) == [first]
        assert found(world, sponsor_id=[world.head_dsi.id]) == [second]
        assert found(world, client_directorate_id=[world.directorate_id("DEP")]) == [first]
        assert found(world, team_id=[two[0]["team_id"], two[1]["team_id"]]) == [second, first]
        assert found(world, starts_from=two[1]["starts_on"]) == [second]
        assert found(world, starts_until=two[0]["starts_on"]) == [first]
        assert found(world, ends_from=two[1]["ends_on"]) == [second]
        assert found(world, ends_until=two[0]["ends_on"]) == [first]
        assert found(world, starts_from="2026-01-01", ends_until="2026-01-02") == []

    def test_sorts(self, world: World, two: tuple[dict[str, Any], dict[str, Any]]) -> None:
        first, second = (one["id"] for one in two)
        for sort in ("created_at", "starts_on", "ends_on"):
            assert found(world, sort=sort) == [first, second]
            assert found(world, sort=f"-{sort}") == [second, first]

    def test_pages(self, world: World, two: tuple[dict[str, Any], dict[str, Any]]) -> None:
        for sort in ("-starts_on", "-ends_on"):
            page = world.lab.get(f"/mandates?sort={sort}&limit=1")
            rest = world.lab.get(f"/mandates?sort={sort}&limit=1&cursor={page['next_cursor']}")
            assert [page["items"][0]["id"], rest["items"][0]["id"]] == [two[1]["id"], two[0]["id"]]

    @pytest.mark.parametrize("bad", ["sort=name", "starts_from=hier", "sponsor_id=x", "state=open"])
    def test_bad_input(self, world: World, bad: str) -> None:
        problem = world.lab.get(f"/mandates?{bad}", expect=422)
        assert problem["errors"][0]["field"].startswith(bad.partition("=")[0])


class TestExport:
    def stream(self, world: World, accept: str, who: str = "lab", query: str = "") -> str:
        headers = {"Accept": accept}
        response = world.people[who].request("GET", f"/mandates{query}", headers=headers, expect=200)
        return str(response.text)

    def test_json_lines(self, world: World, two: tuple[dict[str, Any], dict[str, Any]]) -> None:
        lines = [json.loads(line) for line in self.stream(world, "application/x-ndjson").splitlines()]
        assert lines == world.lab.get("/mandates")["items"]
        for line in lines:
            MandateSummary.model_validate(line)

    def test_csv(self, world: World, two: tuple[dict[str, Any], dict[str, Any]]) -> None:
        rows = list(csv.DictReader(io.StringIO(self.stream(world, "text/csv", query="?sort=starts_on"))))
        assert [row["team_name"] for row in rows] == ["Les Portiers", "Les Éclaireurs"]
        assert [row["state"] for row in rows] == ["active", "draft"]
        assert [row["to_sign"] for row in rows] == ["false", "false"]

    def test_what_the_filters_keep_of_what_one_may_read(
        self, world: World, two: tuple[dict[str, Any], dict[str, Any]]
    ) -> None:
        assert len(self.stream(world, "text/csv", "bruno").splitlines()) == 2
        assert self.stream(world, "application/x-ndjson", query="?state=expired") == ""
        assert self.stream(world, "application/x-ndjson", "chloe") == ""

    def test_no_other_format(self, world: World) -> None:
        world.lab.get("/mandates", headers={"Accept": "application/pdf"}, expect=406)
