"""Agreements on what mandates reserve, what the worker has said already, where signatures came from.

`mandate_signatures` has triggers: a new column alone does not rebuild it on SQLite.
"""

import sqlalchemy as sa
from alembic import op

from app.kit import search
from migrations.sealing import find_within

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

_SEARCHED = ("purpose", "problem", "expected_result", "how_known", "means")


def upgrade() -> None:
    op.create_table(
        "agreements",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("mandate_id", sa.Uuid(), nullable=False),
        sa.Column("clause_key", sa.String(length=64), nullable=False),
        sa.Column("matter", sa.Text(), nullable=False),
        sa.Column("requested_by_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("answered_by_id", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("on_behalf_of_id", sa.Uuid(), nullable=True),
        sa.Column("delegation_id", sa.Uuid(), nullable=True),
        sa.Column("act_reference", sa.String(length=200), nullable=True),
        sa.Column("act_last_day", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "(state IN ('agreed', 'refused')) = (answered_at IS NOT NULL)", name="answered_at"
        ),
        sa.CheckConstraint("state <> 'refused' OR reason IS NOT NULL", name="reason"),
        sa.CheckConstraint("(answered_at IS NULL) = (answered_by_id IS NULL)", name="answered_by"),
        sa.CheckConstraint(
            "on_behalf_of_id IS NULL AND delegation_id IS NULL AND act_reference IS NULL AND act_last_day IS NULL"
            " OR answered_at IS NOT NULL AND on_behalf_of_id IS NOT NULL AND on_behalf_of_id <> answered_by_id"
            " AND delegation_id IS NOT NULL AND act_reference IS NOT NULL AND act_last_day IS NOT NULL",
            name="substitution",
        ),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["agents.id"], name="fk_agreements_answered_by_id_agents"
        ),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_agreements_authority_id_authorities"
        ),
        sa.ForeignKeyConstraint(
            ["delegation_id"],
            ["signing_delegations.id"],
            name="fk_agreements_delegation_id_signing_delegations",
        ),
        sa.ForeignKeyConstraint(["mandate_id"], ["mandates.id"], name="fk_agreements_mandate_id_mandates"),
        sa.ForeignKeyConstraint(
            ["on_behalf_of_id"], ["agents.id"], name="fk_agreements_on_behalf_of_id_agents"
        ),
        sa.ForeignKeyConstraint(
            ["requested_by_id"], ["agents.id"], name="fk_agreements_requested_by_id_agents"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_agreements"),
    )
    op.create_index(
        "ix_agreements_awaited",
        "agreements",
        ["mandate_id"],
        postgresql_where=sa.text("state = 'requested'"),
        sqlite_where=sa.text("state = 'requested'"),
    )
    op.create_index("ix_agreements_created_at", "agreements", ["authority_id", "created_at", "id"])
    op.create_index("ix_agreements_mandate_id", "agreements", ["mandate_id", "created_at"])

    op.create_table(
        "mandate_reminders",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("mandate_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_mandate_reminders_authority_id_authorities"
        ),
        sa.ForeignKeyConstraint(
            ["mandate_id"], ["mandates.id"], name="fk_mandate_reminders_mandate_id_mandates"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_mandate_reminders"),
        sa.UniqueConstraint("mandate_id", "key", name="uq_mandate_reminders_mandate_id_key"),
    )
    with op.batch_alter_table("charters") as batch_op:
        batch_op.add_column(sa.Column("signing_days", sa.Integer(), server_default="30", nullable=False))
        batch_op.create_check_constraint("signing_days", "signing_days BETWEEN 7 AND 180")

    with op.batch_alter_table("decisions") as batch_op:
        batch_op.add_column(sa.Column("agreement_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(
            "fk_decisions_agreement_id_agreements", "agreements", ["agreement_id"], ["id"]
        )

    op.add_column("mandate_signatures", sa.Column("address", sa.String(length=45), nullable=True))
    op.add_column("mandates", sa.Column("search", sa.Text(), server_default="", nullable=False))
    op.create_index("ix_mandates_starts_on", "mandates", ["authority_id", "starts_on", "id"])
    _make_searchable()


def _make_searchable() -> None:
    """The mandates there are, found by their texts as new ones are."""
    connection = op.get_bind()
    mandates = sa.table(
        "mandates", sa.column("id"), sa.column("team_id"), sa.column("search"), *map(sa.column, _SEARCHED)
    )
    teams = sa.table("teams", sa.column("id"), sa.column("name"))
    rows = connection.execute(
        sa.select(mandates.c.id, teams.c.name, *(mandates.c[name] for name in _SEARCHED)).join(
            teams, teams.c.id == mandates.c.team_id
        )
    ).all()
    for mandate_id, *texts in rows:
        connection.execute(
            sa.update(mandates).where(mandates.c.id == mandate_id).values(search=search.stems(*texts))
        )
    if connection.dialect.name == "postgresql":
        op.execute(
            "CREATE INDEX ix_mandates_search ON mandates "
            "USING gin (array_to_tsvector(string_to_array(rtrim(CAST(authority_id AS text) || ' ' || search), ' ')))"
        )
        find_within("mandates", "search", connection.scalar(sa.text("SELECT quote_ident(current_schema())")))
