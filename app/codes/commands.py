"""`essaim codes print`: a sheet of one-time codes, as a PDF on stdout."""

import sys
from typing import Annotated

import typer

codes_app = typer.Typer(no_args_is_help=True, help="One-time codes for agents without email.")


@codes_app.command("print")
def print_codes(
    telephone: Annotated[
        str, typer.Option("--telephone", help="Whom to call when a code is lost: printed on each slip.")
    ],
    directorate: Annotated[
        str | None,
        typer.Option("--directorate", help="A directorate's code, for all who have no email below it."),
    ] = None,
    agent: Annotated[
        list[str] | None, typer.Option("--agent", help="An agent's HR id (matricule); repeat for several.")
    ] = None,
    authority: Annotated[
        str | None,
        typer.Option("--authority", help="The authority's slug; may be left out where there is only one."),
    ] = None,
) -> None:
    """Write a PDF of slips to stdout. Codes that these agents held end at once."""
    from pydantic import ValidationError

    from app.access.actor import system
    from app.codes.queries import agents_known_as, directorate_known_as
    from app.codes.schemas import SheetRequest
    from app.codes.service import prepare, print_sheet
    from app.kit.bounds import everywhere
    from app.kit.problems import Problem
    from app.people.service import authority_named
    from app.settings import get_settings

    if sys.stdout.isatty():
        typer.echo("A PDF is no text: send it to a file, … > sheet.pdf", err=True)
        raise typer.Exit(2)
    settings = get_settings()
    try:
        with settings.open_database() as database, everywhere():
            with database.session() as session:
                tenant = authority_named(session, authority)
                form = SheetRequest(
                    agent_ids=agents_known_as(session, tenant.id, agent or []),
                    directorate_id=(
                        directorate_known_as(session, tenant.id, directorate) if directorate else None
                    ),
                    telephone=telephone,
                )
            actor = system(tenant.id, tenant.time_zone)
            prepared = prepare(database, actor, form, settings)
            with database.transaction() as session:
                made = print_sheet(session, actor, form, settings, prepared)
    except ValidationError as error:
        typer.echo(f"--telephone: {error.errors()[0]['msg']}", err=True)
        raise typer.Exit(1) from None
    except Problem as problem:
        sentence = problem.errors[0].detail if problem.errors else problem.detail
        typer.echo(sentence.to("en"), err=True)
        raise typer.Exit(1) from None
    sys.stdout.buffer.write(made)
