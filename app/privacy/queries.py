"""What Essaim holds about a person, and for how long."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, select
from sqlmodel import Session, col

from app.access.actor import Actor
from app.access.personal import Period, PersonalData, declared, periods
from app.kit import clock
from app.kit.columns import table_of
from app.kit.i18n import Text, _, spoken
from app.kit.listing import Listing, Visible
from app.people.models import Agent, Authority
from app.privacy import arithmetic
from app.privacy.models import Erasure, Purge, RetentionPeriod
from app.privacy.problems import UnknownPeriod

MENTIONS = _("Textes d'autres personnes où figurait son nom, son adresse, son téléphone ou son matricule")
GONE = _("Donnée que cette version d'Essaim ne connaît plus")


@dataclass(frozen=True, slots=True)
class Section:
    """Every row of one kind."""

    data: PersonalData
    rows: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Copy:
    """Everything about a person at an instant. `left_out` is what they alone may ask for."""

    agent_id: UUID
    name: str
    authority: str
    time_zone: str
    made_at: datetime
    sections: list[Section]
    left_out: list[PersonalData]


def copy(session: Session, actor: Actor, agent: Agent) -> Copy:
    """Everything about `agent`, made by `actor`: for somebody else, without what they could not read otherwise."""
    authority = session.get_one(Authority, agent.authority_id)
    told = [data for data in declared() if data.copied]
    left_out = [data for data in told if agent.id != actor.agent_id and not actor.has(*data.readers)]
    return Copy(
        agent_id=agent.id,
        name=agent.name,
        authority=authority.name,
        time_zone=authority.time_zone,
        made_at=clock.now(),
        sections=[
            Section(data, [dict(row._mapping) for row in session.execute(data.copy(agent.id))])
            for data in told
            if data not in left_out
        ],
        left_out=left_out,
    )


ERASURES = Listing(
    select(
        col(Erasure.id),
        col(Erasure.agent_id),
        col(Erasure.by_id),
        col(Erasure.erased_at),
        col(Erasure.report),
    ),
    key=col(Erasure.id),
    sorts={"erased_at": col(Erasure.erased_at)},
)
OWN_ERASURES = Visible(
    "of the authority",
    col(Erasure.authority_id) == bindparam("authority_id", type_=table_of(Erasure).c.authority_id.type),
)


def erasure_shown(row: Mapping[str, Any]) -> dict[str, Any]:
    """An erasure in the caller's language."""
    language = spoken()
    labels = {data.kind: data for data in declared()}

    def line(entry: Mapping[str, Any]) -> dict[str, Any]:
        data = labels.get(entry["kind"])
        label: Text = data.label if data else MENTIONS if entry["kind"] == "mentions" else GONE
        why = data.why.to(language) if data and data.why else None
        return {**entry, "label": label.to(language), "why": why}

    return {**row, "report": [line(entry) for entry in row["report"]]}


def period(kind: str) -> Period:
    """The period of this kind. Raises `UnknownPeriod`."""
    for one in periods():
        if one.kind == kind:
            return one
    raise UnknownPeriod


def months_of(connection: Connection | Session, authority_id: UUID) -> dict[str, int | None]:
    """How long an authority keeps each kind of data, in months."""
    statement = select(col(RetentionPeriod.kind), col(RetentionPeriod.months)).where(
        col(RetentionPeriod.authority_id) == authority_id
    )
    set_by_authority: dict[str, int | None] = {row.kind: row.months for row in connection.execute(statement)}
    return {one.kind: one.months for one in periods()} | set_by_authority


def retention(connection: Connection | Session, actor: Actor) -> list[dict[str, Any]]:
    """The table of periods, as the API shows it."""
    months = months_of(connection, actor.authority_id)
    return [retention_shown(one, months[one.kind]) for one in periods()]


def retention_shown(one: Period, months: int | None) -> dict[str, Any]:
    """One period in the caller's language."""
    language = spoken()
    return {
        "kind": one.kind,
        "label": one.label.to(language),
        "since": one.since.to(language),
        "source": one.source.to(language),
        "months": months,
        "default_months": one.months,
        "least": one.least if one.is_settable else None,
        "most": one.most if one.is_settable else None,
        "settable": one.is_settable,
    }


def due(session: Connection | Session, authority_id: UUID, day: date) -> list[dict[str, Any]]:
    """What has come to its term by `day`: for each kind, how many rows are older than which day."""
    months = months_of(session, authority_id)
    found = []
    for one in periods():
        kept = months[one.kind]
        if one.due is None or kept is None:
            continue
        before = arithmetic.months_before(day, kept)
        rows = one.due(session, authority_id, before)
        if rows:
            found.append({"kind": one.kind, "before": before, "rows": rows})
    return found


def waiting_purge(session: Session, authority_id: UUID) -> Purge | None:
    """The purge that was announced and has not run."""
    statement = select(Purge).where(col(Purge.authority_id) == authority_id, col(Purge.done_at).is_(None))
    return session.execute(statement.with_for_update()).scalar_one_or_none()


def due_table(connection: Connection, actor: Actor) -> dict[str, Any]:
    """What is due today, and the purge that waits."""
    language = spoken()
    labels = {one.kind: one.label.to(language) for one in periods()}

    def labelled(item: Mapping[str, Any], rows: str) -> dict[str, Any]:
        label = labels.get(item["kind"], GONE.to(language))
        return {"kind": item["kind"], "label": label, "before": item["before"], "rows": item[rows]}

    statement = select(col(Purge.announced_on), col(Purge.runs_on), col(Purge.items)).where(
        col(Purge.authority_id) == actor.authority_id, col(Purge.done_at).is_(None)
    )
    purge = connection.execute(statement).one_or_none()
    waiting = purge and {
        "announced_on": purge.announced_on,
        "runs_on": purge.runs_on,
        "items": [labelled(item, "announced") for item in purge.items],
    }
    items = [labelled(item, "rows") for item in due(connection, actor.authority_id, actor.today())]
    return {"next_purge": waiting, "items": items}
