"""The gain at which a guarded quantity is sold; guards of before have none."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("guards", sa.Column("target", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("guards", "target")
