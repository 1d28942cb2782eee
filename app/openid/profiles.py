"""What differs from one family of OpenID providers to another."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Profile(StrEnum):
    """A family of providers. ProConnect is the State's federation for people at work."""

    PROCONNECT = "proconnect"
    STANDARD = "standard"


class MatchBy(StrEnum):
    """The rule by which a person who comes for the first time is found among the agents."""

    EMAIL = "email"
    HR_ID = "hr_id"


class Algorithm(StrEnum):
    """How a provider signs. The one that is registered with it is the only one accepted.

    HS256 is left out: whoever holds the client's secret could then sign as the provider.
    """

    RS256 = "RS256"
    PS256 = "PS256"
    ES256 = "ES256"


@dataclass(frozen=True, slots=True)
class Traits:
    """What a profile asks of the protocol.

    `scopes` are asked for where the authority names none. `knows_max_age`: the authorization endpoint takes `max_age`.
    `signs_userinfo`: an answer of the userinfo endpoint that is not a signed JWT is refused. `vouches_for_email`: the
    email needs no `email_verified` beside it.
    """

    scopes: tuple[str, ...]
    client_authentication: str
    knows_max_age: bool
    signs_userinfo: bool
    vouches_for_email: bool


# ProConnect refuses an authorization request that carries a parameter it does not know, `max_age` among them, and wants
# `state` at the end of the session: partenaires.proconnect.gouv.fr, « Implémentation technique ».
TRAITS: Final = {
    Profile.PROCONNECT: Traits(
        scopes=("openid", "given_name", "usual_name", "email", "uid", "siret"),
        client_authentication="client_secret_post",
        knows_max_age=False,
        signs_userinfo=True,
        vouches_for_email=True,
    ),
    Profile.STANDARD: Traits(
        scopes=("openid", "profile", "email"),
        client_authentication="client_secret_basic",
        knows_max_age=True,
        signs_userinfo=False,
        vouches_for_email=False,
    ),
}
