"""What people find in their inbox."""

from typing import Any

from tests.support.world import World


def inbox(world: World, name: str, **query: Any) -> list[dict[str, Any]]:
    """The notices of `name`, newest first, once everything that waits is delivered."""
    world.work()
    page = world.people[name].get("/notices", params={"limit": 200, **query})
    assert page["next_cursor"] is None
    items: list[dict[str, Any]] = page["items"]
    return items


def last(world: World, name: str, kind: str) -> dict[str, Any]:
    """The newest notice of this kind."""
    return next(item for item in inbox(world, name) if item["kind"] == kind)


def who_was_told(world: World, subject: dict[str, Any] | str, kind: str) -> dict[str, str]:
    """By name, the title of what each was told of this subject; nobody twice."""
    subject_id = subject if isinstance(subject, str) else subject["id"]
    found: dict[str, str] = {}
    world.work()
    for name, person in world.people.items():
        titles = [
            item["title"]
            for item in person.get("/notices?limit=200")["items"]
            if (item["kind"], item["subject_id"]) == (kind, subject_id)
        ]
        assert len(titles) <= 1, f"{name} was told twice of {kind}"
        if titles:
            found[name] = titles[0]
    return found
