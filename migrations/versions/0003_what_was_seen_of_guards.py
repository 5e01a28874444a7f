"""How much of each guarded position was there when it was last seen, and when that was."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("guards") as guards:
        guards.add_column(sa.Column("seen_quantity", sa.Text()))
        guards.add_column(sa.Column("seen_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    with op.batch_alter_table("guards") as guards:
        guards.drop_column("seen_at")
        guards.drop_column("seen_quantity")
