"""Mandates, and the half-days, follow-ups and commitments under them."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from app.agreements.models import Agreement
from app.agreements.policy import ABILITIES as AGREEMENT_ABILITIES
from app.amendments.models import Amendment
from app.amendments.policy import ABILITIES as AMENDMENT_ABILITIES
from app.follow_ups.models import Commitment, FollowUp
from app.follow_ups.policy import COMMITMENT_ABILITIES, FOLLOW_UP_ABILITIES
from app.half_days.models import HalfDay
from app.half_days.policy import ABILITIES as HALF_DAY_ABILITIES
from app.mandates.drafting_models import MandateComment, MandateModel
from app.mandates.drafting_policy import COMMENT_ABILITIES, MODEL_ABILITIES
from app.mandates.models import Mandate
from app.mandates.policy import ABILITIES as MANDATE_ABILITIES
from tests.access.kinds import REASON, Kind, Made, Way, patch, post
from tests.agreements import builders as agreements
from tests.amendments import builders as amendments
from tests.follow_ups import builders as follow_ups
from tests.half_days import builders as half_days
from tests.mandates import builders as mandates
from tests.support.world import World

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")


def mandates_(world: World) -> Iterator[Made]:
    def weekly(number: int) -> list[Made]:
        weekday, half = WEEKDAYS[number // 2], ("morning", "afternoon")[number % 2]
        return [half_days.slot(world, name, weekday, half) for name in mandates.MEMBERS]

    closing = {
        "starts_on": (mandates.TODAY - timedelta(days=30)).isoformat(),
        "ends_on": mandates.TODAY.isoformat(),
    }
    yield mandates.mandate(world, slots=weekly(0))
    yield mandates.submitted(world, slots=weekly(1))
    yield mandates.sign_all(world, mandates.submitted(world, slots=weekly(2)), but=("dgs",))
    yield mandates.active(world, slots=weekly(3))
    yield mandates.active(world, slots=weekly(4), **closing)
    yield mandates.suspended(world, slots=weekly(5))
    ended = mandates.active(world, slots=weekly(6))
    body = {**REASON, "on_day": ended["starts_on"]}
    yield world.dgs.post(f"/mandates/{ended['id']}/terminate", body)


def relief(world: World, _made: Made, who: str) -> Any:
    """Of the agent whom the caller manages; of Alice for the others."""
    agent = "bruno" if who in {"head_dej", "stand_in"} else "alice"
    return {"agent_id": world.people[agent].id, "relief": mandates.RELIEF}


def signature(_world: World, made: Made, _who: str) -> Any:
    return {"document_hash": made["document_hash"] or "0" * 64, "consent": True}


def amendments_(world: World) -> Iterator[Made]:
    """Each to a mandate of its own, with the half-days of a moment of its own."""

    def mandate(number: int) -> Made:
        weekday, half = WEEKDAYS[number // 2], ("morning", "afternoon")[number % 2]
        return mandates.active(
            world, slots=[half_days.slot(world, name, weekday, half) for name in mandates.MEMBERS]
        )

    text = {"goal": "Ouvrir le dépôt avant sept heures."}
    yield amendments.draft(world, mandate(0), **text)
    yield amendments.submitted(world, mandate(1), **text)
    yield amendments.sign_all(world, amendments.submitted(world, mandate(2), **text), but=("dgs",))
    yield amendments.in_force(world, mandate(3), **text)
    dropped = amendments.draft(world, mandate(4), **text)
    yield world.lab.post(f"/amendments/{dropped['id']}/drop")


def next_period(_world: World, _made: Made, _who: str) -> Any:
    return {"decision": "Le sponsor et la direction cliente décident de continuer."}


def models(world: World) -> Iterator[Made]:
    second = world.lab.post("/mandate-models", {})
    yield world.lab.post(f"/mandate-models/{second['id']}/publish")
    yield world.lab.get("/mandate-models?state=former")["items"][0]
    yield world.lab.post("/mandate-models", {})


def comments(world: World) -> Iterator[Made]:
    made = mandates.mandate(world)
    yield mandates.comment(world, "alice", made)
    said = mandates.comment(world, "alice", made, clause_key="allegement")
    yield world.coach.post(f"/mandate-comments/{said['id']}/resolve")


MIDWAY = half_days.START + timedelta(weeks=8)


def half_days_(world: World) -> Iterator[Made]:
    half_days.active(world)
    steps: dict[str, list[tuple[str, str]]] = {
        "planned": [],
        "taken": [("take", "alice")],
        "encroached": [("encroach", "alice")],
        "made_good": [("encroach", "alice"), ("make-good", "alice")],
        "waived": [("waive", "alice")],
        "moved": [("move", "alice")],
        "excused": [("excuse", "hr")],
    }
    with half_days.on(MIDWAY):
        for week, path in enumerate(steps.values()):
            made = half_days.on_day(world, half_days.START + timedelta(weeks=week))
            for verb, who in path:
                body = day_after(world, made, who) if verb in {"make-good", "move"} else None
                made = half_days.act(world, made, verb, body, by=who)
            yield made
        yield half_days.on_day(world, MIDWAY + timedelta(weeks=2))


def day_after(_world: World, made: Made, _who: str) -> Any:
    return half_days.moment(date.fromisoformat(made["day"]) + timedelta(days=1))


def follow_ups_(world: World) -> Iterator[Made]:
    made = follow_ups.mandate(world)
    first, second, third, fourth = follow_ups.follow_ups(world, mandate_id=made["id"])
    yield follow_ups.held(world, first)
    with half_days.on(follow_ups.SECOND):
        yield follow_ups.act(world, second, "miss", follow_ups.WHY)
    yield follow_ups.scheduled(world, third)
    yield fourth
    other = follow_ups.mandate(world, "david", slots=[half_days.slot(world, "david")])
    body = {**REASON, "from_day": other["starts_on"]}
    world.dgs.post(f"/mandates/{other['id']}/suspend", body)
    yield follow_ups.follow_ups(world, mandate_id=other["id"])[0]


def minutes(world: World, _made: Made, _who: str) -> Any:
    return follow_ups.minutes(world, follow_ups.THIRD, without_reports=True)


def appointment(_world: World, made: Made, _who: str) -> Any:
    return {"day": made["planned_on"], "time": "09:30", "place": "Mairie annexe"}


def commitments(world: World) -> Iterator[Made]:
    promised = follow_ups.minutes(world)["commitments"]
    held = follow_ups.held(world, commitments=promised * 2)
    kept, broken, dropped, still = held["commitments"]
    yield still
    yield world.coach.post(f"/commitments/{kept['id']}/keep")
    yield world.coach.post(f"/commitments/{broken['id']}/break", REASON)
    world.alice.post(f"/commitments/{dropped['id']}/drop")
    yield world.head_dsi.post(f"/commitments/{dropped['id']}/drop")


def agreements_(world: World) -> Iterator[Made]:
    under = mandates.active(world)
    yield agreements.requested(world, under)
    yield agreements.answered(world, "agree", {}, agreements.requested(world, under))
    yield agreements.answered(world, "refuse", agreement=agreements.requested(world, under))
    withdrawn = agreements.requested(world, under)
    yield world.alice.post(f"/agreements/{withdrawn['id']}/withdraw")


OF_MANDATES = (
    Kind(
        "mandates",
        Mandate,
        MANDATE_ABILITIES,
        mandates_,
        {
            "edit": patch({"purpose": "Ouvrir le dépôt sans attendre."}),
            "comment": post("comments", {"body": "Qui prend la tournée ?"}),
            "relieve": Way("POST", "/{plural}/{id}/relief", relief),
            "submit": post("submit"),
            "withdraw": post("withdraw"),
            "sign": Way("POST", "/{plural}/{id}/sign", signature),
            "refuse": post("refuse", REASON),
            "suspend": Way(
                "POST",
                "/{plural}/{id}/suspend",
                lambda _world, made, _who: {**REASON, "from_day": made["starts_on"]},
            ),
            "resume": Way(
                "POST", "/{plural}/{id}/resume", lambda _world, made, _who: {"from_day": made["starts_on"]}
            ),
            "terminate": Way(
                "POST",
                "/{plural}/{id}/terminate",
                lambda _world, made, _who: {**REASON, "on_day": made["starts_on"]},
            ),
            "complete": post("complete"),
            "amend": post("amendments", {"purpose": amendments.PURPOSE, "budget_euros": 900}),
            "renew": Way("POST", "/{plural}/{id}/renew", next_period),
        },
    ),
    Kind(
        "amendments",
        Amendment,
        AMENDMENT_ABILITIES,
        amendments_,
        {
            "edit": patch({"purpose": "Le dépôt ouvre plus tôt."}),
            "submit": post("submit"),
            "withdraw": post("withdraw"),
            "drop": post("drop"),
            "sign": Way("POST", "/{plural}/{id}/sign", signature),
            "refuse": post("refuse", REASON),
        },
    ),
    Kind(
        "mandate-models",
        MandateModel,
        MODEL_ABILITIES,
        models,
        {
            "write": patch({"note": "Les juristes ont relu."}),
            "discard": Way("DELETE", "/{plural}/{id}"),
            "publish": post("publish"),
        },
        "read",
    ),
    Kind(
        "mandate-comments",
        MandateComment,
        COMMENT_ABILITIES,
        comments,
        {"resolve": post("resolve"), "reopen": post("reopen")},
        "",
    ),
    Kind(
        "agreements",
        Agreement,
        AGREEMENT_ABILITIES,
        agreements_,
        {"agree": post("agree", {}), "refuse": post("refuse", REASON), "withdraw": post("withdraw")},
    ),
    Kind(
        "half-days",
        HalfDay,
        HALF_DAY_ABILITIES,
        half_days_,
        {
            "take": post("take", half_days.FORMS["take"]),
            "encroach": post("encroach", half_days.FORMS["encroach"]),
            "make-good": Way("POST", "/{plural}/{id}/make-good", day_after),
            "waive": post("waive", half_days.FORMS["waive"]),
            "move": Way("POST", "/{plural}/{id}/move", day_after),
            "excuse": post("excuse", half_days.FORMS["excuse"]),
            "restore": post("restore"),
        },
        day=lambda: half_days.on(MIDWAY),
        built_on=lambda: half_days.on(half_days.MONDAY),
    ),
    Kind(
        "follow-ups",
        FollowUp,
        FOLLOW_UP_ABILITIES,
        follow_ups_,
        {
            "schedule": Way("POST", "/{plural}/{id}/schedule", appointment),
            "report_for_team": Way(
                "PUT", "/{plural}/{id}/reports/team", lambda *_: {"body": "Deux dépôts visités."}
            ),
            "report_for_client_directorate": Way(
                "PUT", "/{plural}/{id}/reports/client_directorate", lambda *_: {"body": "Accès ouvert."}
            ),
            "hold": Way("POST", "/{plural}/{id}/hold", minutes),
            "miss": post("miss", follow_ups.WHY),
            "score": post("scores", follow_ups.SCORES),
        },
        day=lambda: half_days.on(follow_ups.THIRD),
        built_on=lambda: half_days.on(half_days.MONDAY),
    ),
    Kind(
        "commitments",
        Commitment,
        COMMITMENT_ABILITIES,
        commitments,
        {"keep": post("keep"), "break": post("break", REASON), "drop": post("drop")},
        day=lambda: half_days.on(follow_ups.FIRST),
        built_on=lambda: half_days.on(half_days.MONDAY),
    ),
)
