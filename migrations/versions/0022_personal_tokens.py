"""Personal tokens: how fresh their holder was, and the day of their last use. Of sessions too, the day alone."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("access_tokens", sa.Column("authenticated_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("access_tokens", sa.Column("last_used_on", sa.Date(), nullable=True))
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "UPDATE web_sessions SET last_used_at = strftime('%Y-%m-%d 00:00:00.000000', last_used_at)"
        )
    else:
        op.execute("UPDATE web_sessions SET last_used_at = date_trunc('day', last_used_at)")
