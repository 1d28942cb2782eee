"""Run the migrations, on either database."""

from pathlib import Path

from alembic import command
from alembic.config import Config

import migrations


def config(url: str = "") -> Config:
    """Alembic's configuration, without a file. `url` goes to `migrations/env.py`."""
    made = Config()
    made.set_main_option("script_location", str(Path(migrations.__file__).parent).replace("%", "%%"))
    made.attributes["url"] = url
    return made


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database at `url` to `revision`."""
    command.upgrade(config(url), revision)


def head_revision() -> str:
    """The revision this code expects."""
    return migrations.head()
