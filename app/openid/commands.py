"""`essaim provider`: the OpenID providers of an authority."""

from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from app.people.commands import authority_app

if TYPE_CHECKING:
    from app.openid.models import IdentityProvider

provider_app = typer.Typer(no_args_is_help=True, help="OpenID providers, by which people sign in.")

AuthorityOption = Annotated[
    str | None,
    typer.Option("--authority", help="The authority's slug; may be left out where there is only one."),
]


@provider_app.command("set")
def set_provider(  # noqa: PLR0917 an option of the command each
    issuer: Annotated[str, typer.Argument(help="The provider's issuer, to the letter.")],
    client_id: Annotated[str | None, typer.Option(help="As registered with the provider.")] = None,
    authority: AuthorityOption = None,
    name: Annotated[str | None, typer.Option(help="What people read. [default: ProConnect]")] = None,
    profile: Annotated[
        str | None, typer.Option(help="proconnect or standard; given once. [default: proconnect]")
    ] = None,
    siret: Annotated[list[str] | None, typer.Option(help="The authority's; repeat for several.")] = None,
    acr: Annotated[list[str] | None, typer.Option(help="A level, of which one is required.")] = None,
    scope: Annotated[list[str] | None, typer.Option(help="Instead of the profile's.")] = None,
    idp_id: Annotated[list[str] | None, typer.Option(help="An identity provider that is accepted.")] = None,
    match_by: Annotated[str | None, typer.Option(help="email or hr_id. [default: email]")] = None,
    algorithm: Annotated[str | None, typer.Option(help="RS256, PS256 or ES256. [default: RS256]")] = None,
    secret_name: Annotated[str | None, typer.Option(help="In ESSAIM_OIDC_SECRETS. [default: oidc]")] = None,
    active: Annotated[
        bool | None, typer.Option("--active/--closed", help="Whether people may enter by it.")
    ] = None,
) -> None:
    """Set a provider, or the fields given of one already set. Prints its id, and nothing else."""
    from pydantic import ValidationError

    from app.access.actor import system
    from app.kit.bounds import everywhere
    from app.kit.problems import Problem
    from app.openid import service
    from app.openid.schemas import ProviderCreate, ProviderEdit
    from app.people.service import authority_named
    from app.settings import get_settings

    given = {
        "name": name,
        "profile": profile,
        "client_id": client_id,
        "secret_name": secret_name,
        "scopes": scope or None,
        "acr_values": acr or None,
        "sirets": siret or None,
        "idp_ids": idp_id or None,
        "match_by": match_by,
        "algorithm": algorithm,
        "is_active": active,
    }
    values: dict[str, Any] = {field: value for field, value in given.items() if value is not None}
    try:
        with get_settings().open_database() as database, everywhere(), database.transaction() as session:
            tenant = authority_named(session, authority)
            actor = system(tenant.id, tenant.time_zone)
            provider = service.with_issuer(session, tenant.id, issuer)
            if provider is None:
                closed = values.pop("is_active", True) is False
                form = ProviderCreate.model_validate(
                    {"name": "ProConnect", "profile": "proconnect", "issuer": issuer, **values}
                )
                provider = service.create(session, actor, form)
                values = {"is_active": False} if closed else {}
            edited = ProviderEdit.model_validate(values).model_dump(exclude_unset=True)
            service.edit(session, actor, provider, edited)
            provider_id = provider.id
    except ValidationError as error:
        _refuse("\n".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()))
    except Problem as problem:
        faults = [f"{fault.field}: {fault.detail.to('en')}" for fault in problem.errors]
        _refuse("\n".join(faults) or problem.detail.to("en"))
    typer.echo(provider_id)


@provider_app.command("list")
def list_providers(authority: AuthorityOption = None) -> None:
    """List an authority's providers, one a line: id, name, profile, issuer, open or closed."""
    for provider in _providers(authority):
        state = "open" if provider.is_active else "closed"
        typer.echo(f"{provider.id}\t{provider.name}\t{provider.profile}\t{provider.issuer}\t{state}")


