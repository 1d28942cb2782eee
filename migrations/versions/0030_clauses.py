"""The versions of an authority's model mandate, deadlines of clauses, comments on drafts."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0024"
branch_labels = None
depends_on = None

DEADLINE = (
    "deadline_days IS NULL AND deadline_owner IS NULL AND deadline_what IS NULL"
    " OR deadline_days BETWEEN 1 AND 730 AND deadline_owner IS NOT NULL AND deadline_what IS NOT NULL"
)


def upgrade() -> None:
    op.create_table(
        "mandate_models",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("preamble", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(published_at IS NULL) = (state = 'draft')", name="published"),
        sa.CheckConstraint("(replaced_at IS NULL) = (state <> 'former')", name="replaced"),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_mandate_models_authority_id_authorities"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_mandate_models"),
        sa.UniqueConstraint("authority_id", "number", name="uq_mandate_models_authority_id_number"),
    )
    for name in ("draft", "in_force"):
        op.create_index(
            f"uq_mandate_models_{name}",
            "mandate_models",
            ["authority_id"],
            unique=True,
            postgresql_where=sa.text(f"state = '{name}'"),
            sqlite_where=sa.text(f"state = '{name}'"),
        )
    op.create_table(
        "mandate_model_clauses",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("model_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("plain", sa.Text(), nullable=False),
        sa.Column("mandatory", sa.Boolean(), nullable=False),
        *_deadline(),
        sa.CheckConstraint(DEADLINE, name="deadline"),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_mandate_model_clauses_authority_id_authorities"
        ),
        sa.ForeignKeyConstraint(
            ["model_id"], ["mandate_models.id"], name="fk_mandate_model_clauses_model_id_mandate_models"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_mandate_model_clauses"),
        sa.UniqueConstraint("model_id", "key", name="uq_mandate_model_clauses_model_id_key"),
        sa.UniqueConstraint("model_id", "position", name="uq_mandate_model_clauses_model_id_position"),
    )
    op.create_table(
        "mandate_comments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("mandate_id", sa.Uuid(), nullable=False),
        sa.Column("clause_key", sa.String(length=64), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("resolved_by_id", sa.Uuid(), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'resolved') = (resolved_at IS NOT NULL)", name="resolved"),
        sa.ForeignKeyConstraint(["author_id"], ["agents.id"], name="fk_mandate_comments_author_id_agents"),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_mandate_comments_authority_id_authorities"
        ),
        sa.ForeignKeyConstraint(
            ["mandate_id"], ["mandates.id"], name="fk_mandate_comments_mandate_id_mandates"
        ),
        sa.ForeignKeyConstraint(
            ["resolved_by_id"], ["agents.id"], name="fk_mandate_comments_resolved_by_id_agents"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_mandate_comments"),
    )
    op.create_index("ix_mandate_comments_author_id", "mandate_comments", ["author_id"])
    op.create_index("ix_mandate_comments_resolved_by_id", "mandate_comments", ["resolved_by_id"])
    op.create_index("ix_mandate_comments_mandate_id", "mandate_comments", ["mandate_id", "created_at", "id"])

    if op.get_bind().dialect.name == "sqlite":
        # Rebuilt by a batch, the table would lose its checks, which are not read back.
        op.execute(
            "ALTER TABLE mandates ADD COLUMN model_id CHAR(32)"
            " CONSTRAINT fk_mandates_model_id_mandate_models REFERENCES mandate_models (id)"
        )
    else:
        op.add_column("mandates", sa.Column("model_id", sa.Uuid(), nullable=True))
        op.create_foreign_key(
            "fk_mandates_model_id_mandate_models", "mandates", "mandate_models", ["model_id"], ["id"]
        )
    with op.batch_alter_table("mandate_clauses") as batch_op:
        for column in _deadline():
            batch_op.add_column(column)
        batch_op.create_check_constraint("deadline", DEADLINE)


def _deadline() -> tuple[sa.Column[int], sa.Column[str], sa.Column[str]]:
    return (
        sa.Column("deadline_days", sa.Integer(), nullable=True),
        sa.Column("deadline_owner", sa.String(length=32), nullable=True),
        sa.Column("deadline_what", sa.String(length=200), nullable=True),
    )
