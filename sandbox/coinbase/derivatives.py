"""Orders and fills in futures and perpetuals, which the lists show among the spot ones; nothing trades them here."""

import uuid
from dataclasses import dataclass, field
from decimal import Decimal

from sandbox.coinbase.refusals import Json
from sandbox.formats import iso_time, plain


def _new_uuid() -> str:
    return str(uuid.uuid4())


@dataclass(slots=True, kw_only=True)
class DerivativeOrder:
    """A resting order in a product such as BTC-PERP-INTX; it holds margin, never coins."""

    id: str = field(default_factory=_new_uuid)
    product_id: str
    side: str
    size: Decimal
    limit_price: Decimal
    status: str = "OPEN"
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DerivativeFill:
    """An execution; `size` counts contracts where the product is traded in contracts."""

    id: str = field(default_factory=_new_uuid)
    order_id: str = field(default_factory=_new_uuid)
    product_id: str
    side: str
    size: Decimal
    price: Decimal
    at: float


def derivative_order_row(user_id: str, order: DerivativeOrder) -> Json:
    """An order in lists and by id."""
    terms = {"base_size": plain(order.size), "limit_price": plain(order.limit_price), "post_only": False}
    return {
        "order_id": order.id,
        "product_id": order.product_id,
        "user_id": user_id,
        "order_configuration": {"limit_limit_gtc": terms},
        "side": order.side,
        "client_order_id": order.id,
        "status": order.status,
        "time_in_force": "GOOD_UNTIL_CANCELLED",
        "created_time": iso_time(order.at),
        "completion_percentage": "0",
        "filled_size": "0",
        "average_filled_price": "0",
        "fee": "",
        "number_of_fills": "0",
        "filled_value": "0",
        "pending_cancel": False,
        "size_in_quote": False,
        "total_fees": "0",
        "size_inclusive_of_fees": False,
        "total_value_after_fees": "0",
        "trigger_status": "INVALID_ORDER_TYPE",
        "order_type": "LIMIT",
        "reject_reason": "REJECT_REASON_UNSPECIFIED",
        "settled": False,
        "product_type": "FUTURE",
        "outstanding_hold_amount": "0",
        "leverage": "5",
        "margin_type": "CROSS",
    }


def derivative_fill_row(user_id: str, fill: DerivativeFill) -> Json:
    """An execution in the list of fills; nothing but its product says that it is no spot trade."""
    return {
        "entry_id": fill.id.replace("-", ""),
        "trade_id": fill.id,
        "order_id": fill.order_id,
        "trade_time": iso_time(fill.at),
        "trade_type": "FILL",
        "price": plain(fill.price),
        "size": plain(fill.size),
        "commission": "0",
        "product_id": fill.product_id,
        "sequence_timestamp": iso_time(fill.at),
        "liquidity_indicator": "TAKER",
        "size_in_quote": False,
        "user_id": user_id,
        "side": fill.side,
    }
