"""A grave act asks that one has just shown who one is (RFC 9470, step-up authentication)."""

from datetime import timedelta

from app.access.actor import Actor
from app.kit import clock
from app.kit.i18n import _
from app.kit.problems import Problem
from app.settings import get_settings


class FreshAuthenticationNeeded(Problem):
    """The caller is known, but since too long. `max_age` is in seconds."""

    slug = "fresh-authentication-needed"
    status = 401
    title = _("Ce geste vous engage : identifiez-vous à nouveau, puis recommencez.")

    def __init__(self, max_age: int) -> None:
        challenge = f'Bearer realm="essaim", error="insufficient_user_authentication", max_age="{max_age}"'
        super().__init__(headers={"WWW-Authenticate": challenge}, max_age=max_age)


def is_fresh(actor: Actor) -> bool:
    """Has `actor` shown who they are within `ESSAIM_FRESH_SECONDS`? The system always is what it is."""
    if actor.is_system:
        return True
    since = actor.authenticated_at
    return since is not None and clock.now() - since <= timedelta(seconds=get_settings().fresh_seconds)


def require_fresh(actor: Actor) -> None:
    """Raise `FreshAuthenticationNeeded` unless `is_fresh`."""
    if not is_fresh(actor):
        raise FreshAuthenticationNeeded(get_settings().fresh_seconds)
