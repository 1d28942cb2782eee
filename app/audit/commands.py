"""`essaim audit`: prove the journal whole, or take it away to be checked elsewhere."""

import sys
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

if TYPE_CHECKING:
    from app.kit.database import Database

audit_app = typer.Typer(no_args_is_help=True, help="The journal of events.")


@audit_app.command("verify")
def verify(
    authority: Annotated[
        str | None, typer.Option("--authority", help="The authority's slug; without it, every authority.")
    ] = None,
) -> None:
    """Walk each chain of sealed events. Exit status: 0 whole, 1 broken, 2 no such authority."""
    from app.journal import service as journal
    from app.kit.database import Database
    from app.settings import get_settings

    broken = False
    with Database(get_settings().database_url) as database:
        for slug, authority_id in _chosen(database, authority):
            events, fault = journal.verify(database, authority_id)
            waiting = journal.unsealed(database, authority_id)
            state = "whole" if fault is None else fault
            typer.echo(f"{slug}: {events} events, {state}; {waiting} more wait to be sealed")
            broken = broken or fault is not None
    raise typer.Exit(1 if broken else 0)


@audit_app.command("export")
def export(
    authority: Annotated[str, typer.Option("--authority", help="The authority's slug.", show_default=False)],
) -> None:
    """Write a chain to stdout, one JSON object a line, in order."""
    from app.journal import service as journal
    from app.kit.database import Database
    from app.settings import get_settings

    with Database(get_settings().database_url) as database:
        [(_slug, authority_id)] = _chosen(database, authority)
        for line in journal.export(database, authority_id):
            sys.stdout.buffer.write(line)


def _chosen(database: "Database", slug: str | None) -> list[tuple[str, UUID]]:
    from sqlalchemy import select
    from sqlmodel import col

    from app.people.models import Authority

    statement = select(col(Authority.slug), col(Authority.id)).order_by(col(Authority.slug))
    with database.read() as connection:
        found = [(name, authority_id) for name, authority_id in connection.execute(statement)]
    chosen = found if slug is None else [pair for pair in found if pair[0] == slug]
    if not chosen:
        typer.echo("No such authority.", err=True)
        raise typer.Exit(2)
    return chosen
