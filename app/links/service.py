"""One-time links: asked for at the door, written and posted by the worker, opened once.

Asking does the same whoever's address it is: one row is written, and nothing is looked up. Whether the address is that
of an agent is the worker's to find, where nobody waits for an answer and nobody can time it.
"""

from datetime import UTC, date, timedelta
from typing import Any, cast

from sqlalchemy import Connection, CursorResult, bindparam, delete, or_, select, update
from sqlmodel import Session, col

from app.access.actor import Actor, system
from app.journal.service import record
from app.kit import clock
from app.kit.bounds import everywhere
from app.kit.columns import table_of
from app.kit.database import Database, insert
from app.kit.digests import digest
from app.kit.limits import Limit, take
from app.kit.query import Query
from app.links import events
from app.links.models import LinkRequest, SignInLink
from app.links.problems import LinkSpent, OtherBrowser
from app.links.wording import closed_mail, link_mail
from app.mailing.service import post
from app.openid.admission import Entry, lets_in
from app.people.models import Agent, Authority
from app.web.visits import new_secret

LIFETIME = timedelta(minutes=10)
REMEMBERED = timedelta(days=1)
BATCH = 20

# A yard's computers reach us from one address: many may ask from there, few for the same agent.
BY_ADDRESS = Limit("link by address", 60, 900)
BY_EMAIL = Limit("link by email", 5, 900)

_requests = table_of(LinkRequest)
_links = table_of(SignInLink)


def knock(database: Database, network: str, email: str) -> None:
    """Count a request from a `network` (`kit.limits.network`). Raises `TooManyRequests`. Never inside a transaction."""
    take(database, BY_ADDRESS, network)
    take(database, BY_EMAIL, email.strip().lower())


def ask(session: Session, email: str, *, browser: str, destination: str, language: str) -> None:
    """Note that a browser awaits a link at this address, whoever's it is."""
    insert(
        session,
        LinkRequest(
            email=email.strip().lower(), browser_hash=browser, destination=destination, language=language
        ),
    )


def prepare(database: Database, public_url: str, limit: int = BATCH) -> int:
    """Post a link to the agents in post whose addresses were given; how many requests were settled.

    A request and what follows from it are one transaction: it is answered once, whatever happens to the worker.
    """
    with everywhere(), database.transaction() as session:
        waiting = (
            select(_requests.c.id)
            .order_by(_requests.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
            .cte("waiting")
        )
        taken = session.execute(
            delete(_requests).where(_requests.c.id.in_(select(waiting.c.id))).returning(_requests)
        ).all()
        for request in sorted(taken):
            if request.created_at > clock.now() - LIFETIME:
                _answer(session, request, public_url)
    return len(taken)


def _answer(session: Session, request: Any, public_url: str) -> None:
    """An address may be that of an agent in several authorities: each has a link of its own, or reads why not."""
    found = session.execute(
        select(Agent, Authority)
        .join(Authority, col(Authority.id) == col(Agent.authority_id))
        .where(col(Agent.email) == request.email)
    ).all()
    for agent, authority in found:
        if agent.left_on is not None and agent.left_on < clock.today(authority.time_zone):
            continue
        if not lets_in(session, agent, Entry.LINK):
            # Whoever reads this mailbox is told; whoever asked at the door is not.
            mail = closed_mail(agent, authority, f"{public_url}/connexion", request.language)
            post(session, agent, mail, expires_at=request.created_at + LIFETIME)
            refused = events.SignInLinkRefused(subject_id=agent.id, agent_id=agent.id)
            record(session, refused, by=system(authority.id, authority.time_zone))
            continue
        secret = new_secret()
        link = insert(
            session,
            SignInLink(
                authority_id=agent.authority_id,
                agent_id=agent.id,
                token_hash=digest(secret),
                browser_hash=request.browser_hash,
                destination=request.destination,
                expires_at=request.created_at + LIFETIME,
            ),
        )
        mail = link_mail(
            agent, authority, f"{public_url}/connexion/lien/ouvrir?jeton={secret}", request.language
        )
        post(session, agent, mail, expires_at=link.expires_at)
        event = events.SignInLinkSent(subject_id=link.id, agent_id=agent.id)
        record(session, event, by=system(authority.id, authority.time_zone))


_now: Any = bindparam("now", type_=_links.c.expires_at.type)
_IN_POST = _links.c.agent_id.in_(
    select(col(Agent.id)).where(
        or_(
            col(Agent.left_on).is_(None),
            col(Agent.left_on) >= bindparam("today", type_=table_of(Agent).c.left_on.type),
        )
    )
)
_LIVE = (
    _links.c.token_hash == bindparam("of"),
    _links.c.used_at.is_(None),
    _links.c.expires_at > _now,
    _IN_POST,
)
_LOOK = Query(select(_links.c.browser_hash).where(*_LIVE))
_USE = (
    update(_links)
    .where(*_LIVE, _links.c.browser_hash == bindparam("by"))
    .values(used_at=_now)
    .returning(_links.c.id, _links.c.agent_id, _links.c.destination)
)


def check(connection: Connection | Session, secret: str, browser: str) -> None:
    """Would the link open here? Nothing is spent: mail scanners look at links before their readers do.

    Raises `LinkSpent`, or `OtherBrowser` for a link that another browser asked for.
    """
    found = _LOOK.one_or_none(connection, _moment(secret))
    if found is None:
        raise LinkSpent
    if found["browser_hash"] != browser:
        raise OtherBrowser


def use(session: Session, secret: str, browser: str) -> tuple[Agent, str]:
    """Spend the link: whom it lets in, and where they wanted to go.

    Raises `LinkSpent`, also for the second of two who use it at once, or where this door was closed to them since;
    or `OtherBrowser`.
    """
    row = session.execute(_USE, {**_moment(secret), "by": browser}).one_or_none()
    if row is None:
        check(session, secret, browser)
        raise LinkSpent
    agent = session.get_one(Agent, row.agent_id)
    if not lets_in(session, agent, Entry.LINK):
        raise LinkSpent
    actor = Actor(agent.authority_id, agent.name, frozenset(), agent_id=agent.id)
    record(session, events.SignInLinkUsed(subject_id=row.id, agent_id=agent.id), by=actor)
    return agent, row.destination


def _moment(secret: str) -> dict[str, Any]:
    now = clock.now()
    return {"of": digest(secret), "now": now, "today": now.astimezone(UTC).date()}


def forget(session: Session, actor: Actor, _today: date) -> int:
    """The chore: drop the links of an authority that no longer open, a day later."""
    over = delete(_links).where(
        _links.c.authority_id == actor.authority_id, _links.c.expires_at < clock.now() - REMEMBERED
    )
    return int(cast(CursorResult[Any], session.execute(over)).rowcount)
