"""Run the migrations, on either database."""

from pathlib import Path

from alembic import command
from alembic.config import Config

import migrations
from app.kit.postgres import ROLE


def config(url: str = "", role: str = ROLE) -> Config:
    """Alembic's configuration, without a file. `url` and `role` go to `migrations/env.py`."""
    made = Config()
    made.set_main_option("script_location", str(Path(migrations.__file__).parent).replace("%", "%%"))
    made.attributes["url"] = url
    made.attributes["role"] = role
    return made


def upgrade(url: str, revision: str = "head", *, role: str = ROLE) -> None:
    """Bring the database at `url`, as the owner of its tables, to `revision`.

    On PostgreSQL the application then works there under `role`, made if need be. Raises `RuntimeError` with the SQL to
    have run where it may not be made.
    """
    command.upgrade(config(url, role), revision)


def head_revision() -> str:
    """The revision this code expects."""
    return migrations.head()