@provider_app.command("check")
def check(authority: AuthorityOption = None) -> None:
    """Ask each provider in use what it says of itself, and compare. Exit status: 0 all is well, 1 something is not."""
    from app.kit.bounds import everywhere
    from app.kit.problems import NotFound
    from app.openid.discovery import Directory
    from app.openid.problems import ProviderAway
    from app.openid.service import counterpart
    from app.settings import get_settings

    settings, faults = get_settings(), 0
    directory = Directory()
    with settings.open_database() as database:
        for provider in _providers(authority):
            try:
                with everywhere(), database.session() as session:
                    client = counterpart(session, settings, provider.id).client
            except NotFound:
                continue
            except ProviderAway:
                typer.echo(
                    f"{provider.name}: no secret under {provider.secret_name} in ESSAIM_OIDC_SECRETS",
                    err=True,
                )
                faults += 1
                continue
            try:
                metadata = directory.metadata(provider.issuer)
                directory.keys(metadata)
            except ProviderAway:
                typer.echo(f"{provider.name}: does not answer, or not as {provider.issuer}", err=True)
                faults += 1
                continue
            offered = metadata.id_token_signing_alg_values_supported
            if offered and client.algorithm not in offered:
                typer.echo(
                    f"{provider.name}: signs with {', '.join(offered)}, not {client.algorithm}", err=True
                )
                faults += 1
                continue
            typer.echo(f"{provider.name}: answers. Registered with it must be {client.redirect_uri}")
    raise typer.Exit(1 if faults else 0)


@authority_app.command("doors")
def doors(
    authority: AuthorityOption = None,
    close: Annotated[
        list[str] | None,
        typer.Option(
            help="DOOR=CAPACITY,… : to whom a door is closed; DOOR= opens it to everybody. Repeat for several.",
            metavar="DOOR=CAPACITIES",
        ),
    ] = None,
    default: Annotated[bool, typer.Option("--default", help="Back to what is safe by default.")] = False,
) -> None:
    """Show to whom each door is closed, one a line, or set it. Nothing is refused here: this is the way back in.

    Doors: openid, openid_without_acr, link, code. Capacities: lab, trusted, hr, elected, administrator, and agent for
    those to whom nothing was granted. Doors left out of --close stay as they are.
    """
    from pydantic import ValidationError

    from app.access.actor import system
    from app.kit.bounds import everywhere
    from app.kit.problems import Problem
    from app.openid import admission
    from app.openid.schemas import ClosedDoors
    from app.people.service import authority_named
    from app.settings import get_settings

    given = dict(text.partition("=")[::2] for text in close or ())
    try:
        with get_settings().open_database() as database, everywhere(), database.transaction() as session:
            tenant = authority_named(session, authority)
            actor = system(tenant.id, tenant.time_zone)
            if given:
                now = admission.shown(session, tenant)
                said = {door: now[door] for door in ClosedDoors.model_fields}
                said |= {door: [name for name in names.split(",") if name] for door, names in given.items()}
                setting = ClosedDoors.model_validate(said).model_dump()
                admission.set_doors(session, actor, tenant, setting)
            elif default:
                admission.set_doors(session, actor, tenant, None)
            held = admission.shown(session, tenant)
    except ValidationError as error:
        _refuse("\n".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()))
    except Problem as problem:
        _refuse(problem.detail.to("en"))
    for door in ClosedDoors.model_fields:
        typer.echo(f"{door}\t{', '.join(held[door]) or 'open to everybody'}")


def _providers(authority: str | None) -> "list[IdentityProvider]":
    from sqlalchemy import select
    from sqlmodel import col

    from app.kit.bounds import everywhere
    from app.kit.problems import Problem
    from app.openid.models import IdentityProvider
    from app.people.service import authority_named
    from app.settings import get_settings

    try:
        with get_settings().open_database() as database, everywhere(), database.session() as session:
            tenant = authority_named(session, authority)
            statement = (
                select(IdentityProvider)
                .where(col(IdentityProvider.authority_id) == tenant.id)
                .order_by(col(IdentityProvider.created_at))
            )
            return list(session.execute(statement).scalars())
    except Problem as problem:
        _refuse(problem.detail.to("en"))


def _refuse(sentence: str) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(1)
