"""The journal as people read it: all of it for those who lead, and to each what concerns them."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from fastapi import Query, Request, Response
from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from app.access.actor import Actor
from app.access.capacity import Capacity
from app.access.dependencies import ActorDep
from app.access.governed import governed_by
from app.audit import queries
from app.audit.policy import POLICY
from app.audit.schemas import EventQuery, MyEventQuery
from app.audit.wording import kinds, sentence
from app.kit.i18n import Text, _
from app.kit.problems import Invalid
from app.kit.routing import DatabaseDep
from app.kit.schemas import Day
from app.signin.events import Ended, SessionClosed, TokenRevoked
from app.web.pages import page, page_router

JOURNAL, MINE = "/journal", "/journal/moi"
A_PAGE = 30
Typed = Annotated[str, Query(max_length=200)]
_KIND = re.compile(r"[a-z_]+\.[a-z_]+")
_LABELS = {capacity.value: capacity.label for capacity in Capacity}

pages = page_router()


class Sought(BaseModel):
    """The filters that were typed, once read."""

    model_config = ConfigDict(frozen=True)

    day: Day | None = None
    subject: UUID | None = None

    @field_validator("*", mode="before")
    @classmethod
    def _blank(cls, value: object) -> object:
        return value or None


_WRONG = {
    "day": _("Écrivez le jour comme ceci : 2026-11-26."),
    "subject": _("Reprenez l'objet par le lien « tout sur cet objet » d'un événement."),
}
_NOBODY = _("Personne n'a ce matricule ni cette adresse. Vérifiez, ou laissez le champ vide.")


@pages.get(JOURNAL)
@governed_by(POLICY, "list", "name_authors")
def read_journal(
    request: Request,
    actor: ActorDep,
    database: DatabaseDep,
    genre: Typed = "",
    personne: Typed = "",
    objet: Typed = "",
    jour: Typed = "",
    suite: Annotated[str, Query(max_length=1200)] = "",
) -> Response:
    """The authority's journal, the newest first. By kind, person, object, day."""
    POLICY.require(None, actor, "list")
    typed = {"genre": genre, "personne": personne.strip(), "objet": objet.strip(), "jour": jour.strip()}
    sought, errors = _read(day=typed["jour"], subject=typed["objet"])
    with database.read() as connection:
        who = queries.person(connection, actor, typed["personne"]) if typed["personne"] else None
        if typed["personne"] and who is None:
            errors["personne"] = _NOBODY
        if errors:
            return _shown(
                request, actor, "audit/journal.html", [], None, typed, errors=errors, names={}, status=422
            )
        query = EventQuery(
            **_common(actor, genre, sought.day, suite),
            subject_id=[sought.subject] if sought.subject else [],
            agent_id=[who] if who else [],
        )
        items, cursor = _from(suite, lambda: queries.page(connection, actor, query))
        names = queries.names(connection, actor, items)
    return _shown(request, actor, "audit/journal.html", items, cursor, typed, errors={}, names=names)


@pages.get(MINE)
@governed_by(POLICY, "list_mine")
def read_mine(
    request: Request,
    actor: ActorDep,
    database: DatabaseDep,
    genre: Typed = "",
    jour: Typed = "",
    suite: Annotated[str, Query(max_length=1200)] = "",
) -> Response:
    """What the caller did, and what was done about them, the newest first."""
    POLICY.require(None, actor, "list_mine")
    typed = {"genre": genre, "jour": jour.strip()}
    sought, errors = _read(day=typed["jour"])
    if errors:
        return _shown(request, actor, "audit/mine.html", [], None, typed, errors=errors, names={}, status=422)
    query = MyEventQuery(**_common(actor, genre, sought.day, suite))
    with database.read() as connection:
        items, cursor = _from(suite, lambda: queries.my_page(connection, actor, query))
    return _shown(request, actor, "audit/mine.html", items, cursor, typed, errors={}, names={})


def _read(**typed: str) -> tuple[Sought, dict[str, Text]]:
    try:
        return Sought.model_validate(typed), {}
    except ValidationError as wrong:
        fields = {"day": "jour", "subject": "objet"}
        return Sought(), {fields[str(e["loc"][0])]: _WRONG[str(e["loc"][0])] for e in wrong.errors()}


def _common(actor: Actor, kind: str, day: date | None, cursor: str) -> dict[str, Any]:
    asked: dict[str, Any] = {"sort": "-position", "limit": A_PAGE, "cursor": cursor or None}
    if kind:
        # What is no kind finds nothing.
        asked["type"] = [kind if _KIND.fullmatch(kind) else "-"]
    if day:
        zone = ZoneInfo(actor.time_zone)
        asked["since"] = datetime.combine(day, time(), zone).astimezone(UTC)
        asked["until"] = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
    return asked


def _from(
    cursor: str, read: Callable[[], tuple[list[dict[str, Any]], str | None]]
) -> tuple[list[dict[str, Any]], str | None]:
    """One page; nothing where the address was cut short."""
    try:
        return read()
    except Invalid:
        return [], None


def _shown(
    request: Request,
    actor: Actor,
    template: str,
    items: list[dict[str, Any]],
    cursor: str | None,
    typed: dict[str, str],
    *,
    errors: dict[str, Text],
    names: dict[UUID, str],
    status: int = 200,
) -> Response:
    for item in items:
        item["sentence"] = sentence(item["type"])
        item["by"] = _by(actor, item, names)
        item["why"] = _why(item)
        is_system = item["acting_as"] == Capacity.SYSTEM
        item["as"] = None if is_system else _LABELS.get(item["acting_as"] or "")
    kept = {name: value for name, value in typed.items() if value}
    onward = f"{request.url.path}?{urlencode({**kept, 'suite': cursor})}" if cursor else None
    return page(
        request,
        template,
        status=status,
        items=items,
        onward=onward,
        typed=typed,
        filtered=bool(kept),
        errors=errors,
        kinds=kinds(),
        whole_path=JOURNAL,
    )


def _by(actor: Actor, item: dict[str, Any], names: dict[UUID, str]) -> Text | str | None:
    """Who did it, as the reader may know; None where it may not be said."""
    if item["agent_id"] is not None:
        if item["agent_id"] == actor.agent_id:
            return _("vous")
        return names.get(item["agent_id"])
    if item["client_id"] is not None:
        return names.get(item["client_id"], _("une application connectée"))
    return _("Essaim") if item["acting_as"] == Capacity.SYSTEM else None


def _why(item: dict[str, Any]) -> Text | None:
    """What ended a session or a token; None for everything else."""
    if item["type"] not in {SessionClosed.type, TokenRevoked.type}:
        return None
    reason = msgspec.json.decode(item["payload"]).get("reason")
    return Ended.of(reason).label if reason else None
