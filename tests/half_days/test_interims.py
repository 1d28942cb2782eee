"""Whoever replaces a manager or a head reads the half-days that they would."""

from datetime import timedelta

from tests.half_days.builders import FORMS, MONDAY, active, every, on
from tests.people.builders import interim
from tests.support.world import World


def test_of_a_manager(town: World) -> None:
    active(town)
    assert every(town, by="chloe") == []
    made = interim(town, absent_id=town.head_dej.id, holder_id=town.chloe.id, ends_on=MONDAY.isoformat())
    seen = every(town, by="chloe")
    assert [item["id"] for item in seen] == [item["id"] for item in every(town, by="head_dej")]
    assert {item["agent_id"] for item in seen} == {town.bruno.id}
    town.chloe.get(f"/half-days/{seen[0]['id']}")
    town.chloe.post(f"/half-days/{seen[0]['id']}/take", FORMS.get("take"), expect=403)
    with on(MONDAY + timedelta(days=1)):
        assert every(town, by="chloe") == []
        town.chloe.get(f"/half-days/{seen[0]['id']}", expect=404)
    assert made["holder_name"] == "Chloe CHLOE"


def test_of_the_head_of_the_client_directorate(town: World) -> None:
    active(town)
    interim(town, holder_id=town.chloe.id)
    assert len(every(town, by="chloe")) == len(every(town, by="head_dep")) > 0
