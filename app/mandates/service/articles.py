"""The clauses of a draft: those of the model, checked and written."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import delete
from sqlmodel import Session, col

from app.kit.i18n import _
from app.kit.problems import FieldError
from app.mandates.lifecycle import ClauseKind
from app.mandates.model_mandate import PLACEHOLDERS, model, unknown_placeholders
from app.mandates.models import Mandate, MandateClause
from app.mandates.problems import InvalidMandate


def of_the_model() -> list[dict[str, Any]]:
    """The clauses that a draft begins with."""
    return [
        {name: getattr(clause, name) for name in ("key", "kind", "mandatory", "title", "text", "plain")}
        for clause in model().clauses
    ]


def checked(written: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The clauses with what the model says of them. Raises `InvalidMandate`, naming what is wrong or missing."""
    errors: list[FieldError] = []
    found: dict[str, dict[str, Any]] = {}
    for position, clause in enumerate(written):
        if clause["key"] in found:
            sentence = _("Cette clé désigne déjà une autre clause.")
            errors.append(FieldError(f"clauses.{position}.key", sentence))
        errors += _placeholder_errors(position, clause)
        known = model().clause(clause["key"])
        found[clause["key"]] = {
            **clause,
            "kind": known.kind if known else clause.get("kind", ClauseKind.OTHER),
            "mandatory": known.mandatory if known else False,
        }
    missing = [clause.title for clause in model().clauses if clause.mandatory and clause.key not in found]
    if missing:
        sentence = _("Ces clauses protègent tout le monde et restent dans chaque mandat : {missing}.")
        errors.append(FieldError("clauses", sentence.format(missing=missing)))
    if errors:
        raise InvalidMandate(errors=errors)
    return list(found.values())


def write(session: Session, mandate: Mandate, clauses: Iterable[Mapping[str, Any]]) -> None:
    """Replace the clauses of a draft."""
    session.execute(delete(MandateClause).where(col(MandateClause.mandate_id) == mandate.id))
    session.add_all(
        MandateClause(authority_id=mandate.authority_id, mandate_id=mandate.id, position=position, **clause)
        for position, clause in enumerate(clauses, start=1)
    )
    session.flush()


def _placeholder_errors(position: int, clause: Mapping[str, Any]) -> list[FieldError]:
    sentence = _("Rien ne remplit {strange}. Mots possibles entre accolades : {known}.")
    return [
        FieldError(
            f"clauses.{position}.{field}",
            sentence.format(strange=[f"{{{name}}}" for name in strange], known=list(PLACEHOLDERS)),
        )
        for field in ("text", "plain")
        if (strange := unknown_placeholders(clause[field]))
    ]
