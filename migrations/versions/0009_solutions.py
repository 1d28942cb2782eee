"""Solutions and adoptions."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "solutions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("how_to_adopt", sa.Text(), nullable=False),
        sa.Column("to_adapt", sa.Text(), nullable=False),
        sa.Column("cost", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_solutions_authority_id_authorities"
        ),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name="fk_solutions_team_id_teams"),
        sa.PrimaryKeyConstraint("id", name="pk_solutions"),
    )
    with op.batch_alter_table("solutions") as batch_op:
        batch_op.create_index("ix_solutions_created_at", ["authority_id", "created_at", "id"], unique=False)
        batch_op.create_index("ix_solutions_team_id", ["team_id"], unique=False)

    op.create_table(
        "adoptions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("solution_id", sa.Uuid(), nullable=False),
        sa.Column("directorate_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_adoptions_authority_id_authorities"
        ),
        sa.ForeignKeyConstraint(["contact_id"], ["agents.id"], name="fk_adoptions_contact_id_agents"),
        sa.ForeignKeyConstraint(
            ["directorate_id"], ["directorates.id"], name="fk_adoptions_directorate_id_directorates"
        ),
        sa.ForeignKeyConstraint(["solution_id"], ["solutions.id"], name="fk_adoptions_solution_id_solutions"),
        sa.PrimaryKeyConstraint("id", name="pk_adoptions"),
    )
    with op.batch_alter_table("adoptions") as batch_op:
        batch_op.create_index("ix_adoptions_contact_id", ["contact_id"], unique=False)
        batch_op.create_index("ix_adoptions_created_at", ["authority_id", "created_at", "id"], unique=False)
        batch_op.create_index("ix_adoptions_directorate_id", ["directorate_id"], unique=False)
        batch_op.create_index("ix_adoptions_solution_id", ["solution_id"], unique=False)
        batch_op.create_index(
            "uq_adoptions_live",
            ["solution_id", "directorate_id"],
            unique=True,
            postgresql_where=sa.text("state <> 'dropped'"),
            sqlite_where=sa.text("state <> 'dropped'"),
        )

    op.create_table(
        "solution_tallies",
        sa.Column("solution_id", sa.Uuid(), nullable=False),
        sa.Column("adoptions", sa.Integer(), nullable=False),
        sa.Column("in_use", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["solution_id"], ["solutions.id"], name="fk_solution_tallies_solution_id_solutions"
        ),
        sa.PrimaryKeyConstraint("solution_id", name="pk_solution_tallies"),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE INDEX ix_solutions_search ON solutions "
            "USING gin (array_to_tsvector(string_to_array(rtrim(CAST(authority_id AS text) || ' ' || search), ' ')))"
        )
