"""How far a guard's stop trails behind the price, and where that stop is; guards of before have none."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

COLUMNS = ("trail", "stop")


def upgrade() -> None:
    for name in COLUMNS:
        op.add_column("guards", sa.Column(name, sa.Text(), nullable=True))


def downgrade() -> None:
    for name in COLUMNS:
        op.drop_column("guards", name)
