"""The order that a step cancels, in a column of its own; it was JSON in the text of that step."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

STEPS = sa.table(
    "intent_events",
    sa.column("event_id", sa.BigInteger()),
    sa.column("note", sa.String()),
    sa.column("words", sa.String()),
    sa.column("cancelled_json", sa.Text()),
)


def upgrade() -> None:
    with op.batch_alter_table("intent_events") as steps:
        steps.add_column(sa.Column("cancelled_json", sa.Text()))
    connection = op.get_bind()
    noted = sa.select(STEPS.c.event_id, STEPS.c.words).where(STEPS.c.note.in_(["release", "released"]))
    for event_id, words in connection.execute(noted).all():
        # What cannot be read stays as it is: its exit is told as unreadable.
        change = {"cancelled_json": words, "words": _order_id(words)}
        connection.execute(STEPS.update().where(STEPS.c.event_id == event_id).values(change))


def downgrade() -> None:
    op.execute("UPDATE intent_events SET words = cancelled_json WHERE cancelled_json IS NOT NULL")
    with op.batch_alter_table("intent_events") as steps:
        steps.drop_column("cancelled_json")


def _order_id(words: str | None) -> str:
    try:
        return str(json.loads(words or "")["venue_order_id"])
    except (ValueError, KeyError, TypeError):
        return ""
