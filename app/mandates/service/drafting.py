"""Write a mandate: draft it, edit it."""

from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from app.access.actor import Actor
from app.irritants.models import Irritant
from app.journal.service import record
from app.kit.calendar import LAST_YEAR
from app.kit.database import insert
from app.kit.i18n import _
from app.kit.lifecycle import change
from app.kit.search import stems
from app.mandates import events, wording
from app.mandates.lifecycle import LIFECYCLE, MandateState
from app.mandates.models import Mandate
from app.mandates.policy import POLICY, WRITING
from app.mandates.problems import InvalidMandate, NoCharter, NotADraft
from app.mandates.schemas import MandateDraft
from app.mandates.service import articles, library, slots
from app.people.service import agent_in_post
from app.programmes.models import Charter
from app.programmes.service import charter_in_force
from app.teams.lifecycle import TeamState
from app.teams.models import Team
from app.teams.problems import TeamConcluded, UnknownTeam

LONGEST_MONTHS: Final = 24
SEARCHED: Final = ("purpose", "problem", "expected_result", "how_known", "means")
"""The texts that a mandate is found by, beside the name of its team."""

# What a mandate says until somebody writes better. These fill the signed text, which is French.
EXPECTED_RESULT: Final = (
    "une réponse essayée sur le terrain, et un écrit qui dit ce qu’elle change et ce qu’elle ne change pas."
)
HOW_KNOWN: Final = "l’équipe et la direction cliente choisissent la mesure avant d’essayer quoi que ce soit."
MEANS: Final = "les outils de travail habituels de ses membres."


def draft(session: Session, actor: Actor, form: MandateDraft) -> Mandate:
    """A mandate for a team, to be written; what the form leaves out has a default.

    Raises `UnknownTeam`, `UnknownAgent` or `InvalidMandate`, naming the field; `TeamConcluded`; `NoCharter` where no
    charter is in force. The database refuses a second mandate in preparation for the same team.
    """
    team = session.get(Team, form.team_id)
    if team is None or team.authority_id != actor.authority_id:
        raise UnknownTeam.on("team_id", UnknownTeam.title)
    charter = charter_in_force(session, actor.authority_id, actor.today())
    mandate = Mandate(
        authority_id=actor.authority_id,
        team_id=team.id,
        client_directorate_id=team.client_directorate_id,
        sponsor_id=form.sponsor_id,
        starts_on=form.starts_on,
        **_terms(form, charter) if charter else {},
        **(texts := _texts(session, form, team)),
        search=stems(team.name, *texts.values()),
        budget_euros=form.budget_euros,
    )
    WRITING.require(session, actor, "draft", team)
    if charter is None:
        raise NoCharter
    if team.state is TeamState.CONCLUDED:
        raise TeamConcluded
    agent_in_post(session, actor, form.sponsor_id, "sponsor_id")
    weekly = [slot.model_dump() for slot in form.slots]
    check_dates(mandate.starts_on, mandate.ends_on)
    slots.check(session, mandate, weekly)
    mandate.model_id = library.in_force(session, actor).id
    clauses = wording.model_clauses(session, mandate.model_id)
    if form.clauses is not None:
        written = [clause.model_dump(exclude_unset=True) for clause in form.clauses]
        clauses = articles.checked(written, articles.held_by_model(clauses))
    insert(session, mandate)
    slots.write(session, mandate, weekly)
    articles.write(session, mandate, clauses)
    record(session, events.MandateDrafted(subject_id=mandate.id, team_id=team.id), by=actor)
    return mandate


def edit(session: Session, actor: Actor, mandate: Mandate, changes: dict[str, Any]) -> None:
    """Change a draft; `slots` and `clauses` are replaced whole.

    Raises `NotADraft` once it is submitted, `UnknownAgent` or `InvalidMandate`, naming the field.
    """
    POLICY.require(session, actor, "edit", mandate)
    if mandate.state is not MandateState.DRAFT:
        raise NotADraft(state=mandate.state.value, possible_moves=list(LIFECYCLE.possible(mandate.state)))
    values = dict(changes)
    weekly = values.pop("slots", None)
    written = values.pop("clauses", None)
    if "sponsor_id" in values:
        agent_in_post(session, actor, values["sponsor_id"], "sponsor_id")
    check_dates(values.get("starts_on", mandate.starts_on), values.get("ends_on", mandate.ends_on))
    if weekly is not None:
        slots.check(session, mandate, weekly)
    clauses = None if written is None else articles.checked(written, articles.held_of(session, mandate))
    # The compare-and-swap comes first: whoever loses it must not have touched slots or clauses.
    change(session, mandate, **values, search=_stems_with(session, mandate, values))
    if weekly is not None:
        slots.write(session, mandate, weekly)
    if clauses is not None:
        articles.write(session, mandate, clauses)
    record(session, events.MandateEdited(subject_id=mandate.id, fields=tuple(changes)), by=actor)


def find_by_name(session: Session, actor: Actor, team_id: UUID) -> None:
    """The team has another name: its mandates are found by it."""
    mandates = select(Mandate).where(
        col(Mandate.authority_id) == actor.authority_id, col(Mandate.team_id) == team_id
    )
    for mandate in session.execute(mandates.order_by(col(Mandate.id))).scalars().all():
        change(session, mandate, search=_stems_with(session, mandate, {}))


def _stems_with(session: Session, mandate: Mandate, changes: Mapping[str, Any]) -> str:
    name = session.get_one(Team, mandate.team_id).name
    return stems(name, *(changes.get(text, getattr(mandate, text)) for text in SEARCHED))


def months_after(day: date, months: int) -> date:
    """The last day of so many whole months that begin on `day`: from 7 January, one ends on 6 February."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1])) - timedelta(days=1)


def _terms(form: MandateDraft, charter: Charter) -> dict[str, Any]:
    return {
        "charter_id": charter.id,
        "ends_on": form.ends_on or months_after(form.starts_on, charter.mandate_months),
        "cadence_weeks": charter.cadence_weeks,
        "half_days_per_week": charter.half_days_per_week,
        "make_good_days": charter.make_good_days,
        "move_window_days": charter.move_window_days,
        "grace_days": charter.grace_days,
    }


def _texts(session: Session, form: MandateDraft, team: Team) -> dict[str, Any]:
    irritant = session.get_one(Irritant, team.irritant_id)
    return {
        "purpose": form.purpose
        or f"trouver et essayer une réponse à l’irritant «\u00a0{irritant.title}\u00a0».",
        "problem": form.problem or irritant.description,
        "expected_result": form.expected_result or EXPECTED_RESULT,
        "how_known": form.how_known or HOW_KNOWN,
        "means": form.means or MEANS,
    }


def check_dates(starts_on: date, ends_on: date) -> None:
    """Raise `InvalidMandate` where a mandate cannot last from the one to the other."""
    if ends_on < starts_on:
        raise InvalidMandate.on(
            "ends_on", _("Le mandat finit après son premier jour : choisissez une date de fin.")
        )
    if ends_on > min(months_after(starts_on, LONGEST_MONTHS), date(LAST_YEAR, 12, 31)):
        raise InvalidMandate.on(
            "ends_on",
            _("Un mandat dure {months} mois au plus : au-delà, renouvelez-le.").format(months=LONGEST_MONTHS),
        )
