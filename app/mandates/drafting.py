"""Write a mandate: draft it, edit it, have the workload relief written."""

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlmodel import Session, col

from app.access.actor import Actor
from app.access.capacity import Capacity
from app.irritants.models import Irritant
from app.journal.service import record
from app.kit.calendar import Half, Weekday
from app.kit.database import insert
from app.kit.i18n import Text, _
from app.kit.lifecycle import change
from app.kit.problems import FieldError, Forbidden
from app.mandates import events, parties
from app.mandates.lifecycle import LIFECYCLE, ClauseKind, MandateState
from app.mandates.model_mandate import PLACEHOLDERS, model, unknown_placeholders
from app.mandates.models import Mandate, MandateClause, MandateSlot
from app.mandates.policy import POLICY
from app.mandates.problems import InvalidMandate, NoCharter, NotADraft, NotTheirManager
from app.mandates.schemas import MandateDraft
from app.people.models import Agent
from app.people.service import agent_in_post
from app.programmes.models import Charter
from app.programmes.service import charter_in_force
from app.teams.lifecycle import TeamState
from app.teams.models import Team
from app.teams.problems import TeamConcluded, UnknownTeam

LONGEST_MONTHS: Final = 24

EXPECTED_RESULT: Final = (
    "Une réponse essayée sur le terrain, et un écrit qui dit ce qu'elle change et ce qu'elle ne change pas."
)
HOW_KNOWN: Final = "l'équipe et la direction cliente choisissent la mesure à leur premier point de suivi."
MEANS: Final = "aucun autre moyen n'est prévu à ce jour."

Slots = Sequence[Mapping[str, Any]]


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
        **_texts(session, form, team),
        budget_euros=form.budget_euros,
    )
    if not POLICY.allows(session, actor, "draft", mandate):
        raise Forbidden(_("Ce geste revient au laboratoire et au coach de l'équipe."))
    if charter is None:
        raise NoCharter
    if team.state is TeamState.CONCLUDED:
        raise TeamConcluded
    agent_in_post(session, actor, form.sponsor_id, "sponsor_id")
    weekly = [slot.model_dump() for slot in form.slots]
    articles = None if form.clauses is None else [clause.model_dump() for clause in form.clauses]
    _check_dates(mandate.starts_on, mandate.ends_on)
    check_slots(session, actor, mandate, weekly)
    insert(session, mandate)
    _write_slots(session, mandate, weekly)
    _write_clauses(session, mandate, _model_clauses() if articles is None else _checked_clauses(articles))
    record(session, events.MandateDrafted(subject_id=mandate.id, team_id=team.id), by=actor)
    return mandate


def edit(session: Session, actor: Actor, mandate: Mandate, changes: dict[str, Any]) -> None:
    """Change a draft; `slots` and `clauses` are replaced whole.

    Raises `NotADraft` once it is submitted, `UnknownAgent` or `InvalidMandate`, naming the field.
    """
    POLICY.require(session, actor, "edit", mandate)
    if mandate.state is not MandateState.DRAFT:
        raise NotADraft(
            state=mandate.state.value, possible_moves=list(LIFECYCLE.possible(mandate.state))
        )
    values = dict(changes)
    weekly: Slots | None = values.pop("slots", None)
    articles = values.pop("clauses", None)
    if "sponsor_id" in values:
        agent_in_post(session, actor, values["sponsor_id"], "sponsor_id")
    _check_dates(values.get("starts_on", mandate.starts_on), values.get("ends_on", mandate.ends_on))
    if weekly is not None:
        check_slots(session, actor, mandate, weekly)
    checked = None if articles is None else _checked_clauses(articles)
    # The compare-and-swap comes first: whoever loses it must not have touched slots or clauses.
    change(session, mandate, **values)
    if weekly is not None:
        _write_slots(session, mandate, weekly)
    if checked is not None:
        _write_clauses(session, mandate, checked)
    record(session, events.MandateEdited(subject_id=mandate.id, fields=tuple(changes)), by=actor)


def relieve(session: Session, actor: Actor, mandate: Mandate, agent_id: UUID, relief: str) -> None:
    """Write what is taken off an agent's plate, for all their half-days of this mandate.

    Raises `NotTheirManager` for the manager of somebody else, `InvalidMandate` for an agent without a half-day here.
    """
    POLICY.require(session, actor, "relieve", mandate)
    agent = session.get(Agent, agent_id)
    writes_for_all = (
        actor.is_system
        or actor.client_id is not None
        or actor.has(Capacity.LAB)
        or session.get_one(Team, mandate.team_id).coach_id == actor.agent_id
    )
    if not writes_for_all and agent is not None:
        manager = parties.releasing_manager(session, agent, actor.today())
        if manager is None or manager.id != actor.agent_id:
            raise NotTheirManager
    LIFECYCLE.apply(session, mandate, "relieve")
    written = session.execute(
        update(MandateSlot)
        .where(col(MandateSlot.mandate_id) == mandate.id, col(MandateSlot.agent_id) == agent_id)
        .values(relief=relief)
        .returning(col(MandateSlot.id))
        .execution_options(synchronize_session=False)
    )
    if written.first() is None:
        raise InvalidMandate.on("agent_id", _("Cette personne n'a pas de demi-journée dans ce mandat."))
    record(session, events.MandateEdited(subject_id=mandate.id, fields=("relief",)), by=actor)


