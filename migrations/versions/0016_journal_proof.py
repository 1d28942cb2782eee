"""The journal as proof: capacity, delegation and address of each event, whom it concerns, signed checkpoints.

Sealed events are locked: neither database lets anybody change or delete one without first taking the lock off, which is
the owner's privilege. Forgetting an address is the one change left. A migration that rebuilds `events` on SQLite, as
`batch_alter_table` does for anything but a new column, must make its triggers again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_FACTS = (
    "id",
    "authority_id",
    "type",
    "subject_type",
    "subject_id",
    "agent_id",
    "client_id",
    "acting_as",
    "delegation_id",
    "address_hash",
    "request_id",
    "occurred_at",
    "payload",
    "digest_version",
)
_SEALS = ("position", "previous_hash", "hash")
_FORGOTTEN = ("address", "address_salt")
_CHECKPOINT = ("id", "authority_id", "position", "hash", "made_at", "key_id", "signature")


def upgrade() -> None:
    sealed = sa.text("position IS NOT NULL")
    with_address = sa.text("position IS NOT NULL AND address IS NOT NULL")
    with op.batch_alter_table("events") as batch_op:
        batch_op.add_column(sa.Column("acting_as", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("delegation_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("address", sa.String(length=45), nullable=True))
        batch_op.add_column(sa.Column("address_salt", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("address_hash", sa.String(length=64), nullable=True))
        batch_op.add_column(
            sa.Column("digest_version", sa.SmallInteger(), server_default=sa.text("1"), nullable=False)
        )
        for name, columns, where in (
            ("ix_events_agent", ["authority_id", "agent_id", "position"], sealed),
            ("ix_events_type", ["authority_id", "type", "position"], sealed),
            ("ix_events_occurred_at", ["authority_id", "occurred_at"], sealed),
            ("ix_events_address", ["authority_id", "occurred_at"], with_address),
        ):
            batch_op.create_index(name, columns, unique=False, postgresql_where=where, sqlite_where=where)
    with op.batch_alter_table("journal_chains") as batch_op:
        batch_op.add_column(
            sa.Column("concerned_position", sa.Integer(), server_default=sa.text("0"), nullable=False)
        )

    op.create_table(
        "event_persons",
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_event_persons_agent_id_agents"),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_event_persons_authority_id_authorities"
        ),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_event_persons_event_id_events"),
        sa.PrimaryKeyConstraint("agent_id", "position", name="pk_event_persons"),
    )
    with op.batch_alter_table("event_persons") as batch_op:
        batch_op.create_index("ix_event_persons_event_id", ["event_id"], unique=False)

    op.create_table(
        "journal_checkpoints",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("signature", sa.String(length=128), nullable=False),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_journal_checkpoints_authority_id_authorities"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_journal_checkpoints"),
        sa.UniqueConstraint(
            "authority_id",
            "position",
            "key_id",
            name="uq_journal_checkpoints_authority_id_position_key_id",
        ),
    )
    if op.get_bind().dialect.name == "postgresql":
        _lock_on_postgresql()
    else:
        _lock_on_sqlite()


def _changed(columns: tuple[str, ...], differs: str) -> str:
    return " OR ".join(f"NEW.{name} {differs} OLD.{name}" for name in columns)


def _forbidden(differs: str) -> str:
    """What an UPDATE of an event may not do: touch a fact, move a seal, put an address in the place of another."""
    replaced = " OR ".join(
        f"(NEW.{name} IS NOT NULL AND NEW.{name} {differs} OLD.{name})" for name in _FORGOTTEN
    )
    moved = f"OLD.position IS NOT NULL AND ({_changed(_SEALS, differs)})"
    return f"{_changed(_FACTS, differs)} OR ({moved}) OR {replaced}"


def _lock_on_sqlite() -> None:
    for table, forbidden in (
        ("events", _forbidden("IS NOT")),
        ("journal_checkpoints", _changed(_CHECKPOINT, "IS NOT")),
    ):
        op.execute(
            f"CREATE TRIGGER {table}_are_kept BEFORE DELETE ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} are never deleted'); END"
        )
        op.execute(
            f"CREATE TRIGGER {table}_stay BEFORE UPDATE ON {table} WHEN {forbidden} "
            f"BEGIN SELECT RAISE(ABORT, '{table} are never changed'); END"
        )


def _lock_on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION essaim_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% are never changed nor deleted', TG_TABLE_NAME; END $$"
    )
    for table, forbidden in (
        ("events", _forbidden("IS DISTINCT FROM")),
        ("journal_checkpoints", _changed(_CHECKPOINT, "IS DISTINCT FROM")),
    ):
        op.execute(
            f"CREATE TRIGGER {table}_are_kept BEFORE DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION essaim_refuse()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_stay BEFORE UPDATE ON {table} "
            f"FOR EACH ROW WHEN ({forbidden}) EXECUTE FUNCTION essaim_refuse()"
        )
