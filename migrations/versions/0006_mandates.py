"""Mandates, clauses, parties and signatures."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mandates",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("charter_id", sa.Uuid(), nullable=False),
        sa.Column("sponsor_id", sa.Uuid(), nullable=False),
        sa.Column("client_directorate_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("cadence_weeks", sa.Integer(), nullable=False),
        sa.Column("half_days_per_week", sa.Integer(), nullable=False),
        sa.Column("make_good_days", sa.Integer(), nullable=False),
        sa.Column("move_window_days", sa.Integer(), nullable=False),
        sa.Column("grace_days", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("expected_result", sa.Text(), nullable=False),
        sa.Column("how_known", sa.Text(), nullable=False),
        sa.Column("means", sa.Text(), nullable=False),
        sa.Column("budget_euros", sa.Integer(), nullable=False),
        sa.Column("submission", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("document_hash", sa.String(length=64), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("suspended_from", sa.Date(), nullable=True),
        sa.Column("suspended_until", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.CheckConstraint("(document_hash IS NULL) = (state = 'draft')", name="document"),
        sa.CheckConstraint("budget_euros >= 0", name="budget"),
        sa.CheckConstraint("starts_on <= ends_on", name="dates"),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_mandates_authority_id_authorities"
        ),
        sa.ForeignKeyConstraint(["charter_id"], ["charters.id"], name="fk_mandates_charter_id_charters"),
        sa.ForeignKeyConstraint(
            ["client_directorate_id"],
            ["directorates.id"],
            name="fk_mandates_client_directorate_id_directorates",
        ),
        sa.ForeignKeyConstraint(["sponsor_id"], ["agents.id"], name="fk_mandates_sponsor_id_agents"),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name="fk_mandates_team_id_teams"),
        sa.PrimaryKeyConstraint("id", name="pk_mandates"),
    )
    with op.batch_alter_table("mandates") as batch_op:
        batch_op.create_index("ix_mandates_client_directorate_id", ["client_directorate_id"], unique=False)
        batch_op.create_index("ix_mandates_created_at", ["authority_id", "created_at", "id"], unique=False)
        batch_op.create_index("ix_mandates_ends_on", ["authority_id", "ends_on", "id"], unique=False)
        batch_op.create_index(
            "ix_mandates_in_force",
            ["ends_on"],
            unique=False,
            postgresql_where=sa.text("state IN ('active', 'suspended')"),
            sqlite_where=sa.text("state IN ('active', 'suspended')"),
        )
        batch_op.create_index("ix_mandates_sponsor_id", ["sponsor_id"], unique=False)
        batch_op.create_index("ix_mandates_state", ["authority_id", "state"], unique=False)
        batch_op.create_index("ix_mandates_team_id", ["team_id"], unique=False)
        batch_op.create_index(
            "uq_mandates_team_prepared",
            ["team_id"],
            unique=True,
            postgresql_where=sa.text("state IN ('draft', 'in_signature')"),
            sqlite_where=sa.text("state IN ('draft', 'in_signature')"),
        )

    op.create_table(
        "mandate_clauses",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("mandate_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("plain", sa.Text(), nullable=False),
        sa.Column("mandatory", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_mandate_clauses_authority_id_authorities"
        ),
        sa.ForeignKeyConstraint(
            ["mandate_id"], ["mandates.id"], name="fk_mandate_clauses_mandate_id_mandates"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_mandate_clauses"),
        sa.UniqueConstraint("mandate_id", "key", name="uq_mandate_clauses_mandate_id_key"),
        sa.UniqueConstraint("mandate_id", "position", name="uq_mandate_clauses_mandate_id_position"),
    )
    op.create_table(
        "mandate_documents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("mandate_id", sa.Uuid(), nullable=False),
        sa.Column("submission", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_mandate_documents_authority_id_authorities"
        ),
        sa.ForeignKeyConstraint(
            ["mandate_id"], ["mandates.id"], name="fk_mandate_documents_mandate_id_mandates"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_mandate_documents"),
        sa.UniqueConstraint("mandate_id", "submission", name="uq_mandate_documents_mandate_id_submission"),
    )
    op.create_table(
        "mandate_parties",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("mandate_id", sa.Uuid(), nullable=False),
        sa.Column("submission", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("capacity", sa.String(length=32), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint("(state = 'refused') = (reason IS NOT NULL)", name="reason"),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_mandate_parties_agent_id_agents"),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_mandate_parties_authority_id_authorities"
        ),
        sa.ForeignKeyConstraint(
            ["mandate_id"], ["mandates.id"], name="fk_mandate_parties_mandate_id_mandates"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_mandate_parties"),
        sa.UniqueConstraint(
            "mandate_id",
            "submission",
            "agent_id",
            "capacity",
            name="uq_mandate_parties_mandate_id_submission_agent_id_capacity",
        ),
    )
    with op.batch_alter_table("mandate_parties") as batch_op:
        batch_op.create_index("ix_mandate_parties_agent_id", ["agent_id", "state"], unique=False)

    op.create_table(
        "mandate_slots",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("mandate_id", sa.Uuid(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("weekday", sa.String(length=32), nullable=False),
        sa.Column("half", sa.String(length=32), nullable=False),
        sa.Column("relief", sa.Text(), nullable=False),
        sa.CheckConstraint("weekday NOT IN ('saturday', 'sunday')", name="weekday"),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_mandate_slots_agent_id_agents"),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_mandate_slots_authority_id_authorities"
        ),
        sa.ForeignKeyConstraint(["mandate_id"], ["mandates.id"], name="fk_mandate_slots_mandate_id_mandates"),
        sa.PrimaryKeyConstraint("id", name="pk_mandate_slots"),
        sa.UniqueConstraint(
            "mandate_id",
            "agent_id",
            "weekday",
            "half",
            name="uq_mandate_slots_mandate_id_agent_id_weekday_half",
        ),
    )
    with op.batch_alter_table("mandate_slots") as batch_op:
        batch_op.create_index("ix_mandate_slots_agent_id", ["agent_id"], unique=False)

    op.create_table(
        "mandate_signatures",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("mandate_id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("capacity", sa.String(length=32), nullable=False),
        sa.Column("document_hash", sa.String(length=64), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("method", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_mandate_signatures_agent_id_agents"),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_mandate_signatures_authority_id_authorities"
        ),
        sa.ForeignKeyConstraint(
            ["mandate_id"], ["mandates.id"], name="fk_mandate_signatures_mandate_id_mandates"
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["mandate_parties.id"], name="fk_mandate_signatures_party_id_mandate_parties"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_mandate_signatures"),
        sa.UniqueConstraint("party_id", name="uq_mandate_signatures_party_id"),
    )
    with op.batch_alter_table("mandate_signatures") as batch_op:
        batch_op.create_index("ix_mandate_signatures_agent_id", ["agent_id"], unique=False)
        batch_op.create_index("ix_mandate_signatures_mandate_id", ["mandate_id"], unique=False)

    for table in ("mandate_documents", "mandate_signatures"):
        _make_immutable(table)


def _make_immutable(table: str) -> None:
    """What has been signed is immutable, whoever asks. A later migration that rebuilds the table on SQLite (batch mode)
    must create its triggers again."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "RAISE EXCEPTION 'the rows of % are immutable', TG_TABLE_NAME "
            "USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {table}_immutable BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        return
    for act in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_immutable_{act.lower()} BEFORE {act} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, 'the rows of {table} are immutable'); END"
        )
