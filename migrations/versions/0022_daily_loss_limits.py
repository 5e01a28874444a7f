"""What a user lets be lost in a day before buys are kept back; without one, nothing is."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("users", sa.Column("daily_loss_usd", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("users", "daily_loss_usd")
