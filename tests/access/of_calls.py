"""Irritants, and what comes of them: calls, applications, teams, solutions."""

from collections.abc import Iterator
from typing import Any

from app.calls.models import Application, Call
from app.calls.policy import APPLICATION_ABILITIES, CALL_ABILITIES
from app.irritants.models import Irritant
from app.irritants.policy import ABILITIES as IRRITANT_ABILITIES
from app.solutions.models import Adoption, Solution
from app.solutions.policy import ADOPTION_ABILITIES, SOLUTION_ABILITIES
from app.teams.models import LogEntry, Team
from app.teams.policy import LOG_ABILITIES, TEAM_ABILITIES
from tests.access.kinds import REASON, Kind, Made, Way, patch, post
from tests.calls import builders as calls
from tests.irritants.builders import much_later, protected
from tests.solutions import builders as solutions
from tests.support.world import World, qualified, report
from tests.teams import builders as teams


def irritants(world: World) -> Iterator[Made]:
    lab = world.lab
    yield report(world)
    yield qualified(world)
    retained = calls.call(world, "open")["irritants"][0]
    yield retained
    team = teams.team(world, "mandated")
    yield lab.get(f"/irritants/{team['irritant_id']}")
    for last in ("resolve", "reopen"):
        team = teams.team(world, "mandated", phase="operated")
        made = lab.post(f"/irritants/{team['irritant_id']}/resolve")
        yield lab.post(f"/irritants/{made['id']}/reopen") if last == "reopen" else made
    into = {"into_id": qualified(world)["id"]}
    yield lab.post(f"/irritants/{report(world)['id']}/merge", into)
    yield lab.post(f"/irritants/{report(world)['id']}/decline", REASON)
    yield protected(world, "david")
    old = protected(world, "david")
    lab.post(f"/irritants/{old['id']}/decline", REASON)
    much_later(world)
    yield old


def merged_into(world: World, made: Made, _who: str) -> Any:
    known = world.lab.get("/irritants?state=qualified&limit=200")["items"]
    return {"into_id": next((one["id"] for one in known if one["id"] != made["id"]), made["id"])}


def calls_(world: World) -> Iterator[Made]:
    for state in ("draft", "open", "selecting", "concluded", "cancelled"):
        yield calls.call(world, state)
    yield calls.call(world, opens_on=calls.in_days(-9), closes_on=calls.in_days(-2))


def applications(world: World) -> Iterator[Made]:
    for state in ("submitted", "accepted", "declined", "withdrawn"):
        yield calls.application(world, "bruno", state)


def teams_(world: World) -> Iterator[Made]:
    yield teams.team(world)
    yield teams.team(world, "mandated")
    yield teams.team(world, phase="stopped")


def log_entries(world: World) -> Iterator[Made]:
    team = teams.team(world, "mandated")
    teams.mandate(world, team["id"], sponsor="dgs")
    for visibility in ("team", "programme", "authority"):
        yield teams.log_entry(world, team["id"], visibility=visibility)


def solutions_(world: World) -> Iterator[Made]:
    for state in ("draft", "published", "retired"):
        yield solutions.solution(world, state)


def adoptions(world: World) -> Iterator[Made]:
    for state in solutions.STEPS:
        yield solutions.adoption(world, state)


OF_CALLS = (
    Kind(
        "irritants",
        Irritant,
        IRRITANT_ABILITIES,
        irritants,
        {
            "edit": patch({"title": "Le portail reste ouvert"}),
            "qualify": post("qualify"),
            "decline": post("decline", REASON),
            "merge": Way("POST", "/{plural}/{id}/merge", merged_into),
            "resolve": post("resolve"),
            "reopen": post("reopen"),
            "vote": Way("PUT", "/{plural}/{id}/vote"),
            "comment": post("comments", {"body": "Même chose au dépôt nord."}),
            "write_message": post("messages", {"body": "Quel portail ?"}),
            "open_identity": post("open-identity", {"reason": "Proposer un entretien."}),
        },
    ),
    Kind(
        "calls",
        Call,
        CALL_ABILITIES,
        calls_,
        {
            "edit": patch({"closes_on": calls.in_days(40)}),
            "open": post("open"),
            "close": post("close"),
            "conclude": post("conclude"),
            "cancel": post("cancel", REASON),
        },
    ),
    Kind(
        "applications",
        Application,
        APPLICATION_ABILITIES,
        applications,
        {"accept": post("accept"), "decline": post("decline", REASON), "withdraw": post("withdraw")},
    ),
    Kind(
        "teams",
        Team,
        TEAM_ABILITIES,
        teams_,
        {
            "edit": patch({"name": "Les Passeurs"}),
            "gather": Way(
                "POST", "/{plural}/{id}/members", lambda world, _made, _who: {"agent_id": world.david.id}
            ),
            "enter_phase": post("enter-phase", {"phase": "construction", "learned": "Le moteur cale."}),
            "conclude": post("conclude", {"outcome": "stopped", "learned": "Le moteur cale."}),
            "write_log": Way(
                "POST",
                "/log-entries",
                lambda _world, made, _who: {"team_id": made["id"], "body": "Deux matinées au dépôt."},
            ),
        },
    ),
    Kind(
        "log-entries",
        LogEntry,
        LOG_ABILITIES,
        log_entries,
        {"edit": patch({"body": "Trois matinées."}), "delete": Way("DELETE", "/{plural}/{id}")},
    ),
    Kind(
        "solutions",
        Solution,
        SOLUTION_ABILITIES,
        solutions_,
        {
            "edit": patch({"title": "Un portail qui s'ouvre"}),
            "publish": post("publish"),
            "retire": post("retire", REASON),
        },
    ),
    Kind(
        "adoptions",
        Adoption,
        ADOPTION_ABILITIES,
        adoptions,
        {verb: post(verb, form) for verb, form in solutions.FORMS.items()},
    ),
)
