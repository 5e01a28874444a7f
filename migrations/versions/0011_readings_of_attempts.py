"""The reading that each attempt of an order was based on: after a restart a later one is compared with it."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("intent_events") as steps:
        steps.add_column(sa.Column("basis_json", sa.Text()))


def downgrade() -> None:
    with op.batch_alter_table("intent_events") as steps:
        steps.drop_column("basis_json")
