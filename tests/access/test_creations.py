"""What is made anew, by every capacity: the route answers as the policy says. What succeeds is undone."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session

from app.access.policy import Policy
from app.calls.policy import APPLICATION_POLICY, CALL_POLICY
from app.irritants.policy import POLICY as IRRITANT_POLICY
from app.mandates.drafting_policy import MODEL
from app.mandates.policy import WRITING as MANDATE_WRITING
from app.people.delegation_policy import DELEGATION, INTERIM
from app.programmes.policy import CHARTER, PROGRAMME
from app.solutions.models import Adoption
from app.solutions.policy import ADOPTION
from app.solutions.policy import WRITING as SOLUTION_WRITING
from app.teams.models import Team
from app.teams.policy import TEAM_POLICY
from tests.access.of_powers import delegation, interim
from tests.access.walk import actor_of, callers, undone
from tests.calls import builders as calls
from tests.mandates import builders as mandates
from tests.programmes import builders as programmes
from tests.solutions import builders as solutions
from tests.support.world import World, qualified
from tests.teams import builders as teams

Form = dict[str, Any]
On = Callable[[Session, World, Form], Any]


def on_nothing(_session: Session, _world: World, _form: Form) -> Any:
    return None


def on_team(session: Session, _world: World, form: Form) -> Any:
    return session.get_one(Team, UUID(form["team_id"]))


def on_adoption(_session: Session, world: World, form: Form) -> Any:
    return Adoption(
        authority_id=world.authority.id,
        solution_id=UUID(form["solution_id"]),
        directorate_id=UUID(form["directorate_id"]),
        note=form["note"],
    )


def call(world: World) -> Form:
    return {
        "programme_id": calls.programme_id(world),
        "title": "Appel du printemps",
        "text": "Une demi-journée protégée par semaine.",
        "irritant_ids": [],
        "opens_on": calls.in_days(1),
        "closes_on": calls.in_days(30),
    }


def application(world: World) -> Form:
    opened = calls.call(world, "open")
    irritant_id = opened["irritants"][0]["id"]
    return {"call_id": opened["id"], "irritant_id": irritant_id, "motivation": "J'y passe chaque matin."}


def team(world: World) -> Form:
    return {
        "name": "Les Portiers",
        "irritant_id": qualified(world)["id"],
        "client_directorate_id": world.directorate_id("DEP"),
        "coach_id": world.coach.id,
        "member_ids": [world.bruno.id],
    }


def irritant(world: World) -> Form:
    return {"title": "Clé", "description": "Une pour trois.", "directorate_id": world.directorate_id("DEP")}


def adoption(world: World) -> Form:
    made = solutions.solution(world)
    return {"solution_id": made["id"], "directorate_id": world.directorate_id("DSI"), "note": "Même moteur."}


CREATIONS: dict[str, tuple[Policy, str, Callable[[World], Form], On]] = {
    "/programmes": (
        PROGRAMME,
        "write",
        lambda _world: {"name": "2027", "starts_on": "2027-01-04"},
        on_nothing,
    ),
    "/charters": (
        CHARTER,
        "write",
        lambda world: {"programme_id": programmes.programme(world)["id"], "title": "Cadre", "text": "Dire."},
        on_nothing,
    ),
    "/delegations": (DELEGATION, "give", delegation, on_nothing),
    "/interims": (INTERIM, "name", interim, on_nothing),
    "/irritants": (IRRITANT_POLICY, "report", irritant, on_nothing),
    "/calls": (CALL_POLICY, "draft", call, on_nothing),
    "/applications": (APPLICATION_POLICY, "submit", application, on_nothing),
    "/teams": (TEAM_POLICY, "form", team, on_nothing),
    "/mandates": (MANDATE_WRITING, "draft", mandates.form, on_team),
    "/mandate-models": (MODEL, "write", lambda _world: {}, on_nothing),
    "/solutions": (
        SOLUTION_WRITING,
        "draft",
        lambda world: {"team_id": teams.team(world)["id"], **solutions.TEXTS},
        on_team,
    ),
    "/adoptions": (ADOPTION, "declare", adoption, on_adoption),
}
"""By path: the row that opens it, a body, and the object that the row is asked of."""


@pytest.mark.parametrize("path", CREATIONS)
def test_routes_answer_as_the_policy_says(world: World, path: str) -> None:
    policy, action, form_of, resource_of = CREATIONS[path]
    everybody = callers(world)
    form = form_of(world)
    made: set[bool] = set()
    for who, caller in everybody.items():
        actor = actor_of(world, caller)
        with world.database.session() as session:
            sentence = policy.why_not(session, actor, action, resource_of(session, world, form))
        with undone(world):
            answer = caller.request("POST", path, json=form)
        made.add(answer.status_code == 201)
        if sentence is None:
            assert answer.status_code == 201, f"{who}: {answer.text}"
            continue
        # A team that the caller may not know of is said not to exist.
        assert answer.status_code in {403, 422}, f"{who}: {answer.text}"
        if answer.status_code == 403:
            assert answer.json()["detail"] == sentence.to("fr"), who
    assert made == {True, False}
