"""Two words for what was `parked`: suspended waits for its market, abandoned was given up for good."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

#: Earlier versions left some without an end; what they guarded was closed all the same.
_ABANDON = """
UPDATE intents SET state = 'abandoned', finished_at = COALESCE(finished_at, updated_at)
WHERE state = 'parked' AND (
    finished_at IS NOT NULL
    OR guard_id IN (SELECT guard_id FROM guards WHERE state = 'closed')
)
"""
_ABANDON_LAST_STEP = """
UPDATE intent_events SET to_state = 'abandoned'
WHERE to_state = 'parked'
AND intent_id IN (SELECT intent_id FROM intents WHERE state = 'abandoned')
AND seq = (SELECT MAX(other.seq) FROM intent_events AS other WHERE other.intent_id = intent_events.intent_id)
"""


def upgrade() -> None:
    op.execute(_ABANDON)
    op.execute("UPDATE intents SET state = 'suspended' WHERE state = 'parked'")
    op.execute(_ABANDON_LAST_STEP)
    op.execute("UPDATE intent_events SET from_state = 'suspended' WHERE from_state = 'parked'")
    op.execute("UPDATE intent_events SET to_state = 'suspended' WHERE to_state = 'parked'")


def downgrade() -> None:
    op.execute("UPDATE intents SET state = 'parked' WHERE state IN ('suspended', 'abandoned')")
    op.execute("UPDATE intent_events SET from_state = 'parked' WHERE from_state = 'suspended'")
    op.execute("UPDATE intent_events SET to_state = 'parked' WHERE to_state IN ('suspended', 'abandoned')")
