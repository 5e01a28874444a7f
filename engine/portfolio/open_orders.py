"""Pure: the open orders of an account, each with whose it is."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from engine.brokers.named_orders import is_another
from engine.model.orders import OpenOrders, Order
from engine.model.venues import Account
from engine.orders.intents import Intent, IntentKind
from engine.orders.states import client_order_id


class OrderOwner(StrEnum):
    """Who placed an open order."""

    #: The owner of the account, past NIJA.
    EXTERNAL = "external"
    #: NIJA, for a sale under way.
    EXIT = "exit"
    #: NIJA, for a buy under way.
    ENTRY = "entry"
    #: NIJA, for something that is over.
    ENDED = "ended"

    @property
    def is_ours(self) -> bool:
        """Return whether NIJA placed it."""
        return self is not OrderOwner.EXTERNAL


_OF_KIND = {IntentKind.EXIT: OrderOwner.EXIT, IntentKind.ENTRY: OrderOwner.ENTRY}


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenOrder:
    """An open order and whose it is."""

    account: Account
    order: Order
    owner: OrderOwner


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountOrders:
    """What may still fill in one account, as it was listed last."""

    account: Account
    orders: tuple[OpenOrder, ...] = ()
    #: Listed orders that could not be read, each as its owner finds it at the venue.
    unreadable: tuple[str, ...] = ()
    #: When they were listed; None where they never were.
    as_of: datetime | None
    #: Why they were not listed anew; empty where they were.
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdersOverview:
    """The open orders of a user's accounts."""

    accounts: tuple[AccountOrders, ...]
    as_of: datetime

    @property
    def orders(self) -> tuple[OpenOrder, ...]:
        """Return all of them that can be read."""
        return tuple(order for account in self.accounts for order in account.orders)

    @property
    def unread(self) -> tuple[AccountOrders, ...]:
        """Return the accounts whose orders were not listed anew."""
        return tuple(account for account in self.accounts if account.error)


def assign_owners(
    account: Account, opened: OpenOrders, *, our_ids: Collection[str], live: Iterable[Intent]
) -> tuple[OpenOrder, ...]:
    """Return each open order with whose it is.

    `our_ids` are the venue's ids of all our orders in the account, and `live` the intents that are not over.
    """
    live = tuple(intent for intent in live if intent.account_id == account.account_id)
    return tuple(
        OpenOrder(account=account, order=order, owner=_owner(order, our_ids, live)) for order in opened.orders
    )


def _owner(order: Order, our_ids: Collection[str], live: Iterable[Intent]) -> OrderOwner:
    intent = next((intent for intent in live if _is_of(order, intent)), None)
    if intent is not None:
        return _OF_KIND[intent.kind]
    return OrderOwner.ENDED if order.venue_order_id in our_ids else OrderOwner.EXTERNAL


def _is_of(order: Order, intent: Intent) -> bool:
    """Return whether an order is one of an intent's attempts, one included whose answer was lost."""
    if order.venue_order_id == intent.venue_order_id:
        return True
    sent_as = {client_order_id(intent.intent_id, attempt) for attempt in range(1, intent.attempt + 1)}
    return order.client_order_id in sent_as and not is_another(order, intent.symbol, intent.side)
