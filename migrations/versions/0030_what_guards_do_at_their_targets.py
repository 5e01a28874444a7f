"""What a guard does at its target: sell, as those of before do, or move its stop to break-even."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("guards", sa.Column("at_target", sa.String(), server_default="sell", nullable=False))


def downgrade() -> None:
    op.drop_column("guards", "at_target")
