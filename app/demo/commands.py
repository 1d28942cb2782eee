"""`essaim demo`: a living authority to look around in, filled once and served. What its readers read is in French."""

import os
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import typer

if TYPE_CHECKING:
    from app.demo.story import Progress
    from app.kit.database import Database

DEFAULT_FILE = Path("var/demo.db")
DEFAULT_KEYS = Path("var/demo.keys")


def run(*, compose: Callable[[], None], reset: bool, host: str, port: int, serves: bool) -> None:
    """Fill the demonstration where it is not there, print its page, and serve. `compose` wires the rooms.

    Exit status 2, with a sentence, where the port is taken, the HR export is not there, or the database is another's.
    """
    from app.demo.filling import EXPORT
    from app.demo.store import Foreign, Store
    from app.kit.migrations import upgrade
    from app.settings import Settings, get_settings

    listening = _listen(host, port) if serves else None
    if "database_url" not in Settings().model_fields_set:
        # The server, which reads the environment, serves what is filled here.
        os.environ["ESSAIM_DATABASE_URL"] = f"sqlite:///{DEFAULT_FILE.resolve()}"
    _set_journal_key()
    os.environ.setdefault("ESSAIM_LOG_LEVEL", "warning")
    os.environ["ESSAIM_DEMO"] = "1"
    base = _address(host, listening.getsockname()[1] if listening else port)
    os.environ.setdefault("ESSAIM_PUBLIC_URL", base)
    if Settings().keyring() is None:
        os.environ["ESSAIM_PROTECTION_KEY_FILE"] = str(_key_file())
    get_settings.cache_clear()
    compose()
    settings = get_settings()
    upgrading = partial(upgrade, role=settings.database_role)
    store = Store(settings.database_url, upgrading, settings.database_role, settings.keyring())
    try:
        if reset or not store.is_whole():
            export = _export(EXPORT)
            with _progress() as progress:
                store.fill(export, progress)
        else:
            typer.echo("La démonstration est déjà là : ses données sont gardées.", err=True)
        _print_page(store.database, base)
    except Foreign as other:
        _stop(str(other))
    finally:
        store.close()
    if listening:
        _serve(listening)


def _address(host: str, port: int) -> str:
    return f"http://{_reached_at(host)}:{port}"


def _key_file() -> Path:
    """Where the demonstration keeps its master key: made once, for whoever fills it alone."""
    from app.kit.vault import new_key

    file = DEFAULT_KEYS.resolve()
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(new_key() + "\n")
    return file


def _set_journal_key() -> None:
    """The demonstration signs its journal with a key of its own, beside its database."""
    from sqlalchemy import make_url

    from app.journal import keys
    from app.settings import Settings

    settings = Settings()
    if settings.journal_key_file is not None:
        return
    url = make_url(settings.database_url)
    database = Path(url.database) if url.get_backend_name() == "sqlite" and url.database else DEFAULT_FILE
    file = database.with_suffix(".journal.pem").resolve()
    if not file.exists():
        keys.create(file)
    os.environ["ESSAIM_JOURNAL_KEY_FILE"] = str(file)


def _listen(host: str, port: int) -> socket.socket:
    """The port is held from here on, and answers once the page is printed."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        _stop(
            f"Impossible d'écouter sur {host}:{port} ({error.strerror}). Si un autre programme s'y trouve, choisissez "
            f"un autre port : essaim demo --port {port + 1 if port < 65535 else 8001}"
        )
    return listening


def _reached_at(host: str) -> str:
    """The name to open in a browser: an address that stands for all of them is none that can be opened."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if address.is_unspecified:
        return "127.0.0.1" if address.version == 4 else "[::1]"
    return f"[{host}]" if address.version == 6 else host


def _export(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        _stop(f"{path} : l'export RH de la démonstration n'est pas ici. Lancez la commande depuis le dépôt.")


def _print_page(database: "Database", base: str) -> None:
    from app.demo.filling import SLUG
    from app.demo.page import parts, text
    from app.kit.bounds import everywhere
    from app.people.service import authority_named

    with everywhere(), database.transaction() as session:
        page = text(parts(session, authority_named(session, SLUG)), base)
    typer.echo(page)
    sys.stdout.flush()


def _serve(listening: socket.socket) -> None:
    import uvicorn

    config = uvicorn.Config(
        "app.main:create_app",
        factory=True,
        access_log=False,
        log_config=None,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=10,
    )
    uvicorn.Server(config).run(sockets=[listening])


@contextmanager
def _progress() -> "Iterator[Progress]":
    """A bar on a terminal, a line a quarter elsewhere."""
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    console = Console(stderr=True)
    said = "La Ville d'Exemple vit deux ans en quelques secondes"
    if console.is_terminal:
        columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
        with Bar(*columns, console=console, transient=True) as bar:
            task = bar.add_task(said, total=None)
            yield lambda done, total: bar.update(task, completed=done, total=total)
        return
    quarters = iter((25, 50, 75, 100))
    following = next(quarters)

    def show(done: int, total: int) -> None:
        nonlocal following
        while following <= 100 * done // max(total, 1):
            typer.echo(f"… {following} %", err=True)
            following = next(quarters, 101)

    typer.echo(f"{said} (une demi-minute au plus).", err=True)
    yield show


def _stop(sentence: str) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(2)
