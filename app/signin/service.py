"""Issue and recognise bearer tokens."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Connection, CursorResult, Select, bindparam, or_, select, update
from sqlmodel import Session, col

from app.access.actor import Actor
from app.access.capacity import Capacity
from app.kit import clock
from app.kit.columns import table_of
from app.kit.database import insert
from app.kit.digests import digest
from app.kit.i18n import _
from app.kit.problems import Unauthenticated
from app.people.models import Agent, Authority, CapacityGrant
from app.signin.models import AccessToken, ApiClient
from app.signin.problems import NoSuchAgent
from app.signin.scopes import WRITE, check_scopes, whole

DEFAULT_LIFETIME = timedelta(days=90)
PREFIX = "essaim_"
NOTED_EVERY = timedelta(hours=1)

_holder: Select[*tuple[Any, ...]] = (
    select(
        col(AccessToken.id),
        col(AccessToken.authority_id),
        col(AccessToken.agent_id),
        col(AccessToken.client_id),
        col(Authority.time_zone),
        col(Agent.given_name),
        col(Agent.family_name),
        col(ApiClient.name),
        col(ApiClient.scopes),
        col(AccessToken.scopes).label("token_scopes"),
        col(ApiClient.last_used_at),
        col(AccessToken.created_at),
        col(AccessToken.authenticated_at),
        col(AccessToken.last_used_on),
        col(CapacityGrant.capacity),
    )
    .join(Authority, col(Authority.id) == col(AccessToken.authority_id))
    .outerjoin(Agent, col(Agent.id) == col(AccessToken.agent_id))
    .outerjoin(ApiClient, col(ApiClient.id) == col(AccessToken.client_id))
    .outerjoin(CapacityGrant, col(CapacityGrant.agent_id) == col(AccessToken.agent_id))
    .where(
        col(AccessToken.token_hash) == bindparam("token_hash"),
        col(AccessToken.revoked_at).is_(None),
        col(ApiClient.closed_at).is_(None),
        col(AccessToken.expires_at) > bindparam("now", type_=table_of(AccessToken).c.expires_at.type),
        or_(col(Agent.id).is_(None), col(Agent.left_on).is_(None), col(Agent.left_on) >= bindparam("today")),
    )
)


@dataclass(frozen=True, slots=True)
class Recognised:
    """Whoever shows a token, the token's id, and whether this use of it is still to be noted."""

    actor: Actor
    token_id: UUID
    is_to_be_noted: bool


def holder_of(connection: Connection, token: str) -> Actor:
    """Who holds `token`. Raises as `recognise`."""
    return recognise(connection, token).actor


def recognise(connection: Connection, token: str) -> Recognised:
    """Who holds `token`.

    Raises `Unauthenticated` for an unknown, expired or revoked one, when its agent has left or its client was closed.
    """
    now = clock.now()
    rows = connection.execute(_holder, {"token_hash": digest(token), "now": now, "today": now.date()}).all()
    if not rows:
        raise Unauthenticated(_("Ce jeton n'est pas ou plus valable : demandez-en un autre."))
    token_id, authority_id, agent_id, client_id, time_zone = rows[0][:5]
    given_name, family_name, client_name, scopes, narrowed = rows[0][5:10]
    if client_id:
        last_used_at = rows[0].last_used_at
        held = whole(scopes)
        client = Actor(
            authority_id,
            client_name,
            frozenset({Capacity.CLIENT}),
            client_id=client_id,
            scopes=held if narrowed is None else held & whole(narrowed),
            time_zone=time_zone,
        )
        return Recognised(client, token_id, last_used_at is None or now - last_used_at >= NOTED_EVERY)
    found = person(
        authority_id,
        agent_id,
        f"{given_name} {family_name}",
        granted=(row.capacity for row in rows),
        time_zone=time_zone,
        authenticated_at=rows[0].authenticated_at or rows[0].created_at,
        reads_only=narrowed is not None and WRITE not in narrowed,
    )
    last_used_on = rows[0].last_used_on
    return Recognised(found, token_id, last_used_on is None or last_used_on < found.today())


