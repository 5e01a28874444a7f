"""A buy without a size spends a part of total equity: each user's own part, where one was set, and no fixed amount."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("users", sa.Column("trade_share", sa.Text(), nullable=True))
    op.drop_column("users", "usual_trade_usd")


def downgrade() -> None:
    op.add_column("users", sa.Column("usual_trade_usd", sa.Text(), nullable=False, server_default="30"))
    op.drop_column("users", "trade_share")
