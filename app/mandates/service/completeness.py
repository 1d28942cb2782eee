"""What a mandate still needs before anybody is asked to sign it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlmodel import Session, col

from app.irritants.lifecycle import IrritantState
from app.irritants.models import Irritant
from app.kit.i18n import _
from app.kit.problems import FieldError
from app.mandates import wording
from app.mandates.lifecycle import IN_FORCE, MandateState
from app.mandates.models import Mandate, MandateSlot
from app.mandates.service.finding import mandates_of
from app.people.models import Agent
from app.teams.lifecycle import TeamState
from app.teams.models import Team


def what_is_missing(
    session: Session, mandate: Mandate, team: Team, members: Sequence[Agent], today: date
) -> list[FieldError]:
    """All that keeps a mandate from being submitted, each on its field. Its parties are another matter."""
    errors: list[FieldError] = []
    if team.state is TeamState.CONCLUDED:
        errors.append(FieldError("team_id", _("Cette équipe est terminée : elle n'a plus besoin de mandat.")))
    if not members:
        errors.append(FieldError("team_id", _("Cette équipe n'a pas de membre : composez-la d'abord.")))
    if mandate.ends_on < today:
        errors.append(
            FieldError("ends_on", _("Ce mandat finirait avant d'être signé : choisissez d'autres dates."))
        )
    weekly = wording.slots(session, mandate.id)
    errors += slots_missing(session, mandate, members, weekly)
    before = [
        other for other in mandates_of(session, team.id, IN_FORCE) if other.ends_on >= mandate.starts_on
    ]
    if before:
        errors.append(
            FieldError(
                "starts_on",
                _("L'équipe est sous mandat jusqu'au {day} : faites commencer celui-ci après.").format(
                    day=before[-1].ends_on
                ),
            )
        )
    irritant = session.get_one(Irritant, team.irritant_id)
    if irritant.state not in {IrritantState.SELECTED, IrritantState.IN_PROGRESS}:
        errors.append(
            FieldError(
                "team_id",
                _("L'irritant de cette équipe est « {state} » : il n'attend plus de réponse.").format(
                    state=irritant.state.label
                ),
            )
        )
    return errors


def slots_missing(
    session: Session, mandate: Mandate, members: Sequence[Agent], weekly: Sequence[Mapping[str, Any]]
) -> list[FieldError]:
    """What is wrong with these weekly half-days of a mandate with these members and dates, as `wording.slots` reads."""
    errors: list[FieldError] = []
    names = {member.id: member.name for member in members}
    held = {slot["agent_id"] for slot in weekly}
    errors += [
        FieldError("slots", _("Il manque une demi-journée pour {name}.").format(name=name))
        for agent_id, name in names.items()
        if agent_id not in held
    ]
    errors += [
        FieldError(
            "slots", _("{name} n'est plus membre de l'équipe : retirez sa demi-journée.").format(name=name)
        )
        for name in dict.fromkeys(slot["agent_name"] for slot in weekly if slot["agent_id"] not in names)
    ]
    errors += [
        FieldError(
            "relief",
            _(
                "L'allègement de charge n'est pas écrit pour {name} : sans lui, la demi-journée n'est pas libre."
            ).format(name=name),
        )
        for name in dict.fromkeys(
            slot["agent_name"] for slot in weekly if not slot["relief"] and slot["agent_id"] in names
        )
    ]
    for slot in _taken_elsewhere(session, mandate, weekly):
        errors.append(
            FieldError(
                "slots",
                _("{name} : cette demi-journée du {weekday} est déjà protégée par un autre mandat.").format(
                    name=names.get(slot.agent_id, ""), weekday=slot.weekday.label
                ),
            )
        )
    return errors


def _taken_elsewhere(
    session: Session, mandate: Mandate, weekly: Sequence[Mapping[str, Any]]
) -> Iterator[MandateSlot]:
    """The slots of another team's mandate, signed or awaiting signatures, that are among these on the same days."""
    wanted = {(slot["agent_id"], slot["weekday"], slot["half"]) for slot in weekly}
    statement = (
        select(MandateSlot)
        .join(Mandate, col(Mandate.id) == col(MandateSlot.mandate_id))
        .where(
            col(MandateSlot.agent_id).in_({slot["agent_id"] for slot in weekly}),
            col(Mandate.team_id) != mandate.team_id,
            or_(col(Mandate.state).in_(IN_FORCE), col(Mandate.state) == MandateState.IN_SIGNATURE),
            col(Mandate.starts_on) <= mandate.ends_on,
            col(Mandate.ends_on) >= mandate.starts_on,
        )
        .order_by(col(MandateSlot.agent_id), col(MandateSlot.id))
    )
    for slot in session.execute(statement).scalars():
        if (slot.agent_id, slot.weekday, slot.half) in wanted:
            yield slot
