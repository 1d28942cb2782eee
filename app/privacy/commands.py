"""`essaim privacy`: what comes to the end of its retention, and the purge."""

from typing import Annotated, NoReturn

import typer

privacy_app = typer.Typer(no_args_is_help=True, help="Personal data: how long it is kept.")


@privacy_app.command("purge")
def purge(
    authority: Annotated[
        str | None, typer.Option("--authority", help="The authority's slug; without it, every authority.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what has come to its term, and write nothing.")
    ] = False,
) -> None:
    """Do what the worker does each day: run the purge whose day has come, or announce the next one thirty days ahead.

    One line a kind: authority, kind, the day before which it is too old, how many rows. Exit status: 0 done, 2 no such
    authority.
    """
    from sqlalchemy import select

    from app.access.actor import system
    from app.kit.bounds import everywhere, within
    from app.people.models import Authority
    from app.privacy import purging, queries
    from app.settings import get_settings

    with get_settings().open_database() as database:
        with everywhere(), database.session() as session:
            tenants = session.execute(select(Authority)).scalars().all()
        chosen = [tenant for tenant in tenants if authority in {None, tenant.slug}]
        if not chosen:
            _stop("No such authority.")
        for tenant in sorted(chosen, key=lambda tenant: tenant.slug):
            actor = system(tenant.id, tenant.time_zone)
            with within(tenant.id), database.session() as session:
                for item in queries.due(session, tenant.id, actor.today()):
                    typer.echo(f"{tenant.slug} {item['kind']} {item['before']} {item['rows']}")
                if not dry_run:
                    purging.turn(session, actor, actor.today())
                    session.commit()


def _stop(sentence: str) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(2)
