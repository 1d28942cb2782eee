"""Authorities, directorates, agents, and the programmes they live under."""

from collections.abc import Iterator

from app.people.models import Agent, Authority, Directorate
from app.people.policy import AGENT_ABILITIES, AUTHORITY_ABILITIES, DIRECTORATE_ABILITIES
from app.programmes.models import Charter, Programme
from app.programmes.policy import CHARTER_ABILITIES, PROGRAMME_ABILITIES
from tests.access.kinds import Kind, Made, patch, post
from tests.programmes import builders as programmes
from tests.support.world import World


def charters(world: World) -> Iterator[Made]:
    yield programmes.charter(world)
    yield programmes.charter(world, adopted_on="2026-01-05")


def agents(world: World) -> Iterator[Made]:
    yield {"id": world.alice.id}
    yield {"id": world.head_dep.id}


def authorities(world: World) -> Iterator[Made]:
    yield {"id": str(world.authority.id)}


def directorates(world: World) -> Iterator[Made]:
    yield {"id": world.directorate_id("DEP")}


OF_PEOPLE = (
    Kind(
        "authorities", Authority, AUTHORITY_ABILITIES, authorities, {"edit": patch({"name": "Valmoret"})}, ""
    ),
    Kind("directorates", Directorate, DIRECTORATE_ABILITIES, directorates, {}, "read"),
    Kind(
        "agents",
        Agent,
        AGENT_ABILITIES,
        agents,
        {
            "edit": patch({"off_halves": ["wednesday:morning"]}),
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
