"""Programmes and charters."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "programmes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.CheckConstraint("ends_on IS NULL OR starts_on <= ends_on", name="dates"),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_programmes_authority_id_authorities"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_programmes"),
    )
    with op.batch_alter_table("programmes") as batch_op:
        batch_op.create_index("ix_programmes_starts_on", ["authority_id", "starts_on", "id"], unique=False)

    op.create_table(
        "charters",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("adopted_on", sa.Date(), nullable=True),
        sa.Column("cadence_weeks", sa.Integer(), nullable=False),
        sa.Column("half_days_per_week", sa.Integer(), nullable=False),
        sa.Column("make_good_days", sa.Integer(), nullable=False),
        sa.Column("move_window_days", sa.Integer(), nullable=False),
        sa.Column("mandate_months", sa.Integer(), nullable=False),
        sa.Column("answer_days", sa.Integer(), nullable=False),
        sa.Column("grace_days", sa.Integer(), nullable=False),
        sa.CheckConstraint("cadence_weeks BETWEEN 1 AND 26", name="cadence_weeks"),
        sa.CheckConstraint("half_days_per_week BETWEEN 1 AND 5", name="half_days_per_week"),
        sa.CheckConstraint("make_good_days BETWEEN 1 AND 90", name="make_good_days"),
        sa.CheckConstraint("move_window_days BETWEEN 0 AND 90", name="move_window_days"),
        sa.CheckConstraint("mandate_months BETWEEN 1 AND 24", name="mandate_months"),
        sa.CheckConstraint("answer_days BETWEEN 1 AND 90", name="answer_days"),
        sa.CheckConstraint("grace_days BETWEEN 0 AND 60", name="grace_days"),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_charters_authority_id_authorities"
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programmes.id"], name="fk_charters_programme_id_programmes"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_charters"),
        sa.UniqueConstraint("programme_id", "number", name="uq_charters_programme_id_number"),
    )
    with op.batch_alter_table("charters") as batch_op:
        batch_op.create_index("ix_charters_adopted_on", ["authority_id", "adopted_on"], unique=False)
        batch_op.create_index("ix_charters_created_at", ["authority_id", "created_at", "id"], unique=False)
