"""The ports to a venue: its public market data, and one account's private side."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import IntEnum
from typing import Protocol, runtime_checkable

from engine.brokers.departure import Departure
from engine.model.holdings import AccountReport
from engine.model.instruments import Instrument
from engine.model.orders import ClientOrderId, Fill, OpenOrders, Order, OrderRequest, Sent, VenueOrderId
from engine.model.quotes import OrderBook, Quotes
from engine.model.venues import Account, Venue
from engine.storage.session import DatabaseSession


class Priority(IntEnum):
    """Who goes first on one key; lower numbers go first."""

    EXIT = 0
    ENTRY = 1
    READ = 2
    HISTORY = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class FillPage:
    """Fills newest first, and where to go on reading further back; None at the beginning of history."""

    fills: tuple[Fill, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeQuote:
    """The taker fee this account pays, as a fraction of the traded value."""

    taker: Decimal
    #: False when the venue has no answer and the figure is its published schedule.
    live: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedFee:
    """What a venue has charged for an order."""

    amount: Decimal
    asset: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPermissions:
    """What a key may do; None where the venue does not report it."""

    can_read: bool | None
    can_trade: bool | None
    can_withdraw: bool | None
    #: Why the account takes no orders, where that is not the key's fault.
    block: str | None = None
    #: What is not possible although it trades, each in a sentence.
    limits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Whether stocks trade now, and since when or until when."""

    is_open: bool
    opened_at: datetime | None
    next_open: datetime | None
    next_close: datetime | None

    def moved(self, by: timedelta) -> "Session":
        """Return the same session as a clock shows it that is ahead by so much."""
        opened_at, next_open, next_close = (
            at and at + by for at in (self.opened_at, self.next_open, self.next_close)
        )
        return Session(is_open=self.is_open, opened_at=opened_at, next_open=next_open, next_close=next_close)


class MarketData(Protocol):
    """A venue's public side, read once for all accounts.

    Quotes, books and the session are dated as our clock shows now what the venue's own clock showed then: whether
    ours is right must not decide how old a price is, nor whether a market is open.

    Every method raises a BrokerError when the venue gives no usable answer.
    """

    @property
    def venue(self) -> Venue:
        """Return the venue it reads."""

    @property
    def spare_calls_per_s(self) -> float:
        """Return how many public calls a second beside the quotes of guards the venue surely answers."""

    def ahead(self) -> timedelta:
        """Return how far the venue's clock is ahead of ours now; zero while that is not known."""

    async def fetch_instruments(self) -> Mapping[str, Instrument]:
        """Return what is listed, by our symbol."""

    async def fetch_quotes(self, symbols: Collection[str], *, within_s: float | None = None) -> Quotes:
        """Return the top of the book of each symbol; one the venue does not answer for is absent, with the reason.

        What was answered is returned before `within_s` has passed.
        """

    async def fetch_book(self, symbol: str) -> OrderBook:
        """Return the order book, deep enough to walk for an exit."""

    async def fetch_close(self, symbol: str, at: datetime) -> Decimal | None:
        """Return a pair's price at a past moment, from the finest candle kept of it; None when there is none."""

    async def fetch_time(self) -> datetime:
        """Return the venue's clock."""

    async def fetch_session(self) -> Session | None:
        """Return the stock session, or None at venues without stocks."""

    async def close(self) -> None:
        """Close connections that are not shared."""


@runtime_checkable
class ListsWhenNamed(Protocol):
    """A venue whose shares are listed one by one, as they are held or named: all of them are too many."""

    async def load_stocks(self, tickers: Iterable[str]) -> None:
        """Add shares to what is listed; one that the venue does not know, or does not answer for, stays unlisted."""


class Broker(Protocol):
    """One account's private side.

    Reads raise a BrokerError when the venue gives no usable answer. `submit_order` and
    `cancel_order` raise RefusedError, TryLaterError, KeyRejectedError or MisconfiguredError only when the venue
    certainly did nothing, and UnknownOutcomeError in every other case.
    """

    @property
    def account(self) -> Account:
        """Return whose account it is."""

    @property
    def is_short_of_points(self) -> bool:
        """Return whether requests wait for what the key may spend and not for the venue."""

    async def fetch_report(self, *, priority: Priority = Priority.READ) -> AccountReport:
        """Return all holdings, holds and margin positions."""

    async def fetch_open_orders(self, *, priority: Priority = Priority.READ) -> OpenOrders:
        """Return every order that may still fill, and name those that cannot be read."""

    async def fetch_order(
        self, venue_order_id: VenueOrderId, symbol: str, *, priority: Priority = Priority.READ
    ) -> Order:
        """Return one order with its totals; raises RefusedError(UNKNOWN_ORDER) when there is none."""

    async def find_order(
        self,
        client_order_id: ClientOrderId,
        symbol: str,
        *,
        since: datetime,
        sent: Sent | None = None,
        priority: Priority = Priority.READ,
    ) -> Order | None:
        """Look an order up by our id among open, closed and traded ones; None when the venue has none.

        A row that names no id is compared with what was sent.
        """

    async def fetch_order_fills(
        self, order: Order, *, priority: Priority = Priority.READ
    ) -> tuple[Fill, ...]:
        """Return the trades of one order from the account's history, whatever the order's own totals are."""

    async def fetch_fills(
        self, *, cursor: str | None = None, priority: Priority = Priority.HISTORY
    ) -> FillPage:
        """Return one page of fills, newest first."""

    async def submit_order(
        self, request: OrderRequest, *, priority: Priority, departure: Departure | None = None
    ) -> VenueOrderId:
        """Place a market order and return the venue's id for it; `departure` receives the time at which the request left."""

    async def cancel_order(self, venue_order_id: VenueOrderId, symbol: str, *, priority: Priority) -> None:
        """Cancel an open order; one that is already gone raises RefusedError(UNKNOWN_ORDER)."""

    async def fetch_fees(self, symbols: Collection[str]) -> Mapping[str, FeeQuote]:
        """Return the taker fee this account pays for each symbol; symbols whose fee it does not report are absent."""

    async def fetch_booked_fee(self, venue_order_id: VenueOrderId, symbol: str) -> BookedFee | None:
        """Return what a filled order was charged; None while the venue has not booked all of it."""

    async def fetch_permissions(self) -> KeyPermissions:
        """Return what the key may do."""

    async def fetch_account_name(self) -> str | None:
        """Return what the venue itself calls the account, whatever key opens it; None where it does not report it."""

    async def close(self) -> None:
        """Close connections that are not shared."""


@runtime_checkable
class NumbersRequests(Protocol):
    """A broker whose requests carry rising numbers, each on disk before its request is signed."""

    def reserve_number(self, session: DatabaseSession) -> None:
        """Draw the number of the next request in a transaction that writes down what it is for."""
