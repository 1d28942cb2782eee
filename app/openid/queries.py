"""Named selects over providers and bindings."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, select
from sqlmodel import Session, col

from app.access.actor import Actor
from app.kit.listing import Listing, Visible
from app.kit.problems import NotFound
from app.kit.query import Query
from app.kit.sql import among
from app.openid.models import IdentityBinding, IdentityProvider
from app.people.models import Agent, Authority

RETURN = "/oidc/retour/{slug}"
"""Where the providers of an authority send browsers back to. Each authority has an address of its own: an answer that
another's provider had a hand in comes to the wrong one (RFC 9700, section 4.4.2)."""
LOGGED_OUT = "/oidc/sortie"

_provider: tuple[Any, ...] = (
    col(Authority.slug),
    *(
        col(getattr(IdentityProvider, name))
        for name in (
            "id",
            "name",
            "profile",
            "issuer",
            "client_id",
            "secret_name",
            "scopes",
            "acr_values",
            "sirets",
            "idp_ids",
            "algorithm",
            "match_by",
            "is_active",
            "created_at",
            "updated_at",
            "version",
        )
    ),
)
_of_authority: Any = col(Authority.id) == col(IdentityProvider.authority_id)
_own: Any = col(IdentityProvider.authority_id) == bindparam("authority_id")

OWN = Visible("own", _own)
PROVIDERS = Listing(
    select(*_provider).join(Authority, _of_authority),
    key=col(IdentityProvider.id),
    sorts={"created_at": col(IdentityProvider.created_at)},
)
_DETAIL = Query(
    select(*_provider).join(Authority, _of_authority).where(_own, col(IdentityProvider.id) == bindparam("id"))
)

OWN_BINDINGS = Visible("own", col(IdentityBinding.authority_id) == bindparam("authority_id"))
BINDINGS = Listing(
    select(
        col(IdentityBinding.id),
        col(IdentityBinding.provider_id),
        col(IdentityProvider.name).label("provider_name"),
        col(IdentityBinding.agent_id),
        (col(Agent.given_name) + " " + col(Agent.family_name)).label("agent_name"),
        col(IdentityBinding.created_at),
        col(IdentityBinding.last_used_at),
    )
    .join(IdentityProvider, col(IdentityProvider.id) == col(IdentityBinding.provider_id))
    .join(Agent, col(Agent.id) == col(IdentityBinding.agent_id)),
    key=col(IdentityBinding.id),
    sorts={"created_at": col(IdentityBinding.created_at)},
    filters={
        "provider_id": among(col(IdentityBinding.provider_id), "provider_id"),
        "agent_id": among(col(IdentityBinding.agent_id), "agent_id"),
    },
)


def shown(provider: dict[str, Any], public_url: str) -> dict[str, Any]:
    """A provider as the API shows it: with the addresses to register with it."""
    slug = provider.pop("slug")
    return {
        **provider,
        "redirect_uri": public_url + RETURN.format(slug=slug),
        "post_logout_redirect_uri": public_url + LOGGED_OUT,
    }


def detail(
    connection: Connection | Session, actor: Actor, provider_id: UUID, public_url: str
) -> dict[str, Any]:
    """One provider as the API shows it. Raises `NotFound`."""
    data = _DETAIL.one_or_none(connection, {"authority_id": actor.authority_id, "id": provider_id})
    if data is None:
        raise NotFound
    return shown(data, public_url)


@dataclass(frozen=True, slots=True)
class OpenDoor:
    """A provider by which people may enter now, and the authority that they enter."""

    provider_id: UUID
    name: str
    house: str
    authority_slug: str
    secret_name: str


def open_doors(connection: Connection, authority_id: UUID | None = None) -> Sequence[OpenDoor]:
    """The active providers, of one authority or of all, in the order of the authorities' names."""
    statement = (
        select(
            col(IdentityProvider.id),
            col(IdentityProvider.name),
            col(Authority.name),
            col(Authority.slug),
            col(IdentityProvider.secret_name),
        )
        .join(Authority, col(Authority.id) == col(IdentityProvider.authority_id))
        .where(col(IdentityProvider.is_active))
        .order_by(col(Authority.name), col(IdentityProvider.created_at))
        .limit(200)
    )
    if authority_id is not None:
        statement = statement.where(col(IdentityProvider.authority_id) == authority_id)
    return [OpenDoor(*row) for row in connection.execute(statement)]