def check_slots(session: Session, actor: Actor, mandate: Mandate, weekly: Slots) -> None:
    """Raise `InvalidMandate`, naming each slot that cannot be and saying why."""
    members = {agent.id: agent for agent in parties.members_of(session, mandate.team_id, actor.today())}
    errors: list[FieldError] = []
    seen: set[tuple[UUID, Weekday, Half]] = set()
    counts: dict[UUID, int] = {}
    for position, slot in enumerate(weekly):
        moment = (slot["agent_id"], slot["weekday"], slot["half"])
        agent = members.get(slot["agent_id"])
        counts[slot["agent_id"]] = counts.get(slot["agent_id"], 0) + 1
        if agent is None:
            wrong, sentence = "agent_id", _("Cette personne n'est pas membre de l'équipe.")
        elif moment in seen:
            wrong, sentence = "weekday", _("Cette demi-journée est déjà dans la liste pour {name}.")
        elif f"{slot['weekday']}:{slot['half']}" in agent.off_halves:
            wrong, sentence = "weekday", _("{name} ne travaille pas à ce moment de la semaine : choisissez-en un autre.")
        elif counts[agent.id] > mandate.half_days_per_week:
            wrong, sentence = "agent_id", _(
                "La charte prévoit {count} demi-journée(s) par semaine et par agent : {name} en a davantage."
            )
        else:
            seen.add(moment)
            continue
        named: Text = sentence.format(
            name=agent.name if agent else "", count=mandate.half_days_per_week
        )
        errors.append(FieldError(f"slots.{position}.{wrong}", named))
    if errors:
        raise InvalidMandate(errors=errors)


def months_after(day: date, months: int) -> date:
    """The last day of a stretch of whole months that begins on `day`: from 7 January, one month ends on 6 February."""
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


def _texts(session: Session, form: MandateDraft, team: Team) -> dict[str, str]:
    irritant = session.get_one(Irritant, team.irritant_id)
    return {
        "purpose": form.purpose or f"trouver et essayer une réponse à l'irritant « {irritant.title} ».",
        "problem": form.problem or irritant.description,
        "expected_result": form.expected_result or EXPECTED_RESULT,
        "how_known": form.how_known or HOW_KNOWN,
        "means": form.means or MEANS,
    }


def _check_dates(starts_on: date, ends_on: date) -> None:
    if ends_on < starts_on:
        raise InvalidMandate.on("ends_on", _("Le mandat finit après son premier jour : choisissez une date de fin."))
    if ends_on > months_after(starts_on, LONGEST_MONTHS):
        raise InvalidMandate.on(
            "ends_on",
            _("Un mandat dure {months} mois au plus : au-delà, renouvelez-le.").format(months=LONGEST_MONTHS),
        )


def _model_clauses() -> list[dict[str, Any]]:
    return [
        {name: getattr(clause, name) for name in ("key", "kind", "mandatory", "title", "text", "plain")}
        for clause in model().clauses
    ]


def _checked_clauses(articles: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The clauses with what the model says of them. Raises `InvalidMandate`, naming what is wrong or missing."""
    errors: list[FieldError] = []
    checked: list[dict[str, Any]] = []
    for position, article in enumerate(articles):
        known = model().clause(article["key"])
        if any(article["key"] == other["key"] for other in checked):
            errors.append(FieldError(f"clauses.{position}.key", _("Cette clé désigne déjà une autre clause.")))
        for field in ("text", "plain"):
            if strange := unknown_placeholders(article[field]):
                errors.append(
                    FieldError(
                        f"clauses.{position}.{field}",
                        _("Rien ne remplit {strange}. Mots possibles entre accolades : {known}.").format(
                            strange=[f"{{{name}}}" for name in strange], known=list(PLACEHOLDERS)
                        ),
                    )
                )
        checked.append(
            {
                **article,
                "kind": known.kind if known else article.get("kind", ClauseKind.OTHER),
                "mandatory": known.mandatory if known else False,
            }
        )
    keys = {article["key"] for article in checked}
    missing = [clause.title for clause in model().clauses if clause.mandatory and clause.key not in keys]
    if missing:
        errors.append(
            FieldError(
                "clauses",
                _("Ces clauses protègent tout le monde et restent dans chaque mandat : {missing}.").format(
                    missing=missing
                ),
            )
        )
    if errors:
        raise InvalidMandate(errors=errors)
    return checked


def _write_clauses(session: Session, mandate: Mandate, articles: Iterable[Mapping[str, Any]]) -> None:
    session.execute(delete(MandateClause).where(col(MandateClause.mandate_id) == mandate.id))
    session.add_all(
        MandateClause(authority_id=mandate.authority_id, mandate_id=mandate.id, position=position, **article)
        for position, article in enumerate(articles, start=1)
    )
    session.flush()


def _write_slots(session: Session, mandate: Mandate, weekly: Slots) -> None:
    """Replace the slots. What was written of an agent's relief stays where the new slot says nothing."""
    held = session.execute(
        select(col(MandateSlot.agent_id), col(MandateSlot.relief)).where(
            col(MandateSlot.mandate_id) == mandate.id, col(MandateSlot.relief) != ""
        )
    ).all()
    reliefs = {row.agent_id: row.relief for row in held}
    session.execute(delete(MandateSlot).where(col(MandateSlot.mandate_id) == mandate.id))
    session.add_all(
        MandateSlot(
            authority_id=mandate.authority_id,
            mandate_id=mandate.id,
            agent_id=slot["agent_id"],
            weekday=slot["weekday"],
            half=slot["half"],
            relief=slot.get("relief") or reliefs.get(slot["agent_id"], ""),
        )
        for slot in weekly
    )
    session.flush()
