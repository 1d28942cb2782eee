"""Which doors of an authority are closed to whom."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("authorities", sa.Column("closed_doors", sa.JSON(none_as_null=True), nullable=True))
