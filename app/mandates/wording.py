"""How a mandate reads: its clauses filled, and the exact text that its parties sign."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
from babel.dates import format_date
from sqlalchemy import Row, Select, Uuid, bindparam, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.irritants.models import Irritant
from app.kit import clock
from app.kit.calendar import Half, Weekday
from app.mandates import people_named as people
from app.mandates.drafting_models import MandateModel, MandateModelClause
from app.mandates.lifecycle import PartyCapacity
from app.mandates.model_mandate import fill, model
from app.mandates.models import Mandate, MandateClause, MandateSlot
from app.mandates.people_named import NBSP, Reader
from app.people.models import Agent, Authority, Directorate
from app.programmes.models import Charter
from app.teams.models import Team

FORMAT: Final = "essaim-mandate-1"
ANSWER_DAYS: Final = 10
"""What a client directorate takes to answer its team. (A charter's `answer_days` are for who reported an irritant.)"""
RENEWAL_NOTICE_WEEKS: Final = 8
"""When the parties are first told that the end is near."""
TO_BE_NAMED: Final = "une personne nommée à la mise en signature"
OWNERS: Final[Mapping[PartyCapacity, str]] = {
    PartyCapacity.AGENT: "l’équipe",
    PartyCapacity.RELEASING_MANAGER: "chaque responsable qui libère des demi-journées",
    PartyCapacity.CLIENT_DIRECTORATE: "la direction cliente",
    PartyCapacity.SPONSOR: "le sponsor",
    PartyCapacity.GUARANTOR: "le laboratoire",
}
"""Who keeps a deadline, as the text that is signed names them."""

_NUMBERS = ("aucune", "une", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix")
_sponsor = aliased(Agent)
_facts: Select[*tuple[Any, ...]] = (
    select(
        col(Authority.id).label("authority_id"),
        col(Authority.name).label("authority"),
        col(Team.id).label("team_id"),
        col(Team.name).label("team_name"),
        col(Irritant.id).label("irritant_id"),
        col(Irritant.title).label("irritant_title"),
        col(Directorate.name).label("client_directorate"),
        (col(_sponsor.given_name) + " " + col(_sponsor.family_name)).label("sponsor"),
        col(Authority.time_zone),
        col(Charter.title).label("charter_title"),
        col(Charter.adopted_on).label("charter_adopted_on"),
        col(Charter.mandate_months),
        col(MandateModel.title).label("model_title"),
        col(MandateModel.preamble).label("model_preamble"),
    )
    .select_from(Mandate)
    .outerjoin(MandateModel, col(MandateModel.id) == col(Mandate.model_id))
    .join(Authority, col(Authority.id) == col(Mandate.authority_id))
    .join(Team, col(Team.id) == col(Mandate.team_id))
    .join(Irritant, col(Irritant.id) == col(Team.irritant_id))
    .join(Directorate, col(Directorate.id) == col(Mandate.client_directorate_id))
    .join(_sponsor, col(_sponsor.id) == col(Mandate.sponsor_id))
    .join(Charter, col(Charter.id) == col(Mandate.charter_id))
    .where(col(Mandate.id) == bindparam("mandate_id", type_=Uuid()))
)
_slots = (
    select(
        col(MandateSlot.agent_id),
        (col(Agent.given_name) + " " + col(Agent.family_name)).label("agent_name"),
        col(MandateSlot.weekday),
        col(MandateSlot.half),
        col(MandateSlot.relief),
    )
    .join(Agent, col(Agent.id) == col(MandateSlot.agent_id))
    .where(col(MandateSlot.mandate_id) == bindparam("mandate_id", type_=Uuid()))
)
_clauses = (
    select(
        col(MandateClause.key),
        col(MandateClause.kind),
        col(MandateClause.mandatory),
        col(MandateClause.title),
        col(MandateClause.text),
        col(MandateClause.plain),
        col(MandateClause.deadline_days),
        col(MandateClause.deadline_owner),
        col(MandateClause.deadline_what),
    )
    .where(col(MandateClause.mandate_id) == bindparam("mandate_id", type_=Uuid()))
    .order_by(col(MandateClause.position))
)
_model_clauses = (
    select(
        col(MandateModelClause.key),
        col(MandateModelClause.kind),
        col(MandateModelClause.mandatory),
        col(MandateModelClause.title),
        col(MandateModelClause.text),
        col(MandateModelClause.plain),
        col(MandateModelClause.deadline_days),
        col(MandateModelClause.deadline_owner),
        col(MandateModelClause.deadline_what),
    )
    .where(col(MandateModelClause.model_id) == bindparam("model_id", type_=Uuid()))
    .order_by(col(MandateModelClause.position))
)


@dataclass(frozen=True, slots=True)
class Instead:
    """What an amendment puts in the place of what is stored, as `slots`, `clauses` and the names of people read.

    `members` are as `people_named.members` reads them.
    """

    sponsor: str
    members: Sequence[Any]
    half_days: list[dict[str, Any]]
    clauses: Sequence[Mapping[str, Any]]


def slots(connection: Reader, mandate_id: UUID) -> list[dict[str, Any]]:
    """The weekly half-days of a mandate, by agent, then in the order of the week."""
    return in_order(row._asdict() for row in connection.execute(_slots, {"mandate_id": mandate_id}))


def in_order(weekly: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Weekly half-days by agent, then in the order of the week."""
    return sorted(weekly, key=lambda slot: (slot["agent_name"], slot["agent_id"], *_moment(slot)))


def clauses(connection: Reader, mandate_id: UUID) -> list[dict[str, Any]]:
    """The clauses of a mandate as they are written, in order."""
    rows = connection.execute(_clauses, {"mandate_id": mandate_id})
    return [_with_deadline(row._asdict()) for row in rows]


def model_clauses(connection: Reader, model_id: UUID | None) -> list[dict[str, Any]]:
    """The clauses of a version of an authority's model mandate; None: of the one that is shipped."""
    if model_id is None:
        return [_with_deadline(clause.columns()) for clause in model().clauses]
    rows = connection.execute(_model_clauses, {"model_id": model_id})
    return [_with_deadline(row._asdict()) for row in rows]


def read(
    connection: Reader,
    mandate: Mapping[str, Any],
    *,
    guarantor: str = TO_BE_NAMED,
    written: Sequence[Mapping[str, Any]] | None = None,
    instead: Instead | None = None,
) -> dict[str, Any]:
    """A mandate as it reads now: title, preamble, clauses filled, half-days and who is named.

    `mandate` holds the columns of a `Mandate`. `written` are other clauses than its own: those of its model. `instead`
    is what an amendment would have stored beside the columns.
    """
    facts = connection.execute(_facts, {"mandate_id": mandate["id"]}).one()
    if instead is None:
        instead = Instead(
            sponsor=facts.sponsor,
            members=people.members(connection, facts.team_id),
            half_days=slots(connection, mandate["id"]),
            clauses=clauses(connection, mandate["id"]) if written is None else written,
        )
    values = {
        **people.said(connection, instead.members, clock.today(facts.time_zone)),
        "sponsor": instead.sponsor,
        "guarantor": guarantor,
        **_values(mandate, facts, instead.half_days),
    }
    return {
        "format": FORMAT,
        "mandate_id": mandate["id"],
        "authority": {"id": facts.authority_id, "name": facts.authority},
        "charter_id": mandate["charter_id"],
        "team": {"id": facts.team_id, "name": facts.team_name},
        "irritant": {"id": facts.irritant_id, "name": facts.irritant_title},
        "client_directorate": {"id": mandate["client_directorate_id"], "name": facts.client_directorate},
        "sponsor": {"id": mandate["sponsor_id"], "name": instead.sponsor},
        "starts_on": mandate["starts_on"],
        "ends_on": mandate["ends_on"],
        "parameters": {
            name: mandate[name]
            for name in (
                "budget_euros",
                "cadence_weeks",
                "grace_days",
                "half_days_per_week",
                "make_good_days",
                "move_window_days",
            )
        },
        "title": fill(facts.model_title or model().title, values),
        "preamble": fill(facts.model_preamble or model().preamble, values),
        "clauses": [_filled(clause, values, mandate["starts_on"]) for clause in instead.clauses],
        "half_days": instead.half_days,
    }


def canonical(document: Mapping[str, Any]) -> str:
    """JSON with sorted keys and no spaces: the same facts give the same text, and the same hash (RFC 8785)."""
    return msgspec.json.encode(document, order="sorted").decode()


def digest(text: str) -> str:
    """The SHA-256 of a document's UTF-8, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def _with_deadline(row: Mapping[str, Any]) -> dict[str, Any]:
    clause = {name: value for name, value in row.items() if not name.startswith("deadline_")}
    kept = {name: row[f"deadline_{name}"] for name in ("days", "owner", "what")}
    return {**clause, "deadline": None if kept["days"] is None else kept}


def _filled(clause: Mapping[str, Any], values: Mapping[str, str], starts_on: date) -> dict[str, Any]:
    """A clause as it reads. A deadline is told in both texts; one without says nothing of it, as ever."""
    text, plain = fill(clause["text"], values), fill(clause["plain"], values)
    bare = {name: value for name, value in clause.items() if name != "deadline"}
    if (deadline := clause["deadline"]) is None:
        return {**bare, "text": text, "plain": plain}
    sentence = (
        f"au plus tard le {_in_words(starts_on + timedelta(days=deadline['days']))}, "
        f"{OWNERS[deadline['owner']]} doit {deadline['what']}."
    )
    return {
        **bare,
        "text": f"{text}\n\nÉchéance{NBSP}: {sentence}",
        "plain": f"{plain}\n{sentence[0].upper()}{sentence[1:]}",
        "deadline": deadline,
    }


def _values(
    mandate: Mapping[str, Any],
    facts: Row[Any],
    weekly: list[dict[str, Any]],
) -> dict[str, str]:
    numbers = ("cadence_weeks", "make_good_days", "move_window_days", "grace_days")
    texts = ("purpose", "problem", "expected_result", "how_known", "means")
    return {
        "authority": facts.authority,
        "team_name": facts.team_name,
        "irritant_title": facts.irritant_title,
        "client_directorate": facts.client_directorate,
        "reliefs": _reliefs(weekly),
        "half_days": _half_days(weekly),
        "starts_on": _in_words(mandate["starts_on"]),
        "ends_on": _in_words(mandate["ends_on"]),
        "charter_title": facts.charter_title,
        "charter_adopted_on": _in_words(facts.charter_adopted_on),
        "budget": f"{mandate['budget_euros']}{NBSP}€",
        "mandate_months": str(facts.mandate_months),
        "answer_days": str(ANSWER_DAYS),
        "renewal_notice_weeks": str(RENEWAL_NOTICE_WEEKS),
        **{name: str(mandate[name]) for name in numbers},
        **{name: mandate[name] for name in texts},
    }


def _in_words(day: date | None) -> str:
    if day is None:
        return "…"
    return f"{'1er' if day.day == 1 else day.day} {format_date(day, 'MMMM y', locale='fr')}"


def _moment(slot: Mapping[str, Any]) -> tuple[int, bool]:
    return Weekday(slot["weekday"]).number, slot["half"] is Half.AFTERNOON


def _moments(weekly: Iterable[Mapping[str, Any]]) -> str:
    return people.listed(
        [f"le {slot['weekday'].label} {slot['half'].label}" for slot in sorted(weekly, key=_moment)]
    )


def _by_agent(weekly: Iterable[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    grouped: dict[UUID, list[dict[str, Any]]] = {}
    for slot in weekly:
        grouped.setdefault(slot["agent_id"], []).append(slot)
    return list(grouped.values())


def _half_days(weekly: list[dict[str, Any]]) -> str:
    """`une demi-journée par semaine, le jeudi matin`, and who when, where they differ."""
    agents = _by_agent(weekly)
    if not agents:
        return "un temps à fixer"
    counts = {len(own) for own in agents}
    often = "un temps protégé chaque semaine"
    if len(counts) == 1:
        (count,) = counts
        number = _NUMBERS[count] if count < len(_NUMBERS) else str(count)
        often = f"{number} demi-journée{'s' if count > 1 else ''} par semaine"
    if len({_moments(own) for own in agents}) == 1:
        return f"{often}, {_moments(agents[0])}"
    each = f"{NBSP}; ".join(f"{own[0]['agent_name']}{NBSP}: {_moments(own)}" for own in agents)
    return f"{often} ({each})"


def _reliefs(weekly: list[dict[str, Any]]) -> str:
    """One line for each agent and each different relief."""
    told = dict.fromkeys((slot["agent_name"], slot["agent_id"], slot["relief"]) for slot in weekly)
    lines = [f"- pour {name}{NBSP}: {relief or 'à écrire'}" for name, _id, relief in told]
    return "\n\n" + "\n".join(lines) if lines else "à écrire."
