"""Whom each door of an authority lets in: everybody, or not those to whom a capacity was granted.

A second factor is worth what the weakest way round it is worth (OWASP ASVS 5.0, V6.3.4). So where an authority asks a
level (`acr`) of one of its providers and has said nothing else, nobody to whom a capacity was granted enters by another
door. It is asked whenever somebody enters, and whenever a capacity, a provider or the setting changes: sessions that
their holders could not open again end then.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlmodel import Session, col

from app.access.actor import Actor
from app.access.capacity import GRANTED, Capacity
from app.journal.events import Event
from app.journal.service import record
from app.kit import clock
from app.kit.columns import Labelled
from app.kit.i18n import _
from app.kit.lifecycle import change
from app.openid.models import IdentityBinding, IdentityProvider
from app.openid.problems import AdministratorsLeftOutside
from app.openid.profiles import MatchBy
from app.people import events, policy
from app.people.models import Agent, Authority, CapacityGrant
from app.settings import Settings
from app.signin.models import Method, WebSession
from app.signin.sessions import end


class Entry(Labelled):
    """A door, as an authority sets it."""

    OPENID = "openid", _("compte professionnel, à un niveau demandé")
    OPENID_WITHOUT_ACR = "openid_without_acr", _("compte professionnel, sans niveau demandé")
    LINK = "link", _("lien reçu par courriel")
    CODE = "code", _("matricule et code imprimé")


Closed = Mapping[Entry, frozenset[Capacity]]
"""To whom each door is closed; `Capacity.AGENT` stands for those to whom no capacity was granted."""

NEVER_BY_CODE = frozenset(GRANTED)
"""A printed code opens no capacity that was granted, whatever is set (`codes.queries.WITHOUT_GRANT`)."""


def asks_levels(session: Session, authority_id: UUID) -> bool:
    """Whether a provider in use of the authority is asked for a level of assurance."""
    return any(provider.acr_values for provider in _active(session, authority_id))


def closed_doors(session: Session, authority: Authority) -> Closed:
    """What holds now: the authority's own setting, or the default."""
    if authority.closed_doors is not None:
        said = {
            Entry(door): frozenset(Capacity(name) for name in names)
            for door, names in authority.closed_doors.items()
        }
    else:
        otherwise = frozenset(GRANTED) if asks_levels(session, authority.id) else frozenset()
        said = {Entry.OPENID_WITHOUT_ACR: otherwise, Entry.LINK: otherwise}
    closed = {door: said.get(door, frozenset()) for door in Entry}
    return {**closed, Entry.CODE: closed[Entry.CODE] | NEVER_BY_CODE}


def shown(session: Session, authority: Authority) -> dict[str, Any]:
    """What holds now, as the API shows it."""
    closed = closed_doors(session, authority)
    return {
        **{door.value: [one.value for one in Capacity if one in closed[door]] for door in Entry},
        "by_default": authority.closed_doors is None,
        "version": authority.version,
    }


def lets_in(session: Session, agent: Agent, door: Entry) -> bool:
    """May this agent, with all the capacities that they hold, enter by `door`?"""
    # Whoever enters and whoever closes wait for each other here: no session slips in between.
    authority = session.get_one(Authority, agent.authority_id, with_for_update={"read": True})
    return _held(session, agent).isdisjoint(closed_doors(session, authority)[door])


def is_shut(session: Session, authority_id: UUID, door: Entry) -> bool:
    """Whether `door` is closed even to those to whom no capacity was granted."""
    return Capacity.AGENT in closed_doors(session, session.get_one(Authority, authority_id))[door]


def door_of(provider: IdentityProvider) -> Entry:
    """By which door its accounts come."""
    return Entry.OPENID if provider.acr_values else Entry.OPENID_WITHOUT_ACR


def set_doors(
    session: Session, actor: Actor, authority: Authority, doors: Mapping[str, list[str]] | None
) -> None:
    """Say to whom each door is closed; None: back to the default."""
    policy.AUTHORITY.require(session, actor, "set_doors", authority)
    said = None if doors is None else {door: sorted(set(names)) for door, names in doors.items()}
    if said == authority.closed_doors:
        return
    change(session, authority, closed_doors=said)
    record(session, events.AuthorityEdited(subject_id=authority.id, fields=("closed_doors",)), by=actor)


