"""What a step of an order notes, and which order of ours it is about, in columns of their own."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("intent_events") as steps:
        steps.add_column(sa.Column("note", sa.String()))
        steps.add_column(sa.Column("order_id", sa.String()))
        steps.add_column(sa.Column("attempt", sa.Integer()))
    op.execute(
        "UPDATE intent_events SET note = cause WHERE from_state = to_state "
        "AND cause IN ('release', 'released', 'not released', 'replaced', 'filled late')"
    )
    op.execute(
        "UPDATE intent_events SET order_id = words WHERE words <> '' "
        "AND (note = 'replaced' OR (to_state = 'accepted' AND from_state IS NOT 'accepted'))"
    )
    # The words were "O-1 of attempt 2".
    op.execute(
        "UPDATE intent_events SET order_id = substr(words, 1, instr(words, ' of attempt ') - 1), "
        "attempt = CAST(substr(words, instr(words, ' of attempt ') + 12) AS INTEGER) "
        "WHERE note = 'filled late' AND instr(words, ' of attempt ') > 1"
    )


def downgrade() -> None:
    with op.batch_alter_table("intent_events") as steps:
        steps.drop_column("attempt")
        steps.drop_column("order_id")
        steps.drop_column("note")
