"""The authority's model mandate, version after version.

The first is the one that Essaim ships. The lab prepares the next, which begins as the one in force, and publishes it:
what it replaces stays readable, and binds the mandates that cite it.

No version drops a mandatory clause that Essaim ships. Of those, the clauses that protect (`ClauseKind.protects`) keep
their words, of Essaim's present text or of the version in force, and are only added to. The others may be rewritten by
the authority's lawyers, who may also make clauses of their own mandatory.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlmodel import Session, col

from app.access.actor import Actor, system
from app.journal.service import record
from app.kit import clock
from app.kit.database import get, insert_if_absent
from app.kit.lifecycle import change
from app.mandates import drafting_events as events
from app.mandates import wording
from app.mandates.drafting_lifecycle import MODEL_LIFECYCLE, ModelState
from app.mandates.drafting_models import MandateModel, MandateModelClause
from app.mandates.drafting_policy import MODEL
from app.mandates.drafting_problems import ModelInPreparation, ModelPublished
from app.mandates.model_mandate import model, unknown_placeholders
from app.mandates.problems import InvalidMandate
from app.mandates.service import articles


def in_force(session: Session, actor: Actor) -> MandateModel:
    """The version in force in the actor's authority; the one that is shipped becomes its first."""
    return _in_force(session, actor.authority_id) or _begin(session, actor)


def begin(session: Session, actor: Actor) -> int:
    """Publish the model that is shipped where the authority has none; how many were published."""
    if _in_force(session, actor.authority_id) is not None:
        return 0
    _begin(session, actor)
    return 1


def find(session: Session, actor: Actor, model_id: UUID, action: str = "read") -> MandateModel:
    """The version on which `actor` may do `action`. Raises `NotFound` or `Forbidden`."""
    found = get(session, MandateModel, model_id, actor.authority_id)
    MODEL.require(session, actor, action, found)
    return found


def prepare(session: Session, actor: Actor, note: str | None) -> MandateModel:
    """A new version, as the one in force; mandatory clauses that Essaim ships since then come last.

    The database refuses a second one in preparation (`ModelInPreparation`).
    """
    MODEL.require(session, actor, "write")
    present = in_force(session, actor)
    last = select(func.max(col(MandateModel.number))).where(
        col(MandateModel.authority_id) == actor.authority_id
    )
    made = MandateModel(
        authority_id=actor.authority_id,
        number=session.execute(last).scalar_one() + 1,
        title=present.title,
        preamble=present.preamble,
        note=note,
    )
    if not insert_if_absent(session, made):
        raise ModelInPreparation
    made = session.get_one(MandateModel, made.id)
    clauses = wording.model_clauses(session, present.id)
    held = {clause["key"] for clause in clauses}
    clauses += [
        clause
        for clause in wording.model_clauses(session, None)
        if clause["mandatory"] and clause["key"] not in held
    ]
    _write(session, made, clauses)
    event = events.MandateModelDrafted(subject_id=made.id, number=made.number, based_on=present.number)
    record(session, event, by=actor)
    return made


def edit(session: Session, actor: Actor, version: MandateModel, changes: dict[str, Any]) -> None:
    """Change a version in preparation; `clauses` are replaced whole.

    Raises `ModelPublished`, or `InvalidMandate` naming the field.
    """
    MODEL.require(session, actor, "write", version)
    if version.state is not ModelState.DRAFT:
        raise ModelPublished(
            state=version.state.value, possible_moves=list(MODEL_LIFECYCLE.possible(version.state))
        )
    values = dict(changes)
    written = values.pop("clauses", None)
    for field in ("title", "preamble"):
        if field in values and (strange := unknown_placeholders(values[field])):
            braces = [f"{{{name}}}" for name in strange]
            raise InvalidMandate.on(field, articles.STRANGE.format(strange=braces, known=articles.KNOWN))
    clauses = None if written is None else articles.checked(written, _held(session, actor), may_oblige=True)
    # The compare-and-swap comes first: whoever loses it must not have touched the clauses.
    change(session, version, **values)
    if clauses is not None:
        session.execute(delete(MandateModelClause).where(col(MandateModelClause.model_id) == version.id))
        _write(session, version, clauses)
    record(session, events.MandateModelEdited(subject_id=version.id, fields=tuple(changes)), by=actor)


