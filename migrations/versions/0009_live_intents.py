"""An index of the orders that are not over: however many ended, a trigger looks at those alone."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_LIVE = sa.text(
    "finished_at IS NULL OR state IN ('planned', 'sent', 'accepted', 'partly_filled', 'unknown', 'suspended')"
)


def upgrade() -> None:
    op.create_index(
        "ix_intents_live",
        "intents",
        ["account_id", "created_at"],
        sqlite_where=_LIVE,
        postgresql_where=_LIVE,
    )


def downgrade() -> None:
    op.drop_index("ix_intents_live", "intents")
