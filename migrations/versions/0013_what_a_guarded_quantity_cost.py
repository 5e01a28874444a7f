"""What a guarded quantity cost its owner, where its guard counts from the price of a day."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("guards") as guards:
        guards.add_column(sa.Column("paid", sa.Text()))


def downgrade() -> None:
    with op.batch_alter_table("guards") as guards:
        guards.drop_column("paid")
