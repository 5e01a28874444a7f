"""What a step notes, in its own column alone; the cause repeated it."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("UPDATE intent_events SET cause = '' WHERE note IS NOT NULL")


def downgrade() -> None:
    op.execute("UPDATE intent_events SET cause = note WHERE note IS NOT NULL")
