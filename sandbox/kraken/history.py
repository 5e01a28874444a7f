"""OpenOrders, ClosedOrders, QueryOrders, TradesHistory and Ledgers, with Kraken's pages of fifty."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from engine.brokers.paper.ledger import Fill, Order
from engine.model.orders import OrderStatus
from sandbox.kraken.call import PrivateCall
from sandbox.kraken.errors import invalid
from sandbox.kraken.figures import flag, whole
from sandbox.kraken.names import asset_altname, asset_id
from sandbox.kraken.order_ids import check_order_id
from sandbox.kraken.pacing import is_pending
from sandbox.kraken.render import entry_info, order_info, trade_info

T = TypeVar("T")
PAGE = 50
_MOST_IDS = 50


def open_orders(call: PrivateCall) -> object:
    """Every open order, newest first."""
    orders = [
        order
        for order in reversed(call.account.ledger.open_orders())
        if _is_wanted(call, order) and _is_listed(call, order.opened_at)
    ]
    return {"open": _orders(call, orders)}


def closed_orders(call: PrivateCall) -> object:
    """A page of filled and cancelled orders, most recently closed first."""
    ledger = call.account.ledger
    ended = [
        order
        for order in ledger.orders.values()
        if order.status is not OrderStatus.OPEN
        and _is_wanted(call, order)
        and _is_listed(call, order.closed_at or order.opened_at)
    ]
    opened = {order.id: order.opened_at for order in ledger.orders.values()}
    time_of = _order_time(call.params)
    ended.sort(key=lambda order: order.closed_at or order.opened_at)
    page, count = _page(call.params, ended, time_of, opened)
    return _counted(call.params, {"closed": _orders(call, page)}, count)


def query_orders(call: PrivateCall) -> object:
    """The named orders; unknown ids are left out."""
    ids = [order_id.strip() for order_id in call.params.get("txid", "").split(",") if order_id.strip()]
    if not 0 < len(ids) <= _MOST_IDS:
        raise invalid("txid")
    for order_id in ids:
        check_order_id(order_id)
    orders = call.account.ledger.orders
    return _orders(call, [orders[order_id] for order_id in ids if order_id in orders])


def trades_history(call: PrivateCall) -> object:
    """A page of fills, newest first."""
    ledger = call.account.ledger
    numbered = {fill.id: number for number, fill in enumerate(ledger.fills, start=1)}
    kind = call.params.get("type", "all")
    fills = [fill for fill in ledger.fills if _is_of_type(fill, kind) and _is_listed(call, fill.at)]
    times = {fill.id: fill.at for fill in ledger.fills}
    page, count = _page(call.params, fills, lambda fill: fill.at, times)
    trades = {fill.id: trade_info(call.account, fill, numbered[fill.id]) for fill in page}
    if flag(call.params, "ledgers"):
        for fill_id, trade in trades.items():
            trade["ledgers"] = [entry.id for entry in ledger.entries if entry.reference == fill_id]
    return _counted(call.params, {"trades": trades}, count)


def ledgers(call: PrivateCall) -> object:
    """A page of balance changes, newest first."""
    wanted, kind = call.params.get("asset", "all").split(","), call.params.get("type", "all")
    entries = [
        entry
        for entry in call.account.ledger.entries
        if kind in {"all", entry.kind}
        and {"all", asset_id(entry.asset), asset_altname(entry.asset)} & set(wanted)
    ]
    times = {entry.id: entry.at for entry in call.account.ledger.entries}
    page, count = _page(call.params, entries, lambda entry: entry.at, times)
    return _counted(call.params, {"ledger": {entry.id: entry_info(entry) for entry in page}}, count)


def _orders(call: PrivateCall, orders: Sequence[Order]) -> dict[str, object]:
    trades = flag(call.params, "trades")
    return {
        order.id: order_info(
            call.account, order, trades=trades, pending=is_pending(call.account, order, call.now)
        )
        for order in orders
    }


def _is_wanted(call: PrivateCall, order: Order) -> bool:
    userref, client_id = whole(call.params, "userref"), call.params.get("cl_ord_id")
    if userref is not None and call.account.userrefs.get(order.id) != userref:
        return False
    return client_id in {None, order.draft.client_id}


def _is_listed(call: PrivateCall, happened_at: float) -> bool:
    return call.now - happened_at >= call.account.listing_delay_s


def _is_of_type(fill: Fill, wanted: str) -> bool:
    if wanted == "no position":
        return fill.position_id is None
    return wanted == "all" or fill.position_id is not None


def _order_time(params: Mapping[str, str]) -> Callable[[Order], float]:
    if params.get("closetime") == "open":
        return lambda order: order.opened_at
    return lambda order: order.closed_at or order.opened_at


def _page(
    params: Mapping[str, str], items: Sequence[T], time_of: Callable[[T], float], times: Mapping[str, float]
) -> tuple[list[T], int]:
    """One page of the items (given oldest first) after `start` and up to `end`, newest first."""
    start = _bound(params, "start", times)
    end = _bound(params, "end", times)
    inside = [
        item
        for item in reversed(items)
        if (start is None or time_of(item) > start) and (end is None or time_of(item) <= end)
    ]
    offset = whole(params, "ofs", 0) or 0
    return inside[offset : offset + PAGE], len(inside)


def _bound(params: Mapping[str, str], name: str, times: Mapping[str, float]) -> float | None:
    """A bound in unix seconds, or the time of the item whose id it is."""
    text = params.get(name)
    if text is None:
        return None
    if text in times:
        return times[text]
    try:
        return float(text)
    except ValueError:
        raise invalid(name) from None


def _counted(params: Mapping[str, str], answer: dict[str, object], count: int) -> dict[str, object]:
    return answer if flag(params, "without_count") else {**answer, "count": count}
