"""How an account came to what it holds, replayed into its ledger so that every entry has its fills."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from engine.brokers.paper.book import Book, Level, Listing
from engine.brokers.paper.ledger import Draft, Kind, Ledger
from engine.model.orders import Side

_DAY_S = 86_400
_MINUTE_S = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Bought:
    """A purchase at a chosen price; the money for it came in just before."""

    symbol: str
    quantity: Decimal
    price: Decimal
    days_ago: int = 30
    #: what one unit of the money was worth in dollars then; None: what it is worth today
    usd_rate: Decimal | None = None

    def at(self, now: float) -> float:
        """When it was bought."""
        return now - self.days_ago * _DAY_S

    @property
    def money(self) -> str:
        """What was paid with."""
        return self.symbol.partition("/")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resting:
    """An open order to sell, which holds what it would sell."""

    symbol: str
    quantity: Decimal
    limit: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """One account's past, in the order in which it is replayed."""

    purchases: tuple[Bought, ...] = ()
    #: by asset; what came from elsewhere has no fills and so no entry
    deposits: Mapping[str, Decimal] = field(default_factory=dict)
    withdrawals: Mapping[str, Decimal] = field(default_factory=dict)
    orders: tuple[Resting, ...] = ()


def replay(opening: Opening, ledger: Ledger, listings: Mapping[str, Listing], *, now: float) -> None:
    """Make an empty ledger hold what the opening says."""
    for bought in opening.purchases:
        _buy(bought, ledger, listings[bought.symbol], at=bought.at(now))
    yesterday = now - _DAY_S
    for asset, amount in opening.deposits.items():
        ledger.deposit(asset, amount, at=yesterday)
    for asset, amount in opening.withdrawals.items():
        ledger.withdraw(asset, amount, at=yesterday)
    for resting in opening.orders:
        _rest(resting, ledger, listings[resting.symbol], at=yesterday)


def _buy(bought: Bought, ledger: Ledger, listing: Listing, *, at: float) -> None:
    offer = Book(bids=(), asks=(Level(bought.price, bought.quantity),), at=at)
    before = ledger.free(listing.quote)
    # Twice the price covers every fee; what is left goes out again.
    ledger.deposit(listing.quote, 2 * bought.quantity * bought.price, at=at - _MINUTE_S)
    ledger.place(Draft(listing=listing, side=Side.BUY, quantity=bought.quantity), offer, at=at)
    ledger.withdraw(listing.quote, ledger.free(listing.quote) - before, at=at + _MINUTE_S)


def _rest(resting: Resting, ledger: Ledger, listing: Listing, *, at: float) -> None:
    nobody = Book(bids=(), asks=(), at=at)
    draft = Draft(
        listing=listing,
        side=Side.SELL,
        kind=Kind.LIMIT,
        quantity=resting.quantity,
        limit=resting.limit,
    )
    ledger.place(draft, nobody, at=at)
