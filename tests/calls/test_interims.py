"""Whoever replaces a manager reads the applications of their agents."""

from tests.calls.builders import application
from tests.people.builders import interim
from tests.support.world import World


def test_of_the_manager(world: World) -> None:
    made = application(world)
    path = f"/applications/{made['id']}"
    world.david.get(path, expect=404)
    named = interim(world, absent_id=world.head_dej.id)
    assert world.david.get(path)["id"] == made["id"]
    assert [item["id"] for item in world.david.get("/applications")["items"]] == [made["id"]]
    world.david.post(f"{path}/withdraw", expect=403)
    world.hr.post(f"/interims/{named['id']}/withdraw", {"reason": "Retour."})
    world.david.get(path, expect=404)
    assert world.david.get("/applications")["items"] == []
