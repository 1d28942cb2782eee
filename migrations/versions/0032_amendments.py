"""Amendments to mandates in force, the signatures that successors owe, and renewals."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

PREPARED = sa.text("state IN ('draft', 'in_signature')")
OPEN = sa.text("state = 'open'")


def upgrade() -> None:
    with op.batch_alter_table("mandates") as batch_op:
        batch_op.add_column(sa.Column("open_amendment_id", sa.Uuid(), nullable=True))
    op.create_table(
        "mandate_amendments",
        *_edited("mandate_amendments"),
        sa.Column("mandate_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("base_submission", sa.Integer(), nullable=False),
        sa.Column("submission", sa.Integer(), nullable=True),
        sa.Column("document_hash", sa.String(length=64), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("in_force_from", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["mandate_id"], ["mandates.id"], name="fk_mandate_amendments_mandate_id_mandates"
        ),
        sa.CheckConstraint(
            "state NOT IN ('in_signature', 'in_force') OR document_hash IS NOT NULL", name="document"
        ),
        sa.CheckConstraint("document_hash IS NULL OR submission IS NOT NULL", name="submission"),
        sa.CheckConstraint("(state = 'in_force') = (in_force_from IS NOT NULL)", name="in_force"),
    )
    op.create_index(
        "ix_mandate_amendments_created_at", "mandate_amendments", ["authority_id", "created_at", "id"]
    )
    op.create_index("ix_mandate_amendments_mandate_id", "mandate_amendments", ["mandate_id"])
    op.create_index(
        "uq_mandate_amendments_open",
        "mandate_amendments",
        ["mandate_id"],
        unique=True,
        postgresql_where=PREPARED,
        sqlite_where=PREPARED,
    )
    op.create_table(
        "mandate_tasks",
        *_edited("mandate_tasks"),
        sa.Column("mandate_id", sa.Uuid(), nullable=False),
        sa.Column("capacity", sa.String(length=32), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=True),
        sa.Column("former_id", sa.Uuid(), nullable=True),
        sa.Column("cause", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["mandate_id"], ["mandates.id"], name="fk_mandate_tasks_mandate_id_mandates"),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_mandate_tasks_agent_id_agents"),
        sa.ForeignKeyConstraint(["former_id"], ["agents.id"], name="fk_mandate_tasks_former_id_agents"),
        sa.CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed"),
    )
    op.create_index("ix_mandate_tasks_created_at", "mandate_tasks", ["authority_id", "created_at", "id"])
    op.create_index("ix_mandate_tasks_agent_id", "mandate_tasks", ["agent_id", "state"])
    op.create_index("ix_mandate_tasks_former_id", "mandate_tasks", ["former_id"])
    op.create_index(
        "ix_mandate_tasks_open", "mandate_tasks", ["mandate_id"], postgresql_where=OPEN, sqlite_where=OPEN
    )
    op.create_table(
        "mandate_renewals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("mandate_id", sa.Uuid(), nullable=False),
        sa.Column("renews_id", sa.Uuid(), nullable=False),
        sa.Column("follow_up_id", sa.Uuid(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_mandate_renewals"),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_mandate_renewals_authority_id_authorities"
        ),
        sa.ForeignKeyConstraint(
            ["mandate_id"], ["mandates.id"], name="fk_mandate_renewals_mandate_id_mandates"
        ),
        sa.ForeignKeyConstraint(
            ["renews_id"], ["mandates.id"], name="fk_mandate_renewals_renews_id_mandates"
        ),
        sa.ForeignKeyConstraint(
            ["follow_up_id"], ["follow_ups.id"], name="fk_mandate_renewals_follow_up_id_follow_ups"
        ),
    )
    op.create_index("uq_mandate_renewals_mandate_id", "mandate_renewals", ["mandate_id"], unique=True)
    op.create_index("ix_mandate_renewals_renews_id", "mandate_renewals", ["renews_id"])
    op.create_index("ix_mandate_renewals_follow_up_id", "mandate_renewals", ["follow_up_id"])


def _edited(table: str) -> tuple[sa.Column[object] | sa.Constraint, ...]:
    return (
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name=f"fk_{table}_authority_id_authorities"
        ),
    )
