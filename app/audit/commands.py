"""`essaim audit`: the key that signs the journal, prove it whole, or take it away to be checked elsewhere."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn
from uuid import UUID

import typer

if TYPE_CHECKING:
    from app.journal.checkpoints import Checkpoint
    from app.journal.keys import Keyring
    from app.kit.database import Database

audit_app = typer.Typer(no_args_is_help=True, help="The journal of events.")

EveryAuthority = Annotated[
    str | None, typer.Option("--authority", help="The authority's slug; without it, every authority.")
]


@audit_app.command("key")
def key(
    renew: Annotated[bool, typer.Option("--renew", help="A new key; the present one stays trusted.")] = False,
) -> None:
    """Make the key that signs checkpoints and exports, in the file that ESSAIM_JOURNAL_KEY_FILE names, and print its
    id and public bytes: give them to whoever is to check an export. Exit status 2 where there is one already."""
    from app.journal import keys
    from app.settings import get_settings

    path = get_settings().journal_key_file
    if path is None:
        _stop("Set ESSAIM_JOURNAL_KEY_FILE to the file that is to hold the key.")
    try:
        made = keys.renew(path) if renew else keys.create(path)
    except FileExistsError:
        _stop(f"{path} is there already: --renew puts a new key in it and keeps trusting the present one.")
    except (OSError, ValueError) as error:
        _stop(str(error))
    typer.echo(f"{made.key_id} {made.public()[made.key_id]}")


@audit_app.command("checkpoint")
def checkpoint(authority: EveryAuthority = None) -> None:
    """Sign what each chain stands at and print it, one JSON object a line: keep it where nobody who holds the database
    can reach. Exit status: 0 signed, 1 a chain is broken, 2 no key or no such authority."""
    from app.journal import checkpoints
    from app.journal.chain import Broken
    from app.kit.bounds import within
    from app.kit.encoding import to_json
    from app.settings import get_settings

    with get_settings().open_database() as database:
        keys = _keys() or _stop(_NO_KEY)
        failed = False
        for slug, authority_id in _chosen(database, authority):
            try:
                checkpoints.make(database, keys, authority_id)
            except Broken as broken:
                failed = True
                typer.echo(f"{slug}: {broken}", err=True)
                continue
            with within(authority_id), database.read() as connection:
                newest = checkpoints.newest_of(connection, authority_id)
            if newest:
                typer.echo(to_json({"kind": "checkpoint", **asdict(newest)}).decode())
    raise typer.Exit(1 if failed else 0)


@audit_app.command("verify")
def verify(
    authority: EveryAuthority = None,
    witness: Annotated[
        list[Path] | None,
        typer.Option("--witness", help="A file of checkpoints kept elsewhere, or an older export."),
    ] = None,
) -> None:
    """Walk each chain of sealed events, and hold it against its checkpoints. Exit status: 0 whole, 1 broken, 2 no such
    authority."""
    from app.journal import proof
    from app.settings import get_settings

    broken = False
    with get_settings().open_database() as database:
        keys = _keys()
        if keys is None:
            typer.echo("Without ESSAIM_JOURNAL_KEY_FILE, no signature is checked.", err=True)
        witnesses = _witnesses(witness or [])
        for slug, authority_id in _chosen(database, authority):
            theirs = [mark for mark in witnesses if mark.authority_id == authority_id]
            verdict = proof.verify(database, authority_id, keys, theirs)
            waiting = proof.unsealed(database, authority_id)
            state = "whole" if verdict.fault is None else verdict.fault
            typer.echo(
                f"{slug}: {verdict.events} events, {verdict.checkpoints} checkpoints, {state}; "
                f"{waiting} more wait to be sealed"
            )
            broken = broken or verdict.fault is not None
    raise typer.Exit(1 if broken else 0)


@audit_app.command("export")
def export(
    authority: Annotated[str, typer.Option("--authority", help="The authority's slug.", show_default=False)],
    addresses: Annotated[
        bool, typer.Option("--addresses", help="With the network addresses that people called from.")
    ] = False,
) -> None:
    """Write a journal to stdout, signed, one JSON object a line: docs/verify_journal.py checks it. A broken one is
    written as it stands. Exit status: 0 written, 1 the chain is broken, 2 no key or no such authority."""
    from app.journal import checkpoints, proof
    from app.journal.chain import Broken
    from app.settings import get_settings

    with get_settings().open_database() as database:
        keys = _keys() or _stop(_NO_KEY)
        [(slug, authority_id)] = _chosen(database, authority)
        fault = None
        try:
            checkpoints.make(database, keys, authority_id)
        except Broken as broken:
            fault = broken
        try:
            for line in proof.export(database, authority_id, slug, keys, addresses=addresses):
                sys.stdout.buffer.write(line)
        except Broken as broken:
            fault = broken
    if fault:
        typer.echo(f"{slug}: {fault}", err=True)
        raise typer.Exit(1)


_NO_KEY = "There is no key to sign with: see `essaim audit key`."


def _keys() -> "Keyring | None":
    from app.journal import keys
    from app.settings import get_settings

    path = get_settings().journal_key_file
    try:
        return keys.load(path) if path else None
    except (OSError, ValueError) as error:
        _stop(f"The journal's key cannot be read: {error}")


def _witnesses(files: list[Path]) -> "list[Checkpoint]":
    """The checkpoints in these files, whatever else is in them."""
    import msgspec

    from app.journal.checkpoints import Checkpoint

    found = []
    for file in files:
        try:
            lines = file.read_bytes().splitlines()
            found += [
                msgspec.convert(line, Checkpoint, strict=False)
                for line in map(msgspec.json.decode, lines)
                if line.get("kind") == "checkpoint"
            ]
        except (OSError, AttributeError, msgspec.MsgspecError) as error:
            _stop(f"{file} holds no checkpoints that can be read: {error}")
    return found


def _chosen(database: "Database", slug: str | None) -> list[tuple[str, UUID]]:
    from sqlalchemy import select
    from sqlmodel import col

    from app.kit.bounds import everywhere
    from app.people.models import Authority

    statement = select(col(Authority.slug), col(Authority.id)).order_by(col(Authority.slug))
    with everywhere(), database.read() as connection:
        found = [(name, authority_id) for name, authority_id in connection.execute(statement)]
    chosen = found if slug is None else [pair for pair in found if pair[0] == slug]
    if not chosen:
        _stop("No such authority.")
    return chosen


def _stop(sentence: str) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(2)
