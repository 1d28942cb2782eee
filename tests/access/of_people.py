"""Authorities, directorates, agents, and the programmes they live under."""

from collections.abc import Iterator

from app.access.capacity import Capacity
from app.people.models import Agent, Authority, Directorate
from app.people.policy import AGENT_ABILITIES, AUTHORITY_ABILITIES, DIRECTORATE_ABILITIES
from app.programmes.models import Charter, Programme
from app.programmes.policy import CHARTER_ABILITIES, PROGRAMME_ABILITIES
from tests.access.kinds import Kind, Made, Way, patch, post
from tests.programmes import builders as programmes
from tests.support.world import World


def charters(world: World) -> Iterator[Made]:
    yield programmes.charter(world)
    yield programmes.charter(world, adopted_on="2026-01-05")


def agents(world: World) -> Iterator[Made]:
    yield {"id": world.alice.id}
    yield {"id": world.head_dep.id}
    # Whoever gives capacities reads of it on the records that they may read: their own, and those of their people.
    administrator = world.people.get("administrator") or world.add_person(
        "administrator", "DGS", capacity=Capacity.ADMINISTRATOR
    )
    yield {"id": administrator.id}
    yield {"id": world.add_person("deputy", "DGS", manager="administrator").id}


def authorities(world: World) -> Iterator[Made]:
    yield {"id": str(world.authority.id)}


def directorates(world: World) -> Iterator[Made]:
    yield {"id": world.directorate_id("DEP")}


def capacity(method: str) -> Way:
    return Way(method, "/{plural}/{id}/capacities/hr")


OF_PEOPLE = (
    Kind(
        "authorities",
        Authority,
        AUTHORITY_ABILITIES,
        authorities,
        {
            "edit": patch({"name": "Valmoret"}),
            "set_doors": Way(
                "PUT",
                "/{plural}/{id}/doors",
                lambda _world, _made, _who: {"closed_to": {"code": ["agent"]}},
            ),
        },
        "",
    ),
    Kind("directorates", Directorate, DIRECTORATE_ABILITIES, directorates, {}, "read"),
    Kind(
        "agents",
        Agent,
        AGENT_ABILITIES,
        agents,
        {
            "edit": patch({"off_halves": ["wednesday:morning"]}),
            "give_capacity": capacity("PUT"),
            "withdraw_capacity": capacity("DELETE"),
            "declare_absence": post("absences", {"first_day": "2026-12-21", "last_day": "2026-12-24"}),
        },
    ),
    Kind(
        "programmes",
        Programme,
        PROGRAMME_ABILITIES,
        lambda world: iter([programmes.programme(world)]),
        {"write": patch({"name": "Édition 2027"})},
        "read",
    ),
    Kind(
        "charters",
        Charter,
        CHARTER_ABILITIES,
        charters,
        {"write": patch({"title": "Règles du jeu"}), "adopt": post("adopt", {})},
        "read",
    ),
)
