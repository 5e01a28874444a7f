"""When a user was removed; their rows stay for their history."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("users", sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    # An older version answers every viewer and trader, but no owner whom the settings do not name.
    op.execute("UPDATE users SET role = 'owner' WHERE removed_at IS NOT NULL")
    op.drop_column("users", "removed_at")
