"""What irritants hold about a person. Who reported under protection is not known here, nor to whoever exports."""

from datetime import date
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import Connection, CursorResult, delete, func, or_, select, update
from sqlmodel import Session, col

from app.access.actor import Actor
from app.access.personal import THE_PERSON_ALONE, Fate, Period, PersonalData, before_day
from app.irritants.lifecycle import IrritantState
from app.irritants.models import (
    IdentityOpening,
    Irritant,
    IrritantComment,
    IrritantTally,
    IrritantVote,
    ProtectedMessage,
    ProtectedReceipt,
)
from app.kit.columns import table_of
from app.kit.i18n import _

ERASED_TITLE: Final = "Irritant effacé"

_irritants = table_of(Irritant)
_UNNAMED = _("l'identifiant ne mène plus qu'à une fiche sans nom")


def _about(table: Any) -> tuple[Any, Any]:
    return Irritant.title, col(Irritant.id) == table.c.irritant_id


_votes, _comments, _messages, _openings = map(
    table_of, (IrritantVote, IrritantComment, ProtectedMessage, IdentityOpening)
)

PERSONAL: Final = (
    PersonalData(
        kind="irritants", label=_("Irritants signalés à visage découvert"), table=_irritants,
        by=("reporter_id",), fate=Fate.UNNAMED, why=_UNNAMED, readers=THE_PERSON_ALONE,
    ),
    PersonalData(
        kind="votes", label=_("Votes sur des irritants"), table=_votes, by=("agent_id",), fate=Fate.UNNAMED,
        why=_UNNAMED, about=_about(_votes), readers=THE_PERSON_ALONE,
    ),
    PersonalData(
        kind="comments", label=_("Commentaires sur des irritants"), table=_comments, by=("author_id",),
        fate=Fate.UNNAMED, why=_UNNAMED, about=_about(_comments),
    ),
    PersonalData(
        kind="dialogue", label=_("Messages écrits pour le laboratoire à des personnes protégées"),
        table=_messages, by=("author_id",), fate=Fate.UNNAMED, why=_UNNAMED, readers=THE_PERSON_ALONE,
        hide=frozenset({"irritant_id"}),
    ),
    PersonalData(
        kind="openings", label=_("Ouvertures de l'identité d'une personne protégée"), table=_openings,
        by=("agent_id",), fate=Fate.UNNAMED, readers=THE_PERSON_ALONE, hide=frozenset({"irritant_id"}),
        why=_("la personne protégée doit pouvoir lire que son identité a été ouverte, quand et pourquoi"),
    ),
)  # fmt: skip


def _declined(authority_id: UUID, day: date) -> Any:
    return select(_irritants.c.id).where(
        _irritants.c.authority_id == authority_id,
        _irritants.c.state == IrritantState.DECLINED,
        before_day(_irritants.c.updated_at, day),
        or_(_irritants.c.reporter_id.is_not(None), _irritants.c.description != ""),
    )


def _due(session: Connection | Session, authority_id: UUID, day: date) -> int:
    statement = select(func.count()).select_from(_declined(authority_id, day).subquery())
    return session.execute(statement).scalar_one()


def _purge(session: Session, actor: Actor, day: date) -> int:
    declined = _declined(actor.authority_id, day)
    for model in (IrritantVote, IrritantComment, ProtectedMessage, ProtectedReceipt):
        beside = table_of(model)
        session.execute(delete(beside).where(beside.c.irritant_id.in_(declined)))
    tallies = table_of(IrritantTally)
    session.execute(update(tallies).where(tallies.c.irritant_id.in_(declined)).values(votes=0, comments=0))
    emptied = (
        update(_irritants)
        .where(_irritants.c.id.in_(declined))
        .values(
            reporter_id=None,
            title=ERASED_TITLE,
            description="",
            impact="",
            reason=None,
            search="",
            # The day it was declined stays; whoever holds an older copy is told that it is old.
            updated_at=_irritants.c.updated_at,
            version=_irritants.c.version + 1,
        )
    )
    return cast(CursorResult[Any], session.execute(emptied)).rowcount


PERIODS: Final = (
    Period(
        kind="declined_irritants",
        label=_("Irritants écartés : texte, auteur·e, votes, commentaires"),
        since=_("la décision de les écarter"),
        source=_("choix d'Essaim : le temps qu'un programme se termine et qu'on puisse en répondre"),
        months=24,
        due=_due,
        purge=_purge,
    ),
    Period(
        kind="protected_identities",
        label=_("Identité des personnes protégées"),
        since=_("la fin du traitement de l'irritant"),
        source=_(
            "fixe : deux mois, sur le modèle du référentiel des alertes de la CNIL (délibération 2023-064)"
        ),
        months=2,
    ),
)
