"""What is done about exits that do not get through, as codes; it was the sentence that the chat showed, and is one again below this."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

ALERTS = sa.table(
    "alerts",
    sa.column("alert_id", sa.BigInteger()),
    sa.column("kind", sa.String()),
    sa.column("data_json", sa.Text()),
)
LABELS = {"kraken": "Kraken", "coinbase": "Coinbase", "alpaca": "Alpaca"}
ABSENT = "only once it certainly did not arrive"
SAME_ID = "only under the same id, which makes no second order"
CANCELLING = "cancelling it; the exit waits for the market to open"
SENTENCES = {
    "try_again": "trying again",
    "try_another_pair": "trying again, through another pair if its market still takes none,",
    "await_market": "waiting for the market to open",
    "await_price": "selling as soon as the price is a loss that can be sold",
    "await_key": "going on as soon as the key is back and the bot was started again",
    "await_account": "asking again every few seconds; nothing is sold before it is certain",
    "read_again": "reading it again",
    "read_rest": "reading what is left again",
    "sell_free": "selling what is free; please free the rest at the venue yourself",
    "sell_free_beside_order": "selling what is free; cancel that order at the venue yourself",
    "sell_rest": "selling what the balance still shows",
    "cancel_opposite": "cancelling the opposite orders again with the next try",
    "cancel_queued": CANCELLING,
    "sell_all": "selling all that is guarded, and not only the part",
    "cancel_part": "cancelling the order of that part; then all that is guarded is sold",
    "follow": (
        "querying it until it is over; nothing is sent twice. If you want to sell otherwise, cancel it at {venue} first"
    ),
    "query": "querying the order until it is known; nothing is sent twice",
    "confirm_end": "asking again until that is certain; nothing is sent before",
    "find_out_same_id": f"asking {{venue}} what became of it; it is sent again {SAME_ID}",
    "find_out_absent": f"asking {{venue}} what became of it; it is sent again {ABSENT}",
    "look_until_certain": "looking for it; nothing is sent before that is certain",
    "look_until_unlisted": "looking for it; it is sold again if no list shows an order within 5 minutes",
    "look_until_unpaid": "looking for it; it is sent again if the balance shows no money of a sale for 60 seconds",
    "look_before_end": "it may still arrive; looking for it before this exit ends",
    "look_for_sold": "looking for it; nothing is sent meanwhile",
    "begin_again": "beginning again with every look; please look at the venue yourself",
}


def upgrade() -> None:
    """Leave the sentences of before: they are shown as they are."""


def downgrade() -> None:
    connection = op.get_bind()
    rows = sa.select(ALERTS.c.alert_id, ALERTS.c.data_json).where(ALERTS.c.kind == "exit_failing")
    for alert_id, text in connection.execute(rows).all():
        try:
            alert = json.loads(text)
            alert["doing"] = _sentence(alert["doing"], LABELS.get(alert["venue"], alert["venue"]))
        except (KeyError, TypeError, ValueError):
            # What cannot be read stays as it is: its alert is reported as unreadable.
            continue
        written = json.dumps(alert, ensure_ascii=False, separators=(",", ":"))
        connection.execute(ALERTS.update().where(ALERTS.c.alert_id == alert_id).values(data_json=written))


def _sentence(doing: Any, label: str) -> str:
    if isinstance(doing, str):
        return SENTENCES[doing].format(venue=label) if doing in SENTENCES else doing
    if doing["kind"] == "cancel_again":
        return f"{CANCELLING}; that failed, because {doing['error']}; trying again"
    resend = SAME_ID if doing["is_same_id"] else ABSENT
    mend = "give the key what it lacks, or " if doing["is_key_rejected"] else ""
    return (
        f"asking again; it is sent again {resend}. Please {mend}look for this bot's own sell "
        f"order {doing['order_id']} at {label}, and sell it there yourself if there is none"
    )
