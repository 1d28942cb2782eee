"""`essaim mandate verify`: what the file of a mandate proves, without the server or the database."""

from pathlib import Path
from typing import Annotated

import typer

mandate_app = typer.Typer(no_args_is_help=True, help="The files of mandates.")


@mandate_app.callback()
def mandates() -> None:
    """The files of mandates."""


@mandate_app.command("verify")
def verify(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The PDF.")],
    roots: Annotated[
        Path | None,
        typer.Option("--roots", exists=True, dir_okay=False, help="Certificates that you trust, as PEM."),
    ] = None,
    in_force: Annotated[
        bool, typer.Option("--in-force", help="Ask this server's database whether it is in force, too.")
    ] = False,
) -> None:
    """Say who signed a mandate, in what capacity, when, and whether a byte has changed.

    Ends with 0 where it is whole and every signature is intact, with 1 where it is not, with 2 where it cannot be read.
    """
    from app.mandates.papers import checking
    from app.mandates.papers.telling import tell

    content = file.read_bytes()
    try:
        report = checking.inspect(content, _trusted(roots))
    except checking.Unreadable:
        typer.echo("This is no PDF that can be read within bounds.", err=True)
        raise typer.Exit(2) from None
    for line in tell(report, trusts=roots is not None):
        typer.echo(line)
    known = _ask(content) if in_force else None
    if known:
        typer.echo(known)
    if not report.is_sound:
        raise typer.Exit(1)


def _trusted(roots: Path | None) -> list[bytes]:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    if roots is None:
        return []
    try:
        found = x509.load_pem_x509_certificates(roots.read_bytes())
    except ValueError:
        typer.echo(f"{roots}: no certificates in PEM", err=True)
        raise typer.Exit(2) from None
    return [each.public_bytes(Encoding.DER) for each in found]


def _ask(content: bytes) -> str:
    from app.mandates.papers.verifying import of_file
    from app.settings import get_settings

    with get_settings().open_database() as database:
        known = of_file(database, content)
    if known["verdict"] != "authentic":
        return "This server knows no such mandate."
    if known["in_force"]:
        return f"In force, until {known['last_day']}."
    return f"Not in force: {known['state'].label.to('en')}."
