"""`essaim authority`, for whoever runs the platform, and `essaim import hr FILE`, which HR officers read in French."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from app.people.hr_file import Progress
    from app.people.hr_plan import Change, Plan
    from app.people.problems import HrFileRefused

SHOWN_CHANGES = 500
SHOWN_MISSING = 20

authority_app = typer.Typer(no_args_is_help=True, help="Authorities (tenants).")
import_app = typer.Typer(no_args_is_help=True, help="Bring data in from other systems.")


@authority_app.command("create")
def authority_create(
    slug: str,
    name: str,
    time_zone: Annotated[str, typer.Option(help="IANA time zone.")] = "Europe/Paris",
    subdivision: Annotated[str, typer.Option(help="Whose public holidays: FR, 57, 6AE, GP, GF…")] = "FR",
    administrator: Annotated[
        str | None,
        typer.Option(help="The HR id (matricule) of its first administrator; the three below go with it."),
    ] = None,
    given_name: Annotated[str | None, typer.Option()] = None,
    family_name: Annotated[str | None, typer.Option()] = None,
    email: Annotated[str | None, typer.Option()] = None,
) -> None:
    """Create an authority, with its first administrator where one is given, and print its id."""
    from pydantic import ValidationError
    from sqlalchemy.exc import IntegrityError

    from app.access.actor import operator
    from app.kit.bounds import everywhere
    from app.kit.problems import Problem
    from app.people.founding import found_authority
    from app.people.problems import SlugTaken
    from app.people.schemas import AuthorityFounding
    from app.settings import get_settings

    person = {"hr_id": administrator, "given_name": given_name, "family_name": family_name, "email": email}
    form: dict[str, Any] = {
        "slug": slug,
        "name": name,
        "time_zone": time_zone,
        "holiday_subdivision": subdivision,
    }
    if any(person.values()):
        form["administrator"] = person
    try:
        asked = AuthorityFounding.model_validate(form)
        with get_settings().open_database() as database, everywhere(), database.transaction() as session:
            authority = found_authority(session, operator("command line"), asked)
    except ValidationError as error:
        _say_no("\n".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()))
    except Problem as problem:
        _say_no(problem.detail.to("en"))
    except IntegrityError:
        # All else is made anew: the slug alone can be somebody's.
        _say_no(SlugTaken.title.to("en"))
    typer.echo(authority.id)


@authority_app.command("list")
def authority_list() -> None:
    """List the authorities, one a line: slug, name, time zone, holidays."""
    from sqlalchemy import select

    from app.kit.bounds import everywhere
    from app.people.models import Authority
    from app.settings import get_settings

    with get_settings().open_database() as database, everywhere(), database.session() as session:
        for row in session.execute(select(Authority)).scalars():
            typer.echo(f"{row.slug}\t{row.name}\t{row.time_zone}\t{row.holiday_subdivision}")


def _say_no(sentence: str) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(1)


@import_app.command("hr")
def hr(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The HR export, as CSV.", show_default=False)],
    authority: Annotated[
        str | None,
        typer.Option("--authority", help="The authority's slug; may be left out where there is only one."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would change, and write nothing.")
    ] = False,
    close_missing: Annotated[
        bool,
        typer.Option(
            "--close-missing", help="Close, as of today, agents and services that the file leaves out."
        ),
    ] = False,
) -> None:
    """Bring directorates and agents to what an HR export says: all of it, or nothing.

    Exit status: 0 done, 1 refused (each wrong line on stderr), 2 no such file, authority or database.
    """
    from rich.console import Console
    from sqlalchemy.exc import DBAPIError

    from app.access.actor import system
    from app.kit.bounds import everywhere, within
    from app.kit.database import translate
    from app.people.hr_import import import_people
    from app.people.problems import HrFileRefused, NoSuchAuthority
    from app.people.service import authority_named
    from app.settings import get_settings

    data = _content(file)
    database = get_settings().open_database()
    try:
        with everywhere(), database.session() as session:
            tenant = authority_named(session, authority)
        actor = system(tenant.id, tenant.time_zone)
        with within(tenant.id), database.session() as session, _progress() as progress:
            plan = import_people(
                session, actor, data, close_missing=close_missing, dry_run=dry_run, progress=progress
            )
            if not dry_run:
                session.commit()
    except HrFileRefused as refused:
        _report(refused)
    except NoSuchAuthority as problem:
        _stop(str(problem.detail))
    except DBAPIError as error:
        known = translate(error)
        _stop(str(known.detail) if known else "La base ne répond pas, ou n'est pas à jour : essaim migrate.")
    finally:
        database.dispose()
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 160)
    _print(console, plan, dry_run=dry_run)


def _content(file: Path) -> bytes:
    from app.people.hr_file import MAX_BYTES

    try:
        with file.open("rb") as opened:
            return opened.read(MAX_BYTES + 1)
    except FileNotFoundError:
        _stop(f"{file} : ce fichier n'existe pas.")
    except IsADirectoryError:
        _stop(f"{file} : c'est un dossier. Donnez le fichier de l'export.")
    except PermissionError:
        _stop(f"{file} : ce fichier ne peut pas être lu. Vérifiez ses droits.")
    except OSError as error:
        _stop(f"{file} : ce fichier ne peut pas être lu ({error.strerror}).")


@contextmanager
def _progress() -> "Iterator[Progress | None]":
    """A progress bar on stderr where that is a terminal."""
    from rich.console import Console
    from rich.progress import Progress as Bar

    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    with Bar(console=console, transient=True) as bar:
        task = bar.add_task("", total=None)

        def show(step: Any, done: int, total: int) -> None:
            bar.update(task, description=str(step), completed=done, total=total)

        yield show


def _report(refused: "HrFileRefused") -> NoReturn:
    for error in refused.lines:
        typer.echo(str(error.sentence), err=True)
    if refused.total > len(refused.lines):
        typer.echo(f"… et {refused.total - len(refused.lines)} autres erreurs.", err=True)
    typer.echo(str(refused.title), err=True)
    raise typer.Exit(1)


def _stop(sentence: str) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(2)


def _print_erased(console: "Console", plan: "Plan") -> None:
    if plan.erased:
        console.print(
            f"Effacés à leur départ, laissés de côté (matricules) : {len(plan.erased)}. "
            "Qu'ils sortent aussi de l'export : il n'a plus à les porter."
        )
    if plan.returned:
        console.print(
            f"Effacés puis de nouveau en poste, créés sans leur passé : {len(plan.returned)}. "
            f"{', '.join(plan.returned[:SHOWN_MISSING])}"
        )


def _print(console: "Console", plan: "Plan", *, dry_run: bool) -> None:
    from rich.table import Table

    from app.people.hr_plan import Kind, Outcome

    if dry_run and plan.changes:
        table = Table("Objet", "Code ou matricule", "Geste", "Ce qui change")
        for change in plan.changes[:SHOWN_CHANGES]:
            table.add_row(str(change.kind.label), change.key, str(change.outcome.label), _differences(change))
        console.print(table)
        if len(plan.changes) > SHOWN_CHANGES:
            console.print(f"… et {len(plan.changes) - SHOWN_CHANGES} autres.")
    counts = Table("", *(str(outcome.label).capitalize() for outcome in Outcome))
    for kind in Kind:
        counts.add_row(
            str(kind.label).capitalize(), *(str(plan.counts[kind][outcome]) for outcome in Outcome)
        )
    console.print(counts)
    for kind, missing in plan.missing.items():
        if missing:
            shown = ", ".join(missing[:SHOWN_MISSING]) + (", …" if len(missing) > SHOWN_MISSING else "")
            console.print(
                f"Absents de ce fichier, laissés en l'état ({kind.label}) : {len(missing)}. {shown}"
            )
    _print_erased(console, plan)
    if any(plan.missing.values()):
        console.print("Pour les fermer à la date de ce jour : --close-missing.")
    if dry_run:
        console.print("Simulation : rien n'a été écrit.")


def _differences(change: "Change") -> str:
    from app.people.hr_plan import AGENT_FIELDS, NODE_FIELDS, Kind

    labels = AGENT_FIELDS if change.kind is Kind.AGENT else NODE_FIELDS
    return "\n".join(
        f"{labels[name]} : {_shown(old)} → {_shown(new)}" for name, (old, new) in change.fields.items()
    )


def _shown(value: Any) -> str:
    from datetime import date

    from app.kit.columns import Labelled

    match value:
        case None | "":
            return "rien"
        case date():
            return f"{value:%d/%m/%Y}"
        case Labelled():
            return str(value.label)
        case _:
            return str(value)
