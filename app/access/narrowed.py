"""What a token may do of what its holder may: one that only reads changes nothing, whatever the policy allows them."""

from app.access.actor import Actor
from app.kit.i18n import _
from app.kit.problems import Forbidden

SAFE = frozenset(("GET", "HEAD"))
"""The methods that change nothing (RFC 9110, 9.2.1), of those that we answer."""

READS_ONLY = _("Ce jeton ne permet que de lire : prenez-en un qui permet d'agir.")


def require_scope(actor: Actor, method: str) -> None:
    """Raise `Forbidden` where the actor's token only reads and the request does more."""
    if actor.reads_only and method not in SAFE:
        raise Forbidden(READS_ONLY)
