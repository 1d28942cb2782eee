"""Sign-ins under way: each is begun by one browser, which alone may end it, once.

Nothing is kept that could end it in the browser's stead: the `nonce` and the PKCE verifier are derived from the secret
of its cookie, and of `state` and cookie only the digests are stored.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import CursorResult, delete
from sqlmodel import Session, col

from app.kit import clock
from app.kit.database import insert
from app.kit.digests import digest
from app.openid.models import IdentityProvider, SignInAttempt
from app.openid.problems import SignInStale
from app.web.visits import new_secret

LIFETIME = timedelta(minutes=15)
"""Time enough to find one's second factor."""


@dataclass(frozen=True, slots=True)
class Begun:
    """What goes to the provider with the browser: `state`, `nonce`, and the verifier of PKCE's challenge."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Ended:
    """An attempt that has just served. `agent_id`: who has to be the one that comes back; None: anybody."""

    provider_id: UUID
    destination: str
    agent_id: UUID | None
    begun_at: datetime


def begin(
    session: Session, provider: IdentityProvider, secret: str, *, destination: str, agent_id: UUID | None
) -> Begun:
    """A new attempt of the browser whose cookie holds `secret`."""
    state, now = new_secret(), clock.now()
    insert(
        session,
        SignInAttempt(
            authority_id=provider.authority_id,
            provider_id=provider.id,
            state_hash=digest(state),
            browser_hash=digest(secret),
            destination=destination,
            agent_id=agent_id,
            created_at=now,
            expires_at=now + LIFETIME,
        ),
    )
    return resumed(state, secret)


def resumed(state: str, secret: str) -> Begun:
    """What the browser whose cookie holds `secret` was sent with when it got this `state`."""
    return Begun(state, _derived(secret, "nonce", state), _derived(secret, "verifier", state))


def end(session: Session, state: str, secret: str) -> Ended:
    """Use an attempt up. Raises `SignInStale` where this browser has none of this state, any more or yet."""
    row = session.execute(
        delete(SignInAttempt)
        .where(
            col(SignInAttempt.state_hash) == digest(state),
            col(SignInAttempt.browser_hash) == digest(secret),
            col(SignInAttempt.expires_at) > clock.now(),
        )
        .returning(
            col(SignInAttempt.provider_id),
            col(SignInAttempt.destination),
            col(SignInAttempt.agent_id),
            col(SignInAttempt.created_at),
        )
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if row is None:
        raise SignInStale
    return Ended(*row)


def purge(session: Session, authority_id: UUID, before: datetime) -> int:
    """Delete the attempts of an authority that ran out before `before`; how many."""
    gone: CursorResult[SignInAttempt] = session.execute(  # type: ignore[assignment]
        delete(SignInAttempt)
        .where(col(SignInAttempt.authority_id) == authority_id, col(SignInAttempt.expires_at) < before)
        .execution_options(synchronize_session=False)
    )
    return int(gone.rowcount)


def _derived(secret: str, purpose: str, state: str) -> str:
    """43 characters of those that RFC 7636, section 4.1, allows in a verifier."""
    mac = hmac.new(secret.encode(), f"openid {purpose} {state}".encode("utf-8", "replace"), hashlib.sha256)
    return base64.urlsafe_b64encode(mac.digest()).rstrip(b"=").decode()
