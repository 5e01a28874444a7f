"""The port to a venue's private stream: what an account's own orders and balances do, as it happens."""

from dataclasses import dataclass
from typing import Protocol

from engine.brokers.streams.price_stream import Loss
from engine.model.orders import VenueOrderId
from engine.model.venues import Account


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderNews:
    """Something happened to an order, the owner's own ones included.

    How much has filled, at what price and fee, is for the order's own answer: a venue pushes it twice, in another order
    or only in part.
    """

    venue_order_id: VenueOrderId
    #: Whether nothing more can fill, as far as the message says.
    is_over: bool


class AccountSink(Protocol):
    """Who takes what a private stream reads; called in the reader's task, so that it must neither wait nor raise."""

    def order(self, news: OrderNews) -> None:
        """Take note of what happened to an order; the same may come twice."""

    def balance(self) -> None:
        """Take note that a balance changed."""

    def live(self) -> None:
        """Take note that from now on whatever happens is pushed: everything is subscribed and nothing is missing."""

    def lost(self, loss: Loss) -> None:
        """Take note that the stream is down: changes may be missed until `live`."""


class AccountStream(Protocol):
    """One account's news, pushed; whatever of it fails is for the poll."""

    @property
    def account(self) -> Account:
        """Return whose account it is."""

    @property
    def name(self) -> str:
        """Return what the stream is called."""

    @property
    def pushes_transfers(self) -> bool:
        """Return whether every change of a balance is pushed, deposits and withdrawals included."""

    async def run(self, sink: AccountSink) -> None:
        """Connect, subscribe and read until cancelled, and connect again after every fault of the venue's."""
