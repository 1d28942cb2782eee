"""Set the providers of an authority, undo what they have bound, and know how to talk to them."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlmodel import Session, col

from app.access.actor import Actor, system
from app.journal.service import record
from app.kit.database import get, insert
from app.kit.i18n import _
from app.kit.lifecycle import change
from app.kit.problems import NotFound
from app.openid import events, policy
from app.openid.discovery import is_in_reach, is_safe
from app.openid.models import IdentityBinding, IdentityProvider
from app.openid.problems import ProviderAway, ProviderRefused
from app.openid.profiles import MatchBy, Profile
from app.openid.protocol import Client
from app.openid.queries import RETURN
from app.openid.schemas import ProviderCreate
from app.people.models import Authority
from app.settings import Settings
from app.signin.events import Ended
from app.signin.sessions import end_all


def create(session: Session, actor: Actor, form: ProviderCreate) -> IdentityProvider:
    """A new provider of the caller's authority.

    Raises `ProviderRefused` naming the field that does not fit, `ProviderKnown` for an issuer already set.
    """
    policy.PROVIDER.require(session, actor, "set")
    values = form.model_dump()
    _check(values)
    provider = insert(session, IdentityProvider(authority_id=actor.authority_id, **values))
    record(session, events.ProviderSet(subject_id=provider.id, fields=tuple(sorted(values))), by=actor)
    return provider


def find(session: Session, actor: Actor, provider_id: UUID) -> IdentityProvider:
    """A provider of the caller's authority, to be set. Raises `NotFound`, `Forbidden`."""
    policy.PROVIDER.require(session, actor, "set")
    return get(session, IdentityProvider, provider_id, actor.authority_id)


def edit(session: Session, actor: Actor, provider: IdentityProvider, changes: dict[str, Any]) -> None:
    """Set fields of a provider. Raises `ProviderRefused` naming the one that does not fit."""
    policy.PROVIDER.require(session, actor, "set", provider)
    changes = {name: value for name, value in changes.items() if getattr(provider, name) != value}
    if not changes:
        return
    _check({**provider.model_dump(), **changes})
    change(session, provider, **changes)
    record(session, events.ProviderSet(subject_id=provider.id, fields=tuple(sorted(changes))), by=actor)


def with_issuer(session: Session, authority_id: UUID, issuer: str) -> IdentityProvider | None:
    """The authority's provider of this issuer, if it is set."""
    provider: IdentityProvider | None = session.execute(
        select(IdentityProvider).where(
            col(IdentityProvider.authority_id) == authority_id, col(IdentityProvider.issuer) == issuer
        )
    ).scalar_one_or_none()
    return provider


def release(session: Session, actor: Actor, binding_id: UUID) -> None:
    """Undo a binding: the agent's next account is found by the rule again. Raises `NotFound`, `Forbidden`."""
    policy.BINDING.require(session, actor, "release")
    binding = get(session, IdentityBinding, binding_id, actor.authority_id)
    gone = session.execute(delete(IdentityBinding).where(col(IdentityBinding.id) == binding.id))
    if not gone.rowcount:  # type: ignore[attr-defined]
        raise NotFound
    event = events.AccountReleased(
        subject_id=binding.id, provider_id=binding.provider_id, agent_id=binding.agent_id
    )
    record(session, event, by=actor)
    # Whoever came in by that account may be somebody else.
    end_all(session, actor, [binding.agent_id], Ended.BINDING_RELEASED)


@dataclass(frozen=True, slots=True)
class Counterpart:
    """A provider in use, how we talk to it, and the system acting for the authority that it serves."""

    provider: IdentityProvider
    client: Client
    actor: Actor
    slug: str


def counterpart(session: Session, settings: Settings, provider_id: UUID) -> Counterpart:
    """The provider with this id, in use.

    Raises `NotFound` for one that is not, `ProviderAway` where the operator has not given its secret.
    """
    row = session.execute(
        select(IdentityProvider, Authority)
        .join(Authority, col(Authority.id) == col(IdentityProvider.authority_id))
        .where(col(IdentityProvider.id) == provider_id, col(IdentityProvider.is_active))
    ).one_or_none()
    if row is None:
        raise NotFound
    provider, authority = row
    secret = settings.oidc_secrets.get(f"{authority.slug}/{provider.secret_name}")
    if secret is None:
        raise ProviderAway
    client = Client(
        issuer=provider.issuer,
        client_id=provider.client_id,
        secret=secret.get_secret_value(),
        redirect_uri=settings.public_url.rstrip("/") + RETURN.format(slug=authority.slug),
        scopes=_scopes(provider),
        acr_values=tuple(provider.acr_values),
        algorithm=provider.algorithm,
        traits=provider.traits,
    )
    return Counterpart(provider, client, system(authority.id, authority.time_zone), authority.slug)


def _scopes(provider: IdentityProvider) -> tuple[str, ...]:
    scopes = tuple(provider.scopes) or provider.traits.scopes
    return (*scopes, "idp_id") if provider.idp_ids and "idp_id" not in scopes else scopes


def _is_issuer(url: str) -> bool:
    """Discovery 1.0, section 3: an address without query or fragment."""
    return is_safe(url) and not any(character in url for character in "?#@")


def _check(values: dict[str, Any]) -> None:
    if not _is_issuer(values["issuer"]):
        detail = _("Donnez l'adresse https de l'émetteur, telle que le fournisseur la publie (issuer).")
        raise ProviderRefused.on("issuer", detail)
    if not is_in_reach(values["issuer"]):
        detail = _(
            "L'exploitant de ce service ne lui permet pas d'appeler ce serveur (ESSAIM_OUTGOING_HOSTS)."
        )
        raise ProviderRefused.on("issuer", detail)
    if values["scopes"] and "openid" not in values["scopes"]:
        raise ProviderRefused.on("scopes", _("La portée openid est nécessaire à la connexion."))
    if values["profile"] != Profile.PROCONNECT:
        return
    if not values["sirets"]:
        detail = _(
            "ProConnect connaît des agents de toute la France : donnez le SIRET de votre collectivité."
        )
        raise ProviderRefused.on("sirets", detail)
    if values["match_by"] == MatchBy.HR_ID and not values["idp_ids"]:
        detail = _(
            "Derrière ProConnect, deux fournisseurs peuvent donner le même uid à deux personnes : pour reconnaître par "
            "le matricule, nommez le fournisseur d'identité de votre collectivité."
        )
        raise ProviderRefused.on("idp_ids", detail)
