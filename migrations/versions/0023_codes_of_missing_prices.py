"""Why positions in alerts have no price, as codes; they were the sentences that the chat showed."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

ALERTS = sa.table(
    "alerts",
    sa.column("alert_id", sa.BigInteger()),
    sa.column("kind", sa.String()),
    sa.column("data_json", sa.Text()),
)
WITH_POSITIONS = ("first_contact", "existing_guarded", "guard_paused", "coin_renamed")
CODES = {
    "not in the venue's listings": "not_listed",
    "no quote": "no_quote",
    "no answer": "no_answer",
    "no prices": "no_prices",
    "not connected": "not_connected",
    "no bid": "no_bid",
    "no ask": "no_ask",
    "not a number": "not_a_number",
    "zero or negative": "not_positive",
    "bid above ask": "crossed",
    "too old": "stale",
    "dated ahead of our clock": "from_the_future",
    "no order book": "no_book",
    "the order book makes no sense": "bad_book",
    "the order book does not cover the guarded quantity": "shallow_book",
    "nothing of the position can be sold": "nothing_to_sell",
    "a second look did not confirm it": "not_confirmed",
    "ticker and order book differ": "contradicted",
    "a defect of the bot itself; its log says which": "not_judged",
    "market closed": "market_closed",
    "whether its market is open cannot be read": "session_unknown",
}
SENTENCES = {code: sentence for sentence, code in CODES.items()}


def upgrade() -> None:
    _rewrite(CODES)


def downgrade() -> None:
    _rewrite(SENTENCES)


def _rewrite(problems: dict[str, str]) -> None:
    def change(found: dict[str, Any]) -> dict[str, Any]:
        problem = found.get("problem")
        return found | {"problem": problems[problem]} if problem in problems else found

    connection = op.get_bind()
    rows = sa.select(ALERTS.c.alert_id, ALERTS.c.data_json).where(ALERTS.c.kind.in_(WITH_POSITIONS))
    for alert_id, text in connection.execute(rows).all():
        try:
            data = json.loads(text, object_hook=change)
        except (TypeError, ValueError):
            # What cannot be read stays as it is: its alert is reported as unreadable.
            continue
        written = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        connection.execute(ALERTS.update().where(ALERTS.c.alert_id == alert_id).values(data_json=written))
