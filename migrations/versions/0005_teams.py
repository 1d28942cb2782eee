"""Teams, phases and log entries."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "teams",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("irritant_id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=True),
        sa.Column("client_directorate_id", sa.Uuid(), nullable=False),
        sa.Column("coach_id", sa.Uuid(), nullable=False),
        sa.Column("sponsor_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("phase", sa.String(length=32), nullable=False),
        sa.CheckConstraint(
            "(state = 'concluded') = (phase IN ('transferred', 'operated', 'stopped'))",
            name="ending",
        ),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_teams_authority_id_authorities"
        ),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name="fk_teams_call_id_calls"),
        sa.ForeignKeyConstraint(
            ["client_directorate_id"], ["directorates.id"], name="fk_teams_client_directorate_id_directorates"
        ),
        sa.ForeignKeyConstraint(["coach_id"], ["agents.id"], name="fk_teams_coach_id_agents"),
        sa.ForeignKeyConstraint(["irritant_id"], ["irritants.id"], name="fk_teams_irritant_id_irritants"),
        sa.ForeignKeyConstraint(["sponsor_id"], ["agents.id"], name="fk_teams_sponsor_id_agents"),
        sa.PrimaryKeyConstraint("id", name="pk_teams"),
    )
    with op.batch_alter_table("teams") as batch_op:
        batch_op.create_index("ix_teams_call_id", ["call_id"], unique=False)
        batch_op.create_index("ix_teams_client_directorate_id", ["client_directorate_id"], unique=False)
        batch_op.create_index("ix_teams_coach_id", ["coach_id"], unique=False)
        batch_op.create_index("ix_teams_created_at", ["authority_id", "created_at", "id"], unique=False)
        batch_op.create_index("ix_teams_irritant_id", ["irritant_id"], unique=False)
        batch_op.create_index("ix_teams_sponsor_id", ["sponsor_id"], unique=False)
        batch_op.create_index(
            "uq_teams_active_irritant",
            ["irritant_id"],
            unique=True,
            postgresql_where=sa.text("state <> 'concluded'"),
            sqlite_where=sa.text("state <> 'concluded'"),
        )

    op.create_table(
        "team_members",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("joined_on", sa.Date(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.CheckConstraint("left_on IS NULL OR joined_on <= left_on", name="dates"),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_team_members_agent_id_agents"),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_team_members_authority_id_authorities"
        ),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name="fk_team_members_team_id_teams"),
        sa.PrimaryKeyConstraint("id", name="pk_team_members"),
        sa.UniqueConstraint("team_id", "agent_id", name="uq_team_members_team_id_agent_id"),
    )
    with op.batch_alter_table("team_members") as batch_op:
        batch_op.create_index("ix_team_members_agent_id", ["agent_id", "left_on"], unique=False)

    op.create_table(
        "team_phases",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("phase", sa.String(length=32), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("learned", sa.Text(), nullable=True),
        sa.CheckConstraint("ended_on IS NULL OR started_on <= ended_on", name="dates"),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_team_phases_authority_id_authorities"
        ),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name="fk_team_phases_team_id_teams"),
        sa.PrimaryKeyConstraint("id", name="pk_team_phases"),
        sa.UniqueConstraint("team_id", "phase", name="uq_team_phases_team_id_phase"),
    )
    with op.batch_alter_table("team_phases") as batch_op:
        batch_op.create_index(
            "uq_team_phases_open",
            ["team_id"],
            unique=True,
            postgresql_where=sa.text("ended_on IS NULL"),
            sqlite_where=sa.text("ended_on IS NULL"),
        )

    op.create_table(
        "log_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("visibility", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["agents.id"], name="fk_log_entries_author_id_agents"),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_log_entries_authority_id_authorities"
        ),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name="fk_log_entries_team_id_teams"),
        sa.PrimaryKeyConstraint("id", name="pk_log_entries"),
    )
    with op.batch_alter_table("log_entries") as batch_op:
        batch_op.create_index("ix_log_entries_author_id", ["author_id"], unique=False)
        batch_op.create_index("ix_log_entries_created_at", ["authority_id", "created_at", "id"], unique=False)
        batch_op.create_index("ix_log_entries_team_id", ["team_id", "created_at", "id"], unique=False)
