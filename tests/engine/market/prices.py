"""A venue's public data as a test sets it, and a clock that waiting moves on."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal

from engine.market.feed import VenueMarket
from engine.market.mark import Mark, MarkRequest
from engine.market.marks import Marks
from engine.model.errors import TryLaterError
from engine.model.holdings import Direction
from engine.model.quotes import Quotes
from engine.model.venues import Venue
from tests.builders import NOW, a_book, a_quote, an_instrument

MAX_AGE_S = 15
SYMBOL = "BTC/USD"


class SteppingClock:
    def __init__(self):
        self._passed_s = 0.0

    def now(self):
        return NOW + timedelta(seconds=self._passed_s)

    def monotonic(self):
        return self._passed_s

    async def sleep(self, seconds):
        self._passed_s += max(seconds, 0)


@dataclass
class Prices:
    """Public data of one coin: dated now unless a test dates it."""

    clock: SteppingClock
    ticker: object = field(default_factory=a_quote)
    book: object = field(default_factory=a_book)
    #: What the next readings of the book give instead, an error too.
    next_books: list = field(default_factory=list)
    venue: Venue = Venue.KRAKEN
    spare_calls_per_s: float = 0.8
    books_read: int = 0

    async def fetch_instruments(self):
        return {SYMBOL: an_instrument(SYMBOL)}

    async def fetch_quotes(self, symbols, *, within_s=None):
        return Quotes({symbol: replace(self.ticker, at=self.clock.now()) for symbol in symbols})

    async def fetch_book(self, _symbol):
        self.books_read += 1
        book = self.next_books.pop(0) if self.next_books else self.book
        if isinstance(book, Exception):
            raise book
        return replace(book, at=self.clock.now())

    def show(self, bid, ask=None):
        """Show the same at both."""
        self.show_ticker(bid, ask)
        self.show_book(bid, ask)

    def show_ticker(self, bid, ask=None):
        self.ticker = a_quote(bid, ask or bid)

    def show_book(self, bid, ask=None):
        self.book = top_of(bid, ask)


def top_of(bid, ask=None):
    return a_book([(bid, "50")], [(ask or bid, "50")])


def no_answer():
    return TryLaterError(Venue.KRAKEN, "no connection")


def a_request(trigger_price="99", *, direction=Direction.LONG, threshold="-0.01"):
    return MarkRequest(
        symbol=SYMBOL,
        direction=direction,
        quantity=Decimal(10),
        threshold=Decimal(threshold),
        trigger_price=trigger_price and Decimal(trigger_price),
        max_age_s=MAX_AGE_S,
    )


class Looks:
    """One guard's looks at a venue, in the watch's order: judge, compare, judge again where they differ."""

    def __init__(self, request=None):
        self.request = request or a_request()
        self.clock = SteppingClock()
        self.prices = Prices(self.clock)
        market = VenueMarket(data=self.prices, clock=self.clock)
        self.marks = Marks(market=market, clock=self.clock, max_age_s=MAX_AGE_S)
        self.market = market
        self.last = None

    @property
    def checks(self):
        return self.marks.checks

    async def judge(self, quote=None):
        """Judge by a quote, the ticker's of now by default."""
        quote = quote or (await self.marks.fetch_quotes([SYMBOL])).quotes[SYMBOL]
        seen = await self.marks.mark_of(self.request, quote, last=self.last)
        self.last = seen if isinstance(seen, Mark) else self.last
        return seen

    async def compare(self):
        quotes = (await self.marks.fetch_quotes([SYMBOL])).quotes
        return await self.checks.run(quotes, wanted={SYMBOL: [self.request]})

    async def look(self):
        """Return what is seen in one look; the next is five seconds later."""
        began = self.clock.monotonic()
        quotes = (await self.marks.fetch_quotes([SYMBOL])).quotes
        differed = self.checks.get(SYMBOL).differs
        seen = [] if differed else [await self.judge(quotes[SYMBOL])]
        await self.checks.run(quotes, wanted={SYMBOL: [self.request]})
        if differed or self.checks.get(SYMBOL).differs:
            seen.append(await self.judge(quotes[SYMBOL]))
        await self.clock.sleep(5 - (self.clock.monotonic() - began))
        return seen

    def sells(self, seen):
        return isinstance(seen, Mark) and self.request.is_past(seen.price)
