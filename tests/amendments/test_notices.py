"""Who is told of an amendment, when, and what its difference and events say to whom."""

from tests.amendments.builders import PURPOSE, sign, sign_all, submitted
from tests.amendments.test_tasks import hr_says, review
from tests.mandates.builders import active
from tests.notices.builders import inbox, last, who_was_told
from tests.support.world import World

TEXT = {"goal": "Ouvrir le dépôt avant sept heures."}


def test_each_rank_in_its_turn(world: World) -> None:
    seen = submitted(world, active(world), **TEXT)
    assert set(who_was_told(world, seen, "amendment.submitted")) == {"alice", "bruno"}
    assert PURPOSE in last(world, "alice", "amendment.submitted")["body"]
    sign(world, seen, "alice")
    assert who_was_told(world, seen, "amendment.signed") == {}
    sign(world, seen, "bruno")
    assert set(who_was_told(world, seen, "amendment.signed")) == {"head_dep"}


def test_everybody_when_it_is_in_force(world: World) -> None:
    seen = submitted(world, active(world), **TEXT)
    sign_all(world, seen)
    told = who_was_told(world, seen, "amendment.in_force")
    assert set(told) == {"alice", "bruno", "head_dep", "dgs", "coach", "lab"}


def test_refused(world: World) -> None:
    seen = submitted(world, active(world), **TEXT)
    sign(world, seen, "alice")
    world.bruno.post(f"/amendments/{seen['id']}/refuse", {"reason": "Trop tôt."})
    told = who_was_told(world, seen, "amendment.refused")
    assert told["lab"].endswith("et voici pourquoi")
    assert told["head_dep"].endswith("revient en rédaction")
    assert "Trop tôt." in last(world, "lab", "amendment.refused")["body"]


def test_a_task_is_told_once_to_the_lab_and_the_successor(world: World) -> None:
    active(world)
    hr_says(world, "bruno", manager_id=world.head_dsi.agent.id)
    review(world)
    review(world)
    (task,) = world.lab.get("/mandate-tasks")["items"]
    told = who_was_told(world, task, "mandate_task.raised")
    assert set(told) == {"head_dsi", "lab", "coach"}
    assert told["head_dsi"].endswith("vous attend")
    kinds = [item["kind"] for item in inbox(world, "head_dsi")]
    assert kinds.count("mandate_task.raised") == 1
    assert "somebody" not in last(world, "lab", "mandate_task.raised")["body"]
