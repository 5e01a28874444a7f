"""When a guarded position was last seen by its venue's own clock, which outlasts a wrong one of the machine."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("guards") as guards:
        guards.add_column(sa.Column("seen_venue_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    with op.batch_alter_table("guards") as guards:
        guards.drop_column("seen_venue_at")