@contextmanager
def leaving_a_way_in(
    session: Session, settings: Settings, authority_id: UUID, *fields: str
) -> Iterator[None]:
    """Around a change of who enters by what. `fields` are those of the body that made it.

    Raises `AdministratorsLeftOutside` where an administrator could have come in before, and none can after.
    """
    before = _administrators_come_in(session, settings, authority_id)
    yield
    if before and not _administrators_come_in(session, settings, authority_id):
        raise AdministratorsLeftOutside.about(fields)


def end_sessions(session: Session, event: Event, actor: Actor) -> None:
    """The reaction to what changes who enters by what: sessions by doors now closed to their holders end."""
    authority = session.get_one(Authority, actor.authority_id, with_for_update={"key_share": True})
    closed = closed_doors(session, authority)
    own = select(WebSession).where(col(WebSession.authority_id) == authority.id)
    if isinstance(event, events.AgentCapacityGranted):
        own = own.where(col(WebSession.agent_id) == event.subject_id)
    held = _grants(session, authority.id)
    for row in session.execute(own).scalars().all():
        door = _entry_of(row)
        if door is not None and not held.get(row.agent_id, _NO_GRANT).isdisjoint(closed[door]):
            end(session, row, actor)


_NO_GRANT = frozenset({Capacity.AGENT})


def _entry_of(row: WebSession) -> Entry | None:
    """The door by which a session was opened; None for the demonstration's, which is no authority's to close."""
    match row.method:
        case Method.OIDC:
            return Entry.OPENID if row.acr else Entry.OPENID_WITHOUT_ACR
        case Method.LINK:
            return Entry.LINK
        case Method.CODE | Method.CODE_OWN_DEVICE:
            return Entry.CODE
        case _:
            return None


def _held(session: Session, agent: Agent) -> frozenset[Capacity]:
    granted = session.execute(
        select(col(CapacityGrant.capacity)).where(col(CapacityGrant.agent_id) == agent.id)
    ).scalars()
    return frozenset(granted) or _NO_GRANT


def _grants(session: Session, authority_id: UUID) -> dict[UUID, frozenset[Capacity]]:
    """All that was granted in the authority, by agent."""
    found: dict[UUID, frozenset[Capacity]] = {}
    rows = select(col(CapacityGrant.agent_id), col(CapacityGrant.capacity)).where(
        col(CapacityGrant.authority_id) == authority_id
    )
    for agent_id, capacity in session.execute(rows):
        found[agent_id] = found.get(agent_id, frozenset()) | {capacity}
    return found


def _active(session: Session, authority_id: UUID) -> list[IdentityProvider]:
    return list(
        session.execute(
            select(IdentityProvider).where(
                col(IdentityProvider.authority_id) == authority_id, col(IdentityProvider.is_active)
            )
        ).scalars()
    )


def _administrators_come_in(session: Session, settings: Settings, authority_id: UUID) -> bool:
    """Could an administrator in post enter now by some door that is there, as far as the server can tell?"""
    authority = session.get_one(Authority, authority_id)
    closed = closed_doors(session, authority)
    providers = [
        provider
        for provider in _active(session, authority_id)
        if f"{authority.slug}/{provider.secret_name}" in settings.oidc_secrets
    ]
    held = _grants(session, authority_id)
    administrators = session.execute(
        select(Agent)
        .join(CapacityGrant, col(CapacityGrant.agent_id) == col(Agent.id))
        .where(
            col(CapacityGrant.authority_id) == authority_id,
            col(CapacityGrant.capacity) == Capacity.ADMINISTRATOR,
            or_(col(Agent.left_on).is_(None), col(Agent.left_on) >= clock.today(authority.time_zone)),
        )
    ).scalars()
    for agent in administrators:
        may = {door for door in Entry if held[agent.id].isdisjoint(closed[door])}
        if Entry.LINK in may and agent.email and (settings.smtp_url or settings.demo):
            return True
        if any(door_of(one) in may and _is_known_to(session, one, agent) for one in providers):
            return True
    return False


def _is_known_to(session: Session, provider: IdentityProvider, agent: Agent) -> bool:
    """Whether an account there may be this agent's: by the rule, or because one is already."""
    if provider.match_by == MatchBy.HR_ID or agent.email:
        return True
    bound = select(col(IdentityBinding.id)).where(
        col(IdentityBinding.provider_id) == provider.id, col(IdentityBinding.agent_id) == agent.id
    )
    return session.execute(bound).first() is not None
