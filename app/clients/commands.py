"""`essaim client`: machines that call the API."""

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from pydantic import ValidationError
    from sqlalchemy.exc import IntegrityError

    from app.kit.problems import Problem

client_app = typer.Typer(no_args_is_help=True, help="Machines that call the API.")

AuthorityOption = Annotated[
    str | None,
    typer.Option("--authority", help="The authority's slug; may be left out where there is only one."),
]


@client_app.command("create")
def client_create(
    name: str,
    scope: Annotated[list[str], typer.Option("--scope", help="Repeat for several: hr:read, programme:read…")],
    authority: AuthorityOption = None,
    days: Annotated[int, typer.Option("--days", min=1, max=3650, help="How long the token is valid.")] = 365,
) -> None:
    """Print the token of a new API client, and nothing else."""
    from pydantic import ValidationError
    from sqlalchemy.exc import IntegrityError

    from app.access.actor import system
    from app.clients.schemas import ClientCreate
    from app.clients.service import create, give_token
    from app.kit.bounds import everywhere
    from app.kit.problems import Problem
    from app.people.service import authority_named
    from app.settings import get_settings

    try:
        form = ClientCreate(name=name, scopes=scope, with_secret=False)
        with get_settings().open_database() as database, everywhere(), database.transaction() as session:
            owner = authority_named(session, authority)
            actor = system(owner.id, owner.time_zone)
            client, _no_secret = create(session, actor, form)
            token = give_token(session, actor, client, timedelta(days=days))
    except ValidationError as error:
        _refuse_form(error)
    except (IntegrityError, Problem) as refusal:
        _refuse(refusal)
    typer.echo(token)


@client_app.command("secret")
def client_secret(
    name: str,
    scope: Annotated[
        list[str] | None,
        typer.Option("--scope", help="Creates the client, with these scopes; repeat for several."),
    ] = None,
    authority: AuthorityOption = None,
) -> None:
    """Print ID:SECRET of an API client, as `curl -u` takes it. The secret before it still counts for seven days."""
    from pydantic import ValidationError
    from sqlalchemy.exc import IntegrityError

    from app.access.actor import system
    from app.clients.problems import NoSuchClient
    from app.clients.schemas import ClientCreate
    from app.clients.service import create, named, rotate
    from app.kit.bounds import everywhere
    from app.kit.problems import Problem
    from app.people.service import authority_named
    from app.settings import get_settings

    try:
        with get_settings().open_database() as database, everywhere(), database.transaction() as session:
            owner = authority_named(session, authority)
            actor = system(owner.id, owner.time_zone)
            if scope:
                form = ClientCreate(name=name, scopes=scope)
                client, secret = create(session, actor, form)
            else:
                found = named(session, owner.id, name)
                if found is None:
                    raise NoSuchClient
                client, secret = found, rotate(session, actor, found)
    except ValidationError as error:
        _refuse_form(error)
    except (IntegrityError, Problem) as refusal:
        _refuse(refusal)
    typer.echo(f"{client.id}:{secret}")


def _refuse_form(error: "ValidationError") -> NoReturn:
    typer.echo(f"{error.errors()[0]['loc'][0]}: {error.errors()[0]['msg']}", err=True)
    raise typer.Exit(1) from None


def _refuse(refusal: "IntegrityError | Problem") -> NoReturn:
    from sqlalchemy.exc import IntegrityError

    from app.kit.database import translate

    problem = translate(refusal) if isinstance(refusal, IntegrityError) else refusal
    if problem is None:
        raise refusal
    sentence = problem.errors[0].detail if problem.errors else problem.detail
    typer.echo(sentence.to("en"), err=True)
    raise typer.Exit(1) from None
