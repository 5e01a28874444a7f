"""Which steps of our orders are part of what was last seen of a guarded position; unknown of older readings."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("guards") as guards:
        guards.add_column(sa.Column("seen_step", sa.BigInteger().with_variant(sa.Integer(), "sqlite")))


def downgrade() -> None:
    with op.batch_alter_table("guards") as guards:
        guards.drop_column("seen_step")
