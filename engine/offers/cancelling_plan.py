"""Pure: which open orders are meant, which of them may be cancelled, and what became of one."""

from collections.abc import Iterable
from dataclasses import dataclass

from engine.model.errors import BrokerError, KeyRejectedError, RefusalReason, RefusedError, TryLaterError
from engine.model.instruments import base_of, quote_of
from engine.model.orders import Order, OrderStatus
from engine.model.typed_names import is_named
from engine.offers.cancelling_preview import CancelOutcome, NoCancel
from engine.portfolio.open_orders import AccountOrders, OpenOrder, OrderOwner, OrdersOverview

#: So many buttons a message has at most.
MOST_BUTTONS = 10

_OURS = {
    OrderOwner.EXIT: NoCancel.EXIT,
    OrderOwner.ENTRY: NoCancel.ENTRY,
    OrderOwner.ENDED: NoCancel.ENDED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedOrder:
    """What was typed: it may be an order's id, a symbol, or both."""

    text: str
    #: None where it can be no symbol.
    symbol: str | None


def find_orders(overview: OrdersOverview, named: NamedOrder) -> tuple[OpenOrder, ...]:
    """Return the order of this id, or else every order of this symbol."""
    name = named.text.casefold()
    by_id = tuple(one for one in overview.orders if name in _ids(one.order))
    if by_id or named.symbol is None:
        return by_id
    return tuple(one for one in overview.orders if _is_called(one.order, named.symbol))


def find_unreadable(overview: OrdersOverview, named: NamedOrder) -> tuple[AccountOrders, ...]:
    """Return the accounts that list an order of this id which cannot be read."""
    name = named.text.casefold()
    return tuple(
        account
        for account in overview.accounts
        if any(one.casefold().partition(":")[0] == name for one in account.unreadable)
    )


def why_not_cancelled(one: OpenOrder, *, is_listed: bool) -> NoCancel | None:
    """Return why an open order is not cancelled here; None where it is the owner's and still listed."""
    if one.owner.is_ours:
        return _OURS[one.owner]
    return None if is_listed else NoCancel.NOT_LISTED


def cancel_outcome(now: Order | None, error: BrokerError | None) -> CancelOutcome:
    """Decide what became of an order by its own state after the cancel; only the venue's word makes it cancelled."""
    if now is not None and now.status.is_final:
        return CancelOutcome.FILLED if now.status is OrderStatus.FILLED else CancelOutcome.CANCELLED
    return CancelOutcome.REFUSED if _is_refusal(error) else CancelOutcome.UNKNOWN


def _is_refusal(error: BrokerError | None) -> bool:
    if isinstance(error, RefusedError):
        # An order that the venue does not find may be over.
        return error.reason is not RefusalReason.UNKNOWN_ORDER
    return isinstance(error, KeyRejectedError | TryLaterError)


def _ids(order: Order) -> Iterable[str]:
    ids = (order.venue_order_id, order.client_order_id)
    return {one.casefold() for one in ids if one is not None}


def _is_called(order: Order, symbol: str) -> bool:
    quote = quote_of(symbol)
    is_quoted_in = not quote or quote_of(order.symbol).upper() == quote.upper()
    return is_named(base_of(order.symbol), base_of(symbol)) and is_quoted_in
