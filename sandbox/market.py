"""The one market every venue stand-in quotes from: reference prices, listings, moves and test overrides."""

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from engine.brokers.paper.book import Book, Level, Listing, floor_to, tradable
from sandbox.ladder import ladder
from sandbox.past import Candle, Past, draw

ONE = Decimal(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """Prices shown instead of the reference; None means that the side is missing, garbage is passed on."""

    bid: Decimal | None
    ask: Decimal | None
    bid_size: Decimal = Decimal(1000)
    ask_size: Decimal = Decimal(1000)
    #: False: only the ticker shows it, the order book and fills stay with the reference
    in_book: bool = True


@dataclass(frozen=True, slots=True)
class Move:
    """A relative price change of one asset: -0.02 is two percent down."""

    asset: str
    ratio: Decimal


def walk(*, seed: int, step: Decimal, assets: Sequence[str]) -> Iterator[Move]:
    """Endless seeded moves, one asset after the other, each within ± step."""
    draw = random.Random(seed)
    while True:
        for asset in assets:
            yield Move(asset, step * draw.randint(-1000, 1000) / 1000)


class Market:
    """Prices in USD per asset, what each venue lists, and how its quotes deviate."""

    def __init__(self, *, now: Callable[[], float]) -> None:
        self._now = now
        self._prices: dict[str, Decimal] = {"USD": ONE}
        self._past = Past()
        self._past.note("USD", ONE, at=0)
        self._listings: dict[tuple[str, str], Listing] = {}
        self._overrides: dict[tuple[str, str], Override] = {}
        self._frozen: dict[tuple[str, str], tuple[Book, Book]] = {}
        self._listeners: list[Callable[[], None]] = []

    # prices

    def price(self, asset: str) -> Decimal | None:
        """The reference price in USD, None when nobody prices this asset."""
        return self._prices.get(asset)

    def set_price(self, asset: str, usd: Decimal) -> None:
        """Set the reference price; resting orders that it crosses fill at once."""
        self._prices[asset] = usd
        self._past.note(asset, usd, self._now())
        self._changed()

    def forget_price(self, asset: str) -> None:
        """Make an asset unpriced: its pairs have an empty book."""
        self._prices.pop(asset, None)
        self._past.note(asset, None, self._now())
        self._changed()

    def set_past_price(self, asset: str, usd: Decimal | None, *, since: float) -> None:
        """Say what an asset was worth from a past moment until the next one that is known; None: unpriced."""
        self._past.note(asset, usd, since)

    def move(self, asset: str, ratio: Decimal) -> Decimal:
        """Move the reference price by a fraction and return the new one."""
        self.set_price(asset, self._prices[asset] * (ONE + ratio))
        return self._prices[asset]

    def play(self, moves: Iterable[Move]) -> Iterator[Decimal]:
        """Apply one move at each step of the iteration, from a script or from `walk`."""
        for move in moves:
            yield self.move(move.asset, move.ratio)

    # listings

    def add(self, listing: Listing) -> None:
        """List a pair at a venue, or replace what was listed under its symbol."""
        self._listings[listing.venue, listing.symbol] = listing
        self._changed()

    def listing(self, venue: str, symbol: str) -> Listing:
        """The listing of a symbol; KeyError when the venue does not list it."""
        return self._listings[venue, symbol]

    def listings(self, venue: str) -> list[Listing]:
        """Everything the venue lists, in the order it was added."""
        return [listing for (at, _), listing in self._listings.items() if at == venue]

    def set_status(self, venue: str, symbol: str, status: str) -> None:
        """Change a listing's status, e.g. to cancel_only."""
        self.add(replace(self.listing(venue, symbol), status=status))

    # deviations

    def override(self, venue: str, symbol: str, prices: Override) -> None:
        """Show these prices for one pair at one venue until `restore`."""
        self._overrides[venue, symbol] = prices
        self._changed()

    def freeze(self, venue: str, symbol: str) -> None:
        """Keep showing what is shown now, with its time; fills still follow the live market."""
        self._frozen[venue, symbol] = (self.ticker(venue, symbol), self.book(venue, symbol))

    def restore(self, venue: str, symbol: str) -> None:
        """End the override and the freeze of one pair."""
        self._overrides.pop((venue, symbol), None)
        self._frozen.pop((venue, symbol), None)
        self._changed()

    # quotes

    def ticker(self, venue: str, symbol: str) -> Book:
        """What the venue's ticker shows: read only its best levels."""
        if frozen := self._frozen.get((venue, symbol)):
            return frozen[0]
        return self._quoted(self.listing(venue, symbol), self._overrides.get((venue, symbol)))

    def book(self, venue: str, symbol: str) -> Book:
        """What the venue's order book shows."""
        if frozen := self._frozen.get((venue, symbol)):
            return frozen[1]
        return self._quoted(self.listing(venue, symbol), self._book_override(venue, symbol))

    def liquidity(self, venue: str, symbol: str) -> Book:
        """What an order fills against: the live book without garbage, never frozen, refilled after each order."""
        book = self._quoted(self.listing(venue, symbol), self._book_override(venue, symbol))
        return replace(book, bids=tradable(book.bids), asks=tradable(book.asks))

    def mid(self, listing: Listing) -> Decimal | None:
        """The reference price of a pair, None when a side of it is unpriced."""
        base, quote = self.price(listing.base), self.price(listing.quote)
        return None if base is None or quote is None else base / quote

    def candles(self, listing: Listing, *, width_s: int, first: float, last: float) -> list[Candle]:
        """The pair's candles that start within these bounds and not later than now, oldest first."""
        return draw(
            lambda at: self._mid_at(listing, at), width_s=width_s, first=first, last=min(last, self._now())
        )

    def on_change(self, listener: Callable[[], None]) -> None:
        """Call the listener after every change of a price, listing or override."""
        self._listeners.append(listener)

    def _mid_at(self, listing: Listing, at: float) -> Decimal | None:
        base, quote = self._past.price(listing.base, at), self._past.price(listing.quote, at)
        return None if base is None or quote is None else floor_to(base / quote, listing.tick)

    def _book_override(self, venue: str, symbol: str) -> Override | None:
        override = self._overrides.get((venue, symbol))
        return override if override and override.in_book else None

    def _quoted(self, listing: Listing, override: Override | None) -> Book:
        if override:
            return _overridden(override, self._now())
        mid = self.mid(listing)
        if mid is None:
            return Book(bids=(), asks=(), at=self._now())
        return ladder(listing, mid, self._now())

    def _changed(self) -> None:
        for listener in self._listeners:
            listener()


def _overridden(prices: Override, at: float) -> Book:
    return Book(
        bids=() if prices.bid is None else (Level(prices.bid, prices.bid_size),),
        asks=() if prices.ask is None else (Level(prices.ask, prices.ask_size),),
        at=at,
    )
