"""Orders and fills as Coinbase writes them; pure."""

from decimal import ROUND_HALF_EVEN, Decimal

from engine.brokers.paper.ledger import Draft, Fill, Kind, Order
from engine.model.money import ZERO
from engine.model.orders import OrderStatus, Side
from sandbox.coinbase.account import CoinbaseAccount
from sandbox.coinbase.products import product_id
from sandbox.coinbase.refusals import Json
from sandbox.formats import iso_time, plain

#: Averages are cut to as many digits as the venue shows.
AVERAGE = Decimal("1E-16")
CENTS = Decimal("0.01")
FAILED = "FAILED"
STATUS = {OrderStatus.OPEN: "OPEN", OrderStatus.FILLED: "FILLED", OrderStatus.CANCELED: "CANCELLED"}


def configuration_of(draft: Draft) -> Json:
    """order_configuration as a client would have sent it."""
    size = {"quote_size": plain(draft.spend)} if draft.spend is not None else _base_size(draft)
    if draft.kind is Kind.MARKET:
        return {"market_market_ioc": size}
    limit = {**size, "limit_price": plain(draft.limit or ZERO)}
    if draft.kind is Kind.LIMIT_IOC:
        return {"sor_limit_ioc": limit}
    return {"limit_limit_gtc": {**limit, "post_only": draft.post_only}}


def placed(order: Order) -> Json:
    """The answer to a new order: ids only, nothing about fills."""
    return {
        "success": True,
        "success_response": {
            "order_id": order.id,
            "product_id": product_id(order.draft.listing),
            "side": order.draft.side.upper(),
            "client_order_id": order.draft.client_id or "",
        },
        "order_configuration": configuration_of(order.draft),
    }


def order_row(account: CoinbaseAccount, order: Order, status: str) -> Json:
    """An order in lists and by id, under the status it is shown with."""
    draft, average = order.draft, order.average_price
    sign = 1 if draft.side is Side.BUY else -1
    return {
        "order_id": order.id,
        "product_id": product_id(draft.listing),
        "user_id": account.user_id,
        "order_configuration": configuration_of(draft),
        "side": draft.side.upper(),
        "client_order_id": draft.client_id or "",
        "status": status,
        "time_in_force": "GOOD_UNTIL_CANCELLED" if draft.kind is Kind.LIMIT else "IMMEDIATE_OR_CANCEL",
        "created_time": iso_time(order.opened_at),
        "completion_percentage": str(_done(order)),
        "filled_size": plain(order.filled),
        "average_filled_price": plain(_average(average)),
        "fee": "",
        "number_of_fills": str(len(order.fill_ids)),
        "filled_value": plain(order.cost),
        "pending_cancel": status == "CANCEL_QUEUED",
        "size_in_quote": draft.spend is not None,
        "total_fees": plain(order.fee),
        "size_inclusive_of_fees": draft.spend is not None,
        "total_value_after_fees": plain(order.cost + sign * order.fee),
        "trigger_status": "INVALID_ORDER_TYPE",
        "order_type": "MARKET" if draft.kind is Kind.MARKET else "LIMIT",
        "reject_reason": "COMMANDER_REJECTED_NEW_ORDER" if status == FAILED else "REJECT_REASON_UNSPECIFIED",
        "settled": order.status is not OrderStatus.OPEN,
        "product_type": "SPOT",
        "reject_message": "",
        "cancel_message": order.reason,
        "order_placement_source": "RETAIL_ADVANCED",
        "outstanding_hold_amount": plain(order.hold),
        "is_liquidation": False,
        "last_fill_time": _last_fill(account, order),
        "edit_history": [],
        "leverage": "",
        "margin_type": "UNKNOWN_MARGIN_TYPE",
    }


def fill_row(account: CoinbaseAccount, fill: Fill) -> Json:
    """An execution; for an order by quote_size its size is in quote units, as the order's was."""
    in_quote = account.ledger.orders[fill.order_id].draft.spend is not None
    return {
        "entry_id": fill.id.replace("-", ""),
        "trade_id": fill.id,
        "order_id": fill.order_id,
        "trade_time": iso_time(fill.at),
        "trade_type": "FILL",
        "price": plain(fill.price),
        "size": plain(fill.cost if in_quote else fill.quantity),
        "commission": plain(fill.fee),
        "product_id": product_id(fill.listing),
        "sequence_timestamp": iso_time(fill.at),
        "liquidity_indicator": "MAKER" if fill.maker else "TAKER",
        "size_in_quote": in_quote,
        "user_id": account.user_id,
        "side": fill.side.upper(),
    }


def _base_size(draft: Draft) -> Json:
    return {"base_size": plain(draft.quantity or ZERO)}


def _average(price: Decimal | None) -> Decimal:
    return ZERO if price is None else price.quantize(AVERAGE, ROUND_HALF_EVEN)


def _done(order: Order) -> Decimal:
    return (100 * order.filled / order.quantity).quantize(CENTS) if order.quantity else ZERO


def _last_fill(account: CoinbaseAccount, order: Order) -> str | None:
    times = [fill.at for fill in account.ledger.fills if fill.order_id == order.id]
    return iso_time(max(times)) if times else None