def note_use(session: Session, found: Recognised) -> None:
    """A token was used. Of a client, the hour is noted; of a person, the day, which tells less than logs do."""
    client, now = found.actor, clock.now()
    if client.client_id is None:
        session.execute(
            update(AccessToken)
            .where(col(AccessToken.id) == found.token_id)
            .values(last_used_on=client.today())
            .execution_options(synchronize_session=False)
        )
        return
    session.execute(
        update(ApiClient)
        .where(
            col(ApiClient.id) == client.client_id,
            or_(col(ApiClient.last_used_at).is_(None), col(ApiClient.last_used_at) <= now - NOTED_EVERY),
        )
        # Not by the mapper: nobody has edited the client.
        .values(last_used_at=now, updated_at=col(ApiClient.updated_at))
        .execution_options(synchronize_session=False)
    )


def person(
    authority_id: UUID,
    agent_id: UUID,
    name: str,
    *,
    granted: Iterable[Capacity | None],
    time_zone: str,
    authenticated_at: datetime,
    method: str = "token",
    session_id: UUID | None = None,
    reads_only: bool = False,
) -> Actor:
    """A person as one who calls: an agent by their being here, whatever is `granted` besides, or an elected member."""
    capacities = frozenset(capacity for capacity in granted if capacity)
    if Capacity.ELECTED not in capacities:
        capacities |= {Capacity.AGENT}
    return Actor(
        authority_id,
        name,
        capacities,
        agent_id=agent_id,
        time_zone=time_zone,
        authenticated_at=authenticated_at,
        method=method,
        session_id=session_id,
        reads_only=reads_only,
    )


def create_token(
    session: Session, *, agent: Agent, name: str = "", lifetime: timedelta = DEFAULT_LIFETIME
) -> str:
    """A new token for a person, given by whoever runs the server; returned once, stored hashed."""
    return issue(
        session,
        AccessToken(
            authority_id=agent.authority_id,
            agent_id=agent.id,
            name=name,
            token_hash="",
            expires_at=clock.now() + lifetime,
        ),
    )


def create_client(
    session: Session,
    authority_id: UUID,
    *,
    name: str,
    scopes: Sequence[str],
    lifetime: timedelta = DEFAULT_LIFETIME,
) -> tuple[ApiClient, str]:
    """A new API client and its token.

    Raises `ValueError` for an unknown scope, `ClientNameTaken` for a name in use.
    """
    client = insert(session, ApiClient(authority_id=authority_id, name=name, scopes=check_scopes(scopes)))
    return client, create_client_token(session, client, lifetime=lifetime)


def create_client_token(
    session: Session,
    client: ApiClient,
    *,
    name: str = "",
    scopes: Sequence[str] | None = None,
    lifetime: timedelta = DEFAULT_LIFETIME,
) -> str:
    """A further token for an API client; returned once, stored hashed. `scopes`: fewer than the client's own."""
    return issue(
        session,
        AccessToken(
            authority_id=client.authority_id,
            client_id=client.id,
            name=name,
            scopes=None if scopes is None else list(scopes),
            token_hash="",
            expires_at=clock.now() + lifetime,
        ),
    )


def revoke_tokens(session: Session, authority_id: UUID, name: str) -> int:
    """Revoke the tokens of an authority that bear this name; how many were valid."""
    revoked = session.execute(
        update(AccessToken)
        .where(
            col(AccessToken.authority_id) == authority_id,
            col(AccessToken.name) == name,
            col(AccessToken.revoked_at).is_(None),
        )
        .values(revoked_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    return int(cast(CursorResult[Any], revoked).rowcount)


def find_agent(session: Session, authority_id: UUID, email_or_hr_id: str) -> Agent:
    """The agent in post with this email or HR id. Raises `NoSuchAgent`."""
    agent: Agent | None = session.execute(
        select(Agent).where(
            col(Agent.authority_id) == authority_id,
            or_(col(Agent.email) == email_or_hr_id.lower(), col(Agent.hr_id) == email_or_hr_id),
            or_(col(Agent.left_on).is_(None), col(Agent.left_on) >= clock.now().date()),
        )
    ).scalar_one_or_none()
    if agent is None:
        raise NoSuchAgent
    return agent


def issue(session: Session, row: AccessToken) -> str:
    """Store a new token: its secret, to be shown once."""
    token = PREFIX + secrets.token_urlsafe(32)
    row.token_hash = digest(token)
    insert(session, row)
    return token
