"""The migrations end where the models stand, on both databases, and take an old database's rows along."""

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from app.kit.columns import metadata
from app.kit.database import Database
from app.kit.migrations import config, head_revision


@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based index")
def test_models_and_migrations_agree(database: Database) -> None:
    with database.reader.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_object": _can_be_compared}
        )
        assert compare_metadata(context, metadata) == []


def _can_be_compared(item: object, name: str | None, kind: str, reflected: bool, compared: object) -> bool:
    """An index over an expression cannot be read back; the search tests prove that it is used."""
    return not (kind == "index" and name is not None and name.endswith("_search"))


def test_history_is_one_line() -> None:
    script = ScriptDirectory.from_config(config())
    assert script.get_heads() == [head_revision()]
    assert [revision.revision for revision in script.walk_revisions()][-1] == "0001"


def test_head_is_reached_twice_without_harm(database: Database) -> None:
    url = database.url.render_as_string(hide_password=False)
    command.upgrade(config(url), "head")
    with database.reader.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == head_revision()
