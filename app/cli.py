"""The command line: `essaim --help`."""

import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from app.audit.commands import audit_app
from app.clients.commands import client_app
from app.codes.commands import codes_app
from app.irritants.commands import protection_app
from app.kit.bounds import everywhere
from app.mandates.commands import mandate_app
from app.openid.commands import provider_app
from app.people.commands import authority_app, import_app
from app.privacy.commands import privacy_app


class _Commands(TyperGroup):
    """Every command: a database that is away or behind is said in a sentence, not in a traceback."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except Exception as error:
            # Imported late: `essaim --help` needs no database.
            from pydantic import ValidationError
            from pydantic_settings import SettingsError
            from sqlalchemy.exc import OperationalError, ProgrammingError

            if isinstance(error, SettingsError) or (
                isinstance(error, ValidationError) and error.title == "Settings"
            ):
                typer.echo(_what_is_wrong(error), err=True)
                raise typer.Exit(2) from None
            if not isinstance(error, (OperationalError, ProgrammingError)):
                raise
            cause = str(error.orig).strip().splitlines()[0]
            typer.echo(
                f"The database cannot serve this: {cause}\nIs it there, and migrated? See `essaim migrate`.",
                err=True,
            )
            raise typer.Exit(2) from None


def _what_is_wrong(error: Any) -> str:
    """The settings that are wrong, a line each; what was given is not repeated, since it may be a secret."""
    from pydantic import ValidationError

    if not isinstance(error, ValidationError):
        return str(error)
    lines = []
    for fault in error.errors(include_input=False, include_url=False):
        name = "".join(f"ESSAIM_{str(part).upper()}: " for part in fault["loc"][:1])
        lines.append(name + fault["msg"].removeprefix("Value error, "))
    return "\n".join(lines)


main = typer.Typer(cls=_Commands, no_args_is_help=True, pretty_exceptions_enable=False, help="Essaim.")
token_app = typer.Typer(no_args_is_help=True, help="Bearer tokens of people.")
main.add_typer(authority_app, name="authority")
main.add_typer(token_app, name="token")
main.add_typer(client_app, name="client")
main.add_typer(import_app, name="import")
main.add_typer(audit_app, name="audit")
main.add_typer(codes_app, name="codes")
main.add_typer(provider_app, name="provider")
main.add_typer(protection_app, name="protection")
main.add_typer(mandate_app, name="mandate")
main.add_typer(privacy_app, name="privacy")

AuthorityOption = Annotated[
    str | None,
    typer.Option("--authority", help="The authority's slug; may be left out where there is only one."),
]
DaysOption = Annotated[int, typer.Option("--days", min=1, max=3650, help="How long the token is valid.")]


@main.command()
def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port to listen on.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Server processes.")] = 1,
    tls_certificate: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="A certificate and its chain (PEM): speak TLS."),
    ] = None,
    tls_key: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Its key (PEM), where that is not in the same file."),
    ] = None,
) -> None:
    """Serve the API. The database must stand at the present schema: see `essaim migrate`."""
    import uvicorn

    from app.settings import get_settings

    if tls_key and not tls_certificate:
        _refuse("--tls-key needs --tls-certificate.")
    # What is wrong with the settings is said once, and not by each process.
    get_settings()
    uvicorn.run(
        "app.main:create_app",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        access_log=False,
        log_config=None,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=10,
        ssl_certfile=tls_certificate,
        ssl_keyfile=tls_key,
    )


@main.command()
def demo(
    reset: Annotated[bool, typer.Option("--reset", help="Start over with fresh data.")] = False,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port to listen on.")] = 8000,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Fill and print the page, no more.")] = False,
) -> None:
    """Serve a fictitious town with eighteen months of programme behind it. Without a database URL, in var/demo.db."""
    from app.demo.commands import run
    from app.main import compose

    run(compose=compose, reset=reset, host=host, port=port, serves=not no_serve)


@main.command()
def migrate() -> None:
    """Bring the database to the present schema."""
    from app.kit.migrations import head_revision, upgrade
    from app.settings import get_settings

    settings = get_settings()
    try:
        upgrade(settings.database_url, role=settings.database_role)
    except RuntimeError as error:
        _refuse(str(error))
    typer.echo(f"The database stands at {head_revision()}.", err=True)


@main.command()
def worker() -> None:
    """Seal the journal and deliver its events until interrupted. On PostgreSQL, as many at once as wanted."""
    import signal

    from app.kit import logs
    from app.main import compose, worker_of
    from app.settings import get_settings

    settings = get_settings()
    logs.configure(settings.log_format, settings.log_level)
    compose()
    with get_settings().open_database() as database:
        running = worker_of(settings, database)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: running.stop())
        running.run()


@main.command("operator")
def operator_token(
    name: Annotated[
        str, typer.Argument(help="The service that will hold it: small letters, digits, dashes.")
    ],
) -> None:
    """Print a new token of an operator of the platform, and on stderr the setting that lets it in."""
    from app.signin.operators import new_token

    token, hashed = new_token()
    typer.echo(f"ESSAIM_OPERATORS='{json.dumps({name: hashed})}'", err=True)
    typer.echo(token)


@import_app.callback()
def imports() -> None:
    """Bring data in from other systems."""
    from app.main import compose

    compose()


@authority_app.callback()
def authorities() -> None:
    """Authorities (tenants)."""
    from app.main import compose

    compose()


@provider_app.callback()
def providers() -> None:
    """OpenID providers, by which people sign in."""
    from app.main import compose

    compose()


@codes_app.callback()
def codes() -> None:
    """One-time codes for agents without email."""
    from app.main import compose

    compose()


@privacy_app.callback()
def privacy() -> None:
    """Personal data: how long it is kept."""
    from app.main import compose

    compose()


@client_app.callback()
def clients() -> None:
    """Machines that call the API."""
    from app.main import compose

    compose()


@token_app.command("create")
def token_create(
    agent: Annotated[str, typer.Option("--agent", help="The agent's email or HR id (matricule).")],
    authority: AuthorityOption = None,
    name: Annotated[str, typer.Option(help="What the token is for.")] = "",
    days: DaysOption = 90,
) -> None:
    """Print a new token of a person, and nothing else."""
    from app.kit.problems import Problem
    from app.people.service import authority_named
    from app.settings import get_settings
    from app.signin.service import create_token, find_agent

    try:
        with get_settings().open_database() as database, everywhere(), database.transaction() as session:
            holder = find_agent(session, authority_named(session, authority).id, agent)
            token = create_token(session, agent=holder, name=name, lifetime=timedelta(days=days))
    except Problem as problem:
        _refuse(problem.detail.to("en"))
    typer.echo(token)


@main.command()
def grant(
    agent: Annotated[str, typer.Option("--agent", help="The agent's email or HR id (matricule).")],
    capacity: Annotated[str, typer.Argument(help="lab, trusted, hr, elected or administrator.")],
    authority: AuthorityOption = None,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Take it back instead.")] = False,
) -> None:
    """Give a person a capacity across the authority."""
    from app.access.actor import system
    from app.access.capacity import Capacity
    from app.kit.problems import Problem
    from app.main import compose
    from app.people.service import authority_named, give_capacity, withdraw_capacity
    from app.settings import get_settings
    from app.signin.service import find_agent

    compose()
    act = withdraw_capacity if withdraw else give_capacity
    try:
        with get_settings().open_database() as database, everywhere(), database.transaction() as session:
            tenant = authority_named(session, authority)
            holder = find_agent(session, tenant.id, agent)
            act(session, system(tenant.id, tenant.time_zone), holder, Capacity.of(capacity))
    except ValueError as error:
        _refuse(str(error))
    except Problem as problem:
        _refuse(problem.detail.to("en"))


@main.command()
def openapi() -> None:
    """Print the OpenAPI document."""
    from app.main import create_app

    document = create_app().openapi()
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True) + "\n")


@main.command()
def lifecycles() -> None:
    """Print every life cycle as Markdown."""
    from app.kit.reference import lifecycles_markdown
    from app.main import ROOMS

    sys.stdout.write(lifecycles_markdown(cycle for room in ROOMS for cycle in room.lifecycles))


@main.command()
def policy() -> None:
    """Print who may do what as Markdown."""
    from app.access.governed import governed
    from app.access.matrix import markdown
    from app.main import ROOMS, create_app

    policies = (policy for room in ROOMS for policy in room.policies)
    declared = (route for route in governed(create_app().routes) if route.rule)
    sys.stdout.write(markdown(policies, sorted(declared, key=lambda route: (route.path, route.method))))


@main.command()
def problems() -> None:
    """Print every refusal of the API as Markdown."""
    import app.main  # noqa: F401 its rooms declare the refusals
    from app.kit.reference import problems_markdown

    sys.stdout.write(problems_markdown())


def _refuse(sentence: str) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(1)


if __name__ == "__main__":
    main()
