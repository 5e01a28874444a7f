"""Positions in alerts as they were gathered, in place of copies with everything worked out of them."""

import json
from collections.abc import Callable
from decimal import Decimal, localcontext
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

ALERTS = sa.table(
    "alerts",
    sa.column("alert_id", sa.BigInteger()),
    sa.column("kind", sa.String()),
    sa.column("data_json", sa.Text()),
)
WITH_POSITIONS = ("first_contact", "existing_guarded", "guard_paused", "coin_renamed")
COPIED = (
    *("account", "kind", "direction", "asset", "quantity", "locked", "explained", "history_incomplete"),
    *("mark", "last_mark", "guard", "fills_pending", "unsettled", "as_of"),
)
#: Finer than any venue's.
STEP = "0.000000000000000001"


def upgrade() -> None:
    _rewrite(_gathered, is_wanted=lambda found: "pnl_ratio" in found and "explained" in found)


def downgrade() -> None:
    """Write the copies without what would have to be worked out."""
    _rewrite(_copied, is_wanted=lambda found: "cost_currency" in found)


def _rewrite(
    change: Callable[[dict[str, Any]], dict[str, Any]], *, is_wanted: Callable[[dict[str, Any]], bool]
) -> None:
    connection = op.get_bind()
    rows = sa.select(ALERTS.c.alert_id, ALERTS.c.data_json).where(ALERTS.c.kind.in_(WITH_POSITIONS))
    for alert_id, text in connection.execute(rows).all():
        try:
            data = json.loads(text, object_hook=lambda found: change(found) if is_wanted(found) else found)
        except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError):
            # What cannot be read stays as it is: its alert is reported as unreadable.
            continue
        written = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        connection.execute(ALERTS.update().where(ALERTS.c.alert_id == alert_id).values(data_json=written))


def _gathered(view: dict[str, Any]) -> dict[str, Any]:
    entry = view["entry"]
    return {name: view[name] for name in COPIED if name in view} | {
        "instrument": _instrument(view),
        "is_listing_known": view["symbol"] is not None or view["not_guarded"] != "price unknown",
        "cost": None if entry is None else str(_product(entry, view["explained"])),
        "cost_currency": view["currency"],
        "quote_usd": None,
        "taker": {"ratio": str(_fee(view)), "is_own": view.get("is_fee_own", True)},
        "has_open_question": view["not_guarded"] == "the question about it waits for your answer",
    }


def _instrument(view: dict[str, Any]) -> dict[str, Any] | None:
    if view["symbol"] is None:
        return None
    base, _, quote = view["symbol"].partition("/")
    return {
        "venue": view["account"]["venue"],
        "symbol": view["symbol"],
        "base": base,
        "quote": quote,
        "asset_class": "tokenized stock" if str(view["not_guarded"]).startswith("a tokenized") else "crypto",
        "lot": STEP,
        "tick": STEP,
        "minimum_quantity": _minimum(view),
        "minimum_notional": "0",
    }


def _minimum(view: dict[str, Any]) -> str:
    """Return a least quantity by which the position is as far too small as was said of it."""
    if view["not_guarded"] == "below the venue's minimum":
        return str(_product(view["quantity"], "2"))
    return view["quantity"] if view["not_guarded"] == "cannot be sold now" else "0"


def _fee(view: dict[str, Any]) -> Decimal:
    """Return the fee that the stored net result counts, as a fraction of the value."""
    price = (view["mark"] or {}).get("price")
    if price is None or view["pnl"] is None or view["net_if_sold"] is None:
        return Decimal()
    value = _product(price, view["explained"])
    with localcontext(prec=60):
        return (Decimal(view["pnl"]) - Decimal(view["net_if_sold"])) / value if value else Decimal()


def _product(one: str, other: str) -> Decimal:
    with localcontext(prec=60):
        return Decimal(one) * Decimal(other)


def _copied(position: dict[str, Any]) -> dict[str, Any]:
    cost, explained, instrument = position["cost"], Decimal(position["explained"]), position["instrument"]
    quote = instrument["quote"] if instrument else None
    return {name: position[name] for name in COPIED if name in position} | {
        "symbol": instrument["symbol"] if instrument else None,
        "entry": str(Decimal(cost) / explained) if cost is not None and explained else None,
        "currency": position["cost_currency"] or quote or "USD",
        "value_usd": None,
        "pnl": None,
        "pnl_ratio": None,
        "net_if_sold": None,
        "is_fee_own": position["taker"]["is_own"],
        "not_guarded": None,
    }
