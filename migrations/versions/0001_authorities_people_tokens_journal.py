"""Authorities, their people and tokens, the journal and the kit's own tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "authorities",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("holiday_subdivision", sa.String(length=8), nullable=False),
        sa.Column("local_customs", sa.JSON(), nullable=False),
        sa.Column("solidarity_day", sa.String(length=32), nullable=True),
        sa.Column("custom_days", sa.JSON(), nullable=False),
        sa.Column("protestant_temple", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_authorities"),
        sa.UniqueConstraint("slug", name="uq_authorities_slug"),
    )
    op.create_table(
        "api_clients",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_api_clients_authority_id_authorities"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_api_clients"),
        sa.UniqueConstraint("authority_id", "name", name="uq_api_clients_authority_id_name"),
    )
    op.create_table(
        "directorates",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("head_id", sa.Uuid(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_directorates_authority_id_authorities"
        ),
        sa.ForeignKeyConstraint(
            ["head_id"], ["agents.id"], name="fk_directorates_head_id_agents", use_alter=True
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["directorates.id"], name="fk_directorates_parent_id_directorates"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_directorates"),
        sa.UniqueConstraint("authority_id", "code", name="uq_directorates_authority_id_code"),
    )
    with op.batch_alter_table("directorates") as batch_op:
        batch_op.create_index("ix_directorates_head_id", ["head_id"], unique=False)
        batch_op.create_index("ix_directorates_parent_id", ["parent_id"], unique=False)

    op.create_table(
        "events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.String(length=64), nullable=False),
        sa.Column("subject_type", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=True),
        sa.Column("client_id", sa.Uuid(), nullable=True),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("previous_hash", sa.String(length=64), nullable=True),
        sa.Column("hash", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_events_authority_id_authorities"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
        sa.UniqueConstraint("authority_id", "position", name="uq_events_authority_id_position"),
    )
    with op.batch_alter_table("events") as batch_op:
        batch_op.create_index("ix_events_subject", ["subject_id"], unique=False)
        batch_op.create_index(
            "ix_events_unsealed",
            ["authority_id", "id"],
            unique=False,
            postgresql_where=sa.text("position IS NULL"),
            sqlite_where=sa.text("position IS NULL"),
        )

    op.create_table(
        "idempotency_keys",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("caller", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_idempotency_keys_authority_id_authorities"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_idempotency_keys"),
        sa.UniqueConstraint(
            "authority_id", "caller", "key", name="uq_idempotency_keys_authority_id_caller_key"
        ),
    )
    with op.batch_alter_table("idempotency_keys") as batch_op:
        batch_op.create_index("ix_idempotency_keys_created_at", ["created_at"], unique=False)

    op.create_table(
        "journal_chains",
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_journal_chains_authority_id_authorities"
        ),
        sa.PrimaryKeyConstraint("authority_id", name="pk_journal_chains"),
    )
    op.create_table(
        "agents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("hr_id", sa.String(length=32), nullable=False),
        sa.Column("civility", sa.String(length=16), nullable=False),
        sa.Column("family_name", sa.String(length=100), nullable=False),
        sa.Column("given_name", sa.String(length=100), nullable=False),
        sa.Column("sort_name", sa.String(length=250), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("phone", sa.String(length=32), nullable=True),
        sa.Column("directorate_id", sa.Uuid(), nullable=True),
        sa.Column("manager_id", sa.Uuid(), nullable=True),
        sa.Column("grade", sa.String(length=100), nullable=False),
        sa.Column("category", sa.String(length=8), nullable=False),
        sa.Column("working_percentage", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("off_halves", sa.JSON(), nullable=False),
        sa.Column("position", sa.String(length=32), nullable=False),
        sa.Column("entered_on", sa.Date(), nullable=True),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.CheckConstraint("working_percentage > 0 AND working_percentage <= 100", name="working_percentage"),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_agents_authority_id_authorities"
        ),
        sa.ForeignKeyConstraint(
            ["directorate_id"], ["directorates.id"], name="fk_agents_directorate_id_directorates"
        ),
        sa.ForeignKeyConstraint(["manager_id"], ["agents.id"], name="fk_agents_manager_id_agents"),
        sa.PrimaryKeyConstraint("id", name="pk_agents"),
        sa.UniqueConstraint("authority_id", "hr_id", name="uq_agents_authority_id_hr_id"),
    )
    with op.batch_alter_table("agents") as batch_op:
        batch_op.create_index("ix_agents_directorate_id", ["directorate_id"], unique=False)
        batch_op.create_index("ix_agents_manager_id", ["manager_id"], unique=False)
        batch_op.create_index("ix_agents_name", ["authority_id", "sort_name", "id"], unique=False)
        batch_op.create_index("uq_agents_email", ["authority_id", "email"], unique=True)

    op.create_table(
        "deliveries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("subscriber", sa.String(length=64), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(length=500), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_deliveries_event_id_events"),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
        sa.UniqueConstraint("event_id", "subscriber", name="uq_deliveries_event_id_subscriber"),
    )
    with op.batch_alter_table("deliveries") as batch_op:
        batch_op.create_index(
            "ix_deliveries_due",
            ["due_at"],
            unique=False,
            postgresql_where=sa.text("delivered_at IS NULL"),
            sqlite_where=sa.text("delivered_at IS NULL"),
        )

    op.create_table(
        "absences",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("first_half", sa.String(length=32), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("last_half", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "first_day < last_day"
            " OR first_day = last_day AND (first_half = 'morning' OR last_half = 'afternoon')",
            name="order",
        ),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_absences_agent_id_agents"),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_absences_authority_id_authorities"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_absences"),
        sa.UniqueConstraint(
            "agent_id",
            "first_day",
            "first_half",
            "last_day",
            "last_half",
            name="uq_absences_agent_id_first_day_first_half_last_day_last_half",
        ),
    )
    with op.batch_alter_table("absences") as batch_op:
        batch_op.create_index("ix_absences_agent_id", ["agent_id", "first_day"], unique=False)

    op.create_table(
        "access_tokens",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=True),
        sa.Column("client_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(agent_id IS NULL) <> (client_id IS NULL)", name="one_holder"),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_access_tokens_agent_id_agents"),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_access_tokens_authority_id_authorities"
        ),
        sa.ForeignKeyConstraint(
            ["client_id"], ["api_clients.id"], name="fk_access_tokens_client_id_api_clients"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_access_tokens"),
        sa.UniqueConstraint("token_hash", name="uq_access_tokens_token_hash"),
    )
    with op.batch_alter_table("access_tokens") as batch_op:
        batch_op.create_index("ix_access_tokens_agent_id", ["agent_id"], unique=False)
        batch_op.create_index("ix_access_tokens_client_id", ["client_id"], unique=False)

    op.create_table(
        "capacity_grants",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("capacity", sa.String(length=32), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_capacity_grants_agent_id_agents"),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_capacity_grants_authority_id_authorities"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_capacity_grants"),
        sa.UniqueConstraint("agent_id", "capacity", name="uq_capacity_grants_agent_id_capacity"),
    )
    if op.get_bind().dialect.name == "postgresql":
        # The tables point at each other; SQLite took this key with the table.
        op.create_foreign_key("fk_directorates_head_id_agents", "directorates", "agents", ["head_id"], ["id"])
        op.execute(
            "CREATE INDEX ix_agents_search ON agents "
            "USING gin (array_to_tsvector(string_to_array(rtrim(CAST(authority_id AS text) || ' ' || sort_name), ' ')))"
        )
