"""Whoever replaces the head of a directorate adopts in its name."""

from tests.people.builders import interim
from tests.solutions.builders import FORMS, adoption
from tests.support.world import World


def test_of_the_head_of_the_directorate_that_adopts(world: World) -> None:
    made = adoption(world)
    path = f"/adoptions/{made['id']}/adapt"
    world.david.post(path, FORMS["adapt"], expect=403)
    interim(world, absent_id=world.head_dsi.id)
    assert world.david.post(path, FORMS["adapt"])["state"] == "adapting"
