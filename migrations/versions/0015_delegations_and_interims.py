"""Delegations of signature, interims, and the act by which somebody signed in another's name."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "signing_delegations",
        *_power("signing_delegations"),
        sa.Column("giver_id", sa.Uuid(), nullable=False),
        sa.Column("holder_function", sa.String(length=32), nullable=False),
        sa.Column("holder_directorate_id", sa.Uuid(), nullable=False),
        sa.Column("field", sa.String(length=32), nullable=False),
        sa.Column("directorate_id", sa.Uuid(), nullable=True),
        sa.Column("field_text", sa.Text(), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.Column("notified_on", sa.Date(), nullable=False),
        sa.Column("transmitted_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("term_ends_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["giver_id"], ["agents.id"], name="fk_signing_delegations_giver_id_agents"),
        sa.ForeignKeyConstraint(
            ["holder_directorate_id"],
            ["directorates.id"],
            name="fk_signing_delegations_holder_directorate_id_directorates",
        ),
        sa.ForeignKeyConstraint(
            ["directorate_id"], ["directorates.id"], name="fk_signing_delegations_directorate_id_directorates"
        ),
        sa.CheckConstraint("giver_id <> holder_id", name="two_people"),
        sa.CheckConstraint("(field = 'directorate_mandates') = (directorate_id IS NOT NULL)", name="field"),
        sa.CheckConstraint(
            "published_on <= starts_on AND notified_on <= starts_on AND transmitted_on <= starts_on",
            name="enforceable",
        ),
        sa.CheckConstraint(
            "starts_on <= term_ends_on AND (ends_on IS NULL OR starts_on <= ends_on)", name="dates"
        ),
        sa.CheckConstraint(
            "last_day <= term_ends_on AND (ends_on IS NULL OR last_day <= ends_on)", name="last_day"
        ),
    )
    with op.batch_alter_table("signing_delegations") as batch_op:
        batch_op.create_index(
            "ix_signing_delegations_starts_on", ["authority_id", "starts_on", "id"], unique=False
        )
        batch_op.create_index("ix_signing_delegations_holder_id", ["holder_id", "last_day"], unique=False)
        batch_op.create_index("ix_signing_delegations_giver_id", ["giver_id"], unique=False)
        batch_op.create_index("ix_signing_delegations_directorate_id", ["directorate_id"], unique=False)

    op.create_table(
        "interims",
        *_power("interims"),
        sa.Column("absent_id", sa.Uuid(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["absent_id"], ["agents.id"], name="fk_interims_absent_id_agents"),
        sa.CheckConstraint("absent_id <> holder_id", name="two_people"),
        sa.CheckConstraint("starts_on <= ends_on", name="dates"),
        sa.CheckConstraint("last_day <= ends_on", name="last_day"),
    )
    with op.batch_alter_table("interims") as batch_op:
        batch_op.create_index("ix_interims_starts_on", ["authority_id", "starts_on", "id"], unique=False)
        batch_op.create_index("ix_interims_holder_id", ["holder_id", "last_day"], unique=False)
        batch_op.create_index("ix_interims_absent_id", ["absent_id", "last_day"], unique=False)

    _refuse_overlaps(
        "signing_delegations",
        ("giver_id", "holder_id"),
        {
            "ck_signing_delegations_never_passed_on": (
                "(o.holder_id = NEW.giver_id OR o.giver_id = NEW.holder_id)"
            )
        },
    )
    _refuse_overlaps(
        "interims",
        ("absent_id", "holder_id"),
        {
            "ck_interims_one_at_a_time": "o.absent_id = NEW.absent_id",
            "ck_interims_never_a_chain": "(o.holder_id = NEW.absent_id OR o.absent_id = NEW.holder_id)",
        },
    )

    with op.batch_alter_table("mandate_signatures") as batch_op:
        batch_op.add_column(sa.Column("on_behalf_of_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("delegation_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("interim_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("act_reference", sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column("act_starts_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("act_last_day", sa.Date(), nullable=True))
        batch_op.create_foreign_key(
            "fk_mandate_signatures_on_behalf_of_id_agents", "agents", ["on_behalf_of_id"], ["id"]
        )
        batch_op.create_foreign_key(
            "fk_mandate_signatures_delegation_id_signing_delegations",
            "signing_delegations",
            ["delegation_id"],
            ["id"],
        )
        batch_op.create_foreign_key(
            "fk_mandate_signatures_interim_id_interims", "interims", ["interim_id"], ["id"]
        )
        batch_op.create_check_constraint(
            "substitution",
            "on_behalf_of_id IS NULL AND delegation_id IS NULL AND interim_id IS NULL"
            " AND act_reference IS NULL AND act_starts_on IS NULL AND act_last_day IS NULL"
            " OR on_behalf_of_id IS NOT NULL AND on_behalf_of_id <> agent_id"
            " AND (delegation_id IS NULL) <> (interim_id IS NULL)"
            " AND act_reference IS NOT NULL AND act_starts_on IS NOT NULL AND act_last_day IS NOT NULL",
        )
    if op.get_bind().dialect.name == "sqlite":
        # SQLite rebuilt the table, and dropped what kept its rows as they are.
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER mandate_signatures_immutable_{act.lower()} BEFORE {act} ON mandate_signatures "
                "BEGIN SELECT RAISE(ABORT, 'the rows of mandate_signatures are immutable'); END"
            )


def _power(table: str) -> list[sa.schema.SchemaItem]:
    """What both kinds of act have."""
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("act_reference", sa.String(length=200), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("end_cause", sa.String(length=32), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name=f"fk_{table}_authority_id_authorities"
        ),
        sa.ForeignKeyConstraint(["holder_id"], ["agents.id"], name=f"fk_{table}_holder_id_agents"),
        sa.CheckConstraint("(end_cause IS NULL) = (ended_at IS NULL)", name="end"),
    ]


def _refuse_overlaps(table: str, people: tuple[str, str], refused: dict[str, str]) -> None:
    """Refuse a row that stands beside another (`o`) on one of its days, under the name of a check constraint.

    On PostgreSQL the two people are held first, so that of two such rows at once the second sees the first. On SQLite
    writers come one after the other. A later migration that rebuilds the table there must create its triggers again.
    """
    one, two = people
    beside = (
        f"SELECT 1 FROM {table} o WHERE o.id <> NEW.id AND NEW.starts_on <= NEW.last_day "  # noqa: S608 names of ours
        "AND o.starts_on <= o.last_day AND o.starts_on <= NEW.last_day AND NEW.starts_on <= o.last_day AND "
    )
    if op.get_bind().dialect.name == "postgresql":
        tests = " ".join(
            f"IF EXISTS ({beside}{condition}) THEN RAISE EXCEPTION 'refused beside another act' "
            f"USING ERRCODE = 'check_violation', CONSTRAINT = '{name}', TABLE = '{table}'; END IF;"
            for name, condition in refused.items()
        )
        op.execute(
            f"CREATE FUNCTION refuse_{table}_beside() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"PERFORM 1 FROM agents WHERE id IN (NEW.{one}, NEW.{two}) ORDER BY id FOR NO KEY UPDATE; "
            f"{tests} RETURN NEW; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {table}_beside BEFORE INSERT OR UPDATE OF starts_on, last_day ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION refuse_{table}_beside()"
        )
        return
    tests = " ".join(
        f"SELECT RAISE(ABORT, 'CHECK constraint failed: {name}') WHERE EXISTS ({beside}{condition});"
        for name, condition in refused.items()
    )
    for act in ("INSERT", "UPDATE OF starts_on, last_day"):
        name = f"{table}_beside_{act.partition(' ')[0].lower()}"
        op.execute(f"CREATE TRIGGER {name} BEFORE {act} ON {table} BEGIN {tests} END")
