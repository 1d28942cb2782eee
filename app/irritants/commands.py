"""`essaim protection`: the master keys that lock the identities of protected reporters."""

from typing import NoReturn

import typer

protection_app = typer.Typer(no_args_is_help=True, help="The key of protected reporters' identities.")


@protection_app.command("new-key")
def new_key() -> None:
    """Print a fresh master key, and nothing else, for ESSAIM_PROTECTION_KEY or a line of ESSAIM_PROTECTION_KEY_FILE."""
    from app.kit.vault import new_key as fresh

    typer.echo(fresh())


@protection_app.command("rotate")
def rotate() -> None:
    """Have the first of the keys lock every identity: the others may then go. Exit status 1 where one is missing."""
    from app.irritants.protection import rewrap
    from app.kit.bounds import everywhere
    from app.kit.vault import LockNotOpened
    from app.settings import get_settings

    settings = get_settings()
    keyring = settings.keyring()
    if keyring is None:
        _refuse("No key: set ESSAIM_PROTECTION_KEY or ESSAIM_PROTECTION_KEY_FILE.")
    try:
        with settings.open_database() as database, everywhere(), database.transaction() as session:
            done = rewrap(session, keyring)
    except LockNotOpened as error:
        _refuse(f"Nothing was changed: {error}.")
    typer.echo(f"Key {keyring.current} locks every identity; another one locked {done} of them.", err=True)


def _refuse(sentence: str) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(1)
