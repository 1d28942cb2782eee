"""Named selects over the model mandate, differences between versions, and comments."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import msgspec
from sqlalchemy import Connection, Uuid, bindparam, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.access.actor import Actor
from app.access.capacity import Capacity
from app.kit.listing import Listing, Visible, equals
from app.kit.problems import Forbidden, NotFound
from app.kit.sql import among
from app.mandates import difference, policy, queries, wording
from app.mandates.difference import Difference, Run
from app.mandates.drafting_lifecycle import COMMENT_LIFECYCLE, MODEL_LIFECYCLE
from app.mandates.drafting_models import MandateComment, MandateModel, MandateModelClause
from app.mandates.drafting_policy import COMMENT_ABILITIES, MODEL_ABILITIES, TOWARDS_ITS_MANDATE
from app.mandates.lifecycle import PartyCapacity
from app.mandates.model_mandate import model
from app.people.models import Agent

Reader = Connection | Session

_author, _resolver = aliased(Agent), aliased(Agent)
_model: tuple[Any, ...] = (
    col(MandateModel.id),
    col(MandateModel.number),
    col(MandateModel.state),
    col(MandateModel.title),
    col(MandateModel.note),
    select(func.count())
    .select_from(MandateModelClause)
    .where(col(MandateModelClause.model_id) == col(MandateModel.id))
    .correlate(MandateModel)
    .scalar_subquery()
    .label("clauses_count"),
    col(MandateModel.published_at),
    col(MandateModel.replaced_at),
    col(MandateModel.created_at),
    col(MandateModel.updated_at),
    col(MandateModel.version),
)
MODELS_OF_AUTHORITY = Visible(
    "of authority", col(MandateModel.authority_id) == bindparam("authority_id", type_=Uuid())
)
MODELS = Listing(
    select(*_model),
    key=col(MandateModel.id),
    sorts={"number": col(MandateModel.number)},
    filters={"state": among(col(MandateModel.state), "state")},
)
_model_detail = select(*_model, col(MandateModel.preamble)).where(
    MODELS_OF_AUTHORITY.clause, col(MandateModel.id) == bindparam("id", type_=Uuid())
)
_before = select(func.max(col(MandateModel.number))).where(
    MODELS_OF_AUTHORITY.clause, col(MandateModel.number) < bindparam("number")
)
_numbered = select(col(MandateModel.id)).where(
    MODELS_OF_AUTHORITY.clause, col(MandateModel.number) == _before.scalar_subquery()
)

_comment = (
    select(
        col(MandateComment.id),
        col(MandateComment.mandate_id),
        col(MandateComment.clause_key),
        col(MandateComment.body),
        col(MandateComment.author_id),
        (col(_author.given_name) + " " + col(_author.family_name)).label("author_name"),
        col(MandateComment.state),
        col(MandateComment.resolved_by_id),
        (col(_resolver.given_name) + " " + col(_resolver.family_name)).label("resolved_by_name"),
        col(MandateComment.resolved_at),
        col(MandateComment.created_at),
        col(MandateComment.updated_at),
        col(MandateComment.version),
    )
    .outerjoin(_author, col(_author.id) == col(MandateComment.author_id))
    .outerjoin(_resolver, col(_resolver.id) == col(MandateComment.resolved_by_id))
)
COMMENTS_OF_MANDATE = Visible(
    "of mandate",
    (col(MandateComment.authority_id) == bindparam("authority_id", type_=Uuid()))
    & (col(MandateComment.mandate_id) == bindparam("mandate_id", type_=Uuid())),
)
COMMENTS = Listing(
    _comment,
    key=col(MandateComment.id),
    sorts={"created_at": col(MandateComment.created_at)},
    filters={
        "state": among(col(MandateComment.state), "state"),
        "clause_key": equals(col(MandateComment.clause_key), "clause_key"),
    },
)


_of_concern = or_(*TOWARDS_ITS_MANDATE.values())
_of_elected = TOWARDS_ITS_MANDATE[Capacity.PARTY] | TOWARDS_ITS_MANDATE[Capacity.SPONSOR]


def model_detail(connection: Reader, actor: Actor, model_id: UUID) -> dict[str, Any]:
    """One version of the model mandate with its clauses. Raises `NotFound`."""
    parameters = {"id": model_id, "authority_id": actor.authority_id}
    row = connection.execute(_model_detail, parameters).one_or_none()
    if row is None:
        raise NotFound
    data: dict[str, Any] = row._asdict()
    data["clauses"] = [_model_clause(clause) for clause in wording.model_clauses(connection, model_id)]
    data["possible_moves"] = MODEL_LIFECYCLE.possible(data["state"])
    data["abilities"] = MODEL_ABILITIES.of(connection, actor, data)
    return data


def model_difference(
    connection: Reader, actor: Actor, model_id: UUID, former_id: UUID | None
) -> dict[str, Any]:
    """From a version of the model, by default the one before, to another. Raises `NotFound`.

    Before the first there is nothing.
    """
    later = model_detail(connection, actor, model_id)
    if former_id is None:
        parameters = {"authority_id": actor.authority_id, "number": later["number"]}
        former_id = connection.execute(_numbered, parameters).scalar_one_or_none()
    former = {"title": "", "preamble": "", "clauses": [], "number": 0}
    if former_id is not None:
        former = model_detail(connection, actor, former_id)
    found = difference.between(former, later)
    return {"before": str(former["number"]), "after": str(later["number"]), **_told(found)}


def mandate_difference(
    connection: Reader, actor: Actor, mandate_id: UUID, before: str, after: str
) -> dict[str, Any]:
    """From a version of a mandate to another: `model`, `present`, or the number of a submission. Raises `NotFound`."""
    mandate = queries.columns(connection, actor, mandate_id)
    versions = {name: _version(connection, actor, mandate, name) for name in {before, after}}
    found = difference.between(versions[before], versions[after])
    return {"before": before, "after": after, **_told(found)}


def require_comments(connection: Reader, actor: Actor, mandate_id: UUID) -> None:
    """Raise `NotFound` where `actor` may not know of the mandate, `Forbidden` where not of what is remarked on it."""
    mandate = SimpleNamespace(**queries.columns(connection, actor, mandate_id))
    # Its relations are content with a connection.
    session = cast(Session, connection)
    if sentence := policy.POLICY.why_not(session, actor, "read_comments", mandate):
        raise Forbidden(sentence)


def comment_detail(connection: Reader, actor: Actor, comment_id: UUID) -> dict[str, Any]:
    """One comment. Raises `NotFound`."""
    statement = _comment.where(
        col(MandateComment.id) == comment_id, col(MandateComment.authority_id) == actor.authority_id
    )
    if not actor.has(Capacity.LAB, Capacity.SYSTEM):
        statement = statement.where(_of_elected if actor.has(Capacity.ELECTED) else _of_concern)
    row = connection.execute(statement, policy.binds(actor)).one_or_none()
    if row is None:
        raise NotFound
    data: dict[str, Any] = row._asdict()
    data["possible_moves"] = COMMENT_LIFECYCLE.possible(data["state"])
    data["abilities"] = COMMENT_ABILITIES.of(connection, actor, data)
    return data


def _version(connection: Reader, actor: Actor, mandate: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A version of a mandate as it reads. Raises `NotFound`."""
    if name == "present" and mandate["document_hash"] is None:
        return wording.read(connection, mandate)
    if name != "model":
        submission = None if name == "present" else int(name)
        text, _hash = queries.document(connection, actor, mandate["id"], submission)
        frozen: dict[str, Any] = msgspec.json.decode(text)
        return frozen
    guarantor = wording.TO_BE_NAMED
    if mandate["document_hash"] is not None:
        parties = msgspec.json.decode(queries.document(connection, actor, mandate["id"])[0])["parties"]
        guarantor = next(
            party["name"] for party in parties if party["capacity"] == PartyCapacity.GUARANTOR.value
        )
    clauses = wording.model_clauses(connection, mandate["model_id"])
    return wording.read(connection, mandate, written=clauses, guarantor=guarantor)


def _model_clause(clause: Mapping[str, Any]) -> dict[str, Any]:
    shipped = model().clause(clause["key"])
    return {
        **clause,
        "shipped": shipped is not None,
        "fixed": shipped is not None and shipped.mandatory and shipped.kind.protects,
    }


def _told(found: Difference) -> dict[str, Any]:
    return {
        "is_empty": found.is_empty,
        "title": _runs(found.title),
        "preamble": _runs(found.preamble),
        "clauses": [
            {
                "key": clause.key,
                "change": clause.change,
                "moved": clause.moved,
                "position_before": clause.position_before,
                "position_after": clause.position_after,
                "title": _runs(clause.title),
                "text": _runs(clause.text),
                "plain": _runs(clause.plain),
                "facts": _facts(clause.facts),
            }
            for clause in found.clauses
        ],
        "facts": _facts(found.facts),
    }


def _runs(runs: tuple[Run, ...]) -> list[dict[str, Any]]:
    return [{"change": run.change, "text": run.text} for run in runs]


def _facts(facts: Mapping[str, tuple[Any, Any]]) -> list[dict[str, Any]]:
    return [{"name": name, "before": before, "after": after} for name, (before, after) in facts.items()]
