"""Write an amendment: draft it, edit it, leave it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
from sqlmodel import Session

from app.access.actor import Actor
from app.amendments import events, terms
from app.amendments.lifecycle import LIFECYCLE, AmendmentState
from app.amendments.models import Amendment
from app.amendments.policy import POLICY
from app.amendments.problems import AmendmentNotADraft
from app.amendments.reading import amended
from app.amendments.terms import COLUMNS, SlotTerm, Terms
from app.journal.service import record
from app.kit.database import get, insert
from app.kit.i18n import _
from app.kit.lifecycle import change
from app.kit.problems import FieldError, NotFound
from app.mandates import policy as mandates
from app.mandates import wording
from app.mandates.lifecycle import IN_FORCE
from app.mandates.models import Mandate
from app.mandates.problems import AmendmentInPreparation, InvalidMandate, NotInForce
from app.mandates.service import articles, slots
from app.mandates.service.drafting import check_dates
from app.mandates.service.finding import hold
from app.people.models import Agent
from app.people.service import agent_in_post
from app.teams import service as teams


def find(session: Session, actor: Actor, amendment_id: UUID) -> Amendment:
    """The amendment, if `actor` may know of it. Raises `NotFound`."""
    amendment = get(session, Amendment, amendment_id, actor.authority_id)
    if not POLICY.allows(session, actor, "read", amendment):
        raise NotFound
    return amendment


def draft(
    session: Session, actor: Actor, mandate: Mandate, purpose: str, changes: Mapping[str, Any]
) -> Amendment:
    """An amendment to a mandate in force, to be written. `changes` are the fields of `AmendmentDraft` but its purpose.

    Raises `NotInForce`, `AmendmentInPreparation`; `UnknownAgent`, `NotInActivity` or `InvalidMandate` on the field.
    """
    mandates.POLICY.require(session, actor, "amend", mandate)
    hold(session, mandate)
    if mandate.open_amendment_id is not None:
        raise AmendmentInPreparation
    if mandate.state not in IN_FORCE:
        raise NotInForce
    found = _checked(session, actor, mandate, changes)
    amendment = insert(
        session,
        Amendment(
            authority_id=mandate.authority_id,
            mandate_id=mandate.id,
            purpose=purpose,
            terms=found.as_json(),
            base_submission=mandate.submission,
        ),
    )
    change(session, mandate, open_amendment_id=amendment.id)
    event = events.AmendmentDrafted(subject_id=amendment.id, mandate_id=mandate.id, fields=found.fields())
    record(session, event, by=actor)
    return amendment


def edit(session: Session, actor: Actor, amendment: Amendment, changes: dict[str, Any]) -> None:
    """Change a draft. A field that is null takes its change back; what is as it stands is no change.

    Raises `AmendmentNotADraft` once it is submitted, and what `draft` raises of a field.
    """
    POLICY.require(session, actor, "edit", amendment)
    if amendment.state is not AmendmentState.DRAFT:
        possible = list(LIFECYCLE.possible(amendment.state))
        raise AmendmentNotADraft(state=amendment.state.value, possible_moves=possible)
    mandate = session.get_one(Mandate, amendment.mandate_id)
    purpose = {name: changes[name] for name in ("purpose",) if name in changes}
    kept = _as_form(terms.of_json(amendment.terms))
    wanted = {**kept, **{name: value for name, value in changes.items() if name != "purpose"}}
    found = _checked(session, actor, mandate, wanted)
    change(session, amendment, terms=found.as_json(), **purpose)
    event = events.AmendmentEdited(subject_id=amendment.id, mandate_id=mandate.id, fields=tuple(changes))
    record(session, event, by=actor)


def drop(session: Session, actor: Actor, amendment: Amendment) -> None:
    """Leave a draft: the mandate stays as it is, and another amendment may be begun."""
    POLICY.require(session, actor, "drop", amendment)
    mandate = session.get_one(Mandate, amendment.mandate_id)
    hold(session, mandate)
    LIFECYCLE.apply(session, amendment, "drop")
    change(session, mandate, open_amendment_id=None)
    record(
        session,
        events.AmendmentDropped(subject_id=amendment.id, mandate_id=mandate.id, by_itself=False),
        by=actor,
    )


def _as_form(found: Terms) -> dict[str, Any]:
    """The terms as `AmendmentDraft` has them."""
    form = {name: getattr(found, name) for name in (*COLUMNS, "joining", "leaving")}
    form["goal"] = form.pop("purpose")
    form["slots"] = None if found.slots is None else [msgspec.structs.asdict(slot) for slot in found.slots]
    form["clauses"] = None if found.clauses is None else list(found.clauses)
    return form


def _checked(session: Session, actor: Actor, mandate: Mandate, form: Mapping[str, Any]) -> Terms:
    """The terms that a form asks for, without what stands as it is already."""
    columns = {
        name: value
        for name in COLUMNS
        if (value := form.get("goal" if name == "purpose" else name)) is not None
        and value != getattr(mandate, name)
    }
    if "sponsor_id" in columns:
        agent_in_post(session, actor, columns["sponsor_id"], "sponsor_id")
    if "ends_on" in columns:
        check_dates(mandate.starts_on, columns["ends_on"])
    joining, leaving = _people(session, actor, mandate, form)
    people = Terms(joining=joining, leaving=leaving)
    _columns, instead = amended(session, mandate.model_dump(), people)
    return Terms(
        **columns,
        joining=joining,
        leaving=leaving,
        slots=_slots(session, mandate, form.get("slots"), [row.id for row in instead.members]),
        clauses=_clauses(session, mandate, form.get("clauses")),
    )


def _people(
    session: Session, actor: Actor, mandate: Mandate, form: Mapping[str, Any]
) -> tuple[tuple[UUID, ...], tuple[UUID, ...]]:
    joining = tuple(dict.fromkeys(form.get("joining") or ()))
    leaving = tuple(dict.fromkeys(form.get("leaving") or ()))
    members = {agent.id for agent in teams.members_of(session, mandate.team_id)}
    errors = [
        FieldError(f"joining.{place}", _("Cette personne est déjà membre de l'équipe."))
        for place, agent_id in enumerate(joining)
        if agent_id in members
    ]
    errors += [
        FieldError(f"leaving.{place}", _("Cette personne n'est pas membre de l'équipe."))
        for place, agent_id in enumerate(leaving)
        if agent_id not in members
    ]
    if errors:
        raise InvalidMandate(errors=errors)
    if joining:
        teams.check_free(session, actor, list(joining), "joining")
    return joining, leaving


def _slots(
    session: Session, mandate: Mandate, weekly: list[dict[str, Any]] | None, member_ids: list[UUID]
) -> tuple[SlotTerm, ...] | None:
    if weekly is None:
        return None
    present = wording.slots(session, mandate.id)
    reliefs = {slot["agent_id"]: slot["relief"] for slot in present}
    slots.check(session, mandate, weekly, [session.get_one(Agent, agent_id) for agent_id in member_ids])
    wanted = tuple(
        SlotTerm(
            agent_id=slot["agent_id"],
            weekday=str(slot["weekday"]),
            half=str(slot["half"]),
            relief=slot.get("relief") or reliefs.get(slot["agent_id"], ""),
        )
        for slot in weekly
    )
    before = {
        (slot["agent_id"], *(str(slot[name]) for name in ("weekday", "half", "relief"))) for slot in present
    }
    return None if {msgspec.structs.astuple(slot) for slot in wanted} == before else wanted


def _clauses(
    session: Session, mandate: Mandate, written: list[dict[str, Any]] | None
) -> tuple[dict[str, Any], ...] | None:
    if written is None:
        return None
    wanted: list[dict[str, Any]] = msgspec.to_builtins(
        articles.checked(written, articles.held_of(session, mandate))
    )
    present = msgspec.to_builtins(wording.clauses(session, mandate.id))
    return None if wanted == present else tuple(wanted)
