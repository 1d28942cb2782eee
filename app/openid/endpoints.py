"""The API of identity providers and of the accounts they have bound."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from app.access.dependencies import ActorDep
from app.access.governed import governed_by
from app.kit.etag import IfMatch, require_version
from app.kit.routing import (
    EDITS,
    MOVES,
    WRITES,
    DatabaseDep,
    SessionDep,
    json_object,
    json_object_if_new,
    json_page,
    problem_responses,
    router,
)
from app.kit.schemas import Page, changes
from app.openid import admission, policy, queries, service
from app.openid.schemas import (
    Binding,
    BindingQuery,
    DoorsDetail,
    DoorsSetting,
    ProviderCreate,
    ProviderDetail,
    ProviderEdit,
    ProviderQuery,
)
from app.people.policy import AUTHORITY
from app.people.service import own_authority
from app.settings import Settings

providers_api = router("/identity-providers", "identity-providers")
bindings_api = router("/identity-bindings", "identity-providers")
doors_api = router("/authorities", "authorities")


def _public_url(request: Request) -> str:
    return str(request.app.state.settings.public_url).rstrip("/")


@providers_api.get("", response_model=Page[ProviderDetail], responses=problem_responses(422))
@governed_by(policy.PROVIDER, "read")
def list_identity_providers(
    request: Request, actor: ActorDep, database: DatabaseDep, query: Annotated[ProviderQuery, Query()]
) -> Response:
    """The OpenID providers of the caller's authority."""
    policy.PROVIDER.require(None, actor, "read")
    with database.read() as connection:
        parameters = {"authority_id": actor.authority_id}
        items, cursor = queries.PROVIDERS.page(connection, query, queries.OWN, parameters)
    return json_page(request, [queries.shown(item, _public_url(request)) for item in items], cursor)


@providers_api.post("", status_code=201, response_model=ProviderDetail, responses=WRITES)
@governed_by(policy.PROVIDER, "set")
def create_identity_provider(
    request: Request, form: ProviderCreate, actor: ActorDep, session: SessionDep
) -> Response:
    """Set a provider. Its client's secret is not sent here: the operator holds it."""
    settings: Settings = request.app.state.settings
    with admission.leaving_a_way_in(session, settings, actor.authority_id, "acr_values"):
        provider = service.create(session, actor, form)
    return json_object(
        queries.detail(session, actor, provider.id, _public_url(request)),
        status=201,
        location=f"/api/v1/identity-providers/{provider.id}",
    )


@providers_api.get("/{provider_id}", response_model=ProviderDetail, responses=problem_responses(422))
@governed_by(policy.PROVIDER, "read")
def read_identity_provider(
    request: Request, provider_id: UUID, actor: ActorDep, database: DatabaseDep
) -> Response:
    """One provider, with the addresses to register with it."""
    policy.PROVIDER.require(None, actor, "read")
    with database.read() as connection:
        return json_object_if_new(
            request, queries.detail(connection, actor, provider_id, _public_url(request))
        )


@providers_api.patch("/{provider_id}", response_model=ProviderDetail, responses=EDITS)
@governed_by(policy.PROVIDER, "set")
def edit_identity_provider(
    request: Request,
    provider_id: UUID,
    form: ProviderEdit,
    actor: ActorDep,
    session: SessionDep,
    if_match: IfMatch = None,
) -> Response:
    """Set some of a provider's fields, or close it to everybody."""
    provider = service.find(session, actor, provider_id)
    require_version(if_match, provider.version)
    settings: Settings = request.app.state.settings
    said = changes(form)
    with admission.leaving_a_way_in(session, settings, actor.authority_id, *said):
        service.edit(session, actor, provider, said)
    return json_object(queries.detail(session, actor, provider_id, _public_url(request)))


@bindings_api.get("", response_model=Page[Binding], responses=problem_responses(422))
@governed_by(policy.BINDING, "read")
def list_identity_bindings(
    request: Request, actor: ActorDep, database: DatabaseDep, query: Annotated[BindingQuery, Query()]
) -> Response:
    """Which agents have bound an account of theirs."""
    policy.BINDING.require(None, actor, "read")
    with database.read() as connection:
        parameters = {"authority_id": actor.authority_id}
        return json_page(request, *queries.BINDINGS.page(connection, query, queries.OWN_BINDINGS, parameters))


@bindings_api.delete("/{binding_id}", status_code=204, responses=MOVES)
@governed_by(policy.BINDING, "release")
def release_identity_binding(binding_id: UUID, actor: ActorDep, session: SessionDep) -> Response:
    """Unbind an account: the agent's next one is found by the rule again, as on the first day."""
    service.release(session, actor, binding_id)
    return Response(status_code=204)


@doors_api.get("/{authority_id}/doors", response_model=DoorsDetail, responses=problem_responses(422))
@governed_by(AUTHORITY, "read_doors")
def read_doors(request: Request, authority_id: UUID, actor: ActorDep, database: DatabaseDep) -> Response:
    """To whom each door of the caller's authority is closed."""
    AUTHORITY.require(None, actor, "read_doors")
    with database.session() as session:
        authority = own_authority(session, actor, authority_id)
        return json_object_if_new(request, admission.shown(session, authority))


@doors_api.put("/{authority_id}/doors", response_model=DoorsDetail, responses=EDITS)
@governed_by(AUTHORITY, "set_doors")
def set_doors(
    request: Request,
    authority_id: UUID,
    form: DoorsSetting,
    actor: ActorDep,
    session: SessionDep,
    if_match: IfMatch = None,
) -> Response:
    """Say to whom each door is closed. Sessions that their holders could not open again end at once.

    Refused (422) where no administrator could enter any more.
    """
    authority = own_authority(session, actor, authority_id)
    require_version(if_match, authority.version)
    said = form.closed_to.model_dump() if form.closed_to else None
    settings: Settings = request.app.state.settings
    with admission.leaving_a_way_in(session, settings, actor.authority_id, "closed_to"):
        admission.set_doors(session, actor, authority, said)
    return json_object(admission.shown(session, authority))
