"""Delegations of signature and interims: to come, in force, and over."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from app.kit import clock
from app.people.delegation_models import Interim, SigningDelegation
from app.people.delegation_policy import DELEGATION_ABILITIES, INTERIM_ABILITIES
from tests.access.kinds import REASON, Kind, Made, patch, post
from tests.support.world import World

ACT = {"act_reference": "arrêté 2026-115"}


def day(offset: int) -> str:
    return (clock.today("Europe/Paris") + timedelta(days=offset)).isoformat()


def each(world: World, plural: str, form: dict[str, Any]) -> Iterator[Made]:
    """One to come, one in force, one withdrawn."""
    for starts_on in (30, 0):
        dates = {"starts_on": day(starts_on), "ends_on": day(starts_on + 20)}
        yield world.hr.post(f"/{plural}", {**form, **dates}, expect=201)
    withdrawn = world.hr.post(f"/{plural}", {**form, "starts_on": day(60), "ends_on": day(80)}, expect=201)
    yield world.hr.post(f"/{plural}/{withdrawn['id']}/withdraw", REASON)


def delegation(world: World) -> Made:
    """A body for `POST /delegations`."""
    return {
        "giver_id": world.elected.id,
        "holder_id": world.coach.id,
        "holder_function": "general_director",
        "act_reference": "arrêté 2026-114",
        "field": "mandates",
        "field_text": "Les mandats d'équipe.",
        "published_on": day(-3),
        "notified_on": day(-3),
        "transmitted_on": day(-3),
        "starts_on": day(0),
        "term_ends_on": day(900),
    }


def interim(world: World) -> Made:
    """A body for `POST /interims`."""
    people = {"absent_id": world.head_dep.id, "holder_id": world.alice.id}
    return {**people, "act_reference": "note 2026-14", "starts_on": day(0), "ends_on": day(20)}


def delegations(world: World) -> Iterator[Made]:
    return each(world, "delegations", delegation(world))


def interims(world: World) -> Iterator[Made]:
    return each(world, "interims", interim(world))


OF_POWERS = tuple(
    Kind(plural, model, abilities, specimens, {"edit": patch(ACT), "withdraw": post("withdraw", REASON)})
    for plural, model, abilities, specimens in (
        ("delegations", SigningDelegation, DELEGATION_ABILITIES, delegations),
        ("interims", Interim, INTERIM_ABILITIES, interims),
    )
)