def discard(session: Session, actor: Actor, version: MandateModel) -> None:
    """Give up a version in preparation. Raises `ModelPublished`."""
    MODEL.require(session, actor, "discard", version)
    session.execute(delete(MandateModelClause).where(col(MandateModelClause.model_id) == version.id))
    gone = delete(MandateModel).where(
        col(MandateModel.id) == version.id, col(MandateModel.state) == ModelState.DRAFT
    )
    if session.execute(gone.returning(col(MandateModel.id))).first() is None:
        raise ModelPublished(state=version.state.value, possible_moves=[])
    session.expunge(version)
    event = events.MandateModelDiscarded(subject_id=version.id, number=version.number)
    record(session, event, by=actor)


def publish(session: Session, actor: Actor, version: MandateModel) -> None:
    """Bring a version into force in place of the present one. Raises `MoveRefused` for one that is no draft."""
    MODEL.require(session, actor, "publish", version)
    session.refresh(version, with_for_update=True)
    MODEL_LIFECYCLE.check(version.state, "publish")
    now = clock.now()
    if present := _in_force(session, actor.authority_id):
        MODEL_LIFECYCLE.apply(session, present, "replace", replaced_at=now)
    MODEL_LIFECYCLE.apply(session, version, "publish", published_at=now)
    event = events.MandateModelPublished(subject_id=version.id, number=version.number)
    record(session, event, by=actor)


def _in_force(session: Session, authority_id: UUID) -> MandateModel | None:
    statement = select(MandateModel).where(
        col(MandateModel.authority_id) == authority_id, col(MandateModel.state) == ModelState.IN_FORCE
    )
    found: MandateModel | None = session.execute(statement).scalar_one_or_none()
    return found


def _begin(session: Session, actor: Actor) -> MandateModel:
    shipped = model()
    first = MandateModel(
        authority_id=actor.authority_id,
        number=1,
        state=ModelState.IN_FORCE,
        title=shipped.title,
        preamble=shipped.preamble,
        published_at=clock.now(),
    )
    if insert_if_absent(session, first):
        first = session.get_one(MandateModel, first.id)
        _write(session, first, wording.model_clauses(session, None))
        event = events.MandateModelPublished(subject_id=first.id, number=first.number)
        record(session, event, by=system(actor.authority_id, actor.time_zone))
        return first
    # Somebody else has just begun it.
    found = _in_force(session, actor.authority_id)
    assert found is not None  # noqa: S101 the unique constraint says so
    return found


def _held(session: Session, actor: Actor) -> dict[str, articles.Held]:
    """What the clauses of a version are held to: the mandatory ones that are shipped."""
    present = {
        clause["key"]: clause for clause in wording.model_clauses(session, in_force(session, actor).id)
    }
    held = {}
    for clause in wording.model_clauses(session, None):
        if not clause["mandatory"]:
            continue
        bases = [clause, *([present[clause["key"]]] if clause["key"] in present else [])]
        fixed = clause["kind"].protects
        held[clause["key"]] = articles.Held(
            clause["kind"], True, clause["title"], bases if fixed else (), clause["deadline"]
        )
    return held


def _write(session: Session, version: MandateModel, clauses: list[dict[str, Any]]) -> None:
    session.add_all(
        MandateModelClause(
            authority_id=version.authority_id,
            model_id=version.id,
            position=position,
            **articles.columns(clause),
        )
        for position, clause in enumerate(clauses, start=1)
    )
    session.flush()
