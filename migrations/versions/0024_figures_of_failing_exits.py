"""Why exits do not get through, with its figures; it was the sentence that the chat showed, and is one again below this."""

import json
from decimal import Context, Decimal
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

ALERTS = sa.table(
    "alerts",
    sa.column("alert_id", sa.BigInteger()),
    sa.column("kind", sa.String()),
    sa.column("data_json", sa.Text()),
)
LABELS = {"kraken": "Kraken", "coinbase": "Coinbase", "alpaca": "Alpaca"}
PROBLEMS = {
    "no_book": "no order book",
    "no_rate": "no rate of {quote} in {currency}",
    "unconfirmed": "two looks at its order book do not agree",
    "too_small": "{detail}",
    "bad_book": "the order book makes no sense",
    "shallow_book": "the order book does not cover the quantity",
    "nothing_to_sell": "nothing of the position can be sold",
}
FIGURES = Context(prec=6)


def upgrade() -> None:
    """Leave the sentences of before: they are shown as they are."""


def downgrade() -> None:
    connection = op.get_bind()
    rows = sa.select(ALERTS.c.alert_id, ALERTS.c.data_json).where(
        ALERTS.c.kind.in_(("exit_failing", "exit_filled"))
    )
    for alert_id, text in connection.execute(rows).all():
        try:
            written = _worded(json.loads(text))
        except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError):
            # What cannot be read stays as it is: its alert is reported as unreadable.
            continue
        connection.execute(ALERTS.update().where(ALERTS.c.alert_id == alert_id).values(data_json=written))


def _worded(alert: dict[str, Any]) -> str:
    """Return an alert with the reasons in it as sentences."""
    failing = alert if alert["kind"] == "exit_failing" else alert.get("held_up")
    if failing is not None:
        failing["why"] = _sentence(failing["why"]) + _in_the_way(
            failing.pop("unreadable", []), LABELS.get(alert["venue"], alert["venue"])
        )
    return json.dumps(alert, ensure_ascii=False, separators=(",", ":"))


def _in_the_way(unreadable: list[str], label: str) -> str:
    if not unreadable:
        return ""
    named = ", ".join(unreadable)
    return f"; {label} also lists what NIJA cannot read and what may hold it ({named}): cancel that there yourself"


def _sentence(why: Any) -> str:
    if isinstance(why, str):
        return why
    if why["kind"] == "unknown_hold":
        return _hold(why)
    if why["kind"] == "little_free":
        rest = _hold(why["unknown_hold"]) if why["unknown_hold"] else "the rest is held or locked"
        return f"only {Decimal(why['quantity']):f} {why['asset']} is free, {rest}"
    refused = why["refused"]
    tried = [f"no sale is taken through {', '.join(refused)}"] if len(refused) > 1 else []
    return "; ".join([why["why"], *tried, *(_offer(one, why["currency"]) for one in why["offers"])])


def _hold(hold: dict[str, Any]) -> str:
    quantity = Decimal(hold["quantity"])
    held = f"{quantity.normalize():f} of it is held"
    if hold["error"] is None:
        return f"{held}, and no listed order holds it"
    unlisted = f"the open orders cannot be listed: {hold['error']}"
    return f"{held}, and {unlisted}" if quantity else unlisted


def _offer(offer: dict[str, Any], currency: str) -> str:
    symbol = offer["symbol"]
    if offer["problem"] is not None:
        quote = symbol.partition("/")[2]
        return f"{symbol}: {PROBLEMS[offer['problem']].format(quote=quote, currency=currency, detail=offer['detail'])}"
    brings, least = (f"{FIGURES.plus(Decimal(offer[name])).normalize():f}" for name in ("price", "least"))
    return f"{symbol} would bring {brings} {currency} a unit, less than {least} is not taken"
