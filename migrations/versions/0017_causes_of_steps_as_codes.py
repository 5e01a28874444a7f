"""The causes of steps that something is decided by, as codes; they were the sentences that the chat showed."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

#: What earlier versions wrote; the last sentence of a code is the one that a downgrade writes.
SENTENCES = (
    ("found_unnamed", "found without this bot's order id, so it may be the owner's own"),
    ("found_by_balance", "found by the balance"),
    ("found_by_balance", "found by the balance, so it may be the owner's own"),
    ("refused_unlisted", "refused in unknown words"),
)
STEPS = sa.table("intent_events", sa.column("cause", sa.String()))


def upgrade() -> None:
    for code, sentence in SENTENCES:
        op.execute(STEPS.update().where(STEPS.c.cause == sentence).values(cause=code))


def downgrade() -> None:
    for code, sentence in dict(SENTENCES).items():
        op.execute(STEPS.update().where(STEPS.c.cause == code).values(cause=sentence))
