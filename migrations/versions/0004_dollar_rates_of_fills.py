"""What one unit of the money paid in a fill was worth in dollars."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("fills") as fills:
        fills.add_column(sa.Column("usd_rate", sa.Text()))


def downgrade() -> None:
    with op.batch_alter_table("fills") as fills:
        fills.drop_column("usd_rate")
