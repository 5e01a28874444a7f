"""One Alpaca account: its key, its blocks, and a ledger that knows which fees which asset class pays."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal

from engine.brokers.paper.book import Book
from engine.brokers.paper.ledger import Draft, Fees, Ledger, Order
from engine.model.money import ZERO
from engine.model.venue_fees import FIRST_TIERS
from engine.model.venues import Venue
from sandbox.alpaca.names import DOLLAR, is_crypto
from sandbox.pace import Pace

#: Tier 1, taken from whatever a fill credits.
CRYPTO_FEES = FIRST_TIERS[Venue.ALPACA]
STOCK_FEES = Fees(taker=ZERO, maker=ZERO)


def _new_uuid(_: str = "") -> str:
    return str(uuid.uuid4())


class AlpacaLedger(Ledger):
    """`fees` are what crypto pays; stocks pay nothing."""

    def place(self, draft: Draft, book: Book, *, at: float, collateral: Decimal = ZERO) -> Order:
        """Place under the fees of the draft's asset class."""
        with self._fees_of(draft):
            return super().place(draft, book, at=at, collateral=collateral)

    def accept(self, draft: Draft, book: Book, *, at: float) -> Order:
        """Accept under the fees of the draft's asset class."""
        with self._fees_of(draft):
            return super().accept(draft, book, at=at)

    @contextmanager
    def _fees_of(self, draft: Draft) -> Iterator[None]:
        crypto = self.fees
        self.fees = crypto if is_crypto(draft.listing) else STOCK_FEES
        try:
            yield
        finally:
            self.fees = crypto


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What an order was sent with that a ledger does not keep."""

    time_in_force: str
    notional: Decimal | None = None
    #: the draft that waits for the session; a resting ledger order holds its funds meanwhile
    waiting: Draft | None = None
    #: how slowly it fills; None: it filled at once or rests
    pace: Pace | None = None
    #: nothing of it reached the market yet
    is_pending: bool = False


@dataclass(slots=True, kw_only=True)
class AlpacaAccount:
    """Set the flags to block it, `multiplier` for a margin account, `entry_prices` for a split."""

    key: str
    secret: str
    ledger: AlpacaLedger = field(default_factory=lambda: AlpacaLedger(CRYPTO_FEES, new_id=_new_uuid))
    id: str = field(default_factory=_new_uuid)
    created_at: float
    crypto_status: str = "ACTIVE"
    trading_blocked: bool = False
    account_blocked: bool = False
    trade_suspended_by_user: bool = False
    transfers_blocked: bool = False
    pattern_day_trader: bool = False
    status: str = "ACTIVE"
    #: how often buying_power counts the cash; the sandbox lends nothing
    multiplier: int = 1
    #: dollars that came in and count already, but may not buy crypto before the bank's transfer settles
    unsettled_usd: Decimal = ZERO
    #: avg_entry_price shown instead of the fills' own, by asset
    entry_prices: dict[str, Decimal] = field(default_factory=dict)
    #: the day is over: what was charged for crypto is among the activities
    books_fees: bool = True
    #: orders show what filled, but neither their average price nor their activities yet
    hides_fill_prices: bool = False
    notes: dict[str, Note] = field(default_factory=dict)
    #: ledger orders that took the place of waiting ones, by the id the client knows
    successors: dict[str, str] = field(default_factory=dict)
    #: orders that the owner edited, and which one took their place
    replaced: dict[str, str] = field(default_factory=dict)
    #: orders whose cancel was accepted and does not count yet, and when it will
    cancelling: dict[str, float] = field(default_factory=dict)
    #: cancelled orders whose hold is still kept, and until when
    releases: dict[str, float] = field(default_factory=dict)

    @property
    def spendable_usd(self) -> Decimal:
        """Dollars that may buy anything now."""
        return max(self.ledger.free(DOLLAR) - self.unsettled_usd, ZERO)

    def orders(self) -> list[Order]:
        """Every order under the id the client knows, oldest first."""
        hidden = set(self.successors.values())
        return [self._shown(order_id) for order_id in self.ledger.orders if order_id not in hidden]

    def order(self, order_id: str) -> Order | None:
        """One order by the id the client knows."""
        known = order_id in self.ledger.orders and order_id not in self.successors.values()
        return self._shown(order_id) if known else None

    def order_with(self, client_id: str) -> Order | None:
        """The order that was sent with this client_order_id, however it ended."""
        return next((order for order in self.orders() if client_id_of(order) == client_id), None)

    def edit(self, order_id: str, draft: Draft, book: Book, *, at: float) -> Order:
        """Put another order in the place of an open one, as the owner's app does."""
        self.ledger.cancel(order_id, at=at, reason="replaced")
        following = self.ledger.place(draft, book, at=at)
        self.replaced[order_id] = following.id
        return following

    def shown_id(self, ledger_id: str) -> str:
        """The id the client knows a ledger order by."""
        return next((shown for shown, own in self.successors.items() if own == ledger_id), ledger_id)

    def _shown(self, order_id: str) -> Order:
        order = self.ledger.orders[self.successors.get(order_id, order_id)]
        return replace(order, id=order_id, opened_at=self.ledger.orders[order_id].opened_at)


def client_id_of(order: Order) -> str:
    """The client_order_id; the venue makes one up where none was sent."""
    return order.draft.client_id or order.id
