"""Why a market takes no sale, and why something is not sold, in the detail of their steps; below this they are the cause."""

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Leave the causes of before: they are shown as they are."""


def downgrade() -> None:
    op.execute(
        "UPDATE intent_events SET cause = words, words = '' WHERE cause IN ('market_unavailable', 'not_sold')"
    )
