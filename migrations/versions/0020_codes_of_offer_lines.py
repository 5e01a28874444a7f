"""Why a position in an alert cannot be guarded, as codes; they were the sentences that the chat showed."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

ALERTS = sa.table(
    "alerts",
    sa.column("alert_id", sa.BigInteger()),
    sa.column("kind", sa.String()),
    sa.column("data_json", sa.Text()),
)
WITH_LINES = ("first_contact", "existing_guarded", "guard_paused", "coin_renamed")
EXCLUDED = {
    "already guarded": "already_guarded",
    "cannot be sold now": "cannot_be_sold",
    "a short position, which NIJA only shows": "short",
    "neither a coin nor a share that is listed there, so NIJA does not sell it": "not_listed",
    "a tokenized stock, which NIJA prices and does not sell; sell it at the venue itself": "tokenized",
    "price unknown": "price_unknown",
    "market closed": "market_closed",
    "not read since it was sold; try again in a moment": "unread_sale",
    "below the venue's minimum": "dust",
    "it changed while you answered; /guard shows what is there now": "changed",
}
NO_ENTRY = {
    "entry unknown": "entry_unknown",
    "its fills are still being read": "fills_pending",
    "bought with another currency than it is sold for": "other_currency",
    "what was bought is below the venue's minimum": "dust",
}


def upgrade() -> None:
    _rewrite(_coded)


def downgrade() -> None:
    _rewrite(_worded)


def _rewrite(change: Any) -> None:
    connection = op.get_bind()
    rows = sa.select(ALERTS.c.alert_id, ALERTS.c.data_json).where(ALERTS.c.kind.in_(WITH_LINES))
    for alert_id, text in connection.execute(rows).all():
        try:
            data = json.loads(text, object_hook=lambda found: change(found) if "standing" in found else found)
        except ValueError:
            # What cannot be read stays as it is: its alert is reported as unreadable.
            continue
        written = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        connection.execute(ALERTS.update().where(ALERTS.c.alert_id == alert_id).values(data_json=written))


def _coded(line: dict[str, Any]) -> dict[str, Any]:
    """Return a line with the codes of its sentence; one of an earlier version stays as it was."""
    why = line.pop("why_not", "") or line.get("excluded")
    no_entry = NO_ENTRY.get(why) if line["standing"] != "cannot be guarded" else None
    excluded = EXCLUDED.get(why, why) if why and no_entry is None else None
    return line | {"excluded": excluded, "no_entry": no_entry}


def _worded(line: dict[str, Any]) -> dict[str, Any]:
    excluded, no_entry = line["excluded"], line.pop("no_entry", None)
    sentences = {code: sentence for sentence, code in EXCLUDED.items()}
    reasons = {code: sentence for sentence, code in NO_ENTRY.items() if code != "entry_unknown"}
    why = sentences.get(excluded, excluded) or reasons.get(no_entry, "")
    # Only these were members, and what changed meanwhile was none of them.
    is_member = excluded in sentences and excluded != "changed"
    return line | {"why_not": why, "excluded": why if is_member else None}
